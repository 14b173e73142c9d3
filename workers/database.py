"""The database of this process: engine and transactions."""

import select as sockets
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    orm,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase

from workers import settings

BUSY_TIMEOUT = 60  #: seconds that a SQLite writer waits for another one


class Base(DeclarativeBase):
    """Parent of all tables; constraint names are fixed so that migrations can find them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions begin late and lose updates: we begin ourselves, below.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads") else "BEGIN IMMEDIATE")


def _refuse_ended(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection whose server ended it while nobody used it is made anew.

    To ask the server each time is a sixth of all that delivery asks of it. The socket tells as well: an idle one has
    nothing to read, unless the server says that it goes, or is gone. Where it vanished without a word the first
    statement fails, as it does when that happens later.
    """
    if connection.autocommit:
        # Left so by a reader that was interrupted as it began; a transaction on it would be none.
        connection.autocommit = False
    # One that was just made is not asked: a second that is not alive would be one too many for the pool.
    idle = record.info.get("used")
    record.info["used"] = True
    if idle and (connection.closed or _has_something_to_read(connection.fileno())):
        raise DisconnectionError


def _has_something_to_read(socket: int) -> bool:
    if not hasattr(sockets, "poll"):
        # Windows has none; elsewhere select knows the first 1,024 descriptors alone.
        return bool(sockets.select([socket], [], [], 0)[0])
    poll = sockets.poll()
    poll.register(socket, sockets.POLLIN)
    return bool(poll.poll(0))


@cache
def engine() -> Engine:
    """The engine of this process, made at first use, so that forked workers never share a connection."""
    made = create_engine(settings.current().database)
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin)
    else:
        event.listen(made, "checkout", _refuse_ended)
    return made


def forget_engine() -> None:
    """Start anew after a fork (in tests: after the settings changed); the parent's connections stay the parent's."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
    engine.cache_clear()


class Session:
    """What a transaction is asked through: columns and writes go to its connection, objects to the ORM upon it.

    By way of the ORM a statement without objects costs several times as much.
    """

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        self.connection, self._writes = connection, writes
        self.execute, self.scalar, self.scalars = connection.execute, connection.scalar, connection.scalars

    @cached_property
    def objects(self) -> orm.Session:
        """Rows as objects, each made once. What is changed of them is written by its next question or a flush.

        By the end of a transaction at the latest; who reads alone writes nothing. What goes to the connection changes
        no object that is there.
        """
        return orm.Session(self.connection, autoflush=self._writes)

    def close(self) -> None:
        """Write what is left to be written, and let go of the objects."""
        if "objects" in vars(self):
            if self._writes:
                self.objects.flush()
            self.objects.close()


@contextmanager
def transaction(*, single: bool = False) -> Iterator[Session]:
    """A session for writing, committed at the end or rolled back whole; on SQLite it is the only writer meanwhile.

    `single`: one statement is all of it; a second would be committed by itself.
    """
    with (_each(engine()) if single else engine()).begin() as connection:
        session = Session(connection, writes=True)
        yield session
        session.close()


@contextmanager
def reading(*, streams: bool = False) -> Iterator[Session]:
    """A session for reading alone; it holds up no writer. `streams`: some rows come as they are asked for."""
    reader = _reader(engine())
    with (reader if streams else _each(reader)).connect() as connection:
        session = Session(connection, writes=False)
        yield session
        session.close()


@lru_cache(1)
def _reader(made: Engine) -> Engine:
    return made.execution_options(reads=True)


@lru_cache(2)
def _each(made: Engine) -> Engine:
    """Where each statement is a transaction of its own: to begin and end one takes PostgreSQL longer than most asking.

    Several that read see no less so: one transaction would show each of them what is committed by then as well.
    """
    return made if made.dialect.name == "sqlite" else made.execution_options(isolation_level="AUTOCOMMIT")


def table_of(model: type[Base]) -> Table:
    """The table of `model`, for statements that need no ORM."""
    return typing.cast("Table", model.__table__)
