"""What a read-back shows of lines that are named, by Id or by XpRe, and how it compares with what was there before."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from tasks.realization.intake.demands import KnownLine
from tasks.realization.intake.values import boolean
from tasks.realization.words import UNSETTLED, Action, Chunk, Line, LineState, ReadBack, Row, Value, folded

OPEN = UNSETTLED | {LineState.PENDING}  #: states that a read-back may move
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?.{,20}")


class Names(NamedTuple):
    """By what lines are asked for: Ids, and folded XpRes of those whose Id is not known yet."""

    ids: frozenset[str]
    keys: frozenset[str]


@dataclass(frozen=True)
class Images:
    """A complete read-back of named lines. What was asked for and is not shown stands there too: None, or no rows."""

    begun_at: datetime
    by_id: Mapping[str, Row | None]
    by_key: Mapping[str, tuple[Row, ...]]

    def covers(self, line: Line) -> bool:
        """Whether the line was asked for."""
        return line.afas_ids[0] in self.by_id if line.afas_ids else folded(line.key) in self.by_key

    def of(self, line: Line) -> tuple[Row, ...]:
        """The rows that the line may mean: one a line of AFAS."""
        if not line.afas_ids:
            return self.by_key.get(folded(line.key), ())
        row = self.by_id.get(line.afas_ids[0])
        return () if row is None else (row,)


class Sight(StrEnum):
    """A line as it is shown after its calls, next to what they asked and to what was there before them."""

    AS_ASKED = "as_asked"
    UNMOVED = "unmoved"
    MOVED = "moved"
    UNSURE = "unsure"


def wanted(chunk: Chunk) -> Names:
    """The lines of the chunk that a read-back may move, by their names."""
    lines = [line for line in chunk.lines if line.state in OPEN]
    keys = frozenset(folded(line.key) for line in lines if not line.afas_ids)
    return Names(frozenset(line.afas_ids[0] for line in lines if line.afas_ids), keys)


def images(found: ReadBack, asked: Names) -> Images | None:
    """What was shown of the lines asked for; None when the read-back is not complete."""
    if not found.complete:
        return None
    rows = by_id(found.rows)
    by_key: dict[str, tuple[Row, ...]] = dict.fromkeys(asked.keys, ())
    for row in rows.values():
        if folded(row.key) in by_key:
            by_key[folded(row.key)] += (row,)
    return Images(found.begun_at, {name: rows.get(name) for name in asked.ids}, by_key)


def by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """One row an Id, of rows that were shown together; a connector with a join shows an Id more than once."""
    found: dict[str, Row] = {}
    for row in rows:
        found[row.afas_id] = _agreed(found.get(row.afas_id, row), row)
    return found


def known(line: Line) -> KnownLine:
    """What its before-image tells of a line that is judged once more by the rules of intake."""
    values = line.before.values if line.before else {}
    day, approved, ready = (values.get(name) for name in ("DaTi", "Ap", "Pr"))
    return KnownLine(
        next(iter(line.afas_ids), None),
        day if isinstance(day, date) else None,
        approved if isinstance(approved, bool) else None,
        ready if isinstance(ready, bool) else None,
    )


def tellable(line: Line) -> bool:
    """Whether a read-back can tell that the line is as asked: it was shown, and so is every field that is set."""
    return line.before is not None and bool(line.asked) and line.asked.keys() <= line.before.values.keys()


def sight(line: Line, row: Row | None, action: Action) -> Sight:
    """How the line is shown (None: not at all) after its calls."""
    deletes, before = action == Action.DELETE, line.before
    if (deletes and before and row is None) or (not deletes and row and _as_asked(line, row)):
        return Sight.AS_ASKED
    if before is None:
        return Sight.UNSURE
    if row is None:
        return Sight.MOVED
    if _same(before, row):
        return Sight.UNMOVED
    timed = before.modified is not None and row.modified is not None
    return Sight.MOVED if timed and line.asked.keys() <= row.values.keys() else Sight.UNSURE


def _agreed(one: Row, other: Row) -> Row:
    """Two rows of one Id: what they contradict each other in is not shown."""
    if one == other:
        return one
    both = {name: value for name, value in one.values.items() if name in other.values and other.values[name] == value}
    return one._replace(values=both, modified=one.modified if one.modified == other.modified else None)


def _same(before: Row, row: Row) -> bool:
    both = before.values.keys() & row.values.keys()
    return before.modified == row.modified and all(before.values[name] == row.values[name] for name in both)


def _as_asked(line: Line, row: Row) -> bool:
    """Whether all that was asked is shown; nothing asked is nothing proved."""
    before = line.before.values if line.before else {}
    if not line.asked or not line.asked.keys() <= row.values.keys():
        return False
    return all(_set(value, row.values[name], before.get(name)) for name, value in line.asked.items())


def _set(asked: Value, shown: Value, was: Value) -> bool:
    """AFAS may change the case of a code; where nothing but case is asked to change, it has to be shown."""
    if _plain(_read(asked, shown)) == _plain(_read(shown, asked)):
        return True
    if not isinstance(asked, str) or not isinstance(shown, str) or folded(asked) != folded(shown):
        return False
    return not isinstance(was, str) or folded(was) != folded(asked)


def _read(given: Value, other: Value) -> Value:
    """A text in the kind of what it is held against; what can't be of that kind stays, and equals nothing else."""
    if not isinstance(given, str):
        return given
    if isinstance(other, bool):
        flag = boolean(given)
        return given if flag is None else flag
    try:
        if isinstance(other, Decimal):
            return Decimal(given)
        return _moment(given.strip(), other) if isinstance(other, date) else given
    except (ValueError, InvalidOperation):
        return given


def _moment(given: str, other: date) -> date:
    """A day, or a moment where it says a time of day; a bare time is one of the day that it is held against."""
    if _CLOCK.fullmatch(given):
        found = datetime.combine(other, time.fromisoformat(given))
    else:
        found = datetime.fromisoformat(given)
    found = found.replace(tzinfo=None)
    return found if found.time() != time() else found.date()


def _plain(value: Value) -> Value:
    """A field that is cleared is sent empty, and shown as nothing."""
    return value.strip() or None if isinstance(value, str) else value
