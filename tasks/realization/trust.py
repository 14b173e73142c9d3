"""What a read-back is worth: what it shows, whose absence it proves, and what an organisation still has to see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tasks.realization.calls import carriers, may_have_left
from tasks.realization.decisions import Ruling, Told
from tasks.realization.verdict import LINE_ERRORS, NOT_EXECUTED, Meaning, meaning
from tasks.realization.words import (
    UNSETTLED,
    WATCHED,
    Attempt,
    Chunk,
    Line,
    LineState,
    Matter,
    Purpose,
    ReadBack,
    Row,
    Trust,
    Value,
    folded,
)

TOLERATED = 3  #: lines of the census that may be gone: a person may have deleted them
SHOWN_WITHIN = timedelta(minutes=15)  #: how long a line that was applied may stay invisible
CHECKED = ("DaTi", "EmId", "ItCd", "Qu")


@dataclass(frozen=True)
class View:
    """A complete read-back and its worth. `witnesses`: employees whose missing lines are absent."""

    begun_at: datetime
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    witnesses: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    stop: Told | None = None

    def of(self, line: Line) -> tuple[Row, ...]:
        """The rows with the line's key."""
        return self.rows.get(folded(line.key), ())

    def proof(self, line: Line) -> tuple[Row, ...]:
        """Those of them that prove that the line is there."""
        return tuple(row for row in self.of(line) if not row.gone)

    def unsure(self, line: Line) -> bool:
        """Whether what it shows of the line proves neither that it is there nor that it is not."""
        return bool(self.of(line)) and not self.proof(line)

    def witness(self, line: Line) -> bool:
        """Whether the line's absence counts; a line without employee has no witness."""
        return employee(line) in self.witnesses


def lag(trust: Trust, floor: timedelta) -> timedelta:
    """How much later than a call a read-back must be asked: `floor`, or three times the largest lag seen.

    Never less than a wait that was once seen to be enough: an old line that is shown proves no lag of a young one.
    """
    return max(floor, 3 * trust.largest_lag, trust.shown_within or floor)


def employee(line: Line) -> str | None:
    """Whose line it is; None: it names nobody."""
    value = line.values.get("EmId")
    return folded(value) or None if isinstance(value, str) else None


def same(line: Line, row: Row) -> bool:
    """Whether a row is the line itself: of the four fields, those that the line gave and the connector shows."""
    both = [name for name in CHECKED if name in row.values and line.values.get(name) is not None]
    return all(_plain(line.values[name]) == _plain(row.values[name]) for name in both)


def view(read_back: ReadBack, ours: Iterable[Line], trust: Trust) -> View | None:
    """The worth of a read-back, `ours` being our lines in its range; None when it is not complete."""
    if not read_back.complete:
        return None
    rows: dict[str, tuple[Row, ...]] = {}
    for row in read_back.rows:
        key = folded(row.key)
        rows[key] = (*rows.get(key, ()), row)
    ids = {row.afas_id for row in read_back.rows}
    gone = [line for line in read_back.census if folded(line.key) not in rows and ids.isdisjoint(line.afas_ids)]
    missed = Told(Matter.CENSUS, tuple(line.id for line in gone))
    stop = missed if len(gone) > TOLERATED else None
    shown = {employee(line) for line in ours if _ours(line, rows, ids)}
    named = shown - set(map(employee, gone)) if not (stop or trust.single) else set()
    return View(read_back.begun_at, rows, frozenset(name for name in named if name), (missed,) if gone else (), stop)


def watched(attempt: Attempt, trust: Trust) -> bool:
    """Whether what it commits must be seen: it went alone to learn something, since the last resume."""
    return attempt.purpose in WATCHED and (trust.resumed_at is None or attempt.begun_at >= trust.resumed_at)


def unseen(chunk: Chunk, trust: Trust) -> list[tuple[Line, Attempt]]:
    """Lines that a watched attempt applied and that no read-back has shown yet."""
    applied = [line for line in chunk.lines if line.state == LineState.APPLIED and line.seen_at is None]
    last = [(line, carriers(chunk, line.id)[-1:]) for line in applied]
    return [(line, attempt) for line, found in last for attempt in found if watched(attempt, trust)]


def maybe_twice(chunk: Chunk, trust: Trust) -> list[Line]:
    """Lines that a watched attempt applied, or may have, without a witness, and that an earlier call may have left."""
    doubted = [line for line in chunk.lines if line.state == LineState.IN_DOUBT]
    lost = [line for line in doubted if any(watched(call, trust) for call in carriers(chunk, line.id)[-1:])]
    lines = [line for line in (*(line for line, _ in unseen(chunk, trust)), *lost) if not line.witnessed]
    return [line for line in lines if may_have_left(carriers(chunk, line.id)[:-1], line.id)]


def holds(chunk: Chunk, trust: Trust) -> bool:
    """Whether this chunk keeps the organisation from sending its next pathfinder, suspect or canary."""
    if not trust.read_back:
        return False
    return bool(unseen(chunk, trust)) or any(_open(chunk, call) for call in chunk.attempts if watched(call, trust))


def after(trust: Trust, found: View | None, rulings: Iterable[Ruling]) -> Trust:
    """The organisation's trust after a read-back (None: an answer alone) and what was decided about each chunk."""
    every = list(rulings)
    return replace(
        trust,
        proven=trust.proven or any(ruling.proven for ruling in every),
        single=trust.single or any(ruling.single for ruling in every),
        stopped=trust.stopped or (found is not None and found.stop is not None) or any(ruling.stop for ruling in every),
        largest_lag=max([trust.largest_lag, *(ruling.lag for ruling in every)]),
        shown_within=min(_known([trust.shown_within, *(ruling.shown_within for ruling in every)]), default=None),
    )


def doubted(chunk: Chunk) -> Chunk:
    """The chunk when the organisation stops: what was judged absent, and has not gone since, is in doubt again.

    Otherwise a resume would send on the word of the view that was found wrong.
    """
    back = {
        line.id
        for line in chunk.lines
        if line.state in {LineState.PENDING, LineState.SUSPECT} and carriers(chunk, line.id)
    }
    lines = tuple(
        line._replace(state=LineState.IN_DOUBT, goes_as=None, witnessed=False)
        if line.id in back or line.state == LineState.IN_DOUBT
        else line
        for line in chunk.lines
    )
    return replace(chunk, lines=lines)


def resumed(trust: Trust, now: datetime) -> Trust:
    """After a human's resume: it starts again with a pathfinder."""
    return replace(trust, proven=False, single=False, stopped=False, resumed_at=now)


def _known(waits: Iterable[timedelta | None]) -> list[timedelta]:
    return [wait for wait in waits if wait is not None]


def _open(chunk: Chunk, attempt: Attempt) -> bool:
    """Whether a watched call may still turn out to have left something that nobody sees."""
    meant = meaning(attempt.answer)
    if attempt.answer is None:
        return True
    if meant in NOT_EXECUTED or attempt.judged or attempt.purpose == Purpose.PATHFINDER:
        return False
    if len(attempt.lines) == 1 and meant in LINE_ERRORS | {Meaning.WHOLE_CALL}:
        return False
    return any(line.id in attempt.carried and line.state in UNSETTLED for line in chunk.lines)


def _ours(line: Line, rows: Mapping[str, tuple[Row, ...]], ids: set[str]) -> bool:
    if line.state == LineState.APPLIED and not ids.isdisjoint(line.afas_ids):
        return True
    return any(line.state == LineState.APPLIED or same(line, row) for row in rows.get(folded(line.key), ()))


def _plain(value: Value) -> Value:
    return folded(value) if isinstance(value, str) else value
