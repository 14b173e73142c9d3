"""How much a database looks at to answer a question."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Executable, event

from workers.database import engine, reading, transaction


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from _nodes(one)


def rows_read(asked: Executable, given: dict[str, Any]) -> int:
    """How many rows the database looked at to answer."""
    return _on_sqlite(asked, given) if engine().dialect.name == "sqlite" else _on_a_server(asked, given)


def _on_sqlite(asked: Executable, given: dict[str, Any]) -> int:
    """As it says nothing of rows, by its instructions; a row takes some ten."""
    hundreds: list[None] = []
    with reading() as session:
        driver: sqlite3.Connection = session.connection.connection.driver_connection  # type: ignore[assignment]
        driver.set_progress_handler(lambda: hundreds.append(None), 100)
        session.execute(asked, given).all()
        driver.set_progress_handler(None, 0)
    return len(hundreds) * 10


def _on_a_server(asked: Executable, given: dict[str, Any]) -> int:
    """By what it tells of how it went about it."""
    said: list[tuple[str, Any]] = []

    def listen(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        said.append((statement, parameters))

    with transaction() as session:
        # As in a database that is at work: else it may come to know its tables in the middle of a question, or not.
        session.connection.exec_driver_sql("ANALYZE")
    event.listen(engine(), "before_cursor_execute", listen, once=True)
    with reading() as session:
        session.execute(asked, given).all()
        [(statement, parameters)] = said
        explained = session.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        [plan] = explained.scalar_one()
    read = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    return int(sum(sum(one.get(name, 0) for name in read) * one["Actual Loops"] for one in _nodes(plan["Plan"])))
