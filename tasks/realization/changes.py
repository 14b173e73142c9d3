"""Changes of lines that exist, and deletions: a before-image first, then calls, then a comparison with it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tasks.realization.calls import carriers, ended_at, executed
from tasks.realization.chunks import MAX_FRUITLESS, Turn, in_flight, room
from tasks.realization.decisions import Ask, Ruling, Send, Told, Wait
from tasks.realization.images import OPEN, Images, Sight, sight, tellable
from tasks.realization.missing import STOPS_AT
from tasks.realization.settle import ENDS, due_at, refused
from tasks.realization.verdict import LINE_ERRORS, Meaning, meaning
from tasks.realization.words import Action, Attempt, Chunk, Limits, Line, LineState, Matter, Purpose, Row

KEEPS = timedelta(minutes=5)  #: how old the image of a line may be that goes out


def judge(chunk: Chunk, shown: Images, limits: Limits) -> Ruling:
    """What a read-back of named lines decides about one chunk; a line that it was not asked for stays.

    A first image stands in the ruling as `before`: the rules of intake judge it before it is saved (`images.known`).
    """
    new = {line.id: line for line in chunk.lines}
    judged: dict[int, bool] = {}
    new |= {line.id: after for line in chunk.lines if (after := _alone(chunk, line, shown, limits))}
    for attempt in filter(executed, chunk.attempts):
        left = [new[line] for line in attempt.lines if _waits(chunk, new[line], attempt)]
        calls = [attempt, *(call for line in left for call in carriers(chunk, line.id))]
        if not all(map(shown.covers, left)) or not _ended(calls, shown, limits, limits.lag):
            continue
        new |= {line.id: line for line in _verdicts(chunk, attempt, left, shown)}
        if not attempt.judged:
            moved = {LineState.SUSPECT, *ENDS} if meaning(attempt.answer) in LINE_ERRORS else ENDS
            judged[attempt.number] = any(new[line].state in moved for line in attempt.lines)
    return _ruling(chunk, new.values(), judged)


def next_step(chunk: Chunk, turn: Turn) -> Send | Ask | Wait | None:
    """What the chunk does next; None: nothing can move it any more but a human.

    `turn.fresh_left` and `turn.held` count nothing: an earlier operation of the batch may be the suspect for which
    its fresh lines wait, and what a change left behind is seen in the line itself.
    """
    if turn.trust.stopped:
        return Wait(None)
    if not turn.trust.read_back:
        # Nothing is asked that could lag.
        turn = replace(turn, limits=replace(turn.limits, lag=timedelta(0)))
    tries = chunk.fruitless < MAX_FRUITLESS
    if tries and not turn.braked and not in_flight(chunk) and (step := _goes(chunk, turn)):
        return step
    if turn.trust.read_back and (ask := _ask(chunk, turn)):
        return ask
    left = [line for line in chunk.lines if line.state in {LineState.PENDING, LineState.SUSPECT}]
    if not (left and tries):
        return None
    if turn.braked:
        return Wait(None)
    later = [due for line in left if (due := _due(chunk, line, turn.limits)) and due > turn.now]
    return Wait(min(later, default=None))


def _goes(chunk: Chunk, turn: Turn) -> Send | Ask | None:
    """Lines that may go: those that are pending before suspects, each looked at before it goes."""
    for state in (LineState.PENDING, LineState.SUSPECT):
        of = [line for line in chunk.lines if line.state == state and not line.ahead and _free(chunk, line, turn)]
        if looked := [line for line in of if not turn.trust.read_back or _looked(line, turn)]:
            return _send(chunk, looked, turn)
        if of:
            return Ask(turn.now, urgent=True)
    return None


def _send(chunk: Chunk, lines: Sequence[Line], turn: Turn) -> Send:
    """Together go lines of which a read-back can tell what became of them; all others alone, and AFAS's answer tells.

    A suspect is no watched call, as it is for inserts: a change that went twice is the same change.
    """
    together = [line.id for line in lines if tellable(line) and line.state == LineState.PENDING]
    if chunk.action == Action.DELETE or not turn.trust.read_back or turn.trust.single or not together:
        return Send((lines[0].id,), Purpose.FRESH)
    return Send(tuple(together[: room(chunk, turn.limits)]), Purpose.FRESH)


def _free(chunk: Chunk, line: Line, turn: Turn) -> bool:
    due = _due(chunk, line, turn.limits)
    return all(call.judged for call in carriers(chunk, line.id)) and (due is None or due <= turn.now)


def _looked(line: Line, turn: Turn) -> bool:
    """Whether the image is young enough to send on, and younger than what was done to the line before.

    A change that goes twice is harmless only while nobody else changed the line in between. So each repeat too goes
    on an image, which showed the line and its modified time unmoved since the first.
    """
    if line.looked_at is None or turn.now - line.looked_at > KEEPS:
        return False
    return line.ahead_ended is None or line.looked_at >= line.ahead_ended + turn.limits.lag


def _ask(chunk: Chunk, turn: Turn) -> Ask | None:
    """The read-back that judges calls; at once for what is in doubt though its calls were judged."""
    lines = [(line, carriers(chunk, line.id)[-1:]) for line in chunk.lines if line.state in OPEN]
    waits = [call for _, last in lines for call in last if not call.judged]
    if waits:
        return Ask(min(ended_at(call, turn.limits) for call in waits) + turn.limits.lag)
    return Ask(turn.now) if any(line.state == LineState.IN_DOUBT and not line.matter for line, _ in lines) else None


def _due(chunk: Chunk, line: Line, limits: Limits) -> datetime | None:
    """From when on the line may go: when an image of it counts, and a passing error has had its time."""
    return max((at for at in (_counts_from(chunk, line, limits), due_at(chunk, line.id)) if at), default=None)


def _counts_from(chunk: Chunk, line: Line, limits: Limits) -> datetime | None:
    """From when on an image of the line counts: the lag after all that was done to it, and after it came in.

    Whoever sent it knew the line as AFAS had it then, and an image that lags may show less.
    """
    ends = [ended_at(call, limits) for call in carriers(chunk, line.id)]
    ends += [moment for moment in (line.ahead_ended, chunk.received_at) if moment]
    return max(ends) + limits.lag if ends else None


def _alone(chunk: Chunk, line: Line, shown: Images, limits: Limits) -> Line | None:
    """What an image says of a line by itself: its first look, what is as asked, or that it may be sent once more."""
    calls = carriers(chunk, line.id)
    if line.state not in OPEN or not shown.covers(line) or not _ended(calls, shown, limits, timedelta(0)):
        return None
    from_ = _counts_from(chunk, line, limits)
    counts = from_ is None or shown.begun_at >= from_
    to_go = line.state in {LineState.PENDING, LineState.SUSPECT} and all(call.judged for call in calls)
    if to_go and (not calls or line.before is None):
        return _first(line, shown, chunk.action) if counts and not line.ahead else None
    seen = sight(line, _row(line, shown), chunk.action)
    if seen == Sight.AS_ASKED:
        return _applied(line)
    if to_go and counts:
        return line._replace(looked_at=shown.begun_at) if seen == Sight.UNMOVED else _lost(line, seen)
    return None


def _waits(chunk: Chunk, line: Line, attempt: Attempt) -> bool:
    """Whether the line waits for the verdict on this attempt, which carried it last."""
    if line.state not in OPEN or carriers(chunk, line.id)[-1:] != [attempt]:
        return False
    return not attempt.judged or (line.state == LineState.IN_DOUBT and line.matter is None)


def _verdicts(chunk: Chunk, attempt: Attempt, left: Sequence[Line], shown: Images) -> list[Line]:
    """What a call left behind. After an answered error AFAS stopped at the tenth: the first ten unmoved are suspect."""
    seen = {line.id: sight(line, _row(line, shown), chunk.action) for line in left}
    unmoved = [line.id for line in left if seen[line.id] == Sight.UNMOVED]
    looked = [line._replace(looked_at=shown.begun_at) for line in left]
    suspects = set(unmoved[:STOPS_AT]) if meaning(attempt.answer) in LINE_ERRORS else set()
    return [
        _unmoved(chunk, attempt, line, suspect=line.id in suspects)
        if line.id in unmoved and meaning(attempt.answer) != Meaning.APPLIED
        else _other(attempt, line, seen[line.id])
        for line in looked
    ]


def _unmoved(chunk: Chunk, attempt: Attempt, line: Line, *, suspect: bool) -> Line:
    meant = meaning(attempt.answer)
    if suspect and len(attempt.lines) == 1 and attempt.answer is not None:
        return refused(chunk, line, attempt.answer, witness=True)
    if suspect:
        # Its own image is its witness: it may be cancelled.
        return line._replace(state=LineState.SUSPECT, goes_as=Purpose.SUSPECT, witnessed=True, matter=None)
    timed = line.before is not None and line.before.modified is not None
    if timed or meant in LINE_ERRORS | {Meaning.WHOLE_CALL}:
        return line._replace(state=LineState.PENDING, goes_as=None, matter=None)
    return _lost(line, Sight.UNSURE)


def _other(attempt: Attempt, line: Line, seen: Sight) -> Line:
    """A line that is not as asked, and of which nobody can say that the call did not reach it."""
    meant = meaning(attempt.answer)
    if meant == Meaning.APPLIED:
        return line._replace(state=LineState.IN_DOUBT, matter=Matter.UNNAMED, goes_as=None)
    if meant in LINE_ERRORS and len(attempt.lines) == 1 and attempt.answer is not None:
        line = line._replace(message=attempt.answer.text, reference=attempt.answer.reference)
    return _lost(line, seen)


def _lost(line: Line, seen: Sight) -> Line:
    """Somebody moved the line, or nobody can tell: a person's later change is never overwritten."""
    if seen == Sight.MOVED:
        return line._replace(state=LineState.CONFLICT, matter=Matter.MOVED, goes_as=None)
    return line._replace(state=LineState.IN_DOUBT, matter=Matter.LOST, goes_as=None)


def _first(line: Line, shown: Images, action: Action) -> Line:
    """The line with its before-image; one that can't be named, or is to be deleted and is not there, has its end."""
    rows, deletes = shown.of(line), action == Action.DELETE
    if len(rows) > 1:
        ids = ", ".join(row.afas_id for row in rows)
        return line._replace(state=LineState.INVALID, matter=Matter.AMBIGUOUS, message=f"ambiguous: {ids}")
    if not rows and (deletes or not line.afas_ids):
        return line._replace(state=LineState.REFUSED if deletes else LineState.INVALID, matter=Matter.ABSENT)
    before = rows[0] if rows else None
    ids_of = (before.afas_id,) if before and not line.afas_ids else line.afas_ids
    return line._replace(afas_ids=ids_of, before=before, looked_at=shown.begun_at)


def _applied(line: Line) -> Line:
    return line._replace(state=LineState.APPLIED, matter=None, message="", reference=None, goes_as=None)


def _row(line: Line, shown: Images) -> Row | None:
    return next(iter(shown.of(line)), None)


def _ended(calls: Iterable[Attempt], shown: Images, limits: Limits, lag: timedelta) -> bool:
    """Whether all these calls had ended, that much before the images were asked for."""
    return all(shown.begun_at >= ended_at(call, limits) + lag for call in calls)


def _ruling(chunk: Chunk, after: Iterable[Line], judged: dict[int, bool]) -> Ruling:
    pairs = list(zip(chunk.lines, after, strict=True))
    lines = tuple(new for old, new in pairs if new != old)
    told = [Told(new.matter, (new.id,), new.afas_ids) for old, new in pairs if new.matter and new.matter != old.matter]
    return Ruling(lines, tuple(told), judged)
