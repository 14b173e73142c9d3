"""The database of this process: engine, transactions, bulk insert and update."""

import json
import select as sockets
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain, islice
from sqlite3 import SQLITE_LIMIT_VARIABLE_NUMBER
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    MetaData,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session

from workers import settings

BUSY_TIMEOUT = 60  #: seconds that a SQLite writer waits for another one
ROWS_A_STATEMENT = 500  #: of SQLite; more gain nothing


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


@contextmanager
def transaction(*, single: bool = False) -> Iterator[Session]:
    """A session for writing, committed at the end or rolled back whole; on SQLite it is the only writer meanwhile.

    `single`: one statement is all of it; a second would be committed by itself.
    """
    with Session(_each(engine()) if single else engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(*, streams: bool = False) -> Iterator[Session]:
    """A session for reading alone; it holds up no writer. `streams`: some rows come as they are asked for."""
    reader = _reader(engine())
    with Session(reader if streams else _each(reader), expire_on_commit=False) as session:
        yield session


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


def insert_many(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` by the fastest road of the database: COPY on PostgreSQL, many rows a statement on SQLite."""
    connection = session.connection()
    ready = _processed(rows, table, columns, connection.dialect)
    names = ", ".join(columns)
    with closing(connection.connection.cursor()) as cursor:
        if connection.dialect.name == "sqlite":
            _insert_values(cursor, f"INSERT INTO {table.name} ({names}) VALUES", len(columns), ready)
            return
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in ready:
                copy.write_row(row)


def update_many(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their `id`: mappings of the same columns each.

    They are one parameter of one statement: a statement for each costs several times as much. Raises AmountError as
    any write does; an expression of SQL is no value.
    """
    if rows:
        connection, columns = session.connection(), tuple(rows[0])
        values = ([row[name] for name in columns] for row in rows)
        given = json.dumps(list(_processed(values, table, columns, connection.dialect)), default=_written)
        connection.execute(_update(table, columns, connection.dialect.name), {"rows": given})


def _written(value: object) -> str:
    """A value that JSON does not know, as PostgreSQL reads it."""
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a column")


@cache
def _update(table: Table, columns: tuple[str, ...], dialect: str) -> Update:
    """The statement that takes `rows`, a JSON array of arrays."""
    given = bindparam("rows", type_=Text)
    read: list[ColumnElement[Any]]
    if dialect == "sqlite":
        each = func.json_each(given).table_valued("value")
        read = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(columns))]
    else:
        each = func.jsonb_array_elements(cast(given, JSONB)).table_valued("value")
        texts = [each.c.value.op("->>")(literal_column(str(place))) for place in range(len(columns))]
        read = [cast(one, table.c[name].type) for one, name in zip(texts, columns, strict=True)]
    new = select(*(one.label(name) for one, name in zip(read, columns, strict=True))).subquery()
    return update(table).where(table.c.id == new.c.id).values({name: new.c[name] for name in columns if name != "id"})


def _insert_values(cursor: Any, into: str, width: int, rows: Iterator[Sequence[Any]]) -> None:
    """Many rows a statement: a thread that hands over the interpreter for every single row waits for it each time."""
    most = min(ROWS_A_STATEMENT, cursor.connection.getlimit(SQLITE_LIMIT_VARIABLE_NUMBER) // width)
    places = f"({', '.join('?' * width)})"
    while part := list(islice(rows, most)):
        cursor.execute(f"{into} {', '.join([places] * len(part))}", list(chain.from_iterable(part)))


def _processed(
    rows: Iterable[Sequence[Any]], table: Table, columns: Sequence[str], dialect: Dialect
) -> Iterator[list[Any]]:
    """The values as the driver wants them."""
    # The dialect's own form of each type: the generic Numeric would bind an amount as a float.
    found = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    processors = [(place, process) for place, process in enumerate(found) if process is not None]
    for row in rows:
        ready = list(row)
        for place, process in processors:
            ready[place] = process(ready[place])
        yield ready
