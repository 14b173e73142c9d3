"""One value of a row: as JSON text, and as a key that filters and orders compare."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from tests.simulator.switches import Amounts, Style

#: (0, "") is null, (1, value) a value of the field's type, (2, text) one that is not of its type.
Key = tuple[int, str | Decimal | datetime]
#: A value as a style shows it (bool is an int).
Shown = str | int | Decimal | None

NULL: Key = (0, "")
NUMBERS = ("decimal", "int")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d)?Z?", re.ASCII)
_DOUBLE_DIGITS = 17


@dataclass(frozen=True)
class Field:
    """A field of a connector, as metainfo tells it; `code` marks the one that the switches about codes change.

    `data_type` is string, decimal, date, int or boolean; `length` 0 is no known limit.
    """

    id: str
    data_type: str = "string"
    label: str = ""
    length: int = 0
    decimals: int = 0
    code: bool = False


def shown_type(field: Field, style: Style) -> str:
    """Return the data type that metainfo tells and filters use: a formatted field is text."""
    if field.data_type == "date" and style.dates == "dutch":
        return "string"
    if field.data_type == "decimal" and style.amounts.startswith("text"):
        return "string"
    if field.code and style.codes == "number":
        return "int"
    return field.data_type


def shown(value: object, field: Field, style: Style) -> Shown:
    """Return the value as the style shows it, still unrendered; an unreadable date or amount stays as it was given."""
    if field.data_type == "date" and isinstance(value, date | str):
        return _shown_date(value, style.dates)
    if field.data_type == "decimal" and isinstance(value, Decimal | int) and style.amounts.startswith("text"):
        return _amount_text(Decimal(value), style.amounts)
    if field.code and value is not None:
        return _shown_code(str(value), style)
    if value is None or isinstance(value, str | int | Decimal):
        return value
    raise TypeError(f"{field.id} holds {value!r}, which no row of AFAS can hold")


def rendered(value: Shown, amounts: Amounts) -> str:
    """Return a shown value as JSON text; a Decimal keeps every digit that it was given."""
    if isinstance(value, Decimal):
        return _number(value, amounts)
    if isinstance(value, str):
        return _quoted(value)
    return json.dumps(value)


def key(value: Shown, data_type: str) -> Key:
    """Return what filters and orders compare: case and trailing blanks of text do not count, as in its database."""
    if value is None:
        return NULL
    if data_type in NUMBERS:
        number = as_number(str(value))
        return (2, str(value)) if number is None else (1, number)
    if data_type == "date":
        moment = as_moment(str(value))
        return (2, str(value)) if moment is None else (1, moment)
    return (1, str(value).rstrip().casefold())


def as_number(text: str) -> Decimal | None:
    """Return the number, or None."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@lru_cache(maxsize=100_000)
def as_moment(text: str) -> datetime | None:
    """Return the local time of an ISO date, with or without time and Z, or None."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None


@lru_cache(maxsize=100_000)
def _shown_date(value: date | str, dates: str) -> str:
    if isinstance(value, str):
        moment = as_moment(value)
        if moment is None:
            return value
    else:
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    # C leaves out the zeros of a year before 1000.
    year = f"{moment.year:04}"
    return f"{moment:%d-%m}-{year}" if dates == "dutch" else f"{year}-{moment:%m-%dT%H:%M:%S}Z"


def _shown_code(text: str, style: Style) -> str | int:
    if style.codes == "number" and text.strip().isdecimal():
        return int(text)
    return f" {text} " if style.codes == "padded" else text


@lru_cache(maxsize=100_000)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: Decimal, amounts: Amounts) -> str:
    if amounts == "leading_dot":
        return re.sub(r"^(-?)0\.", r"\1.", f"{value:f}")
    if amounts == "float_dirt":
        places = _DOUBLE_DIGITS + 1 - len(f"{abs(int(value))}")
        return f"{value:.{places - 1}f}4"
    return f"{value:f}"


def _amount_text(value: Decimal, amounts: Amounts) -> str:
    if amounts == "text_english":
        return f"{value:f}"
    return f"{value:,f}".translate(str.maketrans(",.", ".,"))
