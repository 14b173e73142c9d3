"""Rows without objects: read as plain tuples, inserted and updated many at a time."""

import json
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from sqlite3 import SQLITE_LIMIT_VARIABLE_NUMBER
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Result,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    exc,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from workers.database import Base, Session, engine, table_of

ROWS_A_STATEMENT = 500  #: of SQLite; more gain nothing


def split(row: Sequence[Any], *models: type[Base]) -> list[Any]:
    """A row of these models' columns, those of one after those of the other, as a row of each; what follows is left.

    Each has the attributes of an object, comes in a fraction of the time, and nobody writes through it.
    """
    values = iter(row)
    return [_row_of(model)._make(islice(values, len(table_of(model).columns))) for model in models]


def all_of(result: Result[Any], model: type[Base]) -> list[Any]:
    """All rows of this model's columns alone, as `split` gives them: they come by the hundred."""
    return list(map(_row_of(model)._make, result.all()))


@cache
def _row_of(model: type[Base]) -> type[Any]:
    return namedtuple(f"{model.__name__}Row", table_of(model).columns.keys())  # noqa: PYI024 - its columns are the table's


def insert_many(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` by the fastest road of the database: COPY on PostgreSQL, many rows a statement on SQLite."""
    connection = session.connection
    ready = _processed(rows, table, columns, connection.dialect)
    names = ", ".join(columns)
    with closing(connection.connection.cursor()) as cursor:
        if connection.dialect.name == "sqlite":
            _insert_values(cursor, f"INSERT INTO {table.name} ({names}) VALUES", len(columns), ready)
            return
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in ready:
                copy.write_row(row)


def errors(name: str) -> tuple[type[Exception], ...]:
    """The errors of this name: SQLAlchemy's, and the driver's own, to which `insert_many` speaks itself."""
    return getattr(exc, name), getattr(engine().dialect.loaded_dbapi, name)


def update_many(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their `id`: mappings of the same columns each.

    They are one parameter of one statement: a statement for each costs several times as much. Raises AmountError as
    any write does; an expression of SQL is no value.
    """
    if rows:
        connection, columns = session.connection, tuple(rows[0])
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
