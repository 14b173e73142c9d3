"""What the lines are that one attempt left behind: the first ten, the canary, and one after another."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tasks.realization.calls import carriers
from tasks.realization.trust import View, employee
from tasks.realization.verdict import LINE_ERRORS, Meaning, meaning
from tasks.realization.words import UNSETTLED, Attempt, Chunk, Line, LineState, Matter, Purpose

STOPS_AT = 10  #: errors, after which AFAS leaves a call
CANARIES = 3  #: seen ones of different employees, after which one line of each other employee goes in one call


@dataclass(frozen=True)
class Group:
    """One attempt's lines as a view finds them: `left` of them it left behind, `still` those that nothing settled yet.

    `broken`: more lines are missing before the last visible one than AFAS's order allows.
    """

    attempt: Attempt
    left: tuple[Line, ...]
    still: tuple[Line, ...]
    broken: bool

    @cached_property
    def open(self) -> frozenset[int]:
        """The ids of `still`."""
        return frozenset(line.id for line in self.still)

    def parted(self, free: Callable[[Line], bool]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """The lines of `still` that are `free` to go, and those that are held."""
        return tuple(filter(free, self.still)), tuple(line for line in self.still if not free(line))


def group(chunk: Chunk, attempt: Attempt, view: View) -> Group:
    """The attempt's lines after what the view shows has been applied; a line that collides is on no side."""
    lines = {line.id: line for line in chunk.lines}
    left: list[Line] = []
    before = 0
    for line in (lines[number] for number in attempt.lines):
        again = carriers(chunk, line.id)[-1].number != attempt.number
        if line.state == LineState.APPLIED and not again:
            before = len(left)
        elif again or not view.of(line):
            left.append(line)
    # Who wants a line cancelled is asked what AFAS has of it; to miss it once more tells nothing new.
    open_ = [line for line in left if line.state in UNSETTLED and line.matter != Matter.WISHED]
    still = tuple(line for line in open_ if carriers(chunk, line.id)[-1].number == attempt.number)
    broken = before > STOPS_AT and attempt.purpose != Purpose.ADOPTED
    return Group(attempt, tuple(left), still, broken)


def resolved(found: Group, view: View) -> tuple[Line, ...]:
    """What the missing lines become: suspects, pending again, or in doubt until more is known."""
    meant = meaning(found.attempt.answer)
    if meant == Meaning.APPLIED:
        return tuple(line._replace(state=LineState.IN_DOUBT, matter=Matter.UNNAMED) for line in found.still)
    if found.broken or meant not in LINE_ERRORS:
        return _one_by_one(found, view)
    return _first_ten(found, view)


def freed(chunk: Chunk, alone: Attempt) -> tuple[Line, ...]:
    """Lines that wait for one that was just answered alone, with an error of its own: AFAS never came to them.

    Those with a witness wait for the tenth that failed, the others for all ten.
    """
    first = next((call for call in reversed(carriers(chunk, alone.lines[0])) if len(call.lines) > 1), None)
    if first is None or meaning(first.answer) not in LINE_ERRORS:
        return ()
    lines = {line.id: line for line in chunk.lines}
    last = {number: carriers(chunk, number)[-1] for number in first.lines}
    there = [last[number] == first and lines[number].state == LineState.APPLIED for number in first.lines]
    left = [lines[number] for number, shown in zip(first.lines, there, strict=True) if not shown]
    ten = left[:STOPS_AT]
    if len(ten) < STOPS_AT or any(there[first.lines.index(ten[-1].id) :]):
        return ()
    every = all(_failed(line, last[line.id]) for line in ten)
    still = [line for line in left[STOPS_AT:] if last[line.id] == first and _held(line)]
    return tuple(_pending(line) for line in still if every or (line.witnessed and _failed(ten[-1], last[ten[-1].id])))


def _first_ten(found: Group, view: View) -> tuple[Line, ...]:
    """After an answered error: ten failed, and AFAS never came to the rest, once the ten are proved to have failed."""
    ten, rest = found.left[:STOPS_AT], found.left[STOPS_AT:]
    last = ten[-1:] if rest else ()
    suspects = [
        _suspect(line, Purpose.CANARY if line in last else Purpose.SUSPECT, witnessed=view.witness(line))
        for line in ten
        if line.id in found.open
    ]
    untried = replace(found, still=tuple(line for line in rest if line.id in found.open))
    if all(map(_judged, ten)):
        return tuple(map(_pending, untried.still))
    known = all(map(_judged, last))
    free, held = untried.parted(lambda line: known and view.witness(line))
    if not suspects and not any(map(_waits, ten)):
        return (*map(_pending, free), *_one_by_one(replace(found, still=held), view))
    return (*suspects, *map(_pending, free), *(_in_doubt(line, witnessed=view.witness(line)) for line in held))


def _one_by_one(found: Group, view: View) -> tuple[Line, ...]:
    """After an unknown outcome: a line at a time proves its employee's; after three, one of each other employee."""
    seen = [line for line in found.left if line.state == LineState.APPLIED and _judged(line)]
    free, held = found.parted(lambda line: bool(seen) and view.witness(line) and not found.broken)
    goes = {line.id: line.goes_as or Purpose.CANARY for line in held if line.state == LineState.SUSPECT}
    if not goes and not any(_waits(line) for line in found.left if line.id not in found.open):
        goes = _next(held, {employee(line) for line in seen} - {None}, broken=found.broken)
    witnessed = [view.witness(line) and not found.broken for line in held]
    after = [
        _suspect(line, goes[line.id], witnessed=witness) if line.id in goes else _in_doubt(line, witnessed=witness)
        for line, witness in zip(held, witnessed, strict=True)
    ]
    return (*map(_pending, free), *after)


def _next(held: Sequence[Line], seen: Collection[str | None], *, broken: bool) -> dict[int, Purpose]:
    first = {employee(line): line.id for line in reversed(held) if employee(line) is not None}
    if len(seen) >= CANARIES and first and not broken:
        return dict.fromkeys(first.values(), Purpose.PROBE)
    return {line.id: Purpose.CANARY for line in held[:1]}


def _judged(line: Line) -> bool:
    """Whether it is proved that the line was absent: refused, or applied now and seen exactly once."""
    if line.state == LineState.APPLIED:
        return line.seen_at is not None and len(line.afas_ids) == 1
    return line.state in {LineState.REFUSED, LineState.CANCELLED}


def _waits(line: Line) -> bool:
    """Whether the line gets its verdict without a human."""
    return line.state == LineState.SUSPECT or (line.state == LineState.IN_DOUBT and line.matter is None)


def _failed(line: Line, last: Attempt) -> bool:
    """Whether AFAS's own error is known of the line, which was sent alone."""
    return _judged(line) or (len(last.lines) == 1 and meaning(last.answer) == Meaning.ERRORS)


def _held(line: Line) -> bool:
    return line.state == LineState.IN_DOUBT and line.matter is None


def _suspect(line: Line, goes_as: Purpose, *, witnessed: bool) -> Line:
    return line._replace(state=LineState.SUSPECT, goes_as=goes_as, witnessed=witnessed, matter=None)


def _pending(line: Line) -> Line:
    return line._replace(state=LineState.PENDING, goes_as=None, matter=None)


def _in_doubt(line: Line, *, witnessed: bool) -> Line:
    return line._replace(state=LineState.IN_DOUBT, goes_as=None, matter=None, witnessed=witnessed)
