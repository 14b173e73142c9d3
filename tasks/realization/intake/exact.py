"""JSON read exactly: a number is what its digits say, however many there are."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

LONGEST_INTEGER = 1000  #: digits of a JSON number that stays an integer; Python reads no more than 4,300


def number(digits: str) -> Decimal | str:
    """Exactly as written; a number beyond all measure stays text, and is invalid where a number belongs."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def integer(digits: str) -> int | Decimal | str:
    """A whole number, however long."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else number(digits)


def loads(text: str, constant: Callable[[str], object] = Decimal, **hooks: Any) -> object:
    """The JSON value; `constant` is given what is a number but no JSON (NaN), `hooks` are those of json.loads.

    Raises JSONDecodeError, and RecursionError for what is nested too deep.
    """
    return json.loads(text, parse_float=number, parse_int=integer, parse_constant=constant, **hooks)
