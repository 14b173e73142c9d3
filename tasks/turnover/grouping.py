"""Rows of one slice, summed exactly per register, date and account number; what can't be read is a complaint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, Inexact, localcontext
from typing import Any

from tasks.turnover import rows as values
from tasks.turnover.rows import AMOUNT_LIMIT, EXACT, UnreadableError

FOUR_DECIMALS = -4  #: the smallest exponent of an amount that needs no rounding


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

    `days`: (register code, date) -> {account number, "" where a row has none: euros in AFAS's own sign}.
    `unreadable`: register-days with a value that can't be read; `undated`: sums of rows without a readable date.
    """

    fields: Mapping[str, str]
    first: date
    last: date
    filtered: bool
    days: dict[tuple[str, date], dict[str, Decimal]] = field(default_factory=dict)
    unreadable: dict[tuple[str, date], list[Complaint]] = field(default_factory=dict)
    undated: dict[str, Decimal] = field(default_factory=dict)
    undated_because: dict[str, Complaint] = field(default_factory=dict)
    rows: int = 0
    rounded: int = 0
    _codes: dict[Any, str] = field(default_factory=dict)
    _dates: dict[Any, date] = field(default_factory=dict)

    def add(self, rows: Sequence[Any]) -> None:
        """Sum the rows of one answer. Raises SourceUnreadableError."""
        with localcontext(EXACT):
            sums = self._raw_sums(rows) if self.filtered and "amount" in self.fields else None
            if sums is None:
                for position, row in enumerate(rows, 1):
                    self._add_row(position, row)
                return
            self.rows += len(rows)
            codes, dates, put = self._codes, self._dates, self._put
            for (register, day, account), amount in sums.items():
                put((codes[register], dates[day]), codes[account], amount)

    def _raw_sums(self, rows: Sequence[Any]) -> dict[tuple[Any, Any, Any], Decimal] | None:
        """Sums by the values as they came, for the usual answer in which every value is well; else None.

        An exact sum has the smallest exponent of its terms: one look at the total tells whether any row needs rounding.
        """
        amounts = [row.amount for row in rows]
        if not set(map(type, amounts)) <= {Decimal, int}:
            return None
        # Before they are summed: two amounts beyond the limit may make a sum within it.
        if max(amounts, default=0) >= AMOUNT_LIMIT or min(amounts, default=0) <= -AMOUNT_LIMIT:
            return None
        sums: dict[tuple[Any, Any, Any], Any] = {}
        known, zero = sums.get, Decimal(0)
        try:
            for row, amount in zip(rows, amounts, strict=True):
                key = (row.register, row.date, row.account_number)
                sums[key] = known(key, zero) + amount
            exponent = sum(sums.values(), Decimal(0)).as_tuple().exponent
            well = isinstance(exponent, int) and exponent >= FOUR_DECIMALS and self._all_readable(sums)
        except (Inexact, TypeError, UnreadableError):
            return None
        return sums if well else None

    def _all_readable(self, keys: Mapping[tuple[Any, Any, Any], object]) -> bool:
        codes = {register for register, _, _ in keys} | {account for _, _, account in keys}
        if not codes.isdisjoint((0, 1)):
            # Python takes JSON's false and true, which are no codes, for the same.
            return False
        self._codes |= {raw: values.code(raw) for raw in codes}
        self._dates |= {raw: values.day(raw) for raw in {day for _, day, _ in keys}}
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
        self._put((register, day), account, amount)
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

    def _put(self, register_day: tuple[str, date], account: str, amount: Decimal) -> None:
        payments = self.days.get(register_day)
        if payments is None:
            self.days[register_day] = {account: amount}
        elif account in payments:
            payments[account] += amount
        else:
            payments[account] = amount

    def _complaint(self, error: UnreadableError, name: str, value: object, position: int) -> Complaint:
        raw = "" if value is None else str(value)[:60]
        shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in raw)
        return Complaint(str(error), self.fields[name], shown, position)
