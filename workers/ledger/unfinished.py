"""Runs that somebody has to look after: not ended, late, next in line, or ended and not logged."""

import datetime as dt

from sqlalchemy import or_, select, update

from workers import leases
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.models import TurnoverRun
from workers.ledger.runs import OPEN, Run, plain

HINT_LIMIT = 900  #: seconds; the pauses between two hints of the sweep double up to here


def hints_due(sweep_seconds: float) -> list[Run]:
    """Runs that the sweep is to enqueue again; each then waits twice as long for its next hint, up to 15 minutes."""
    with transaction() as session:
        rows = session.objects.scalars(
            select(TurnoverRun)
            .where(TurnoverRun.state.in_(OPEN), TurnoverRun.hint_at <= now(), leases.free(TurnoverRun))
            .order_by(TurnoverRun.id)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.hints += 1
            pause = min(sweep_seconds * 2**row.hints, max(HINT_LIMIT, sweep_seconds))
            session.execute(update(TurnoverRun).where(TurnoverRun.id == row.id).values(hint_at=now(pause)))
        return [plain(row) for row in rows]


def overdue(organisation_id: int, day: dt.date) -> list[Run]:
    """Runs of earlier days that have not ended by the hour of `day`."""
    late = (TurnoverRun.organisation_id == organisation_id, TurnoverRun.day < day, TurnoverRun.state.in_(OPEN))
    with reading() as session:
        return [plain(row) for row in session.objects.scalars(select(TurnoverRun).where(*late))]


def next_due(organisation_id: int) -> Run | None:
    """The oldest run of the organisation that may begin now."""
    with reading() as session:
        row = session.objects.scalars(
            select(TurnoverRun)
            .where(
                TurnoverRun.organisation_id == organisation_id,
                TurnoverRun.state.in_(OPEN),
                or_(TurnoverRun.due_at.is_(None), TurnoverRun.due_at <= now()),
            )
            .order_by(TurnoverRun.id)
            .limit(1)
        ).first()
        return plain(row) if row else None


def unlogged(seconds: float) -> list[int]:
    """Runs that ended over `seconds` ago, of which the log file says nothing."""
    with reading() as session:
        silent = (TurnoverRun.finished_at < now(-seconds), TurnoverRun.logged_at.is_(None))
        return list(session.scalars(select(TurnoverRun.id).where(*silent)))
