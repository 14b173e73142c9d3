"""The recipe of delivery: a chunk's next step, with at most one call that writes; then whose turn it is."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tasks.realization import back, case, look, post
from tasks.realization.back import After, Give
from tasks.realization.case import Case
from tasks.realization.chunks import Looked, read_back_now
from tasks.realization.decisions import Ask, Send
from tasks.realization.words import Purpose
from workers import leases
from workers.database import reading, transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import readbacks, slots, work
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
    moved = False

    def give(after: After) -> None:
        nonlocal moved
        moved = True
        hand_on([after], hands)

    with leases.holding(held.lease):
        try:
            _step(held, hands, give)
        except LeaseLostError:
            _log.warning("chunk %s: another worker has taken it over", chunk_id)
            return
    if moved:
        _turns(held, hands)


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


def _step(held: Held, hands: Hands, give: Give) -> None:
    """One step of the chunk; nothing is given when it waits its turn."""
    with Place(held, current().afas_parallel_calls, lambda: _send_on(held, hands)) as place:
        # Before the chunk is loaded: where every call is taken, most come only to wait.
        if held.chunk.fresh and not held.chunk.waits_since and not place.taken():
            return _wait(held)
        if _in_vain(held):
            return _wait(held)
        opened = case.opened(held)
        if lost := [one for one in opened.chunk.attempts if one.answer is None and one.purpose != Purpose.ADOPTED]:
            return give(post.lost(opened, lost[-1]))
        step = opened.step
        if isinstance(step, Send):
            return give(post.send(opened, step, place)) if place.taken() else _stand_in_line(opened)
    if isinstance(step, Ask) and step.not_before <= opened.now:
        return _read_back(opened, step, give)
    with transaction() as session:
        after = back.put_back(session, opened)
    if after.chunk is not None or after.closed is not None:
        give(after)
    return None


def _in_vain(held: Held) -> bool:
    """Whether the chunk has suspects alone, and another one's keeps them waiting: one goes at a time."""
    if held.chunk.wants_slot_at is None or held.chunk.fresh or held.chunk.waits_since:
        return False
    with reading() as session:
        return work.others_hold(session, held)


def _stand_in_line(opened: Case) -> None:
    with transaction() as session:
        back.stand_in_line(session, opened)


def _wait(held: Held) -> None:
    with transaction() as session:
        work.release(session, held, ChunkState.PENDING, **work.hint_in(current().sweep_seconds))


def _read_back(opened: Case, step: Ask, give: Give) -> None:
    """The shared read-back, unless fresh chunks go first or one is under way."""
    with reading() as session:
        comes = step.urgent or _comes(session, opened.held, opened.held.chunk.waits_since or opened.now)
    if comes:
        return look.read_back(opened, give)
    with transaction() as session:
        back.put_back(session, opened)
    return None


def _comes(session: Session, held: Held, waits_since: dt.datetime) -> bool:
    """Whether a read-back comes now that is not urgent."""
    last = readbacks.last(session, held.owner)
    waits = work.others_send(session, held)
    return read_back_now(work.clock(session), waits_since, Looked(*last) if last else None, others_send=waits)


def _turns(held: Held, hands: Hands) -> None:
    """Enqueue the chunks that may send now, and one that waits for a read-back, when nothing fresh goes before it."""
    _send_on(held, hands)
    with reading() as session:
        waiting = work.next_to_read_back(session, held.owner)
        comes = waiting is not None and _comes(session, held, waiting[1])
    if waiting and comes:
        hands.chunk(waiting[0], 0.0)


def _send_on(held: Held, hands: Hands) -> None:
    for chunk in slots.turns(held.batch.environment_id, current().afas_parallel_calls):
        hands.chunk(chunk, 0.0)
