"""The lines that stand in Profit, and everything that truly happened to them."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from typing import Any, Literal

from tests.simulator.realization import checks
from tests.simulator.realization.checks import Values
from tests.simulator.realization.fields import fields as known_fields
from tests.simulator.realization.line_error import LineError
from tests.simulator.realization.masters import Masters
from tests.simulator.switches import Switches

Deed = Literal["insert", "update", "delete"]
FIRST_ID = 20200
BY_HAND = 0  #: the number of no call


@dataclass(frozen=True)
class Line:
    """A line as it stands: values by field id, `created` and `modified` in seconds since 1970."""

    id: int
    values: Values
    created: float
    modified: float

    @property
    def key(self) -> str:
        """Its XpRe, empty when it has none."""
        return str(self.values.get("XpRe") or "")


@dataclass(frozen=True)
class Entry:
    """One commit: the line afterwards (of a delete: before), the fields as sent, and the number of its call.

    A person's deed has call 0.
    """

    deed: Deed
    line: Line
    fields: Mapping[str, Any]
    call: int
    time: float

    def told(self) -> dict[str, Any]:
        """Return it for JSON."""
        told = {"deed": self.deed, "id": str(self.line.id), "key": self.line.key}
        return {**told, "fields": told_values(self.fields), "call": self.call, "time": self.time}


@dataclass
class Book:
    """`lines` by Id as they stand now; `journal` all commits in their order."""

    switches: Switches
    masters: Masters = field(default_factory=Masters)
    lines: dict[int, Line] = field(default_factory=dict)
    journal: list[Entry] = field(default_factory=list)
    _ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _last: int = FIRST_ID - 1
    _lock: RLock = field(default_factory=RLock)

    def insert(self, fields: Mapping[str, Any], call: int = BY_HAND) -> Line:
        """Make a line, or raise LineError."""
        with self._lock:
            values = checks.read(fields, self.switches.checks)
            values.pop("Id", None)
            checks.insertion(values, self.masters, self.switches.checks)
            self._unique(values)
            marks = self.switches.project_marks
            standing: Values = {"Ch": True, "Ap": marks == "approved", "Pr": marks == "ready", **values}
            now = time.time()
            return self._commit("insert", Line(self._new_id(), standing, now, now), fields, call)

    def update(self, fields: Mapping[str, Any], call: int = BY_HAND) -> Line:
        """Change the line with this Id, or raise LineError."""
        with self._lock:
            values = checks.read(fields, self.switches.checks)
            line = self._line(values.pop("Id", None))
            checks.change({**line.values, "Id": line.id}, values, self.masters, self.switches.checks)
            if values.get("XpRe") != line.values.get("XpRe"):
                self._unique(values)
            return self._changed(line, values, fields, call)

    def delete(self, fields: Mapping[str, Any], call: int = BY_HAND) -> Line:
        """Take away the line with this Id and, where given, date, whatever its state, or raise LineError."""
        with self._lock:
            values = checks.read(fields, ())
            line = self._line(values.get("Id"))
            if values.get("DaTi") not in (None, line.values.get("DaTi")):
                raise LineError("absent", line.id)
            return self._commit("delete", line, fields, call)

    def copy(self, line: Line) -> Line:
        """Make the same line once more, as a person does: with another Id and the same XpRe."""
        with self._lock:
            now = time.time()
            return self._commit("insert", Line(self._new_id(), line.values, now, now), line.values, BY_HAND)

    def change(self, line: Line, fields: Mapping[str, Any]) -> Line:
        """Change a line as a person does, unchecked: to another period or after it was marked ready too."""
        with self._lock:
            return self._changed(line, checks.read(fields, ()), fields, BY_HAND)

    def find(self, id_: int | str | None = None, key: str | None = None) -> Line:
        """Return the line with this Id, or the newest with this XpRe, or the newest; LookupError without one."""
        with self._lock:
            ids = set(self.lines) if key is None else self._ids.get(_folded(key), set())
            found = max(ids, default=None) if id_ is None else int(id_)
            if found is None or found not in self.lines:
                raise LookupError(f"no line {id_ or key or ''}".rstrip())
            return self.lines[found]

    def _line(self, id_: object) -> Line:
        if id_ is None:
            raise LineError("required", field=known_fields()["Id"])
        if not isinstance(id_, int) or id_ not in self.lines:
            raise LineError("absent", id_)
        return self.lines[id_]

    def _unique(self, values: Values) -> None:
        key = _folded(str(values.get("XpRe") or ""))
        if self.switches.xpre_unique and key and self._ids.get(key):
            raise LineError("exists", values["XpRe"], known_fields()["XpRe"])

    def _changed(self, line: Line, values: Values, fields: Mapping[str, Any], call: int) -> Line:
        after = {**line.values, **values}
        # Rejecting undoes approval, and the other way round.
        if values.get("DiAp"):
            after["Ap"] = False
        elif values.get("Ap"):
            after["DiAp"] = False
        return self._commit("update", replace(line, values=after, modified=time.time()), fields, call)

    def _commit(self, deed: Deed, line: Line, fields: Mapping[str, Any], call: int) -> Line:
        if (before := self.lines.pop(line.id, None)) is not None:
            self._ids[_folded(before.key)].discard(line.id)
        if deed != "delete":
            self.lines[line.id] = line
            self._ids[_folded(line.key)].add(line.id)
        self.journal.append(Entry(deed, line, dict(fields), call, time.time()))
        return line

    def _new_id(self) -> int:
        self._last += 1
        return self._last


def told_values(values: Mapping[str, object]) -> dict[str, object]:
    """Return values for JSON: moments as ISO text."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _folded(key: str) -> str:
    return key.strip().casefold()
