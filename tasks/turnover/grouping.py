"""Rows of one slice, summed exactly per register, date and account number; what can't be read is a complaint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, Rounded, localcontext
from operator import attrgetter
from typing import Any

from tasks.turnover import rows as values
from tasks.turnover.rows import EXACT, UnreadableError

FOUR_DECIMALS = -4  #: the exponent of all sums: an amount with a smaller one needs rounding
ZERO = Decimal("0.0000")
#: Where no sum comes near AMOUNT_LIMIT, no row was beyond it either: two such rows may make a small sum.
NARROW = Context(prec=18, traps=[Rounded])

RawSums = dict[Any, dict[Any, dict[Any, Decimal]]]  # by register, date and account number as they came
Days = dict[date, dict[str, Decimal]]  # {account number, "" where a row has none: euros in AFAS's own sign}


@dataclass(frozen=True)
class Complaint:
    """A value that could not be read: key of the text, AFAS field, the value, and the row's number in its answer."""

    text: str
    field: str
    value: str
    position: int


class SourceUnreadableError(Exception):
    """Raised when no row of a source can be trusted: a register can't be read, or AFAS ignores the date filter."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.text)
        self.complaint = complaint


@dataclass
class Grouping:
    """The fold over one slice of whole days, `first` to `last`; `filtered`: AFAS was asked for just these days.

    `days`: by register code; euros with four decimals.
    `unreadable`: register-days with a value that can't be read; `undated`: sums of rows without a readable date.
    """

    fields: Mapping[str, str]
    first: date
    last: date
    filtered: bool
    days: dict[str, Days] = field(default_factory=dict)
    unreadable: dict[tuple[str, date], list[Complaint]] = field(default_factory=dict)
    undated: dict[str, Decimal] = field(default_factory=dict)
    undated_because: dict[str, Complaint] = field(default_factory=dict)
    rows: int = 0
    rounded: int = 0
    _codes: dict[Any, str] = field(default_factory=dict)
    _dates: dict[Any, date] = field(default_factory=dict)

    def add(self, rows: Sequence[Any]) -> None:
        """Sum the rows of one answer. Raises SourceUnreadableError."""
        sums = self._raw_sums(rows) if self.filtered and "amount" in self.fields else None
        with localcontext(EXACT):
            if sums is None:
                for position, row in enumerate(rows, 1):
                    self._add_row(position, row)
                return
            self.rows += len(rows)
            self._put_all(sums)

    def _raw_sums(self, rows: Sequence[Any]) -> RawSums | None:
        """Sums by the values as they came, for the usual answer in which every value is well; else None."""
        if not set(map(type, map(attrgetter("amount"), rows))) <= {Decimal, int}:
            return None
        try:
            with localcontext(NARROW):
                sums = _summed(rows)
                return sums if self._all_readable(sums) else None
        except (Rounded, TypeError, UnreadableError):
            return None

    def _all_readable(self, sums: RawSums) -> bool:
        all_parts = [parts for days in sums.values() for parts in days.values()]
        total = sum((sum(parts.values(), ZERO) for parts in all_parts), ZERO)
        if total.as_tuple().exponent != FOUR_DECIMALS:
            # An exact sum has the smallest exponent of its terms: some row needs rounding.
            return False
        codes = sums.keys() | set().union(*all_parts)
        if not codes.isdisjoint((0, 1)):
            # Python takes JSON's false and true, which are no codes, for the same.
            return False
        self._codes |= {raw: values.code(raw) for raw in codes}
        self._dates |= {raw: values.day(raw) for raw in set().union(*sums.values())}
        return all(self.first <= day <= self.last for day in self._dates.values())

    def _add_row(self, position: int, row: Any) -> None:
        register = self._register(position, row)
        amount, complaint = self._amount(position, row)
        try:
            day = values.day(row.date)
        except UnreadableError as error:
            self.rows += 1
            self.undated[register] = self.undated.get(register, Decimal(0)) + amount
            self.undated_because.setdefault(register, self._complaint(error, "date", row.date, position))
            return
        if not self.first <= day <= self.last:
            if self.filtered:
                ignored = UnreadableError("turnover.unreadable.filter")
                raise SourceUnreadableError(self._complaint(ignored, "date", row.date, position))
            return
        self.rows += 1
        try:
            account = values.code(row.account_number)
        except UnreadableError as error:
            account, complaint = "", self._complaint(error, "account_number", row.account_number, position)
        self._put(register, day, account, amount)
        if complaint:
            self.unreadable.setdefault((register, day), []).append(complaint)

    def _register(self, position: int, row: Any) -> str:
        try:
            return values.code(row.register)
        except UnreadableError as error:
            raise SourceUnreadableError(self._complaint(error, "register", row.register, position)) from None

    def _amount(self, position: int, row: Any) -> tuple[Decimal, Complaint | None]:
        """The row's euros, rounded to four decimals; zero and a complaint when they can't be read."""
        try:
            exact = values.amount(row.amount) if "amount" in self.fields else values.difference(row.credit, row.debit)
        except UnreadableError as error:
            name, raw = ("amount", row.amount) if "amount" in self.fields else ("credit", row.credit)
            return Decimal(0), self._complaint(error, name, raw, position)
        rounded = values.to_four(exact)
        self.rounded += rounded != exact
        return rounded, None

    def _put_all(self, sums: RawSums) -> None:
        codes, dates = self._codes, self._dates
        as_they_are = all(raw == code for raw, code in codes.items())
        for raw_register, by_raw in sums.items():
            register = codes[raw_register]
            by_date = {dates[raw]: parts for raw, parts in by_raw.items()}
            if as_they_are and register not in self.days and len(by_date) == len(by_raw):
                self.days[register] = by_date
                continue
            for raw, parts in by_raw.items():
                for account, amount in parts.items():
                    self._put(register, dates[raw], codes[account], amount)

    def _put(self, register: str, day: date, account: str, amount: Decimal) -> None:
        payments = self.days.setdefault(register, {}).setdefault(day, {})
        payments[account] = payments.get(account, ZERO) + amount

    def _complaint(self, error: UnreadableError, name: str, value: object, position: int) -> Complaint:
        raw = "" if value is None else str(value)[:60]
        shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in raw)
        return Complaint(str(error), self.fields[name], shown, position)


def _summed(rows: Sequence[Any]) -> RawSums:
    sums: RawSums = {}
    for row in rows:
        try:
            parts = sums[row.register][row.date]
        except KeyError:
            parts = sums.setdefault(row.register, {}).setdefault(row.date, {})
        account = row.account_number
        parts[account] = parts.get(account, ZERO) + row.amount
    return sums
