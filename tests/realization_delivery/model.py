"""AFAS in memory, on the clock of a story: commits line by line, stops at some error, loses, delays, hides and lies."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.afas.reply import Named, Reach, Reply

Fields = Mapping[str, Any]

READ_TIMEOUT = 930.0  #: seconds that a worker waits for an answer
LOCKED = "Record is geblokkeerd door een andere gebruiker."
AFTERWARDS = "General message: something went wrong afterwards"
BLOCKED = "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd."
TIMED_OUT = "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."


@dataclass(frozen=True)
class Fault:
    """What happens to one call. `before`: the kind of error before it begins; `gone`: its connection, before a byte.

    AFAS works on `share` of the lines, over `works` seconds; the answer comes after `answers` seconds, and when AFAS is
    ready where it tells the outcome; `status` None and not `lost`: AFAS's own answer. `jump`: seconds that the
    worker's clock jumps ahead before the last part.
    """

    before: str | None = None
    gone: bool = False
    jump: float = 0.0
    share: float = 1.0
    works: float = 0.0
    answers: float = 0.3
    lost: bool = False
    status: int | None = None
    own: bool = False
    text: str = ""
    retry_after: float | None = None
    locked: bool = False
    renews: bool = False

    @property
    def tells(self) -> bool:
        """Whether the answer is AFAS's own word on the lines."""
        return not self.lost and self.status is None


FAULTS = {
    "ok": Fault(),
    "slow": Fault(works=45.0),
    "very_slow": Fault(works=600.0),
    "unreachable": Fault(before="unreachable"),
    "forbidden_token": Fault(before="token"),
    "gone": Fault(gone=True),
    "clock_jumps": Fault(jump=100.0),
    "unauthorised": Fault(share=0.0, status=401),
    "unauthorised_once": Fault(share=0.0, status=401, renews=True),
    "forbidden": Fault(share=0.0, status=403),
    "not_found": Fault(share=0.0, status=404),
    "too_large": Fault(share=0.0, status=413, text="too large"),
    "whole_call": Fault(share=0.0, status=500, own=True, text=BLOCKED),
    "lost_before": Fault(share=0.0, lost=True),
    "cut": Fault(share=0.5, lost=True),
    "lost_after": Fault(lost=True),
    "lost_late": Fault(works=890.0, lost=True),
    "too_late": Fault(works=890.0, lost=True, answers=READ_TIMEOUT),
    "busy": Fault(works=890.0, status=503),
    "busy_long": Fault(share=0.0, status=503, retry_after=7200.0),
    "many_requests": Fault(share=0.5, status=429, retry_after=30.0),
    "bad_gateway": Fault(works=300.0, status=502, text="<html>"),
    "gateway_timeout": Fault(share=0.5, status=504),
    "timed_out": Fault(share=0.5, works=30.0, answers=31.0, status=500, own=True, text=TIMED_OUT),
    "html": Fault(status=200, text="<html>"),
    "redirect": Fault(share=0.0, status=302),
    "locked": Fault(locked=True),
    "after_commit": Fault(status=500, own=True, text=AFTERWARDS),
}


@dataclass(frozen=True)
class Stored:
    """A line that was made `at` and is as it stands here since `modified`."""

    id: int
    key: str
    fields: Mapping[str, Any]
    at: dt.datetime
    modified: dt.datetime

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(str(self.fields["DaTi"]))


@dataclass
class Work:
    """One call that AFAS works on: what it commits and when, the lines that it did, and the texts of its errors."""

    ready: dt.datetime
    lines: list[Fields]
    errors: list[str]


@dataclass
class Afas:
    """One environment. `hidden`: employees whose rows nobody sees; `named`: how many lines a success names, without
    their keys where not `echo`es; `unique`: whether it refuses a key that is there; `lag` until a row is shown.
    """

    bad: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    lag: dt.timedelta = dt.timedelta(0)
    stops_at: int = 3
    named: int = 1000
    echo: bool = True
    unique: bool = False
    rows: list[Stored] = field(default_factory=list)
    coming: list[tuple[dt.datetime, Fields]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    last: int = 20000

    def post(self, lines: Sequence[Fields], now: dt.datetime, fault: Fault) -> Work:
        """AFAS has the whole body: what it will do of it."""
        done: list[Fields] = []
        errors: list[str] = []
        at = now + dt.timedelta(milliseconds=50)
        for line in lines[: round(len(lines) * fault.share)]:
            at += dt.timedelta(seconds=fault.works / max(1, len(lines)), milliseconds=2)
            error = self.error(line, locked=fault.locked and not errors)
            if error is None:
                self.coming.append((at, line))
                self.sent[self.name(line)] += 1
                done.append(line)
            else:
                errors.append(error)
            if len(errors) == self.stops_at:
                break
        return Work(at, done, errors)

    def name(self, line: Fields) -> str:
        """By what the line is told from all others."""
        return str(line["XpRe"])

    def error(self, line: Fields, *, locked: bool) -> str | None:
        """Why AFAS does not take the line."""
        if self.name(line) in self.bad:
            return bad_text(self.name(line))
        if locked:
            return LOCKED
        return there_text(self.name(line)) if self.unique and self.has(self.name(line)) else None

    def has(self, key: str) -> bool:
        """Whether a line of that key stands there, or will."""
        return key in {row.key for row in self.rows} | {self.name(line) for _, line in self.coming}

    def reply(self, work: Work, fault: Fault, number: int) -> Reply:
        """What comes back."""
        if fault.lost:
            return Reply(Reach.LOST)
        reference = f"{number:032x}"
        if fault.status is not None:
            said = (fault.status, fault.own, fault.text, reference if fault.own else None)
            return Reply(Reach.ANSWERED, *said, retry_after=fault.retry_after)
        if work.errors:
            return Reply(Reach.ANSWERED, 500, own=True, text=" | ".join(work.errors), reference=reference)
        # The order is AFAS's.
        found = reversed([self.known(line) for line in work.lines][: self.named])
        named = [Named(key if self.echo else "", id_, reference) for key, id_ in found if id_]
        return Reply(Reach.ANSWERED, 201, own=True, named=tuple(named))

    def known(self, line: Fields) -> tuple[str, str]:
        """The line's key and Id, each empty where there is none."""
        ids = {row.key: str(row.id) for row in self.rows}
        return self.name(line), ids.get(self.name(line), "")

    def tick(self, now: dt.datetime) -> None:
        """What AFAS worked on all the while is done by now, in its order."""
        due = sorted((one for one in self.coming if one[0] <= now), key=lambda one: one[0])
        self.coming = [one for one in self.coming if one[0] > now]
        for at, line in due:
            self.commits(line, at)

    def commits(self, line: Fields, at: dt.datetime) -> None:
        """The line is there."""
        self.last += 1
        self.rows.append(Stored(self.last, self.name(line), dict(line), at, at))

    def shown(self, now: dt.datetime, wanted: Callable[[Stored], bool]) -> list[Stored]:
        """The rows that the read-back connector shows now, by Id."""
        seen = [row for row in self.rows if row.at + self.lag <= now and wanted(row)]
        return [row for row in seen if self.sees(row)]

    def sees(self, row: Stored) -> bool:
        """Whether the read-back connector's user may see the row."""
        return row.fields.get("EmId", "") not in self.hidden


def bad_text(key: str) -> str:
    return f"De waarde bij {key} bestaat niet."


def there_text(key: str) -> str:
    return f"{key} bestaat reeds"
