"""How the ledger is asked which operations come first: by what grows with the chunk, and not with all lines."""

import pytest
from sqlalchemy import String, cast, select, update

from tests.realization_delivery.asked import rows_read
from tests.realization_delivery.builders import Office, good
from tests.simulator import Simulator
from workers import settings
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization import order, waiting
from workers.ledger.realization.models import Batch, Chunk, Line

LINES = 1500
CHUNK = 500


@pytest.fixture
def office(afas: Simulator, database: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An organisation that changes all its lines before any is in AFAS."""
    assert database
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    made = Office(afas)
    made.organisation()
    made.submits([good(n) for n in range(LINES)], reference="inserts")
    made.submits([{"XpRe": f"K-{n}", "Qu": "5"} for n in range(LINES)], "update", "changes")
    return made


def test_what_comes_before_a_chunks_lines_is_found_without_reading_all_lines(office: Office) -> None:
    last = max(chunk["id"] for chunk in office.chunks())
    with reading() as session:
        assert len(order.behind(session, last, {})) == CHUNK
    assert rows_read(order._earlier(), {"chunk": last}) < 20 * CHUNK


def test_what_else_a_chunks_lines_are_called_is_found_without_reading_all_lines(office: Office) -> None:
    with transaction() as session:
        session.execute(update(Line).values(afas_id=cast(Line.position, String)))
    last = max(chunk["id"] for chunk in office.chunks())
    with reading() as session:
        assert len({line for line, key in session.execute(order._keys(), {"chunk": last}) if key}) == CHUNK
    assert rows_read(order._keys(), {"chunk": last}) < 20 * CHUNK


def test_who_may_have_a_call_is_found_without_reading_all_lines_for_each_that_waits(office: Office) -> None:
    with transaction() as session:
        session.execute(update(Chunk).values(wants_slot_at=now()))
    waits = select(Chunk.id).join(Batch, Batch.id == Chunk.batch_id).where(~waiting.held_back()).order_by(Chunk.id)
    with reading() as session:
        assert list(session.scalars(waits)) == [chunk["id"] for chunk in office.chunks()[:3]], "the inserts alone"
    assert rows_read(waits, {}) < 20 * LINES
