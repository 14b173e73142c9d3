"""One value of a line: its text, and whether AFAS can want it of its field. A value travels as it was given."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

Scalar = str | int | Decimal | bool | None  #: what a field can hold; a float of JSON becomes its Decimal
Kept = Scalar | Mapping[str, str]  #: what a line holds once it is read: what no field can hold lies under UNFIT
UNFIT = "unfit"

LONGEST_NUMBER = 4096  #: bits of a whole number that still has a text: Python writes no more than 4,300 digits
LARGEST_EXPONENT = 1000  #: of ten; to write out a number beyond it would eat all memory
LONGEST_SHOWN = 60  #: characters of a value in a message

_SURROGATE = re.compile("[\ud800-\udfff]")
#: XML, which AFAS is inside, has none of these; half a surrogate pair can't even be stored.
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
_CLOCK = re.compile(_TIME)
_DATE = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})([T ]{_TIME})?")
_WORDS = {"true": True, "1": True, "false": False, "0": False}


def kept(value: object) -> Kept:
    """`value` as it is kept and sent; of what no field can hold (a list, NaN, half a character) the text, to show.

    It is no text of a field, and so as invalid when it is judged again.
    """
    if isinstance(value, str):
        return value if value == _whole(value) else {UNFIT: _whole(value)}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int | Decimal) and _finite(value):
        return value
    return {UNFIT: as_text(value)}


def as_text(value: object) -> str:
    """The text of any JSON value, the same for 4.00 and "4.00"; nothing is the empty text."""
    if value is None or isinstance(value, str):
        return _whole(value or "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return hex(value) if isinstance(value, int) and not _finite(value) else str(value)
    if isinstance(value, Mapping) and value.keys() == {UNFIT}:
        return as_text(value[UNFIT])
    try:
        return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, default=as_text))
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _whole(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def shown(value: object) -> str:
    """`value` on one line of a message, cut where it gets long."""
    text = "".join(letter if letter.isprintable() else " " for letter in as_text(value))
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def is_empty(value: object) -> bool:
    """Whether a field with this value says nothing, or clears what AFAS has."""
    return value is None or value == ""


def is_sendable(value: object) -> bool:
    """Whether a text has only characters that AFAS can take in; other values always do."""
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return True
    return not _UNSENDABLE.search(value)


def boolean(value: object) -> bool | None:
    """What a value means as yes or no, in the forms of JSON and XML; None when neither."""
    if isinstance(value, bool):
        return value
    return _WORDS.get(as_text(value).strip().lower()) if isinstance(value, str | int) else None


def day(value: object) -> date | None:
    """The day of an ISO date; a time or zone behind it means nothing to AFAS. None for anything else."""
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def fits(value: object, kind: str) -> bool:
    """Whether `value` may be of type `kind`, a key of KINDS; empty always may. False only where it is certain."""
    return is_empty(value) or KINDS[kind](value)


def _finite(value: float | Decimal) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= LONGEST_NUMBER
    number = Decimal(value)
    return number.is_finite() and abs(number.adjusted()) < LARGEST_EXPONENT


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _finite(value)


def _any(value: object) -> bool:
    return isinstance(value, str | bool) or _is_number(value)


def _text(value: object) -> bool:
    return isinstance(value, str) or _is_number(value)


def _integer(value: object) -> bool:
    if isinstance(value, str):
        return bool(_INTEGER.fullmatch(value.strip()))
    return _is_number(value) and value == Decimal(value).to_integral_value()  # type: ignore[arg-type]


def _number(value: object) -> bool:
    return bool(_NUMBER.fullmatch(value.strip())) if isinstance(value, str) else _is_number(value)


def _boolean(value: object) -> bool:
    return boolean(value) is not None


def _date(value: object) -> bool:
    return day(value) is not None


def _moment(value: object) -> bool:
    return _date(value) or (isinstance(value, str) and bool(_CLOCK.fullmatch(value.strip())))


#: AFAS's types. A moment is also a bare time: AFAS's list calls start, end and break times date-times.
KINDS: Mapping[str, Callable[[object], bool]] = {
    "any": _any,
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "moment": _moment,
}
