"""Leases: one holder at a time for a piece of work, freed by itself when the holder dies.

A lease is a row whose id is the fencing number; the work's row names it. A thread renews all that a process holds.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from workers.columns import Moment, now
from workers.database import Base, Session, table_of, transaction

LEASE_SECONDS = 30  #: a killed process frees its work within a minute
RENEW_SECONDS = 8
KEPT = 256  #: statements that write under a lease and are made once; without a bound, new expressions would pile up

_held: set[int] = set()


class Lease(Base):
    """A claim on one piece of work; its growing id is the fencing number that every write under it checks."""

    __tablename__ = "lease"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form; a fence number never returns
    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


Condition: TypeAlias = Callable[[], ColumnElement[bool]]


class LeaseLostError(Exception):
    """Raised when another holder has taken over the work, or the lease could not be renewed: stop, write nothing."""


@cache
def free(work: type[Base]) -> ColumnElement[bool]:
    """Condition: nobody holds this row of `work` (a table with a column `lease_id`)."""
    column = table_of(work).c.lease_id
    live = exists().where(Lease.id == column, Lease.expires_at > now())
    return or_(column.is_(None), ~live)


def _key(work: type[Base]) -> ColumnElement[int]:
    return next(iter(table_of(work).primary_key))


def claim(session: Session, work: type[Base], key: int, condition: Condition = true, **values: Any) -> int | None:
    """Take row `key` of `work` if it is free and `condition` holds, and set `values`: the lease's number, else None.

    The row is locked first, so that the condition is judged on what the last holder committed. It is given by a
    function that stays, so that its statement is made once and kept: to make one costs more than to ask it.
    """
    # On SQLite this transaction is the only writer already.
    if session.connection.dialect.name != "sqlite":
        session.execute(_row(work), {"key": key})
    if not session.scalar(_claimable(work, condition), {"key": key}):
        return None
    lease = session.execute(_new()).scalar_one()
    _write(session, work, {"its_key": key}, {"lease_id": lease, **values})
    return lease


@cache
def _row(work: type[Base]) -> Select[int]:
    return select(_key(work)).where(_key(work) == bindparam("key")).with_for_update()


@cache
def _claimable(work: type[Base], condition: Condition) -> Select[bool]:
    return select(exists().where(_key(work) == bindparam("key"), free(work), condition()))


@cache
def _new() -> ReturningInsert[int]:
    return insert(table_of(Lease)).values(expires_at=now(LEASE_SECONDS)).returning(table_of(Lease).c.id)


@cache
def one_more(work: type[Base]) -> ColumnElement[int]:
    """The attempts at a row of `work`, this one counted; always the same object, so that its statement is kept."""
    counted: ColumnElement[int] = table_of(work).c.attempts + 1
    return counted


def fenced(session: Session, work: type[Base], key: int, lease: int, **values: Any) -> None:
    """Write `values` to row `key` of `work` under `lease`. Raises LeaseLostError when it is another's by now."""
    if not _write(session, work, {"its_key": key, "its_lease": lease}, values or {"lease_id": lease}):
        raise LeaseLostError(f"{table_of(work)} {key}: lease {lease}")


def _write(session: Session, work: type[Base], row: dict[str, int], values: dict[str, Any]) -> bool:
    """Whether the row was there; `row`: its key, and under which lease alone it is written."""
    plain = {name: value for name, value in values.items() if not isinstance(value, ColumnElement)}
    of_sql = tuple((name, value) for name, value in values.items() if name not in plain)
    statement = _update(work, tuple(row), tuple(plain), of_sql)
    return session.execute(statement, row | {f"new_{name}": value for name, value in plain.items()}).first() is not None


@lru_cache(KEPT)
def _update(
    work: type[Base], row: tuple[str, ...], plain: tuple[str, ...], of_sql: tuple[tuple[str, ColumnElement[Any]], ...]
) -> ReturningUpdate[int]:
    table = table_of(work)
    columns = {"its_key": _key(work), "its_lease": table.c.lease_id}
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in plain} | dict(of_sql)
    its = [columns[name] == bindparam(name) for name in row]
    return update(table).where(*its).values(new).returning(_key(work))


@contextmanager
def holding(lease: int) -> Iterator[None]:
    """Keep `lease` alive meanwhile; at the end it is over, whatever happened. The work's row keeps its number."""
    _held.add(lease)
    _renewer()
    try:
        yield
    finally:
        try:
            _end(lease)
        except KeyboardInterrupt:
            # Else the same command, given again, would find the work held by a process that is gone.
            _end(lease)
            raise


def _end(lease: int) -> None:
    _held.discard(lease)
    # Without a database it ends by itself; what the work raised is worth more than that.
    with suppress(SQLAlchemyError), transaction(single=True) as session:
        session.execute(_over(), {"lease": lease})


@cache
def _over() -> Delete:
    return delete(table_of(Lease)).where(table_of(Lease).c.id == bindparam("lease"))


def _renewer() -> None:
    name = "renew-leases"
    if not any(thread.name == name for thread in threading.enumerate()):
        threading.Thread(target=_renew, name=name, daemon=True).start()


def _renew() -> None:
    while True:
        time.sleep(RENEW_SECONDS)
        if not (held := tuple(_held)):
            continue
        try:
            with transaction(single=True) as session:
                session.execute(update(Lease).where(Lease.id.in_(held)).values(expires_at=now(LEASE_SECONDS)))
        except SQLAlchemyError:
            # The lease then ends by itself, and the fence stops its holder at the next write.
            continue
