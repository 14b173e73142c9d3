"""Services that hand in each line by itself have very many small batches; a database takes only so many parameters."""

from collections.abc import Callable, Sequence

import pytest

from workers.database import Session, transaction
from workers.ledger.realization import batches, deliveries, humans, readbacks, work

MANY = range(1, 70_001)  #: more than PostgreSQL takes, and than SQLite does as it is mostly built

DEEDS: dict[str, Callable[[Session, Sequence[int]], object]] = {
    "lock": humans.lock,
    "held": humans.held,
    "fence out": lambda session, chunks: humans.fence_out(session, chunks, 60),
    "flying": humans.flying,
    "came in": humans.came_in,
    "batches of": batches.of_chunks,
    "missed": lambda session, lines: readbacks.missed(session, list(lines), work.clock(session)),
    "looked": lambda session, lines: readbacks.looked(session, list(lines), work.clock(session)),
    "events": lambda session, lines: deliveries.events(session, lines, "pending", None),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_no_number_of_chunks_or_lines_is_too_many_for_a_person_or_a_read_back(database: str, deed: str) -> None:
    assert database
    with transaction() as session:
        assert not DEEDS[deed](session, MANY)
