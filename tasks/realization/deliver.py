"""The recipe of delivery: a chunk's next step, with at most one call that writes; then whose turn it is."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tasks.realization import back, case, look, looking, post
from tasks.realization.back import After
from tasks.realization.case import Case
from tasks.realization.chunks import Looked, read_back_now
from tasks.realization.decisions import Ask, Ruling, Send
from tasks.realization.words import Action, LineState, Purpose
from workers import leases
from workers.database import Session, reading, transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import deliveries, readbacks, slots, waiting, work
from workers.ledger.realization.models import ChunkState
from workers.ledger.realization.slots import Place
from workers.ledger.realization.work import Held
from workers.settings import current

SHORT = 60.0  #: seconds: a longer pause is a due time, which the sweep looks at

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hands:
    """How work is handed on: a chunk's message after some seconds, a mail, a reply."""

    chunk: Callable[[int, float], None]
    mail: Callable[[int], None]
    reply: Callable[[int], None]


def deliver(chunk_id: int, hands: Hands) -> None:
    """Do what the chunk needs next. A chunk that is done, held by another or held up is left alone."""
    held = work.claim(chunk_id)
    if held is None:
        return
    turns = _Turns(held, hands)
    with leases.holding(held.lease):
        try:
            _step(held, turns)
        except LeaseLostError:
            _log.warning("chunk %s: another worker has taken it over", chunk_id)
            return
    turns.end()


class _Turns:
    """Who is told of what this worker did: what a committed step asks for, and whose turn it is then.

    `_left`: whether a call may be free for which nobody was told to come. `_shared`: whether it held others' chunks.
    """

    def __init__(self, held: Held, hands: Hands) -> None:
        self._held, self._hands = held, hands
        self._moved, self._left, self._shared = False, True, False

    def give(self, after: After) -> None:
        """Hand on what the step asks for."""
        self._moved = True
        hand_on([after], self._hands)

    def judged(self, after: After) -> None:
        """The same of one of many chunks, which may send while the others are judged."""
        self._shared = True
        self.give(after)
        if self._left:
            self.send_on()

    def send_on(self) -> None:
        """Enqueue the chunks that may send now.

        To be asked again after a chunk is given back: while it was held, a call that ended could not be offered to it.
        """
        held = self._held
        chunks, self._left = slots.turns(held.batch.environment_id, current().afas_parallel_calls)
        for chunk in chunks:
            self._hands.chunk(chunk, 0.0)

    def end(self) -> None:
        """What moved may have made room for others: to send, or to read back when nothing fresh goes before it."""
        if not self._moved:
            return
        if self._left or self._shared or self._held.batch.action != Action.INSERT:
            # Again, though it was asked when the call ended: a change that was told then may have come in vain, and
            # what a read-back held could not be told of the calls that ended meanwhile.
            self.send_on()
        with reading() as session:
            first = waiting.next_to_read_back(session, self._held.owner)
            comes = first and (first.urgent or _comes(session, self._held.owner, first.chunk, first.since))
        if first and comes:
            self._hands.chunk(first.chunk, 0.0)


def hand_on(afters: Iterable[After], hands: Hands) -> None:
    """Send what a committed step asks for."""
    for after in afters:
        if after.chunk is not None and after.seconds < SHORT:
            # A little more than asked, or the message comes before the chunk is due by the database's clock.
            hands.chunk(after.chunk, after.seconds + 0.05 if after.seconds > 0 else 0.0)
        if after.closed is not None:
            for mail in after.closed.mails:
                hands.mail(mail)
            for reply in after.closed.replies:
                hands.reply(reply)
            for chunk in after.closed.chunks:
                hands.chunk(chunk, 0.0)


def _step(held: Held, turns: _Turns) -> None:
    """One step of the chunk; nothing is given when it waits its turn."""
    with Place(held, current().afas_parallel_calls, turns.send_on) as place:
        if state := _waits_on(held, place):
            return _wait(held, state, turns)
        opened = case.opened(held)
        if after := _without_call(opened):
            return turns.give(after)
        step = opened.step
        if isinstance(step, Send) and place.taken():
            return turns.give(post.send(opened, step, place))
    ask = step if isinstance(step, Ask) else opened.asks
    if ask and ask.not_before <= opened.now:
        return _read_back(opened, ask, turns)
    if isinstance(step, Send):
        return _stand_in_line(opened, turns)
    with work.under(held) as session:
        after = back.put_back(session, opened)
    if after.chunk is not None or after.closed is not None:
        turns.give(after)
    elif held.chunk.fresh != opened.fresh:
        # It had a call and could not use it, for it counted lines as fresh that go last by now.
        turns.send_on()
    return None


def _without_call(opened: Case) -> After | None:
    """What is settled before anything is sent: a call that a crash left open, lines that are invalid or given up."""
    if lost := [one for one in opened.chunk.attempts if one.answer is None and one.purpose != Purpose.ADOPTED]:
        return post.lost(opened, lost[-1])
    invalid = looking.unlooked(opened, opened.step) if isinstance(opened.step, Send) else Ruling()
    if not (invalid.lines or back.gives_up(opened, (LineState.SUSPECT,))):
        return None
    with work.under(opened.held) as session:
        return back.put_back(session, back.given_up(session, case.record(session, opened, invalid)))


def _waits_on(held: Held, place: Place) -> ChunkState | None:
    """How the chunk goes on waiting, where that is seen before it is loaded; None: it has to be looked at.

    Most come only to wait: for a call, where all are taken; for a read-back that others pass, who look for the next one
    at their end; for another chunk's suspect, of which one goes at a time.
    """
    chunk, since = held.chunk, held.chunk.waits_since
    if held.batch.braked_at is not None:
        return None
    alone = since is not None and chunk.wants_slot_at is None
    if chunk.fresh and not alone and place.taken():
        return None
    with reading() as session:
        due = since is not None and since <= work.clock(session)
        if since is not None and due and (chunk.urgent or _comes(session, held.owner, held.id, since)):
            return None
        if alone:
            return None if chunk.fresh else ChunkState.TO_READ_BACK
        vain = chunk.fresh or (chunk.wants_slot_at is not None and waiting.others_hold(session, held))
        return ChunkState.PENDING if vain else None


def _stand_in_line(opened: Case, turns: _Turns) -> None:
    with transaction() as session:
        back.stand_in_line(session, opened)
    turns.send_on()


def _wait(held: Held, state: ChunkState, turns: _Turns) -> None:
    with transaction() as session:
        work.release(session, held, state, **work.hint_in(current().sweep_seconds))
    if held.chunk.fresh:
        turns.send_on()


def _read_back(opened: Case, step: Ask, turns: _Turns) -> None:
    """The shared read-back, unless fresh chunks go first or one is under way."""
    with reading() as session:
        held = opened.held
        comes = step.urgent or _comes(session, held.owner, held.id, held.chunk.waits_since or opened.now)
    if comes:
        return look.read_back(opened, turns.judged)
    with transaction() as session:
        back.put_back(session, opened)
    turns.send_on()
    return None


def _comes(session: Session, owner: int, chunk: int, waits_since: dt.datetime) -> bool:
    """Whether a read-back that is not urgent comes now for this chunk, and none is under way."""
    if deliveries.reads(session, owner):
        return False
    last = readbacks.last(session, owner)
    waits = waiting.others_send(session, owner, chunk)
    return read_back_now(work.clock(session), waits_since, Looked(*last) if last else None, others_send=waits)
