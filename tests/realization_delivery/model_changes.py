"""AFAS in memory, in which lines that stand there are changed, approved and deleted: by our calls, and by people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tests.realization_delivery.model import LOCKED, Afas, Fields, Stored, bad_text

DELETED = "deleted"  #: in the fields of a line that is to be deleted
FIRST = 20001  #: the Id of the first row
_NAMING = ("Id", "XpRe", "DaTi", DELETED)


class Effect(NamedTuple):
    """What a line of one of our calls does to a row; nothing `asked`: it deletes it."""

    row: int
    asked: tuple[tuple[str, str], ...]


@dataclass
class Changing(Afas):
    """`fixed`: Ids of rows that AFAS refuses to change. `effects` of our calls in their order, and the moments of
    people's deeds by row. `past`: rows as they were, and until when; read-backs see either with the same lag.
    """

    fixed: frozenset[int] = frozenset()
    effects: list[Effect] = field(default_factory=list)
    by_hand: dict[int, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))
    past: list[tuple[dt.datetime, Stored]] = field(default_factory=list)

    def name(self, line: Fields) -> str:
        return f"#{line['Id']}" if "Id" in line else super().name(line)

    def error(self, line: Fields, *, locked: bool) -> str | None:
        if "Id" not in line:
            return super().error(line, locked=locked)
        if self.row(int(line["Id"])) is None:
            return gone_text(self.name(line))
        if int(line["Id"]) in self.fixed:
            return bad_text(self.name(line))
        return LOCKED if locked else None

    def known(self, line: Fields) -> tuple[str, str]:
        if "Id" not in line:
            return super().known(line)
        row = self.row(int(line["Id"]))
        return row.key if row else "", str(line["Id"])

    def commits(self, line: Fields, at: dt.datetime) -> None:
        if "Id" not in line:
            super().commits(line, at)
            return
        asked = {name: value for name, value in line.items() if name not in _NAMING}
        self.effects.append(effect(int(line["Id"]), asked))
        # Somebody may have deleted it since AFAS looked.
        if row := self.row(int(line["Id"])):
            self._becomes(row, None if DELETED in line else {**row.fields, **asked}, at)

    def row(self, number: int) -> Stored | None:
        """The row of that Id."""
        return next((row for row in self.rows if row.id == number), None)

    def shown(self, now: dt.datetime, wanted: Callable[[Stored], bool]) -> list[Stored]:
        then = now - self.lag
        seen = [*self.rows, *(row for until, row in self.past if then < until)]
        seen = [row for row in seen if row.modified <= then and wanted(row)]
        return sorted((row for row in seen if self.sees(row)), key=lambda row: row.id)

    def deletes(self, number: int, now: dt.datetime) -> None:
        """A person deletes one of the rows that stand there."""
        self._by_hand(number, lambda _: None, now)

    def moves(self, number: int, now: dt.datetime) -> None:
        """A person changes the date of a row."""
        self._by_hand(number, lambda row: {"DaTi": (row.day + dt.timedelta(days=40)).isoformat()}, now)

    def edits(self, number: int, now: dt.datetime) -> None:
        """A person changes the amount of a row."""
        self._by_hand(number, lambda _: {"Qu": f"{900 + len(self.past)}.00"}, now)

    def touches(self, number: int, now: dt.datetime) -> None:
        """A person changes a row, and changes it back."""
        self._by_hand(number, lambda _: {}, now)

    def copies(self, number: int, now: dt.datetime) -> None:
        """A person copies a row, key and all."""
        if self.rows:
            row = self.rows[number % len(self.rows)]
            self.makes(row.key, row.fields, now)

    def makes(self, key: str, fields: Mapping[str, Any], now: dt.datetime) -> None:
        """A row that is none of ours."""
        self.last += 1
        self.rows.append(Stored(self.last, key, fields, now, now))

    def _by_hand(self, number: int, deed: Callable[[Stored], Mapping[str, Any] | None], now: dt.datetime) -> None:
        if self.rows:
            row = self.rows[number % len(self.rows)]
            changed = deed(row)
            self.by_hand[row.id].append(now)
            self._becomes(row, None if changed is None else {**row.fields, **changed}, now)

    def _becomes(self, row: Stored, fields: Mapping[str, Any] | None, at: dt.datetime) -> None:
        self.past.append((at, row))
        if fields is None:
            self.rows.remove(row)
            self.deleted[row.key] += 1
        else:
            self.rows[self.rows.index(row)] = replace(row, fields=fields, modified=at)


def effect(row: int, asked: Mapping[str, Any]) -> Effect:
    """What a line does that asks this of a row."""
    return Effect(row, tuple(sorted((name, str(value)) for name, value in asked.items())))


def gone_text(name: str) -> str:
    return f"De regel {name} is er niet."
