"""Register-days that wait for their register or payment method."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workers.database import reading
from workers.ledger.models import DayState, RegisterDay, RunState, SourceRead, SourceState, TurnoverRun


def applied(ids: Collection[int]) -> list[tuple[str, int, Decimal]]:
    """(register code, register-days, euros) of those among `ids` that are written."""
    with reading() as session:
        rows = session.execute(
            select(RegisterDay.register_external_id, func.count(), func.sum(RegisterDay.amount))
            .where(RegisterDay.id.in_(ids), RegisterDay.state == DayState.WRITTEN)
            .group_by(RegisterDay.register_external_id)
            .order_by(RegisterDay.register_external_id)
        )
        return [(code, count, amount) for code, count, amount in rows]


def waiting(organisation_id: int) -> list[tuple[int, str, str]]:
    """Amounts that wait for their register or payment method: (register-day id, code, source), newest reading only.

    One that a later run read anew, or whose date a later run of the same source proved empty, waits no more.
    """
    with reading() as session:
        rows = session.execute(
            select(RegisterDay, SourceRead.source)
            .join(SourceRead, SourceRead.id == RegisterDay.source_read_id)
            .join(TurnoverRun, TurnoverRun.id == RegisterDay.run_id)
            .where(
                TurnoverRun.organisation_id == organisation_id,
                TurnoverRun.state.in_([RunState.DONE, RunState.DONE_WITH_FAILURES]),
                RegisterDay.state.in_([DayState.PARKED, DayState.FAILED]),
                RegisterDay.reason.in_(["register", "payment_method"]),
                RegisterDay.register_external_id != "",
            )
            .order_by(RegisterDay.id)
        ).all()
        later = _readings(session, organisation_id, min((day.run_id for day, _ in rows), default=0))
    return [
        (day.id, day.register_external_id, source)
        for day, source in rows
        if not any(read.overtakes(day, source) for read in later)
    ]


@dataclass(frozen=True)
class _Reading:
    """A source that a run has read whole, over the run's days and for its registers (None: all)."""

    run_id: int
    source: str
    date_from: dt.date
    date_to: dt.date
    registers: list[str] | None

    def overtakes(self, day: RegisterDay, source: str) -> bool:
        covered = self.date_from <= day.date <= self.date_to
        asked = self.registers is None or day.register_external_id in self.registers
        return self.run_id > day.run_id and self.source == source and covered and asked


def _readings(session: Session, organisation_id: int, since: int) -> list[_Reading]:
    rows = session.execute(
        select(TurnoverRun.id, SourceRead.source, TurnoverRun.date_from, TurnoverRun.date_to, TurnoverRun.registers)
        .join(SourceRead, SourceRead.run_id == TurnoverRun.id)
        .where(
            TurnoverRun.organisation_id == organisation_id,
            TurnoverRun.id > since,
            SourceRead.state == SourceState.READ,
        )
    )
    return [_Reading(*row) for row in rows]
