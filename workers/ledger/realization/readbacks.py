"""Read-backs: what they must show, and what is kept of each."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Update, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningInsert

from workers.columns import among, now
from workers.database import Session, reading, transaction
from workers.ledger.realization.acts import Delivery, ReadBack
from workers.ledger.realization.models import Batch, Line
from workers.ledger.realization.work import UNFINISHED
from workers.rows import ROWS_A_STATEMENT


def begin(owner: int, asked: dict[str, Any]) -> tuple[int, dt.datetime]:
    """A read-back's row, and the moment by the database before its first page is asked."""
    with transaction(single=True) as session:
        number, moment = session.execute(_begun(), {"owner": owner, "question": asked}).one()
        return number, moment


@cache
def _begun() -> ReturningInsert[int, dt.datetime]:
    row = insert(ReadBack).values(owner_id=bindparam("owner"), begun_at=now(), asked=bindparam("question"))
    return row.returning(ReadBack.id, ReadBack.begun_at)


def end(session: Session, number: int, *, rows: int | None = None, error: str | None = None) -> None:
    """What came of it: `rows` shown, or why it is none."""
    session.execute(_ended(), {"number": number, "shown": rows, "why": error})


@cache
def _ended() -> Update:
    values = {"ended_at": now(), "rows": bindparam("shown"), "error": bindparam("why")}
    return update(ReadBack).where(ReadBack.id == bindparam("number")).values(**values)


def last(session: Session, owner: int) -> tuple[dt.datetime, dt.datetime] | None:
    """When the organisation's last read-back that came to an end began and ended; None: there was none."""
    found = session.execute(_last(), {"owner": owner}).first()
    return (found[0], found[1]) if found and found[1] else None


@cache
def _last() -> Select[dt.datetime, dt.datetime | None]:
    ended = (ReadBack.owner_id == bindparam("owner"), ReadBack.ended_at.is_not(None))
    return select(ReadBack.begun_at, ReadBack.ended_at).where(*ended).order_by(ReadBack.id.desc()).limit(1)


def failed(session: Session, owner: int) -> int:
    """How many of the organisation's last read-backs came to nothing, of this day and up to the last that did not."""
    errors = list(session.scalars(_errors(), {"owner": owner}))
    return next((number for number, error in enumerate(errors) if error is None), len(errors))


@cache
def _errors() -> Select[str | None]:
    ended = (ReadBack.owner_id == bindparam("owner"), ReadBack.ended_at > now(-86_400))
    return select(ReadBack.error).where(*ended).order_by(ReadBack.id.desc()).limit(16)


class Known(NamedTuple):
    """A line that was proved applied: its key, AFAS's Ids, its employee, and when a read-back last missed it."""

    id: int
    key: str | None
    afas_id: str | None
    employee: str | None
    missed_at: dt.datetime | None


def census(owner: int, days: tuple[dt.date, dt.date], since: dt.datetime, before: dt.datetime) -> list[Known]:
    """Our lines that a read-back over `days` must show.

    Inserts of batches that came in from `since` on, proved applied before `before`, with no operation under way, and
    not missed before the last resume: a person has looked at those.
    """
    asked = {"owner": owner, "first": days[0], "last": days[1], "since": since, "before": before}
    with reading() as session:
        return [Known(*row) for row in session.execute(_census(), asked)]


@cache
def _census() -> Select[int, str | None, str | None, str | None, dt.datetime | None]:
    other = aliased(Line)
    own = Delivery.organisation_id == bindparam("owner")
    resumed = select(Delivery.resumed_at).where(own).scalar_subquery()
    # Another one has lines of its own under the Ids of ours.
    environment = select(Delivery.environment_id).where(own).scalar_subquery()
    touched = exists().where(
        other.environment_id == Line.environment_id,
        other.afas_id == Line.afas_id,
        other.id != Line.id,
        other.state.in_(UNFINISHED),
    )
    ours = (
        Batch.owner_id == bindparam("owner"),
        Line.environment_id == environment,
        Batch.action == "insert",
        Batch.created_at >= bindparam("since"),
        Line.state == "applied",
        Line.holds_key,
        Line.date.between(bindparam("first"), bindparam("last")),
        Line.settled_at < bindparam("before"),
        or_(Line.missed_at.is_(None), resumed.is_(None), Line.missed_at > resumed),
    )
    found = select(Line.id, Line.xp_re, Line.afas_id, Line.employee, Line.missed_at)
    return found.join(Batch, Batch.id == Line.batch_id).where(*ours, ~touched)


def missed(session: Session, lines: list[int], at: dt.datetime) -> list[int]:
    """Applied lines that a read-back should have shown and did not: those that no earlier one has missed."""
    if not lines:
        return []
    new = update(Line).where(among(Line.id, lines), Line.missed_at.is_(None)).values(missed_at=at)
    return sorted(session.scalars(new.returning(Line.id)))


def deleted(session: Session, environment: int, afas_ids: Sequence[str], since: dt.datetime) -> set[str]:
    """Which of these lines of AFAS were deleted through us since then."""
    found: set[str] = set()
    for first in range(0, len(afas_ids), ROWS_A_STATEMENT):
        some = {"environment": environment, "ids": afas_ids[first : first + ROWS_A_STATEMENT], "since": since}
        found |= set(session.scalars(_deleted(), some))
    return found


@cache
def _deleted() -> Select[Any]:
    theirs = (Line.environment_id == bindparam("environment"), Line.afas_id.in_(bindparam("ids", expanding=True)))
    ended = (Line.state == "applied", Line.settled_at >= bindparam("since"), Batch.action == "delete")
    return select(Line.afas_id).join(Batch, Batch.id == Line.batch_id).where(*theirs, *ended)


def looked(session: Session, lines: list[int], at: dt.datetime) -> None:
    """Lines that were looked for before they were ever sent."""
    if lines:
        session.execute(update(Line).where(among(Line.id, lines)).values(looked_at=at))
