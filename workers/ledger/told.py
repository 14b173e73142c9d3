"""What the ledger tells of a run: its head, its sources, its totals, and the register-days worth a line."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from workers.columns import now
from workers.database import Session, table_of
from workers.ledger.models import DayState, RegisterDay, SourceRead, TurnoverRun
from workers.rows import all_of, split
from workers.staff.models import Organisation
from workers.texts import text


class UnknownRunError(Exception):
    """Raised when there is no run of that number."""


@dataclass(frozen=True)
class Head:
    """A run and whose it is; `duration`: seconds from its start to its end, or until now."""

    id: int
    organisation_id: int
    organisation: str
    guid: str
    kind: str
    day: dt.date
    date_from: dt.date
    date_to: dt.date
    state: str
    message: str | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    duration: float


def heads(
    session: Session, organisation_id: int | None = None, run_id: int | None = None, most: int = 100
) -> list[Head]:
    """The newest runs, of one organisation or of all."""
    chosen = select(table_of(TurnoverRun), table_of(Organisation), now())
    chosen = chosen.join(Organisation, Organisation.id == TurnoverRun.organisation_id)
    if organisation_id is not None:
        chosen = chosen.where(Organisation.id == organisation_id)
    if run_id is not None:
        chosen = chosen.where(TurnoverRun.id == run_id)
    found = session.execute(chosen.order_by(TurnoverRun.id.desc()).limit(most))
    return [_head(row[-1], *split(row, TurnoverRun, Organisation)) for row in found]


def head(session: Session, run_id: int) -> Head:
    """The run. Raises UnknownRunError."""
    found = heads(session, run_id=run_id)
    if not found:
        raise UnknownRunError(text("turnover.unknown_run", run=run_id))
    return found[0]


def _head(clock: dt.datetime, run: TurnoverRun, organisation: Organisation) -> Head:
    started = run.started_at or clock
    return Head(
        id=run.id,
        organisation_id=organisation.id,
        organisation=organisation.name,
        guid=organisation.guid,
        kind=run.kind,
        day=run.day,
        date_from=run.date_from,
        date_to=run.date_to,
        state=str(run.state),
        message=run.message,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        duration=((run.finished_at or clock) - started).total_seconds(),
    )


def sources(session: Session, run_id: int) -> list[SourceRead]:
    """The run's sources in their order."""
    wanted = select(table_of(SourceRead)).where(SourceRead.run_id == run_id).order_by(SourceRead.id)
    return all_of(session.execute(wanted), SourceRead)


def totals(session: Session, run_id: int) -> dict[str, tuple[int, Decimal]]:
    """{state: (register-days, euros)}, those that are no longer kept too."""
    rows = session.execute(
        select(RegisterDay.state, func.count(), func.sum(RegisterDay.amount))
        .where(RegisterDay.run_id == run_id)
        .group_by(RegisterDay.state)
    )
    found = {str(state): (count, amount) for state, count, amount in rows}
    gone = select(func.sum(SourceRead.pruned_days), func.sum(SourceRead.pruned)).where(SourceRead.run_id == run_id)
    days, amount = session.execute(gone).one()
    if days:
        kept, total = found.get(DayState.UNCHANGED, (0, Decimal(0)))
        found[DayState.UNCHANGED] = (kept + days, total + amount)
    return found


def notable_days(session: Session, run_id: int) -> list[RegisterDay]:
    """Register-days that were parked, failed, vanished or overwritten with another value, by register and date."""
    overwritten = (RegisterDay.state == DayState.WRITTEN) & RegisterDay.old_payments.is_not(None)
    told = RegisterDay.state.in_([DayState.PARKED, DayState.FAILED, DayState.VANISHED])
    chosen = select(table_of(RegisterDay)).where(RegisterDay.run_id == run_id, or_(told, overwritten))
    found = session.execute(chosen.order_by(RegisterDay.register_external_id, RegisterDay.date))
    return all_of(found, RegisterDay)


def days(session: Session, run_id: int) -> list[dict[str, Any]]:
    """Every register-day of the run, by register and date."""
    rows = session.execute(
        select(
            RegisterDay.register_external_id,
            RegisterDay.date,
            RegisterDay.state,
            RegisterDay.amount,
            RegisterDay.message,
        )
        .where(RegisterDay.run_id == run_id)
        .order_by(RegisterDay.register_external_id, RegisterDay.date)
    )
    return [
        {"register": code, "date": day, "state": str(state), "amount": amount, "message": message}
        for code, day, state, amount, message in rows
    ]
