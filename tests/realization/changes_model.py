"""AFAS in memory for changes: rows with their history, calls that may be late, and people who work there too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.realization.words import Action, Answer, Line, Reach, Row, Value
from tests.realization.afas_model import BLOCKED, LOCKED, TIMED_OUT, WORKS_FOR
from tests.realization.driver import START

PERSON = -1  #: who made a version that none of our lines made
EARLY = {
    "refused": Answer(START, Reach.UNREACHABLE),
    "not_sent": Answer(START, Reach.NOT_SENT),
    "unauthorised": Answer(START, status=401),
    "too_large": Answer(START, status=413, text="too large"),
    "lost_before": Answer(START, Reach.LOST),
    "whole_call": Answer(START, status=500, own=True, text=BLOCKED),
}


@dataclass(frozen=True)
class Version:
    """What a row was from `at` on; no values: deleted."""

    at: datetime
    by: int
    values: Mapping[str, Value] | None


@dataclass
class Afas:
    """`shows`: fields of the read-back connector, which shows modified times when `timed`. `hidden`: rows unseen."""

    rows: dict[str, list[Version]]
    action: Action = Action.UPDATE
    bad: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset({"Qu", "Ap"})
    timed: bool = True
    names: bool = True
    lag: timedelta = timedelta(0)
    done: set[int] = field(default_factory=set)
    late: list[tuple[datetime, list[Line]]] = field(default_factory=list)

    def call(self, lines: Sequence[Line], now: datetime, fault: str) -> Answer:
        """One call under a fault; the answer is what comes back, if anything does."""
        if fault in EARLY:
            return EARLY[fault]
        if fault in {"lost_late", "busy"}:
            self.late.append((now + WORKS_FOR, list(lines)))
            return Answer(now, status=503, retry_after=60) if fault == "busy" else Answer(now, Reach.LOST)
        done, errors = self._work(lines[: len(lines) // 2] if fault == "cut" else lines, now, locked=fault == "locked")
        if fault in {"lost_after", "cut", "crash"}:
            return Answer(now, Reach.LOST)
        if fault == "timed_out":
            return Answer(now, status=500, own=True, text=TIMED_OUT)
        if errors or fault == "after_commit":
            return Answer(now, status=500, own=True, text=" | ".join(errors) or "afterwards", reference="0" * 32)
        named = tuple((line.key, line.afas_ids[0]) for line in done if self.names)
        return Answer(now, status=200, own=True, named=named)

    def tick(self, now: datetime) -> None:
        """What AFAS worked on all the while is done by now."""
        due, self.late = [one for one in self.late if one[0] <= now], [one for one in self.late if one[0] > now]
        for at, lines in due:
            self._work(lines, at, locked=False)

    def person(self, row: str, now: datetime, deed: str) -> None:
        """A person changes a line, changes it and back, or deletes it."""
        last = self.rows[row][-1]
        if last.values is None:
            return
        other = {**last.values, "Qu": "changed by hand"}
        deeds: dict[str, list[Mapping[str, Value] | None]] = {"change": [other], "back": [other, last.values]}
        self.rows[row] += [Version(now, PERSON, values) for values in deeds.get(deed, [None])]

    def visible(self, now: datetime) -> tuple[Row, ...]:
        """What the read-back connector shows now of all rows."""
        found = {name: self.at(name, now - self.lag) for name in self.rows if name not in self.hidden}
        return tuple(
            Row(
                name,
                f"K{name}",
                {field: value for field, value in last.values.items() if field in self.shows},
                last.at if self.timed else None,
            )
            for name, last in found.items()
            if last and last.values is not None
        )

    def at(self, row: str, moment: datetime) -> Version | None:
        """The row as it was."""
        return next((one for one in reversed(self.rows[row]) if one.at <= moment), None)

    def _work(self, lines: Sequence[Line], at: datetime, *, locked: bool) -> tuple[list[Line], list[str]]:
        done: list[Line] = []
        errors: list[str] = []
        for line in lines:
            if line.id in self.bad or (locked and not errors) or not self._there(line):
                errors.append(LOCKED if locked and not errors else f"line {line.id} is bad")
                if len(errors) == 10:
                    break
                continue
            last = self.rows[line.afas_ids[0]][-1].values or {}
            values = None if self.action == Action.DELETE else {**last, **line.asked}
            self.rows[line.afas_ids[0]].append(Version(at, line.id, values))
            self.done.add(line.id)
            done.append(line)
        return done, errors

    def _there(self, line: Line) -> bool:
        versions = self.rows.get(line.afas_ids[0], [])
        return bool(versions) and versions[-1].values is not None
