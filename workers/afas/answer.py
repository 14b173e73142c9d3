"""One HTTP answer and its JSON: numbers become exact ints and Decimals, never floats."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from workers.afas.errors import AfasError, Never, TryLater
from workers.texts import text

Decoded = TypeVar("Decoded")

#: A text, or the point of a number without the zero before it, as AFAS wrote numbers before Profit 7.
_TEXT_OR_BARE_POINT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|(?<![0-9])\.(?=[0-9])', re.DOTALL)
_ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True)
class Answer:
    """An answer as it came. `where` is the address asked, without its query; header names match in any case."""

    where: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def well(self) -> bool:
        """Whether AFAS did what it was asked, and says so with what it gives."""
        return 200 <= self.status < 300  # noqa: PLR2004 - statuses are their own names


def broken(answer: Answer) -> TryLater:
    """The error of an answer that says nothing we can read: HTML of a proxy, cut or malformed JSON."""
    what = answer.headers.get("Content-Type") or "-"
    told = text("afas.broken", where=answer.where, status=answer.status, what=what, size=len(answer.body))
    return TryLater("broken", told)


def decoded(answer: Answer) -> Any:
    """The JSON of an answer. Raises TryLater (broken) when it is none."""
    return decoded_as(answer, _ANYTHING)


def decoded_as(answer: Answer, decoder: msgspec.json.Decoder[Decoded]) -> Decoded:
    """The JSON of an answer as `decoder` has it. Raises TryLater (broken) when it is none, ValidationError if unfit."""
    body = answer.body.removeprefix(b"\xef\xbb\xbf")
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except (ValueError, RecursionError):
        pass
    try:
        return decoder.decode(_TEXT_OR_BARE_POINT.sub(_with_zero, body))
    except msgspec.ValidationError:
        raise
    except (ValueError, RecursionError):
        raise broken(answer) from None


def _with_zero(found: re.Match[bytes]) -> bytes:
    return b"0." if found[0] == b"." else found[0]


def page_decoder(fields: Mapping[str, str], types: Mapping[str, Any] | None = None) -> msgspec.json.Decoder[Any]:
    """A decoder of answers of rows, whose `rows` are structs; `fields` maps their attribute names to AFAS field ids.

    `types`: of the attributes that are not to be whatever the JSON says.
    """
    first_names = {field_id: name for name, field_id in reversed(list(fields.items()))}
    # One field under two names is decoded once: a struct wants every encoded name once.
    aliases = {
        name: property(attrgetter(first_names[field_id]))
        for name, field_id in fields.items()
        if first_names[field_id] != name
    }
    own = {name: field_id for field_id, name in first_names.items()}
    members = [(name, (types or {}).get(name, Any)) for name in own]
    row = msgspec.defstruct("Row", members, rename=own, namespace=aliases, gc=False, frozen=True)
    page = msgspec.defstruct("Page", [("rows", list[row])], gc=False)  # type: ignore[valid-type]
    return msgspec.json.Decoder(page, float_hook=Decimal)


def row_reader(fields: Mapping[str, str]) -> Callable[[Answer], list[Any]]:
    """A reader of the rows of a GetConnector's answer; `fields` maps attribute names to AFAS field ids.

    Each row is a struct with those attributes: None, bool, int, Decimal or str as the JSON says. The reader raises
    Never (field) naming the first row that lacks a field, TryLater (broken) for anything that is no answer of rows.
    """
    decoder = page_decoder(fields)

    def read(answer: Answer) -> list[Any]:
        try:
            rows: list[Any] = decoded_as(answer, decoder).rows
        except msgspec.ValidationError:
            raise _unfit(answer, set(fields.values())) from None
        return rows

    return read


def _unfit(answer: Answer, wanted: set[str]) -> AfasError:
    """The error of JSON that is no page of rows: which row lacks which field, counted from 1 over all pages."""
    page = decoded(answer)
    rows = page.get("rows") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return broken(answer)
    skipped = page.get("skip")
    before = skipped if isinstance(skipped, int) and skipped > 0 else 0
    for number, row in enumerate(rows, before + 1):
        if missing := sorted(wanted - row.keys()):
            there = ", ".join(row)
            return Never("field", text("afas.field.row", where=answer.where, field=missing[0], row=number, there=there))
    return broken(answer)
