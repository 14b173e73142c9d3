"""One chunk at a time, told as a story: what was sent, what came back, what is seen."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tasks.realization.chunks import Turn
from tasks.realization.decisions import Ruling
from tasks.realization.outcome import judge
from tasks.realization.settle import Setting, settle
from tasks.realization.trust import View, view
from tasks.realization.words import (
    Answer,
    Attempt,
    Chunk,
    Limits,
    Line,
    LineState,
    Purpose,
    Reach,
    ReadBack,
    Row,
    Trust,
)
from tests.realization.properties import lines_of

NOON = datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001 - the core compares moments and asks for no zone
SECOND = timedelta(seconds=1)
LIMITS = Limits(in_doubt_after=timedelta(seconds=1200), lag=SECOND)
SURE = Trust(proven=True)
LOST = Answer(NOON, Reach.LOST)
LATER = NOON + timedelta(hours=1)
BAD = "line is bad"


def error(text: str = BAD, at: datetime = NOON) -> Answer:
    return Answer(at, status=500, own=True, text=text, reference="f" * 32)


def created(*lines: Line, at: datetime = NOON) -> Answer:
    return Answer(at, status=201, own=True, named=tuple((line.key, str(20000 + line.id)) for line in lines))


def row(line: Line, number: int = 0) -> Row:
    return Row(str(20000 + line.id + number), line.key, line.values)


class Story:
    """A chunk, and what happens to it."""

    def __init__(self, employees: Iterable[str | None], trust: Trust = SURE) -> None:
        self.chunk = Chunk(1, tuple(lines_of(employees)))
        self.trust = trust
        self.ruling = Ruling()

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.chunk.lines

    def states(self, *numbers: int) -> list[str]:
        return [line.state.value for line in self.lines if not numbers or line.id in numbers]

    def send(self, numbers: Iterable[int], answer: Answer | None, purpose: Purpose = Purpose.FRESH) -> "Story":
        at = answer.at if answer else NOON
        attempt = Attempt(len(self.chunk.attempts) + 1, tuple(numbers), at - SECOND, purpose, answer)
        sent = [
            line._replace(state=LineState.SENT)
            if line.id in attempt.lines and line.state == LineState.PENDING
            else line
            for line in self.lines
        ]
        self.chunk = replace(self.chunk, lines=tuple(sent), attempts=(*self.chunk.attempts, attempt))
        return self._takes(settle(self.chunk, attempt, Setting(LIMITS, self.trust))) if answer else self

    def sees(self, numbers: Iterable[int], at: datetime = LATER, more: Iterable[Row] = ()) -> "Story":
        shown = [row(line) for line in self.lines if line.id in set(numbers)]
        found = view(ReadBack(at, (*shown, *more)), self.lines, self.trust)
        assert found is not None
        return self.judged(found)

    def judged(self, found: View) -> "Story":
        return self._takes(judge(self.chunk, found, self.trust, LIMITS))

    def turn(self, at: datetime = LATER, *, fresh_left: int = 0, held: bool = False) -> Turn:
        return Turn(at, self.trust, LIMITS, fresh_left, held)

    def _takes(self, ruling: Ruling) -> "Story":
        new = {line.id: line for line in ruling.lines}
        lines = tuple(new.get(line.id, line) for line in self.lines)
        calls = tuple(replace(call, judged=call.judged or call.number in ruling.judged) for call in self.chunk.attempts)
        self.chunk, self.ruling = replace(self.chunk, lines=lines, attempts=calls), ruling
        return self
