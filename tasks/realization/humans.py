"""What a person says of lines: settled by hand, cancelled, forgotten. Nothing is believed before it can be true."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.realization import closing, mapping
from tasks.realization.calls import carriers, ended_at
from tasks.realization.closing import Closed
from tasks.realization.words import Action, Chunk, LineState, Purpose
from workers.database import Session, reading, transaction
from workers.ledger.realization import batches, contents, humans, work
from workers.ledger.realization.humans import Deed
from workers.ledger.realization.models import Batch, Line
from workers.settings import current
from workers.staff.models import AfasConnection
from workers.texts import text

#: Which of an organisation's lines AFAS shows now, with their Ids: a fresh and complete read-back, or an AfasError.
Look = Callable[[int, Sequence[int]], Mapping[int, Sequence[str]]]
APPLIED, ABSENT = "applied", "absent"


class RefusedError(Exception):
    """Raised when a deed is not done; its text says why, and what to do."""


@dataclass(frozen=True)
class Word:
    """What a person says of a line in doubt; `forced`: although no read-back agrees."""

    verdict: str
    note: str
    by: str
    forced: bool = False


@dataclass(frozen=True)
class Cancelled:
    """How many lines were cancelled, and how many will be once they are proved absent."""

    lines: int
    wished: int
    work: Closed


def one(session: Session, name: str, batch_id: int | None = None) -> Line:
    """The line that `name` means, by id or XpRe. Raises RefusedError when there is none, or more than one."""
    found = humans.find(session, name, batch_id)
    if not found:
        raise RefusedError(text("people.no_line", name=name))
    if len(found) > 1:
        ids = ", ".join(str(line.id) for line in found)
        raise RefusedError(text("people.many_lines", name=name, ids=ids))
    return found[0]


def resolve(batch_id: int, name: str, word: Word, look: Look) -> Closed:
    """Settle a line in doubt: it is in AFAS (`applied`), or it is not, and goes once more, alone and watched.

    Raises UnknownBatchError, RefusedError, and what `look` raises.
    """
    if not word.note.strip():
        raise RefusedError(text("people.no_note"))
    with reading() as session:
        batch = batches.head(session, batch_id).batch
        line = one(session, name, batch_id)
        _doubtful(session, line)
        # Of a change a read-back could not tell, or it would not be in doubt.
        asks = _shows(session, batch) and batch.action == Action.INSERT and not word.forced
    shown = tuple(look(batch.owner_id, [line.id]).get(line.id, ())) if asks else ()
    if asks and bool(shown) != (word.verdict == APPLIED):
        key = "people.not_shown" if word.verdict == APPLIED else "people.shown"
        raise RefusedError(text(key, name=name, ids=", ".join(shown)))
    with transaction() as session:
        return _resolved(session, batch, line.id, word, shown)


def cancel(batch_id: int, by: str) -> Cancelled:
    """Cancel what was not sent; of all other unfinished lines it is a wish. Raises UnknownBatchError, RefusedError."""
    with transaction() as session:
        chunks = [chunk.id for chunk in humans.lock(session, humans.of_batch(session, batch_id))]
        batches.head(session, batch_id, lock=True)
        humans.fence_out(session, chunks, current().sweep_seconds)
        ended, wished = humans.cancel(session, batch_id)
        if not ended and not wished:
            raise RefusedError(text("people.nothing_to_cancel", batch=batch_id))
        humans.keep(session, ended, "cancelled", Deed("cancelled", by))
        for state in sorted(set(wished.values())):
            humans.keep(session, [line for line in wished if wished[line] == state], state, Deed("wished", by))
        humans.put_away(session, batch_id)
        batches.unbraked(session, batch_id)
        batches.reopened(session, batch_id)
        closed = closing.close(session, batch_id, by_hand=True)
        work_ = closing.together(closed, Closed(chunks=tuple(batches.open_chunks(session, batch_id))))
    return Cancelled(len(ended), len(wished), work_)


def forget(name: str, by: str) -> int:
    """Free the key of an applied line that somebody deleted in AFAS: the line's id. Raises RefusedError."""
    with transaction() as session:
        found = [line for line in humans.find(session, name) if line.holds_key]
        line = found[0] if len(found) == 1 else one(session, name)
        if not line.holds_key or not humans.move(session, line.id, APPLIED, holds_key=False):
            raise RefusedError(text("people.not_applied", name=name))
        humans.keep(session, [line.id], APPLIED, Deed("forgotten", by))
        return line.id


def _doubtful(session: Session, line: Line) -> None:
    """Raises RefusedError unless the line is in doubt, and every call that carried it has ended."""
    if line.state != LineState.IN_DOUBT or line.chunk_id is None:
        raise RefusedError(text("people.not_in_doubt", line=line.id, state=text(f"batches.count.{line.state}")))
    until = ends_at(session, line)
    if until is not None and until > work.clock(session):
        raise RefusedError(text("people.too_soon", line=line.id, until=local(until)))


def ends_at(session: Session, line: Line) -> dt.datetime | None:
    """When every call that carried the line has ended for certain; None: no call did."""
    if line.chunk_id is None:
        return None
    _, attempts = contents.of(session, line.chunk_id)
    limits = mapping.limits(current(), dt.timedelta(0))
    calls = carriers(Chunk(line.chunk_id, (), tuple(map(mapping.attempt, attempts))), line.id)
    return max((ended_at(call, limits) for call in calls), default=None)


def local(moment: dt.datetime) -> str:
    """A moment as people here read it."""
    return f"{moment.astimezone(current().zone):%Y-%m-%d %H:%M:%S}"


def _resolved(session: Session, batch: Batch, line_id: int, word: Word, shown: Sequence[str]) -> Closed:
    chunk_id = session.objects.get_one(Line, line_id).chunk_id or 0
    humans.lock(session, [chunk_id])
    line = session.objects.get_one(Line, line_id, populate_existing=True)
    if humans.held(session, [chunk_id]):
        raise RefusedError(text("people.busy", line=line_id))
    _doubtful(session, line)
    applied = word.verdict == APPLIED
    values = _present(line, shown) if applied else _absent(line, batch.action, shows=_shows(session, batch))
    if values["state"] in (LineState.APPLIED, LineState.CANCELLED):
        values["settled_at"] = work.clock(session)
    if shown:
        values["seen_at"] = work.clock(session)
    humans.move(session, line_id, LineState.IN_DOUBT, **values)
    deed = Deed("forced" if word.forced else "resolved", word.by, word.note)
    humans.keep(session, [line_id], values["state"], deed)
    humans.judged(session, chunk_id)
    chunks: tuple[int, ...] = ()
    if values["state"] in (LineState.PENDING, LineState.SUSPECT):
        humans.take_up(session, chunk_id, current().sweep_seconds)
        chunks = (chunk_id,)
    batches.reopened(session, batch.id)
    return closing.together(closing.close(session, batch.id, by_hand=True), Closed(chunks=chunks))


def _shows(session: Session, batch: Batch) -> bool:
    return session.objects.get_one(AfasConnection, batch.owner_id).read_back is not None


def _present(line: Line, shown: Sequence[str]) -> dict[str, Any]:
    ids = list(dict.fromkeys((*(line.afas_id or "").split(contents.SEPARATOR), *shown)))
    known = contents.SEPARATOR.join(filter(None, ids))
    twice = len(shown) > 1
    message = f"duplicate: {known}" if twice else None
    matter = "duplicate" if twice else None
    return {"state": LineState.APPLIED, "afas_id": known or None, "matter": matter, "message": message}


def _absent(line: Line, action: str, *, shows: bool) -> dict[str, Any]:
    """A person's word is no witness: an insert goes alone, and must be seen before anything else of its kind goes.

    Where nothing shows it, the word is all there is.
    """
    open_ = {"matter": None, "message": None, "reference": None, "witnessed": not shows, "goes_as": None}
    if line.wish:
        return {**open_, "state": LineState.CANCELLED, "holds_key": False}
    if action == Action.INSERT:
        return {**open_, "state": LineState.SUSPECT, "goes_as": Purpose.CANARY}
    return {**open_, "state": LineState.PENDING, "before": None, "looked_at": None}
