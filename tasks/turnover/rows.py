"""One value of AFAS at a time: a code, a day, an amount; read exactly, or refused with what was wrong."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact

AMOUNT_LIMIT = Decimal(900_000_000_000_000)  #: euros; what the database can hold
CENTS_OF_CENTS = Decimal("0.0001")  #: amounts are kept to four decimals
EXACT = Context(prec=100, traps=[Inexact])  #: sums never round: an amount too long for it is refused

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_DUTCH = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})(?: \d\d?:\d\d(?::\d\d)?)?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


class UnreadableError(ValueError):
    """Raised when a value can't be read without guessing; its one argument is the key of a text that says why."""


def code(value: object) -> str:
    """A register code or account number: text without outer blanks; "" when empty. AFAS sends text or whole numbers.

    `02606` and `2606` are two codes. Raises UnreadableError for anything else (a list, true, 2.5).
    """
    if value is None:
        return ""
    if isinstance(value, str):
        if "\0" in value:  # no database keeps it
            raise UnreadableError("turnover.unreadable.code")
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal) and value.copy_abs() < AMOUNT_LIMIT and value == value.to_integral_value():
        return str(int(value))
    raise UnreadableError("turnover.unreadable.code")


def day(value: object) -> date:
    """The booking day out of ISO (a time or Z behind it means nothing: it is Dutch local time) or dd-mm-yyyy."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        if iso := _ISO.fullmatch(text):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dutch := _DUTCH.fullmatch(text):
            return date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
    except ValueError:
        pass
    raise UnreadableError("turnover.unreadable.date")


def amount(value: object) -> Decimal:
    """Euros out of a JSON number or a text in Dutch or English notation, not rounded.

    `1.088` as text may be one thousand or one: it is refused (a wrong guess is a wrong sum). Raises UnreadableError.
    """
    if isinstance(value, str):
        value = _number(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnreadableError("turnover.unreadable.amount")
    value = Decimal(value)
    # Not abs(): that would round a number of more digits than EXACT sums have.
    if not value.is_finite() or value.copy_abs() >= AMOUNT_LIMIT:
        raise UnreadableError("turnover.unreadable.limit")
    return value


def difference(credit: object, debit: object) -> Decimal:
    """Credit less debit; a null of the two counts as zero, both null can't be read."""
    if credit is None and debit is None:
        raise UnreadableError("turnover.unreadable.amount")
    try:
        return EXACT.subtract(*(Decimal(0) if side is None else amount(side) for side in (credit, debit)))
    except Inexact:
        raise UnreadableError("turnover.unreadable.amount") from None


def to_four(value: Decimal) -> Decimal:
    """`value` rounded half-up to four decimals: a JSON number may carry the dirt of a binary float."""
    return value.quantize(CENTS_OF_CENTS, ROUND_HALF_UP, Context(prec=100))


def _number(text: str) -> Decimal:
    negative = text.startswith("-") or text.endswith("-")
    digits = text[:-1] if text.endswith("-") else text.removeprefix("-").removeprefix("+")
    decimal_mark = _decimal_mark(digits)
    whole, _, fraction = digits.rpartition(decimal_mark) if decimal_mark else (digits, "", "")
    grouped = _GROUPED.fullmatch(whole)
    if grouped and grouped[1] != decimal_mark:
        whole = whole.replace(grouped[1], "")
    plain = f"{whole or '0'}.{fraction}" if decimal_mark else whole
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain):
        raise UnreadableError("turnover.unreadable.amount")
    return -Decimal(plain) if negative else Decimal(plain)


def _decimal_mark(digits: str) -> str:
    """Which of `.` and `,` stands before the decimals; "" for neither."""
    last = max(".,", key=digits.rfind)
    if digits.count(last) != 1:
        return ""
    whole, _, fraction = digits.partition(last)
    only_mark = not set(whole) & set(".,")
    if only_mark and re.fullmatch(r"[1-9]\d{0,2}", whole) and len(fraction) == 3:  # noqa: PLR2004 - a thousand's digits
        raise UnreadableError("turnover.unreadable.ambiguous")
    return last
