"""Between the ledger's rows and the words of delivery."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tasks.realization import fields
from tasks.realization.settle import ENDS
from tasks.realization.words import (
    Action,
    Answer,
    Attempt,
    Chunk,
    Limits,
    Line,
    LineState,
    Matter,
    Purpose,
    Reach,
    Trust,
    folded,
)
from workers.afas.reply import Reply
from workers.ledger.realization import acts, models
from workers.ledger.realization.contents import SEPARATOR
from workers.settings import Settings

_FREES_KEY = ENDS - {LineState.APPLIED}


def limits(settings: Settings, lag: timedelta) -> Limits:
    """The times that prove something."""
    return Limits(timedelta(seconds=settings.in_doubt_after), lag, settings.chunk_lines)


def trust(row: acts.Delivery, *, read_back: bool) -> Trust:
    """What the organisation's read-backs are worth."""
    return Trust(
        read_back,
        row.proven,
        row.single,
        row.stop is not None,
        row.resumed_at,
        timedelta(seconds=row.largest_lag),
        None if row.shown_within is None else timedelta(seconds=row.shown_within),
    )


def trust_columns(before: Trust, after: Trust) -> dict[str, Any]:
    """The columns of Delivery that changed, but for a stop."""
    found: dict[str, Any] = {name: getattr(after, name) for name in ("proven", "single")}
    found["largest_lag"] = after.largest_lag.total_seconds()
    found["shown_within"] = None if after.shown_within is None else after.shown_within.total_seconds()
    return found if before != after else {}


def chunk(
    row: models.Chunk,
    batch: models.Batch,
    lines: list[models.Line],
    attempts: list[acts.Attempt],
    behind: Mapping[int, dt.datetime | None],
) -> Chunk:
    """A chunk with all that is known of it; `behind`: for whom an earlier operation has not ended (None), or when."""
    action = Action(batch.action)
    known = tuple(_behind(line(one, action), behind) for one in lines)
    return Chunk(row.id, known, tuple(map(attempt, attempts)), row.fruitless, action, batch.created_at)


def shown_keys(rows: Iterable[models.Line]) -> dict[int, str]:
    """The folded keys that AFAS showed of lines before they were changed; none of those that it shows without one."""
    return {row.id: key for row in rows if row.before and (key := folded(row.before["key"]))}


def line(row: models.Line, action: Action) -> Line:
    """One record; of an insert that is there only what a read-back is asked for by, and what it may witness."""
    there = action == Action.INSERT and row.state == LineState.APPLIED
    return Line(
        row.id,
        row.xp_re or "",
        {"DaTi": row.date, "EmId": row.employee} if there else fields.Values(row.fields),
        LineState(row.state),
        tuple(row.afas_id.split(SEPARATOR)) if row.afas_id else (),
        row.seen_at,
        row.missed_at,
        Purpose(row.goes_as) if row.goes_as else None,
        row.witnessed,
        Matter(row.matter) if row.matter else None,
        row.message or "",
        row.reference,
        asked=fields.asked(row.fields) if action != Action.INSERT else {},
        before=fields.row(row.before) if row.before else None,
        looked_at=row.looked_at,
    )


def _behind(one: Line, behind: Mapping[int, dt.datetime | None]) -> Line:
    if one.id not in behind:
        return one
    ended = behind[one.id]
    return one._replace(ahead=ended is None, ahead_ended=ended)


def granted(new: Line, row: models.Line) -> Line:
    """The line, cancelled where a person wished it and it is proved that AFAS has nothing of it."""
    absent = new.state == LineState.PENDING or (new.state == LineState.SUSPECT and new.witnessed)
    return new._replace(state=LineState.CANCELLED, goes_as=None) if row.wish and absent else new


def line_columns(new: Line, row: models.Line, now: dt.datetime, session_guid: str | None) -> dict[str, Any]:
    """The columns of a line that a decision changed; `session_guid`: of the call that applied it, if one did."""
    state = new.state
    ended = state in ENDS and row.state != state
    return {
        "id": new.id,
        "state": state,
        "afas_id": SEPARATOR.join(new.afas_ids) or None,
        "seen_at": new.seen_at,
        "missed_at": new.missed_at,
        "goes_as": new.goes_as,
        "witnessed": new.witnessed,
        "matter": new.matter,
        "message": new.message or None,
        "reference": new.reference,
        "holds_key": row.holds_key and state not in _FREES_KEY,
        "settled_at": now if ended else row.settled_at,
        "before": fields.columns(new.before) if new.before else None,
        "looked_at": new.looked_at,
        "session_guid": session_guid if ended and state == LineState.APPLIED else row.session_guid,
    }


def attempt(row: acts.Attempt) -> Attempt:
    """One call."""
    answer = None
    if row.answered_at is not None:
        answer = Answer(
            row.answered_at,
            Reach(row.reach or Reach.LOST),
            row.status,
            row.own,
            row.text or "",
            row.reference,
            retry_after=row.retry_after,
        )
    return Attempt(row.id, tuple(row.lines), row.begun_at, Purpose(row.purpose), answer, row.late_at, row.judged)


def answer(reply: Reply, at: dt.datetime) -> Answer:
    """What the call came to, at the database's time `at`."""
    named = tuple((one.key, one.afas_id) for one in reply.named)
    said = (reply.status, reply.own, reply.text, reply.reference, named, reply.retry_after)
    return Answer(at, Reach(reply.reach), *said)


def call_columns(reply: Reply, at: dt.datetime) -> dict[str, Any]:
    """The columns of an attempt that say how its call went; one that left too late counts from `at`."""
    found = {"session_guid": reply.session_guid, "duration": reply.duration}
    return found | ({"late_at": at} if reply.sent_late else {})


def answered(chunk: Chunk, number: int, answer: Answer, *, late: bool) -> tuple[Chunk, Attempt]:
    """The chunk that holds the answer to its attempt `number`, and that attempt."""
    found = next(one for one in chunk.attempts if one.number == number)
    attempt = replace(found, answer=answer, late_at=answer.at if late else found.late_at)
    attempts = tuple(attempt if one.number == number else one for one in chunk.attempts)
    return replace(chunk, attempts=attempts), attempt


def answer_columns(answer: Answer) -> dict[str, Any]:
    """The columns of an attempt that its answer fills."""
    return {
        "answered_at": answer.at,
        "reach": answer.reach,
        "status": answer.status,
        "own": answer.own,
        "text": answer.text or None,
        "reference": answer.reference,
        "named": len(answer.named),
        "retry_after": answer.retry_after,
    }


def known(id_: int, key: str | None, afas_id: str | None, employee: str | None, missed_at: dt.datetime | None) -> Line:
    """A line that was proved applied, as far as a read-back is held against it."""
    ids = tuple(afas_id.split(SEPARATOR)) if afas_id else ()
    return Line(id_, key or "", {"EmId": employee}, LineState.APPLIED, ids, missed_at=missed_at)
