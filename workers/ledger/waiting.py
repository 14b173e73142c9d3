"""Register-days that wait for their register or payment method."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, func, select

from workers.columns import among
from workers.database import Session, reading
from workers.ledger.models import DayState, RegisterDay, RunState, SourceRead, SourceState, TurnoverRun
from workers.staff.lookup import group_ids
from workers.staff.models import Organisation


def applied(ids: Sequence[int]) -> list[tuple[str, int, Decimal]]:
    """(register code, register-days, euros) of those among `ids` that are written."""
    with reading() as session:
        rows = session.execute(
            select(RegisterDay.register_external_id, func.count(), func.sum(RegisterDay.amount))
            .where(among(RegisterDay.id, ids), RegisterDay.state == DayState.WRITTEN)
            .group_by(RegisterDay.register_external_id)
        )
        found = {code: (count, amount) for code, count, amount in rows}
    return [(code, *found[code]) for code in sorted(found)]


def anything(session: Session, organisation_id: int) -> bool:
    """Whether any amount of the connection group may wait."""
    some = select(RegisterDay.id).join(TurnoverRun, TurnoverRun.id == RegisterDay.run_id)
    return session.scalar(some.where(*_waits(session, organisation_id)).limit(1)) is not None


def waiting(session: Session, organisation_id: int, codes: Collection[str]) -> list[tuple[int, str, str]]:
    """Amounts of the registers `codes` that wait: (register-day id, code, source), newest reading only.

    One that a later run read anew, or whose date a later run of the same source proved empty, waits no more.
    """
    return _waiting(session, organisation_id, RegisterDay.register_external_id.in_(codes))


def _waiting(session: Session, organisation_id: int, chosen: ColumnElement[bool]) -> list[tuple[int, str, str]]:
    rows = session.execute(
        select(
            RegisterDay.id,
            RegisterDay.run_id,
            RegisterDay.register_external_id,
            RegisterDay.date,
            SourceRead.source,
        )
        .join(SourceRead, SourceRead.id == RegisterDay.source_read_id)
        .join(TurnoverRun, TurnoverRun.id == RegisterDay.run_id)
        .where(*_waits(session, organisation_id), chosen)
        .order_by(RegisterDay.id)
    ).all()
    later = _readings(session, organisation_id, min((run for _, run, *_ in rows), default=0))
    return [
        (key, code, source)
        for key, run, code, day, source in rows
        if not any(read.overtakes(run, code, day, source) for read in later)
    ]


def _waits(session: Session, organisation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        TurnoverRun.organisation_id.in_(group_ids(session, organisation_id)),
        TurnoverRun.state.in_([RunState.DONE, RunState.DONE_WITH_FAILURES]),
        RegisterDay.state.in_([DayState.PARKED, DayState.FAILED]),
        RegisterDay.reason.in_(["register", "payment_method"]),
    )


def still_waiting(session: Session, organisation_id: int, ids: Collection[int]) -> list[int]:
    """Those of `ids` that still wait, none while an import of the organisation is at work: its end takes them up.

    Until the transaction ends no other import begins, so that an older amount never comes after a newer one.
    """
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    at_work = (TurnoverRun.organisation_id == organisation_id, TurnoverRun.state == RunState.RUNNING)
    if session.scalar(select(exists().where(*at_work))):
        return []
    return [key for key, _, _ in _waiting(session, organisation_id, among(RegisterDay.id, ids))]


@dataclass(frozen=True)
class _Reading:
    """A source that a run has read whole, over the run's days and for its registers (None: all)."""

    run_id: int
    source: str
    date_from: dt.date
    date_to: dt.date
    registers: list[str] | None

    def overtakes(self, run_id: int, code: str, day: dt.date, source: str) -> bool:
        covered = self.date_from <= day <= self.date_to
        asked = self.registers is None or code in self.registers
        return self.run_id > run_id and self.source == source and covered and asked


def _readings(session: Session, organisation_id: int, since: int) -> list[_Reading]:
    rows = session.execute(
        select(TurnoverRun.id, SourceRead.source, TurnoverRun.date_from, TurnoverRun.date_to, TurnoverRun.registers)
        .join(SourceRead, SourceRead.run_id == TurnoverRun.id)
        .where(
            TurnoverRun.organisation_id.in_(group_ids(session, organisation_id)),
            TurnoverRun.id > since,
            SourceRead.state == SourceState.READ,
        )
        # The newest overtakes most, so it is looked at first.
        .order_by(TurnoverRun.id.desc())
    )
    return [_Reading(*row) for row in rows]
