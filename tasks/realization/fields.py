"""The fields of a line as they are compared with what AFAS shows: dates, exact numbers, flags, trimmed texts."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tasks.realization.intake.fields import shipped
from tasks.realization.intake.values import as_text, boolean, day, is_empty
from tasks.realization.prospects import CODES, UNKNOWN, Code, Prospects
from tasks.realization.trust import CHECKED
from tasks.realization.words import Row, Value

NAMING = frozenset({"Id", "XpRe"})  #: fields that say which line is meant, and change nothing
NUMBERS = frozenset(name for name, field in shipped().fields.items() if field.kind == "number")
_KNOWN_BY = dict.fromkeys((*CHECKED, *CODES))
_DAYS = ("DaTi",)
#: What JSON has no word for is kept as text, by the name of its type.
_READ: Mapping[str, Callable[[str], Value]] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "Decimal": Decimal,
}
_FLAGS = frozenset(name for name, field in shipped().fields.items() if field.kind == "boolean")


class Values(Mapping[str, Value]):
    """A line's values by which a row of AFAS is known as its own, and which errors have in common; no empty ones.

    Each is read when it is asked for: lines come by the hundred with every message, and of most none ever is.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> Value:
        given = self._fields[name]
        if is_empty(given) or name not in _KNOWN_BY:
            raise KeyError(name)
        return value(name, given)

    def __iter__(self) -> Iterator[str]:
        return (name for name in _KNOWN_BY if not is_empty(self._fields.get(name)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def asked(fields: Mapping[str, Any]) -> dict[str, Value]:
    """Those that a change sets."""
    return {name: value(name, given) for name, given in fields.items() if name not in NAMING}


def value(name: str, given: Any) -> Value:
    """One field's value; what is not of its kind stays text, and equals nothing else."""
    text = as_text(given)
    if is_empty(given):
        return None
    if name in _DAYS:
        return day(text) or text
    if name in _FLAGS:
        flag = boolean(given)
        return text if flag is None else flag
    if name in NUMBERS:
        try:
            return Decimal(text)
        except InvalidOperation:
            return text
    return text


def columns(row: Row) -> dict[str, Any]:
    """A row of AFAS as the ledger keeps it."""
    kinds = {name: kind for name, one in row.values.items() if (kind := type(one).__name__) in _READ}
    kept = {name: str(one) if name in kinds else one for name, one in row.values.items()}
    modified = row.modified.isoformat() if row.modified else None
    return {"id": row.afas_id, "key": row.key, "values": kept, "kinds": kinds, "modified": modified}


def row(kept: Mapping[str, Any]) -> Row:
    """The row again, as it was: what is compared with it is shown by AFAS, whose fields need not be ours by name."""
    modified = dt.datetime.fromisoformat(kept["modified"]) if kept["modified"] else None
    kinds = kept.get("kinds", {})
    values = {name: _READ[kinds[name]](one) if name in kinds else one for name, one in kept["values"].items()}
    return Row(kept["id"], kept["key"], values, modified)


def expected(found: Prospects, taken: Iterable[Code]) -> dict[str, Any]:
    """A batch's prospects as the ledger keeps them; `taken`: codes of failed lines that AFAS took on other lines."""
    codes = {"suspicious": sorted(map(list, found.suspicious)), "taken": sorted(map(list, taken))}
    return {"share": f"{found.share:.6f}", **codes}


def taken(kept: Mapping[str, Any] | None) -> set[Code]:
    """The codes that AFAS took, which need not be looked up again."""
    return {(name, code) for name, code in (kept or {}).get("taken", ())}


def prospects(kept: Mapping[str, Any] | None) -> Prospects:
    """The prospects again; of a batch of which nothing is known yet, the best."""
    if kept is None:
        return UNKNOWN
    return Prospects(float(kept["share"]), frozenset((name, code) for name, code in kept["suspicious"]))
