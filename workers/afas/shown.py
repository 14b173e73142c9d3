"""A realization line as a read-back connector shows it: which of its fields we take, and as what."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from workers.afas.errors import Never
from workers.afas.metainfo import FieldInfo
from workers.texts import text

Value = str | Decimal | bool | date | None

TEXTS, NUMBERS, AMOUNTS, FLAGS = ("string", "text", "memo"), ("int", "dec", "num"), ("dec",), ("bool",)
DAY = "DaTi"  #: our name of the field that the set-up maps as date
PLACES = ("id", "external_key", "date", "created", "modified")  #: what the set-up maps by names of its own
_FILTERED = PLACES[:4]
_DATES = PLACES[2:]
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Shown(NamedTuple):
    """One row: AFAS's Id, the external key as AFAS has it (empty: none), and `values` by our names of the fields.

    Codes are trimmed text, numbers Decimals, dates dates, and datetimes where they have a time of day. `modified`:
    Dutch local time without a zone; None: not shown.
    """

    afas_id: str
    key: str
    values: Mapping[str, Value]
    modified: datetime | None


class Columns:
    """The fields of `mapping` (read_back of the set-up) as AFAS knows them; `numbers`: ours that must be numbers.

    `fields` maps attributes of a row to AFAS's names. Raises Never (field) for a field that AFAS does not have, or
    formats so that it can't be paged, filtered or compared by.
    """

    def __init__(
        self, mapping: Mapping[str, Any], numbers: Collection[str], known: Sequence[FieldInfo], where: str
    ) -> None:
        self._where = where
        self._types = {info.id: info.data_type.lower() for info in known}
        ours: Mapping[str, str] = mapping.get("fields") or {}
        # Attributes of our own: a name of the set-up need be none of Python's.
        self._names = {f"field_{number}": name for number, name in enumerate(ours)}
        self.fields = {place: str(mapping[place]) for place in PLACES if mapping.get(place)}
        self.fields |= {attribute: ours[name] for attribute, name in self._names.items()}
        for attribute, field in self.fields.items():
            self._check(attribute, field, is_number=self._names.get(attribute) in numbers)
        # When a row was made is only asked by.
        read = [attribute for attribute in self.fields if attribute != "created"]
        self._reads = {attribute: self._reader(attribute, numbers) for attribute in read}

    def order(self, afas_id: str) -> tuple[int, str]:
        """An Id as AFAS sorts it: a number, or text by its characters."""
        return (int(afas_id), "") if self._is("id", NUMBERS) else (0, afas_id)

    def shown(self, row: Any) -> Shown:
        """A row that was read. Raises Never (field) for a value that is not of its field's type."""
        found: dict[str, Any] = {}
        for attribute, read in self._reads.items():
            value = getattr(row, attribute)
            try:
                found[attribute] = None if value is None else read(value)
            except (ValueError, LookupError, InvalidOperation):
                raise self._unreadable(attribute, row) from None
        # With a NUL in it PostgreSQL could not keep it, and with a blank instead no page could begin behind it.
        if not found["id"] or "\0" in found["id"]:
            raise self._unreadable("id", row)
        values = {DAY: found["date"]} | {name: found[attribute] for attribute, name in self._names.items()}
        key = found["external_key"] or ""
        return Shown(found["id"], key, values, found.get("modified"))

    def _check(self, attribute: str, field: str, *, is_number: bool) -> None:
        if field not in self._types:
            similar = ", ".join(get_close_matches(field, self._types, cutoff=0.5) or self._types)
            raise Never("field", text("afas.field.unknown", where=self._where, field=field, similar=similar))
        unfit = {
            "dot": attribute in _FILTERED and "." in field,
            "date": attribute in _DATES and not self._is(attribute, ("date",)),
            "id": attribute == "id" and not self._is(attribute, NUMBERS + TEXTS),
            "number": is_number and self._is(attribute, TEXTS),
        }
        for why in (why for why, holds in unfit.items() if holds):
            told = text(f"readback.{why}", where=self._where, field=field, type=self._types[field])
            raise Never("field", told)

    def _is(self, attribute: str, types: tuple[str, ...]) -> bool:
        return self._types[self.fields[attribute]].startswith(types)

    def _reader(self, attribute: str, numbers: Collection[str]) -> Callable[[Any], Any]:
        name = self._names.get(attribute)
        if name is None:
            counted = attribute == "id" and self._is(attribute, NUMBERS)
            placed: Mapping[str, Callable[[Any], Any]] = {"date": _day, "modified": _moment}
            return _number_text if counted else placed.get(attribute, _text)
        if name == DAY:
            return _day
        if name in numbers or self._is(attribute, AMOUNTS):
            return _number
        if self._is(attribute, ("date",)):
            return _when
        return _flag if self._is(attribute, FLAGS) else _text

    def _unreadable(self, attribute: str, row: Any) -> Never:
        told = text("readback.value", where=self._where, id=row.id, field=self.fields[attribute])
        return Never("field", told)


def _text(value: object) -> str:
    """A code, which AFAS may give as a number and with blanks around it."""
    return str(value).strip()


def _number(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _number_text(value: object) -> str:
    if type(value) is int:
        return str(value)
    whole = int(Decimal(str(value)))
    if whole != Decimal(str(value)):
        raise ValueError
    return str(whole)


@lru_cache(1024)  # one that most rows of a page have
def _day(value: object) -> date:
    return _moment(value).date()


@lru_cache(1024)
def _when(value: object) -> date | str:
    """AFAS calls a moment a date as well, and a time of no day, which stays text."""
    if _CLOCK.fullmatch(str(value)):
        return str(value)
    found = _moment(value)
    return found if found.time() != time() else found.date()


def _moment(value: object) -> datetime:
    """AFAS writes a Z behind its Dutch times, which means nothing."""
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)


def _flag(value: object) -> bool:
    return _TRUTH[str(value).strip().lower()]
