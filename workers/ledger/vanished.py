"""Register-days that an earlier run wrote and AFAS no longer delivers."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, update

from workers.columns import among
from workers.database import Session, table_of
from workers.ledger import days
from workers.ledger.models import DayState, RegisterDay
from workers.staff.models import Register, Turnover

Window = tuple[dt.date, dt.date]  #: first and last day


def _written_before(register_ids: Collection[int], window: Window) -> tuple[ColumnElement[bool], ...]:
    """Condition: what an earlier run wrote for these registers in the window."""
    return among(Turnover.register_id, register_ids), Turnover.date.between(*window), Turnover.run_id.is_not(None)


def known(session: Session, register_ids: Collection[int], window: Window) -> tuple[int, int]:
    """How many register-days earlier runs wrote for these registers in the window, and of how many the end is told."""
    counts = select(func.count(), func.count(Turnover.vanished_run_id))
    count, vanished = session.execute(counts.where(*_written_before(register_ids, window))).one()
    return count, vanished


def vanish(session: Session, run: int, source_read_id: int, register_ids: Collection[int], window: Window) -> None:
    """Record as vanished what an earlier run wrote for these registers in the window and this one did not find.

    Each is told once: `turnover.vanished_run_id` remembers it.
    """
    # As sets, which no planner takes one by one, also where it has no statistics yet.
    found = select(RegisterDay.register_id, RegisterDay.date).where(RegisterDay.source_read_id == source_read_id)
    written = select(Turnover.register_id, Turnover.date).where(*_written_before(register_ids, window))
    missing = written.where(Turnover.vanished_run_id.is_(None)).except_(found).subquery()
    gone = session.execute(
        select(Register.external_id, Turnover.register_id, Turnover.date, Turnover.amount)
        .join(Register, Register.id == Turnover.register_id)
        .join(missing, and_(missing.c.register_id == Turnover.register_id, missing.c.date == Turnover.date))
    ).all()
    if gone:
        rows = [(code, key, day, DayState.VANISHED, amount, None, 1, None, None) for code, key, day, amount in gone]
        days.stage(session, run, source_read_id, rows)
        mark = update(table_of(Turnover)).where(Turnover.register_id == bindparam("r"), Turnover.date == bindparam("d"))
        keys = [{"r": key, "d": day} for _, key, day, _ in gone]
        session.execute(mark.values(vanished_run_id=run), keys)


def delivered_again(session: Session, source_read_id: int, register_ids: Collection[int], window: Window) -> None:
    """Register-days that are there again in AFAS, with what Staff holds, are not vanished any more."""
    again = exists().where(
        RegisterDay.source_read_id == source_read_id,
        RegisterDay.state == DayState.UNCHANGED,
        RegisterDay.register_id == Turnover.register_id,
        RegisterDay.date == Turnover.date,
    )
    marked = (*_written_before(register_ids, window), Turnover.vanished_run_id.is_not(None))
    session.execute(update(Turnover).where(*marked, again).values(vanished_run_id=None))
