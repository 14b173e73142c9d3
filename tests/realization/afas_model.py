"""AFAS in memory: commits line by line, in order, stops at the tenth error, and may lose, delay, hide or lie."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.realization.words import Answer, Line, Reach, Row

TIMED_OUT = "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."
LOCKED = "Record is geblokkeerd door een andere gebruiker."
BLOCKED = "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd."
WORKS_FOR = timedelta(seconds=900)


@dataclass
class Committed:
    id: str
    line: Line
    at: datetime
    shown: bool = True


@dataclass
class Afas:
    """`hidden`: employees whose rows nobody sees; `named`: how many lines a success names."""

    bad: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()
    lag: timedelta = timedelta(0)
    stops_at: int = 10
    named: int = 1000
    rows: list[Committed] = field(default_factory=list)
    sent: Counter[int] = field(default_factory=Counter)
    deleted: Counter[int] = field(default_factory=Counter)
    copied: set[int] = field(default_factory=set)
    last: int = 20000

    def post(self, lines: Sequence[Line], now: datetime, fault: str) -> Answer:
        """One call under a fault; the answer is what comes back, if anything does."""
        early = {
            "refused": Answer(now, Reach.UNREACHABLE),
            "not_sent": Answer(now, Reach.NOT_SENT),
            "unauthorised": Answer(now, status=401),
            "too_large": Answer(now, status=413, text="too large"),
            "lost_before": Answer(now, Reach.LOST),
            "whole_call": Answer(now, status=500, own=True, text=BLOCKED),
        }
        if fault in early:
            return early[fault]
        late = fault in {"lost_late", "busy"}
        until = len(lines) // 2 if fault == "cut" else len(lines)
        done, errors = self._work(lines[:until], now + (WORKS_FOR if late else timedelta(0)), locked=fault == "locked")
        if late or fault in {"lost_after", "cut", "crash", "timed_out"}:
            return {
                "busy": Answer(now, status=503, retry_after=60),
                "timed_out": Answer(now, status=500, own=True, text=TIMED_OUT),
            }.get(fault, Answer(now, Reach.LOST))
        if errors or fault == "after_commit":
            text = " | ".join(errors) or "General message: something went wrong afterwards"
            return Answer(now, status=500, own=True, text=text, reference="0" * 32)
        return Answer(now, status=201, own=True, named=tuple((row.line.key, row.id) for row in done[: self.named]))

    def _work(self, lines: Sequence[Line], at: datetime, *, locked: bool) -> tuple[list[Committed], list[str]]:
        done: list[Committed] = []
        errors: list[str] = []
        for line in lines:
            if line.id in self.bad or (locked and not errors):
                errors.append(f"line {line.key} is bad" if line.id in self.bad else LOCKED)
                if len(errors) == self.stops_at:
                    break
                continue
            done.append(self._commit(line, at))
        return done, errors

    def _commit(self, line: Line, at: datetime) -> Committed:
        self.last += 1
        self.sent[line.id] += 1
        row = Committed(str(self.last), line, at, str(line.values.get("EmId")) not in self.hidden)
        self.rows.append(row)
        return row

    def visible(self, now: datetime) -> tuple[Row, ...]:
        shown = [row for row in self.rows if row.shown and row.at + self.lag <= now]
        return tuple(Row(row.id, row.line.key, row.line.values) for row in shown)

    def human_deletes(self, now: datetime, number: int) -> None:
        """A person deletes one of the rows that stand there."""
        there = [row for row in self.rows if row.at <= now]
        if there:
            row = there[number % len(there)]
            self.rows.remove(row)
            self.deleted[row.line.id] += 1

    def human_copies(self, now: datetime, number: int) -> None:
        """A person copies a row, key and all."""
        there = [row for row in self.rows if row.at <= now]
        if there:
            row = there[number % len(there)]
            self.last += 1
            self.rows.append(Committed(str(self.last), row.line, now, row.shown))
            self.copied.add(row.line.id)

    def mended(self) -> None:
        """An administrator lets the reader see every row."""
        self.hidden = frozenset()
        for row in self.rows:
            row.shown = True

    def doubled(self, line: int) -> int:
        return max(0, self.sent[line] - self.deleted[line] - 1)
