"""Transactions: whole or not at all, no update lost, readers and writers side by side, on both databases."""

import os
import select as sockets
import signal
import sqlite3
import stat
import typing
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.foundation.gate import together
from tests.postgresql import Server
from workers import database as databases
from workers.columns import now
from workers.database import Session, engine, reading, table_of, transaction
from workers.ledger.models import Heartbeat, TurnoverRun
from workers.rows import split
from workers.staff.models import Organisation, Register

INCREMENT = """
from sqlalchemy import select, update
from workers.database import transaction
from workers.staff.models import Organisation
with transaction() as session:
    pass
"""
INCREMENTS = """
for _ in range(25):
    with transaction() as session:
        found = session.scalar(select(Organisation.name).where(Organisation.id == 1))
        session.execute(update(Organisation).values(name=str(int(found) + 1)))
"""


def _count(model: type[databases.Base]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table_of(model))) or 0


@pytest.mark.usefixtures("sqlite")
def test_sqlite_loses_no_update_of_eight_processes() -> None:
    with transaction() as session:
        session.objects.add(Organisation(id=1, guid="a", name="0"))
    together(8, INCREMENT, INCREMENTS)
    with reading() as session:
        assert session.scalar(select(Organisation.name)) == "200"


def test_a_transaction_is_whole_or_not_at_all(database: str) -> None:
    def half() -> None:
        with transaction() as session:
            session.execute(insert(Organisation).values(guid="a", name="A"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half()
    assert (database, _count(Organisation)) == (database, 0)


def test_a_row_belongs_to_rows_that_exist(database: str) -> None:
    assert database
    values = {"kind": "manual", "day": func.current_date(), "date_from": func.current_date()}
    run = insert(TurnoverRun).values(**values, date_to=func.current_date(), organisation_id=7, created_at=now())
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(run)
    assert _count(TurnoverRun) == 0


def test_what_is_changed_of_objects_is_written_with_the_transaction_and_never_by_a_reader(database: str) -> None:
    assert database
    with transaction() as session:
        session.objects.add(Organisation(id=1, guid="a", name="first"))
    with reading() as session:
        session.objects.get_one(Organisation, 1).name = "read"
        assert not session.objects.scalars(select(Register)).all()
    with transaction() as session:
        assert session.scalar(select(Organisation.name)) == "first"
        one = session.objects.get_one(Organisation, 1)
        one.name = "written"
    assert one.name == "written"
    with reading() as session:
        assert session.scalar(select(Organisation.name)) == "written"
    with suppress(InterruptedError), transaction() as session:
        session.objects.get_one(Organisation, 1).name = "lost"
        session.objects.flush()
        raise InterruptedError
    with reading() as session:
        assert session.scalar(select(Organisation.name)) == "written"


def test_rows_of_two_tables_come_apart_with_the_names_of_their_own_columns(database: str) -> None:
    assert database
    with transaction() as session:
        session.execute(insert(Organisation).values(id=7, guid="a", name="A"))
        session.execute(insert(Register).values(id=9, organisation_id=7, external_id="2600", name="B"))
    both = select(table_of(Organisation), table_of(Register)).join(Register)
    with reading() as session:
        organisation, register = split(session.execute(both).one(), Organisation, Register)
    assert (organisation.id, organisation.name) == (7, "A")
    assert (register.id, register.organisation_id, register.name) == (9, 7, "B")
    with pytest.raises(AttributeError):
        organisation.name = "B"


def test_readers_see_what_was_committed_and_hold_up_no_writer(database: str) -> None:
    assert database
    with transaction() as session:
        session.objects.add(Organisation(id=1, guid="a", name="before"))
    with transaction() as writing, reading() as session:
        writing.execute(update(Organisation).values(name="after"))
        assert session.scalar(select(Organisation.name)) == "before"
        with reading() as another:
            assert another.scalar(select(Organisation.name)) == "before"
        writing.connection.commit()
    with reading() as session:
        assert session.scalar(select(Organisation.name)) == "after"


@pytest.mark.usefixtures("sqlite")
def test_sqlite_keeps_what_is_committed_also_when_the_power_fails() -> None:
    with reading() as session:
        pragmas = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert pragmas == ["wal", 2, 1]


@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_a_writer_is_alone_from_its_beginning(home: Path) -> None:
    other = sqlite3.connect(home / "afasconnector.db", timeout=0, isolation_level=None)
    with transaction() as session:
        session.scalar(select(Organisation.name))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_forked_process_speaks_over_a_connection_of_its_own(database: str) -> None:
    assert database
    ask = text("SELECT pg_backend_pid()") if database == "postgresql" else text("SELECT 1")
    with reading() as session:
        ours = session.scalar(ask)
    ear, mouth = os.pipe()
    if not (child := os.fork()):
        databases.forget_engine()
        with reading() as session:
            theirs = session.scalar(ask)
        os.write(mouth, str(theirs).encode())
        os._exit(0)
    os.close(mouth)
    assert os.waitpid(child, 0)[1] == 0
    with open(ear, "rb") as answer:  # noqa: PTH123 - a pipe has no path
        theirs = int(answer.read())
    with reading() as session:
        assert session.scalar(ask) == ours
    assert database == "sqlite" or theirs != ours


@pytest.mark.usefixtures("on_postgresql")
def test_what_is_committed_survives_a_crash_of_the_server(postgresql_server: Server) -> None:
    with transaction() as session:
        session.objects.add(Heartbeat(name="sweep", at=session.scalar(select(now()))))
    postgresql_server.end(signal.SIGQUIT)
    postgresql_server.start()
    assert _count(Heartbeat) == 1


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("door", [reading, transaction])
@pytest.mark.usefixtures("on_postgresql")
def test_a_connection_that_the_server_ended_while_nobody_used_it_is_made_anew(
    postgresql_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    door: Callable[[], AbstractContextManager[Session]],
    *,
    windows: bool,
) -> None:
    if windows:
        monkeypatch.delattr(sockets, "poll")
    ask = text("SELECT pg_backend_pid()")
    for _ in range(2):
        with door() as session:
            first = session.scalar(ask)
    postgresql_server.sql(f"SELECT pg_terminate_backend({first}, 60000)")
    with door() as session:
        assert session.scalar(ask) != first


@pytest.mark.usefixtures("on_postgresql")
def test_a_connection_that_was_closed_here_while_nobody_used_it_is_made_anew() -> None:
    pooled = engine().raw_connection()
    closed = typing.cast("psycopg.Connection", pooled.driver_connection)
    with reading() as session:
        session.scalar(text("SELECT 1"))
    pooled.close()
    closed.close()
    for _ in range(2):
        with transaction() as session:
            assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.usefixtures("on_postgresql")
def test_a_server_that_ends_new_connections_as_well_is_told_as_one_that_is_away(postgresql_server: Server) -> None:
    def ends(connection: psycopg.Connection, _record: object) -> None:
        postgresql_server.sql(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 60000)")

    with reading() as session:
        postgresql_server.sql(f"SELECT pg_terminate_backend({session.scalar(text('SELECT pg_backend_pid()'))}, 60000)")
    event.listen(engine(), "connect", ends)
    with reading() as session, pytest.raises(OperationalError):
        session.scalar(text("SELECT 1"))


@pytest.mark.usefixtures("on_postgresql")
def test_a_transaction_is_one_also_where_an_interrupted_reader_left_each_statement_its_own() -> None:
    pooled = engine().raw_connection()
    typing.cast("psycopg.Connection", pooled.driver_connection).autocommit = True
    pooled.close()
    with transaction() as session:
        session.execute(insert(Heartbeat).values(name="sweep", at=now()))
        session.connection.rollback()
    assert _count(Heartbeat) == 0


@pytest.mark.usefixtures("on_postgresql")
def test_rows_that_come_as_they_are_asked_for_come_whole() -> None:
    with reading(streams=True) as session:
        rows = session.scalars(text("SELECT generate_series(1, 1000)").execution_options(yield_per=10))
        assert sum(rows) == 500_500


@pytest.mark.usefixtures("sqlite")
def test_the_engine_is_made_at_first_use_and_once() -> None:
    assert databases.engine.cache_info().currsize == 0
    assert engine() is engine()
    databases.forget_engine()
    assert databases.engine.cache_info().currsize == 0


def test_a_database_file_is_its_owners_alone(sqlite: str, home: Path) -> None:
    assert sqlite
    with transaction() as session:
        session.objects.add(Organisation(guid="a", name="A"))
    files = list(home.glob("afasconnector.db*"))
    assert home / "afasconnector.db" in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
