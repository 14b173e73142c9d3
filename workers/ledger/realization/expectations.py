"""What became of a batch's lines so far, as far as it tells what to expect of the others."""

import datetime as dt
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, Update, bindparam, exists, func, or_, select, type_coerce, update

from workers.database import Session
from workers.ledger.realization.models import Batch, Line


class Tried(NamedTuple):
    """How many lines AFAS took, the fields of those that it did not, and what was expected of the batch until now."""

    applied: int
    failed: list[dict[str, Any]]
    prospects: dict[str, Any] | None


def tried(session: Session, batch_id: int) -> Tried:
    """The batch's lines that were tried and of which something is known."""
    applied, before = session.execute(_applied(), {"batch": batch_id}).one()
    return Tried(applied, list(session.scalars(_failed(), {"batch": batch_id})), before)


@cache
def _applied() -> Select[int, dict[str, Any] | None]:
    applied = select(func.count()).where(Line.batch_id == Batch.id, Line.state == "applied")
    return select(applied.scalar_subquery(), Batch.prospects).where(Batch.id == bindparam("batch"))


@cache
def _failed() -> Select[Any]:
    return select(Line.fields).where(Line.batch_id == bindparam("batch"), Line.state.in_(["suspect", "refused"]))


def took(session: Session, batch_id: int, field: str, code: str) -> bool:
    """Whether AFAS took a line of the batch with this code (case-folded); as text, for that is how fields are kept."""
    fields = func.lower(type_coerce(Line.fields, Text))
    same = or_(*(fields.contains(f'"{field.lower()}":{one}', autoescape=True) for one in (f'"{code}"', f"{code},")))
    return bool(session.scalar(select(exists().where(Line.batch_id == batch_id, Line.state == "applied", same))))


def expect(session: Session, batch_id: int, prospects: dict[str, Any]) -> None:
    """Keep what is to be expected of the lines that were not tried."""
    session.execute(_expect(), {"batch": batch_id, "expected": prospects})


@cache
def _expect() -> Update:
    return update(Batch).where(Batch.id == bindparam("batch")).values(prospects=bindparam("expected"))


def last_verdicts(session: Session, batch_id: int, since: dt.datetime | None, most: int) -> list[str | None]:
    """The batch's latest verdicts in order, at most `most`: AFAS's text of a refusal, None for an applied line."""
    ended = [Line.batch_id == batch_id, Line.state.in_(["applied", "refused"]), Line.settled_at.is_not(None)]
    # What was not there to be deleted was refused by nobody.
    ended.append(Line.matter.is_distinct_from("absent"))
    if since is not None:
        ended.append(Line.settled_at > since)
    latest = session.execute(
        select(Line.state, Line.message).where(*ended).order_by(Line.settled_at.desc(), Line.id.desc()).limit(most)
    ).all()
    return [None if state == "applied" else message or "" for state, message in reversed(latest)]
