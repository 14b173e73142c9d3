"""How the ledger is asked which operations come first: by what grows with the chunk, and not with all lines."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Executable, String, cast, event, select, update

from tests.realization_delivery.builders import Office, good
from tests.simulator import Simulator
from workers import settings
from workers.columns import now
from workers.database import engine, reading, transaction
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


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from nodes(one)


def rows_read(asked: Executable, given: dict[str, Any]) -> int:
    """How many rows the database looked at to answer."""
    return on_sqlite(asked, given) if engine().dialect.name == "sqlite" else on_a_server(asked, given)


def on_sqlite(asked: Executable, given: dict[str, Any]) -> int:
    """As it says nothing of rows, by its instructions; a row takes some ten."""
    hundreds: list[None] = []
    with reading() as session:
        driver: sqlite3.Connection = session.connection.connection.driver_connection  # type: ignore[assignment]
        driver.set_progress_handler(lambda: hundreds.append(None), 100)
        session.execute(asked, given).all()
        driver.set_progress_handler(None, 0)
    return len(hundreds) * 10


def on_a_server(asked: Executable, given: dict[str, Any]) -> int:
    """By what it tells of how it went about it."""
    said: list[tuple[str, Any]] = []

    def listen(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        said.append((statement, parameters))

    event.listen(engine(), "before_cursor_execute", listen, once=True)
    with reading() as session:
        session.execute(asked, given).all()
        [(statement, parameters)] = said
        explained = session.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        [plan] = explained.scalar_one()
    read = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    return int(sum(sum(one.get(name, 0) for name in read) * one["Actual Loops"] for one in nodes(plan["Plan"])))


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
