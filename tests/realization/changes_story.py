"""One chunk of changes or deletions, told as a story."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tasks.realization.changes import judge, next_step
from tasks.realization.chunks import Turn
from tasks.realization.decisions import Ask, Send, Wait
from tasks.realization.images import images, wanted
from tasks.realization.words import Action, Answer, Chunk, Line, ReadBack, Row, Trust, Value
from tests.realization.builders import LIMITS, NOON, SURE, Story

OLD = NOON - timedelta(days=1)
BEFORE: Mapping[str, Value] = {"Qu": Decimal(1), "Ap": False}
ASKED: Mapping[str, Value] = {"Ap": True}
LOOKED = NOON - timedelta(minutes=1)


def shown(line: int, values: Mapping[str, Value] | None = None, modified: datetime | None = OLD, key: str = "") -> Row:
    return Row(str(100 + line), key or f"K{line}", {**BEFORE, **(values or {})}, modified)


def done(line: int, **values: Value) -> Row:
    """The line as it was asked to be."""
    return shown(line, values or ASKED, NOON)


def succeeded(*lines: int, at: datetime = NOON) -> Answer:
    return Answer(at, status=200, own=True, named=tuple((f"K{line}", str(100 + line)) for line in lines))


class Changes(Story):
    """Lines 0, 1, … are changes of the Ids 100, 101, …"""

    def __init__(self, count: int = 1, action: Action = Action.APPROVE, trust: Trust = SURE, **line: Any) -> None:
        super().__init__("", trust)
        given = {"asked": {} if action == Action.DELETE else ASKED} | line
        lines = [Line(one, f"K{one}", afas_ids=(str(100 + one),))._replace(**given) for one in range(count)]
        self.chunk = Chunk(1, tuple(lines), action=action)

    def shows(self, rows: Iterable[Row] = (), at: datetime = LOOKED) -> "Changes":
        """A read-back of all open lines that shows these rows."""
        found = images(ReadBack(at, tuple(rows)), wanted(self.chunk))
        assert found is not None
        self._takes(judge(self.chunk, found, LIMITS))
        return self

    def looked(self) -> "Changes":
        """Every line with its before-image."""
        return self.shows([shown(line.id) for line in self.lines])

    def sent(self, numbers: Iterable[int], answer: Answer | None) -> "Changes":
        self.send(numbers, answer)
        return self

    def next(self, at: datetime = NOON, **turn: Any) -> Send | Ask | Wait | None:
        return next_step(self.chunk, replace(Turn(at, self.trust, LIMITS), **turn))
