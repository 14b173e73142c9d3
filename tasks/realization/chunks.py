"""Lines in chunks, which are islands: what a chunk sends next, and when its tries or its batch come to an end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from tasks.realization.calls import carriers, ended_at, may_have_left
from tasks.realization.decisions import Ask, Send, Wait
from tasks.realization.missing import STOPS_AT
from tasks.realization.prospects import UNKNOWN, Prospects
from tasks.realization.settle import due_at
from tasks.realization.trust import unseen
from tasks.realization.verdict import LINE_ERRORS, NOT_EXECUTED, SHARED, Meaning, meaning
from tasks.realization.words import UNSETTLED, WATCHED, Attempt, Chunk, Limits, Line, LineState, Purpose, Trust

MAX_FRUITLESS = 8  #: attempts in a row that moved nothing, after which a chunk's tries end
SAME_REFUSALS = 100  #: refusals with one text and nothing applied in between, after which a batch is paused
PUT_OFF = timedelta(minutes=5)  #: how long a read-back may wait for fresh chunks to pass
LEARNING = frozenset({Purpose.CANARY, Purpose.PROBE})


@dataclass(frozen=True)
class Turn:
    """What a chunk has to know of the others when its turn comes.

    `fresh_left`: how many lines the batch has in chunks that still try, which were never tried and against which
    nothing is known. `untold`: another of its chunks has lines that were sent, and nobody has told yet whether AFAS
    tried them. `held`: a watched attempt of the organisation (`trust.holds` of any chunk) is not yet judged. `braked`:
    the batch sends nothing, and what it sent is judged.
    """

    now: datetime
    trust: Trust
    limits: Limits
    fresh_left: int = 0
    held: bool = False
    prospects: Prospects = UNKNOWN
    untold: bool = False
    braked: bool = False


@dataclass(frozen=True)
class Looked:
    """The organisation's last read-back that came to an end."""

    begun_at: datetime
    ended_at: datetime

    def rested(self, now: datetime) -> bool:
        """Whether another one may come though it is not needed at once: as long after its end as it took itself."""
        return now >= self.ended_at + (self.ended_at - self.begun_at)


def dealt(lines: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """The lines over as few chunks as hold them at most `size` each, dealt like cards; a line never changes chunk.

    Neighbours are mostly of one person or project. Apart, their errors do not all fall to one chunk, which they would
    stop again and again.
    """
    number = ceil(len(lines) / size)
    return [tuple(lines[first::number]) for first in range(number)]


def counts(lines: Iterable[Line]) -> dict[LineState, int]:
    """How many lines are in each state; together they are the batch."""
    found = Counter(line.state for line in lines)
    return {state: found[state] for state in LineState}


def fruitless(count: int, attempt: Attempt, *, moved: bool) -> int:
    """A chunk's count of fruitless attempts after this one; the organisation's troubles and canaries add nothing."""
    meant = meaning(attempt.answer)
    if moved:
        return 0
    idle = meant in NOT_EXECUTED | SHARED | {Meaning.PASSING}
    return count + (not idle and attempt.purpose not in LEARNING | {Purpose.ADOPTED})


def brakes(verdicts: Sequence[str | None]) -> bool:
    """Whether a batch is paused; `verdicts` since its last retry, in order: AFAS's text, None for an applied line."""
    last = set(verdicts[-SAME_REFUSALS:])
    return len(verdicts) >= SAME_REFUSALS and len(last) == 1 and last != {None}


def read_back_now(now: datetime, waits_since: datetime, last: Looked | None, *, others_send: bool) -> bool:
    """Whether the shared read-back comes now: no other chunk has lines to send, or the oldest has waited long enough.

    Or the `last` one is long ago beside what it took: the sooner errors are known, the less they hold up.
    """
    return not others_send or now >= waits_since + PUT_OFF or last is None or last.rested(now)


def next_attempt(chunk: Chunk, turn: Turn) -> Send | None:
    """Which lines go next as one attempt: a canary before its turn, fresh ones in order, suspects alone at the end."""
    if turn.trust.stopped or turn.braked or chunk.fruitless >= MAX_FRUITLESS or in_flight(chunk):
        return None
    free = not (turn.trust.read_back and turn.held)
    sure = turn.trust.proven or not turn.trust.read_back
    left = [line for line in chunk.lines if line.state in {LineState.PENDING, LineState.SUSPECT}]
    ready = [line for line in left if _ready(chunk, line, turn)]
    fresh = _fresh([line for line in ready if line.state == LineState.PENDING], chunk, turn)
    suspects = [line for line in ready if line.state == LineState.SUSPECT and not unprovable(chunk, line, turn.trust)]
    canaries = [line for line in suspects if line.goes_as in LEARNING]
    if canaries and free and sure:
        return _alone(canaries, chunk, turn)
    if fresh and (sure or free):
        return Send(fresh, Purpose.FRESH if sure else Purpose.PATHFINDER)
    # What calls left behind is looked at first: there may be good lines among it.
    looked = not (turn.untold or untold(chunk))
    return _alone(suspects, chunk, turn) if suspects and free and looked and not turn.fresh_left else None


def next_step(chunk: Chunk, turn: Turn) -> Send | Ask | Wait | None:
    """What the chunk does next; None: nothing can move it any more but a human."""
    if send := next_attempt(chunk, turn):
        return send
    if turn.trust.stopped:
        return Wait(None)
    if ask := asks(chunk, turn):
        return ask
    tries = chunk.fruitless < MAX_FRUITLESS
    left = [line for line in chunk.lines if line.state in {LineState.PENDING, LineState.SUSPECT}]
    if turn.braked:
        return Wait(None) if tries and (left or holds_back(chunk)) else None
    if left and tries:
        later = [due for line in left if (due := due_at(chunk, line.id)) and due > turn.now]
        return Wait(min(later) if len(later) == len(left) else None)
    return Ask(turn.now) if holds_back(chunk) and turn.trust.read_back and tries else None


def asks(chunk: Chunk, turn: Turn) -> Ask | None:
    """The read-back that the chunk waits for, if it waits for one; it may have lines to send meanwhile."""
    if not turn.trust.read_back:
        return None
    if unseen(chunk, turn.trust):
        return Ask(turn.now, urgent=True)
    sent = [carriers(chunk, line.id)[-1:] for line in chunk.lines if line.state in UNSETTLED]
    last = {attempt.number: attempt for found in sent for attempt in found}
    waits = [attempt for attempt in last.values() if not attempt.judged]
    if not waits:
        return None
    # An error of its own says at once what it was sent for; any other outcome holds the organisation up.
    urgent = any(
        call.purpose in WATCHED - {Purpose.SUSPECT} and meaning(call.answer) not in LINE_ERRORS for call in waits
    )
    return Ask(min(ended_at(attempt, turn.limits) for attempt in waits) + turn.limits.lag, urgent=urgent)


def in_flight(chunk: Chunk) -> bool:
    """Whether a call of the chunk has begun and nobody knows of it more."""
    return any(
        attempt.answer is None and attempt.purpose != Purpose.ADOPTED and not attempt.judged
        for attempt in chunk.attempts
    )


def unprovable(chunk: Chunk, line: Line, trust: Trust) -> bool:
    """Whether nothing can show any more that the line, judged absent without a witness, is: a person has to look."""
    return not trust.read_back and not line.witnessed and may_have_left(carriers(chunk, line.id), line.id)


def _ready(chunk: Chunk, line: Line, turn: Turn) -> bool:
    """Whether every call that carried the line has been judged, and no passing error keeps it waiting.

    Where nothing is read back a person has judged them for this line alone.
    """
    due, said = due_at(chunk, line.id), line.witnessed and not turn.trust.read_back
    judged = said or all(attempt.judged for attempt in carriers(chunk, line.id))
    return judged and (due is None or due <= turn.now)


def room(chunk: Chunk, limits: Limits) -> int:
    """How many lines an attempt may carry at most: half of what was too large."""
    halves = [len(call.lines) // 2 for call in chunk.attempts if meaning(call.answer) == Meaning.TOO_LARGE]
    return max(1, min([limits.chunk_lines, *halves]))


def _room(chunk: Chunk, turn: Turn) -> int:
    """How many lines the next attempt carries at most: one where nothing is trusted."""
    trusted = turn.trust.read_back and turn.trust.proven and not turn.trust.single
    return room(chunk, turn.limits) if trusted else 1


def _fresh(pending: Sequence[Line], chunk: Chunk, turn: Turn) -> tuple[int, ...]:
    """Lines that were never tried, those against which nothing is known before all others of the batch.

    The others go by so few that AFAS leaves none of them untried.
    """
    plain = [line.id for line in pending if turn.prospects.plain(line)]
    if plain:
        return tuple(plain[: turn.prospects.portion(len(plain), _room(chunk, turn), turn.fresh_left)])
    return () if turn.fresh_left else tuple(line.id for line in pending[: min(STOPS_AT, _room(chunk, turn))])


def untold(chunk: Chunk) -> bool:
    """Whether it has lines that were sent, and nobody has told yet whether AFAS tried them."""
    return any(line.state == LineState.SENT for line in chunk.lines)


def holds_back(chunk: Chunk) -> bool:
    """Whether lines wait for what becomes of others of the chunk."""
    return any(line.state == LineState.IN_DOUBT and not line.matter for line in chunk.lines)


def _alone(suspects: Sequence[Line], chunk: Chunk, turn: Turn) -> Send:
    """The first suspect; those that go as probes go together. One without a witness is a canary."""
    first = suspects[0]
    if first.goes_as == Purpose.PROBE:
        together = [line.id for line in suspects if line.goes_as == Purpose.PROBE]
        return Send(tuple(together[: _room(chunk, turn)]), Purpose.PROBE)
    sure = first.witnessed or not turn.trust.read_back
    return Send((first.id,), first.goes_as if sure and first.goes_as else Purpose.CANARY)
