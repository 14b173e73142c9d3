"""Leases: one holder at a time for a piece of work, freed by itself when the holder dies.

A lease is a row whose id is the fencing number; the work's row names it. A thread renews all that a process holds.
"""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workers.columns import Moment, now
from workers.database import Base, table_of, transaction

LEASE_SECONDS = 30  #: a killed process frees its work within a minute
RENEW_SECONDS = 8

_held: set[int] = set()


class Lease(Base):
    """A claim on one piece of work; its growing id is the fencing number that every write under it checks."""

    __tablename__ = "lease"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form; a fence number never returns
    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


class LeaseLostError(Exception):
    """Raised when another holder has taken over the work, or the lease could not be renewed: stop, write nothing."""


def free(work: type[Base]) -> ColumnElement[bool]:
    """Condition: nobody holds this row of `work` (a table with a column `lease_id`)."""
    column = table_of(work).c.lease_id
    live = exists().where(Lease.id == column, Lease.expires_at > now())
    return or_(column.is_(None), ~live)


def _key(work: type[Base]) -> ColumnElement[int]:
    return next(iter(table_of(work).primary_key))


def claim(session: Session, work: type[Base], key: int, *conditions: ColumnElement[bool], **values: Any) -> int | None:
    """Take row `key` of `work` if it is free and `conditions` hold, and set `values`: the lease's number, else None.

    The row is locked first, so that the conditions are judged on what the last holder committed.
    """
    itself = _key(work) == key
    session.execute(select(_key(work)).where(itself).with_for_update())
    if not session.scalar(select(exists().where(itself, free(work), *conditions))):
        return None
    lease = session.execute(insert(Lease).values(expires_at=now(LEASE_SECONDS)).returning(Lease.id)).scalar_one()
    session.execute(update(table_of(work)).where(itself).values(lease_id=lease, **values))
    return lease


def fenced(session: Session, work: type[Base], key: int, lease: int, **values: Any) -> None:
    """Write `values` to row `key` of `work` under `lease`. Raises LeaseLostError when it is another's by now."""
    table = table_of(work)
    mine = update(table).where(_key(work) == key, table.c.lease_id == lease).values(**(values or {"lease_id": lease}))
    if session.execute(mine.returning(_key(work))).first() is None:
        raise LeaseLostError(f"{table} {key}: lease {lease}")


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
    with suppress(SQLAlchemyError), transaction() as session:
        session.execute(delete(Lease).where(Lease.id == lease))


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
            with transaction() as session:
                session.execute(update(Lease).where(Lease.id.in_(held)).values(expires_at=now(LEASE_SECONDS)))
        except SQLAlchemyError:
            # The lease then ends by itself, and the fence stops its holder at the next write.
            continue
