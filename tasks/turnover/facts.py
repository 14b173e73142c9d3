"""What one turnover run came to: frozen values from which its mail and log lines are made. Amounts are euros."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tasks.turnover.suggest import Suggestion

ZERO = Decimal(0)
ACCOUNTED = ("written", "unchanged", "parked", "failed")  #: states of register-days that the closing proof adds up
TOLD_SHARE = 10  #: more than one in so many register-days gone at once is told as hidden rows


@dataclass(frozen=True)
class Run:
    """Which run: its id in the ledger, whose it is, and its booking dates, both ends included."""

    id: int
    organisation: str
    guid: str
    kind: str
    date_from: date
    date_to: date


@dataclass(frozen=True)
class Proof:
    """The closing proof: what was read, and where it went.

    `amounts`: per state of register-day; `other`: rows of another source; `undated`: rows without readable date.
    """

    read: Decimal = ZERO
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    other: Decimal = ZERO
    undated: Decimal = ZERO

    def part(self, state: str) -> Decimal:
        """The amount of the register-days in `state`; undated rows count as failed, for their days all fail."""
        return self.amounts.get(state, ZERO) + (self.undated if state == "failed" else ZERO)

    @property
    def difference(self) -> Decimal:
        """What was read and is nowhere: zero, or something is badly wrong."""
        return self.read - sum(map(self.part, ACCOUNTED), self.other)


@dataclass(frozen=True)
class SourceFacts:
    """One source of the run. `state`: read or failed; `registers`: the codes that are read from it.

    `known_days`: its register-days in the window that an earlier run wrote; `vanished_days`: those now gone.
    """

    source: str
    state: str = "read"
    message: str | None = None
    notice: str | None = None
    rows: int = 0
    registers: tuple[str, ...] = ()
    known_days: int = 0
    vanished_days: int = 0
    complaints: tuple[str, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether nothing of it could be used."""
        return self.state == "failed"

    @property
    def hides(self) -> bool:
        """Whether it was read and shows so little that an authorisation probably hides rows."""
        return not self.unread and (self.rows == 0 or self.vanished_days * TOLD_SHARE > self.known_days)


@dataclass(frozen=True)
class MissingRegister:
    """A register code that Staff does not know: what is parked for it."""

    code: str
    first: date
    last: date
    days: int
    amount: Decimal
    suggestion: Suggestion | None = None


@dataclass(frozen=True)
class MissingMethod:
    """An account number without payment method: the register-days that failed on it, and their registers' codes.

    `account`: what AFAS calls it, "" where that is not known.
    """

    code: str
    days: int
    amount: Decimal
    registers: tuple[str, ...] = ()
    suggestion: Suggestion | None = None
    account: str = ""


@dataclass(frozen=True)
class Failure:
    """A failed register-day. `reason`: coupling, payment_method, amount, date or error."""

    register: str
    date: date
    amount: Decimal
    message: str
    reason: str = "error"


@dataclass(frozen=True)
class Vanished:
    """A register-day that AFAS no longer delivers; `amount` is what stays in Staff."""

    register: str
    date: date
    amount: Decimal


@dataclass(frozen=True)
class Changed:
    """A register-day that was overwritten; `old` equals `new` when only its payments changed."""

    register: str
    date: date
    old: Decimal
    new: Decimal


@dataclass(frozen=True)
class RunFacts:
    """A finished run. `state` is an end state; `days` counts register-days per state; `duration` is in seconds.

    `rounded`: rows that were rounded to four decimals. Nothing is cut here; the mail cuts its lists itself.
    """

    run: Run
    state: str
    message: str | None = None
    duration: float = 0
    rows: int = 0
    rounded: int = 0
    days: Mapping[str, int] = field(default_factory=dict)
    proof: Proof = Proof()
    sources: tuple[SourceFacts, ...] = ()
    missing_registers: tuple[MissingRegister, ...] = ()
    missing_methods: tuple[MissingMethod, ...] = ()
    failures: tuple[Failure, ...] = ()
    vanished: tuple[Vanished, ...] = ()
    changed: tuple[Changed, ...] = ()
