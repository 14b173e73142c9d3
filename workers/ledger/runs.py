"""Turnover runs: made once, claimed by one process at a time, one running per organisation, ended once."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from workers import leases
from workers.columns import now
from workers.database import Session, reading, table_of, transaction
from workers.ledger.models import DayState, RegisterDay, RunState, SourceRead, SourceState, TurnoverRun
from workers.staff.models import Organisation

OPEN = (RunState.DUE, RunState.RUNNING, RunState.WAITING)


@dataclass(frozen=True)
class Run:
    """A run as a recipe sees it; both dates belong to the window."""

    id: int
    organisation_id: int
    kind: str
    day: dt.date
    date_from: dt.date
    date_to: dt.date
    registers: list[str] | None
    retry_of_id: int | None
    state: str
    attempts: int
    message: str | None


@dataclass(frozen=True)
class Wanted:
    """A run to be made: for which organisation and local day, over which days."""

    organisation_id: int
    day: dt.date
    date_from: dt.date
    date_to: dt.date
    registers: list[str] | None = None
    retry_of_id: int | None = None


def make(wanted: Wanted, kind: str, hint_after: float) -> int | None:
    """The new run's id; None when a scheduled run for that organisation and day is there already.

    `hint_after`: seconds until the sweep may enqueue it, should the first message get lost.
    """
    with transaction() as session:
        flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
        values = vars(wanted) | {"kind": kind, "created_at": now(), "hint_at": now(hint_after), "state": RunState.DUE}
        values |= {"attempts": 0, "hints": 0}
        statement = flavour.insert(TurnoverRun).values(**values).on_conflict_do_nothing().returning(TurnoverRun.id)
        made: int | None = session.scalar(statement)
        return made


def get(run_id: int) -> Run | None:
    """The run, or None when there is no such."""
    with reading() as session:
        row = session.objects.get(TurnoverRun, run_id)
        return plain(row) if row else None


def claim(run_id: int) -> int | None:
    """Start or resume the run: its lease, or None when it is ended, held, not yet due, or another run is at work.

    At work is a run of the same organisation that is running, dead or alive: it is resumed before the next begins.
    """
    with transaction() as session:
        organisation = session.scalar(select(TurnoverRun.organisation_id).where(TurnoverRun.id == run_id))
        session.execute(select(Organisation.id).where(Organisation.id == organisation).with_for_update())
        values = {"state": RunState.RUNNING, "started_at": _started(), "due_at": None}
        return leases.claim(session, TurnoverRun, run_id, _may_run, **values)


@cache
def _started() -> ColumnElement[dt.datetime]:
    return func.coalesce(table_of(TurnoverRun).c.started_at, now())


def _may_run() -> ColumnElement[bool]:
    """Condition on TurnoverRun: it is due, and no other run of its organisation is at work."""
    other = aliased(TurnoverRun)
    others = (other.organisation_id == TurnoverRun.organisation_id, other.id != TurnoverRun.id)
    at_work = exists().where(*others, other.state == RunState.RUNNING)
    due = or_(TurnoverRun.due_at.is_(None), TurnoverRun.due_at <= now())
    return and_(TurnoverRun.state.in_(OPEN), due, ~at_work)


def at_work(organisation_id: int) -> int | None:
    """The id of the run that is running for this organisation, dead or alive."""
    with reading() as session:
        return session.scalar(
            select(TurnoverRun.id).where(
                TurnoverRun.organisation_id == organisation_id, TurnoverRun.state == RunState.RUNNING
            )
        )


def writes_only(run_id: int) -> bool:
    """Whether nobody holds the run, which waits before it asks AFAS again, and has days that may be written."""
    waits = (TurnoverRun.state == RunState.RUNNING, TurnoverRun.due_at > now(), leases.free(TurnoverRun))
    with reading() as session:
        return session.scalar(select(exists().where(TurnoverRun.id == run_id, *waits, pending_days(run_id)))) or False


def progress(session: Session, run_id: int, sweep_seconds: float) -> None:
    """Something of the run was done: the sweep waits its full time again."""
    session.execute(update(TurnoverRun).where(TurnoverRun.id == run_id).values(hint_at=now(sweep_seconds), hints=0))


def pending_days(run_id: int) -> ColumnElement[bool]:
    """Condition: the run has register-days still to be written."""
    return exists().where(RegisterDay.run_id == run_id, RegisterDay.state == DayState.PENDING)


def sources_due(run_id: int) -> ColumnElement[bool]:
    """Condition: the run has sources still to be read, or has not looked which it has."""
    has_any = exists().where(SourceRead.run_id == run_id)
    return or_(~has_any, exists().where(SourceRead.run_id == run_id, SourceRead.state == SourceState.DUE))


def close(session: Session, run_id: int) -> RunState | None:
    """End the run if all its sources and register-days have ended: its state, or None when it goes on or has ended.

    Counted in the database by whoever finished something last; the row is locked first, so only one closes it.
    """
    session.execute(select(TurnoverRun.id).where(TurnoverRun.id == run_id).with_for_update())
    over = select(TurnoverRun.id).where(
        TurnoverRun.id == run_id,
        TurnoverRun.state.in_(OPEN),
        ~sources_due(run_id),
        ~pending_days(run_id),
    )
    if session.scalar(over) is None:
        waits = (TurnoverRun.state == RunState.RUNNING, TurnoverRun.due_at.is_not(None), ~pending_days(run_id))
        session.execute(
            update(TurnoverRun)
            .where(TurnoverRun.id == run_id, *waits)
            .values(state=RunState.WAITING, hint_at=TurnoverRun.due_at)
        )
        return None
    state = verdict(session, run_id)
    finish(session, run_id, state, None)
    return state


def finish(session: Session, run_id: int, state: RunState, message: str | None) -> None:
    """The run's end; whoever holds it loses its lease's fence."""
    values: dict[str, object] = {
        "state": state,
        "finished_at": now(),
        "lease_id": None,
        "due_at": None,
        "hint_at": None,
    }
    if message is not None:
        values["message"] = message
    ended = update(TurnoverRun).where(TurnoverRun.id == run_id).values(**values)
    organisation = session.scalars(ended.returning(TurnoverRun.organisation_id)).one()
    # Those that stood behind it may begin: the sweep need not wait out the pauses that it had come to.
    behind = (TurnoverRun.organisation_id == organisation, TurnoverRun.state.in_(OPEN), TurnoverRun.due_at.is_(None))
    session.execute(update(TurnoverRun).where(*behind).values(hint_at=now(), hints=0))


def verdict(session: Session, run_id: int) -> RunState:
    """The end state that the run's sources and register-days add up to."""
    sources = session.execute(select(SourceRead.state, SourceRead.complaints).where(SourceRead.run_id == run_id)).all()
    if all(source.state == SourceState.FAILED for source in sources):
        return RunState.FAILED
    bad_days = exists().where(RegisterDay.run_id == run_id, RegisterDay.state.in_([DayState.FAILED, DayState.PARKED]))
    bad_source = any(source.state == SourceState.FAILED or source.complaints for source in sources)
    return RunState.DONE_WITH_FAILURES if bad_source or session.scalar(select(bad_days)) else RunState.DONE


def put_off(run_id: int, lease: int, seconds: float, *, attempt: bool) -> None:
    """Let the run wait `seconds`, then go on; `attempt`: it has tried. Others begin once its days are written.

    Meanwhile the sweep looks after it only while it has days to write.
    """
    with transaction() as session:
        pending = pending_days(run_id)
        state = case((pending, RunState.RUNNING), else_=RunState.WAITING)
        values = {"state": state, "due_at": now(seconds), "hints": 0}
        values |= {"hint_at": case((pending, now()), else_=now(seconds))}
        leases.fenced(session, TurnoverRun, run_id, lease, **values, attempts=TurnoverRun.attempts + int(attempt))


def ended(run_id: int) -> bool:
    """Whether the run has come to its end."""
    with reading() as session:
        return session.scalar(select(TurnoverRun.state).where(TurnoverRun.id == run_id)) not in OPEN


def still_open(session: Session, run_id: int) -> bool:
    """Whether the run has not ended; it is locked until the transaction ends."""
    state = session.scalar(select(TurnoverRun.state).where(TurnoverRun.id == run_id).with_for_update())
    return state in OPEN


def fail_pending(session: Session, run_id: int, message: str) -> None:
    """Register-days of the run that were not written fail."""
    pending = (RegisterDay.run_id == run_id, RegisterDay.state == DayState.PENDING)
    values = {"state": DayState.FAILED, "reason": "error", "message": message}
    session.execute(update(RegisterDay).where(*pending).values(**values))


def logged(session: Session, run_id: int) -> None:
    """The run's end stands in the log file."""
    session.execute(update(TurnoverRun).where(TurnoverRun.id == run_id).values(logged_at=now()))


def clock() -> dt.datetime:
    """The database's wall clock."""
    with reading() as session:
        return session.execute(select(now())).scalar_one()


def plain(row: TurnoverRun) -> Run:
    """What a recipe sees of the row."""
    return Run(**{name: getattr(row, name) for name in Run.__dataclass_fields__})
