"""How the ledger is asked which operations come first: by what grows with the chunk, and not with all lines."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Executable, event, select, update

from tests.realization_delivery.builders import Office, good
from tests.simulator import Simulator
from workers import settings
from workers.columns import now
from workers.database import engine, reading, transaction
from workers.ledger.realization import order, waiting
from workers.ledger.realization.models import Batch, Chunk

LINES = 1500
CHUNK = 500


@pytest.fixture
def office(afas: Simulator, on_postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An organisation on PostgreSQL, that changes all its lines before any is in AFAS."""
    assert on_postgresql
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    made = Office(afas)
    made.organisation()
    made.submits([good(n) for n in range(LINES)], reference="inserts")
    made.submits([{"XpRe": f"K-{n}", "Qu": "5"} for n in range(LINES)], "update", "changes")
    return made


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from nodes(one)


def rows_read(asked: Executable, given: dict[str, Any]) -> int:
    """How many rows the server looked at to answer."""
    said: list[tuple[str, Any]] = []

    def listen(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        said.append((statement, parameters))

    event.listen(engine(), "before_cursor_execute", listen)
    with reading() as session:
        session.execute(asked, given).all()
        statement, parameters = said[-1]
        explained = session.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        [plan] = explained.scalar_one()
    read = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    return int(sum(sum(one.get(name, 0) for name in read) * one["Actual Loops"] for one in nodes(plan["Plan"])))


def test_what_comes_before_a_chunks_lines_is_found_without_reading_all_lines(office: Office) -> None:
    last = max(chunk["id"] for chunk in office.chunks())
    with reading() as session:
        assert len(order.behind(session, last, {})) == CHUNK
    assert rows_read(order._earlier(), {"chunk": last}) < 20 * CHUNK


def test_who_may_have_a_call_is_found_without_reading_all_lines_for_each_that_waits(office: Office) -> None:
    with transaction() as session:
        session.execute(update(Chunk).values(wants_slot_at=now()))
    waits = select(Chunk.id).join(Batch, Batch.id == Chunk.batch_id).where(~waiting.held_back()).order_by(Chunk.id)
    with reading() as session:
        assert list(session.scalars(waits)) == [chunk["id"] for chunk in office.chunks()[:3]], "the inserts alone"
    assert rows_read(waits, {}) < 20 * LINES
