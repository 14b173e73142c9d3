"""A chunk that is given back: as its next step wants it, and with what is to be handed on for that."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tasks.realization import closing
from tasks.realization.calls import carriers, may_have_left
from tasks.realization.case import Case, record, stop
from tasks.realization.chunks import LEARNING, MAX_FRUITLESS, PUT_OFF, holds_back, unprovable, untold
from tasks.realization.closing import Closed
from tasks.realization.core import Step
from tasks.realization.decisions import Ask, Ruling, Send, Told, Wait
from tasks.realization.trust import holds, maybe_twice
from tasks.realization.words import UNSETTLED, WATCHED, Action, Chunk, Line, LineState, Matter, Purpose
from workers.database import Session
from workers.ledger.realization import waiting, work
from workers.ledger.realization.models import BatchState, ChunkState
from workers.settings import current

AHEAD = timedelta(seconds=1)  #: by which a call that frees lines goes before those that hold some back
LONGEST_LOOK = 300  #: seconds between two read-backs that move nothing


def put_back(session: Session, case: Case, *, looked: bool = False, called: bool = False) -> "After":
    """Give the chunk back as its next step wants it; `looked`: a read-back was just made, and moved nothing of it.

    `called`: when its turn for a call comes, whoever moved last tells it; else it comes once by itself.
    """
    case = case if case.trust.read_back else _blind(session, case)
    seconds = _released(session, case, looked=looked, called=called)
    return _after(case, seconds, closing.close(session, case.held.batch.id) if _may_end(case) else None)


def _may_end(case: Case) -> bool:
    """Whether nothing of the batch may move any more by itself, or something may again."""
    waited = case.held.batch.state == BatchState.WAITING
    # A change stands still behind another one, for which perhaps a person has to do something.
    stands = case.step == Wait(None) and (case.braked or case.chunk.action != Action.INSERT)
    return not stands if waited else stands or case.step is None


def _released(session: Session, case: Case, *, looked: bool, called: bool) -> float | None:
    """The chunk is given back: in how many seconds it is to come again; None: something else brings it."""
    step, held, sweep = case.step, case.held, current().sweep_seconds
    own: dict[str, Any] = {"holds": holds(case.chunk, case.trust), "waits_since": None, "urgent": False, "looks": 0}
    own |= {"fresh": case.fresh, "untold": untold(case.chunk)}
    looks = held.chunk.looks + 1 if looked else 0
    if isinstance(step, Ask):
        return _to_read_back(session, case, step, own, looks)
    if isinstance(step, Wait) and step.until is not None:
        work.release(session, held, ChunkState.PENDING, **own, due_at=step.until, hint_at=step.until, hints=0)
        return (step.until - case.now).total_seconds()
    own["due_at"] = None
    if isinstance(step, Wait) and case.braked:
        work.release(session, held, ChunkState.PENDING, **own, wants_slot_at=None, **work.braked_or_hint_in(sweep))
        return None
    if isinstance(step, Wait | Send):
        # It stands with those that wait for a call: whatever moves next gives it its turn.
        first = _first(case, step)
        own |= {"wants_slot_at": first.since or waiting.in_line(), **_asked(case, looks)}
        work.release(session, held, ChunkState.PENDING, **own, **work.hint_in(sweep))
        itself = isinstance(step, Send) and (case.pause or (first.goes_by_itself(step) and not called))
        return case.pause if itself else None
    state = ChunkState.FAILED if case.chunk.fruitless >= MAX_FRUITLESS else ChunkState.DONE
    work.release(session, held, state, **own, wants_slot_at=None, hint_at=None, hints=0)
    return None


def gives_up(case: Case, states: Collection[LineState]) -> list[Line]:
    """Lines in these states that a person wants cancelled, and that only to send them again could prove absent."""
    wished = {row.id for row in case.rows if row.wish and case.chunk.action == Action.INSERT}
    left = [line for line in case.chunk.lines if line.id in wished and line.state in states and not line.matter]
    return [line for line in left if all(call.judged for call in carriers(case.chunk, line.id))]


def given_up(session: Session, case: Case) -> Case:
    """What a person wants cancelled is not sent: it ends where AFAS has nothing of it, else they look, and are told.

    Call it for lines in doubt only after a read-back: what an earlier one missed may have been hidden.
    """
    lines = tuple(_wished(case.chunk, line) for line in gives_up(case, (LineState.SUSPECT, LineState.IN_DOUBT)))
    told = tuple(Told(Matter.WISHED, (line.id,)) for line in lines if line.matter)
    return record(session, case, Ruling(lines, told)) if lines else case


def stand_in_line(session: Session, case: Case) -> None:
    """Give the chunk back: no call is free for what it wants to send, and it waits for its turn."""
    values = {"wants_slot_at": _first(case, case.step).since or waiting.in_line(), **_asked(case, 0)}
    work.release(session, case.held, ChunkState.PENDING, **values, **work.hint_in(current().sweep_seconds))


def _asked(case: Case, looks: int) -> dict[str, Any]:
    """The columns of a read-back that the chunk wants while it stands in line; in vain, ever later."""
    ask = case.asks
    if ask is None:
        return {"waits_since": None, "urgent": False, "looks": 0}
    return {"waits_since": max(ask.not_before, case.now + _pause(looks)), "urgent": ask.urgent, "looks": looks}


def _wished(chunk: Chunk, line: Line) -> Line:
    if line.witnessed or not may_have_left(carriers(chunk, line.id), line.id):
        return line._replace(state=LineState.CANCELLED, goes_as=None)
    return line._replace(state=LineState.IN_DOUBT, matter=Matter.WISHED, goes_as=None)


def _blind(session: Session, case: Case) -> Case:
    """What is to be done where there is no read-back connector: there was none, or it was taken away meanwhile."""
    return _stopped(session, _given_to_people(session, case))


def _given_to_people(session: Session, case: Case) -> Case:
    """What waited for a read-back waits for a person, who is told."""
    chunk = case.chunk
    unlooked = {row.id for row in case.rows if case.cautious and case.unlooked(row)}
    open_ = [line for line in chunk.lines if (line.state in UNSETTLED and not line.matter) or line.id in unlooked]
    open_ = [line for line in open_ if line.state != LineState.SUSPECT or _looks(case, line)]
    lost = tuple(line._replace(state=LineState.IN_DOUBT, matter=Matter.LOST, goes_as=None) for line in open_)
    return record(session, case, Ruling(lost, tuple(Told(Matter.LOST, (line.id,)) for line in lost))) if lost else case


def _stopped(session: Session, case: Case) -> Case:
    """What went a second time without a witness, to be looked for then, stops the organisation: it may be twice."""
    if case.chunk.action != Action.INSERT or case.trust.stopped:
        return case
    twice = maybe_twice(case.chunk, case.trust)
    if not twice:
        return case
    ids = tuple(afas_id for line in twice for afas_id in line.afas_ids)
    return stop(session, case, Told(Matter.UNWATCHED, tuple(line.id for line in twice), ids))


def _looks(case: Case, line: Line) -> bool:
    """Whether a suspect has to be looked for: a call that carried it has still to be judged, or was so in vain."""
    inserts = case.chunk.action == Action.INSERT
    judged = line.witnessed or all(call.judged for call in carriers(case.chunk, line.id))
    return not judged or (inserts and unprovable(case.chunk, line, case.trust))


@dataclass(frozen=True)
class _First:
    """Whether the chunk goes before others: as if it had waited `since` then. `frees`: by one call that frees lines."""

    since: dt.datetime | None
    frees: bool

    def goes_by_itself(self, step: Send) -> bool:
        """Whether its own message brings the step; suspects go one at a time, whichever is the first then."""
        return self.frees or step.purpose not in WATCHED or step.purpose == Purpose.PATHFINDER


def _first(case: Case, step: Step) -> _First:
    """Lines that AFAS may never have come to wait for a canary, or for all ten that failed.

    The canary goes before all others; the ten before other suspects, once no line of the batch waits to be tried.
    """
    suspects = [line for line in case.chunk.lines if line.state == LineState.SUSPECT]
    frees = any(line.goes_as in LEARNING for line in suspects)
    if not suspects or not holds_back(case.chunk) or not (frees or isinstance(step, Send)):
        return _First(None, frees=False)
    since = case.held.batch.created_at
    return _First(since - AHEAD if frees else since, frees)


def _to_read_back(session: Session, case: Case, step: Ask, own: dict[str, Any], looks: int) -> float:
    """One that moved nothing is made again ever later; one that is put off comes up after five minutes at most."""
    chunk = case.held.chunk
    not_before, since = max(step.not_before, case.now + _pause(looks)), min(chunk.waits_since or case.now, case.now)
    hint = max(not_before, min(since + PUT_OFF, case.now + timedelta(seconds=current().sweep_seconds)))
    own |= {"due_at": not_before, "hint_at": hint, "hints": 0, "waits_since": since, "urgent": step.urgent}
    own |= {"looks": looks, "wants_slot_at": None}
    work.release(session, case.held, ChunkState.TO_READ_BACK, **own)
    return max(0.0, (not_before - case.now).total_seconds())


def _pause(looks: int) -> timedelta:
    return timedelta(seconds=min(2**looks, LONGEST_LOOK)) if looks else timedelta(0)


def _after(case: Case, seconds: float | None = None, closed: Closed | None = None) -> "After":
    every = closing.together(*case.ends, closed) if case.ends or closed else None
    return After(None if seconds is None else case.held.id, seconds or 0.0, every)


@dataclass(frozen=True)
class After:
    """What is to be handed on once the transaction is committed: the chunk again in `seconds`, and a batch's end."""

    chunk: int | None
    seconds: float = 0.0
    closed: Closed | None = None


Give = Callable[[After], None]  #: hands on at once what a committed step asks for
