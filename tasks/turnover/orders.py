"""Runs that somebody orders: over which days, of which registers, anew or again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tasks.turnover import closing
from tasks.turnover.wording import one_line
from workers.database import reading
from workers.ledger import runs, told
from workers.ledger.models import DayState, RunState
from workers.settings import current
from workers.staff import lookup
from workers.texts import text

OLDEST, NEWEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)  #: booking days that anybody may mean
RETRIED = (DayState.FAILED, DayState.PARKED)


class WindowError(Exception):
    """Raised when the days that somebody wants imported are no window."""


class UnknownRegisterError(Exception):
    """Raised when somebody wants a register imported by a code that Staff does not know."""


@dataclass(frozen=True)
class Window:
    """Booking days, both ends included."""

    first: dt.date
    last: dt.date

    @classmethod
    def back(cls, today: dt.date, count: int) -> "Window":
        """The `count` days before today, and today."""
        return cls(today - dt.timedelta(days=count), today)


@dataclass(frozen=True)
class Order:
    """Which days somebody wants: a number back from today, or two ISO dates; all registers, or one."""

    days_back: int | None = None
    date_from: str | None = None
    date_to: str | None = None
    register: str | None = None

    def window(self, organisation_id: int) -> Window:
        """The days meant; none named: as the organisation is set up.

        Raises WindowError for half of a pair, both forms at once, an end before the start, or a date that is none.
        """
        if (self.date_from is None) != (self.date_to is None) or (self.date_from and self.days_back is not None):
            raise WindowError(text("turnover.window"))
        try:
            found = self._dates() or Window.back(today(), self._back(organisation_id))
        except (ValueError, OverflowError):
            raise WindowError(text("turnover.window")) from None
        if not OLDEST <= found.first <= found.last <= NEWEST:
            raise WindowError(text("turnover.window"))
        return found

    def registers(self, organisation_id: int) -> list[str] | None:
        """The code of the register meant; None: all. Raises UnknownRegisterError, naming codes that look like it."""
        if self.register is None:
            return None
        code = self.register.strip()
        with reading() as session:
            known = [known for known, _ in lookup.register_names(session, organisation_id) if known]
        if code not in known:
            names = ", ".join(get_close_matches(code, known))
            near = text("check.near", names=one_line(names)) if names else ""
            raise UnknownRegisterError(text("turnover.unknown_register", code=one_line(code), near=near))
        return [code]

    def _dates(self) -> Window | None:
        if self.date_from is None or self.date_to is None:
            return None
        return Window(dt.date.fromisoformat(self.date_from), dt.date.fromisoformat(self.date_to))

    def _back(self, organisation_id: int) -> int:
        if self.days_back is not None:
            if type(self.days_back) is not int or self.days_back < 0:
                raise WindowError(text("turnover.window"))
            return self.days_back
        with reading() as session:
            return lookup.days_back(session, organisation_id)


def owner_of(guid_: str) -> int:
    """Id of the organisation whose connection serves `guid_`. Raises UnknownOrganisationError."""
    with reading() as session:
        owner = lookup.owner_id(session, guid_)
    if owner is None:
        raise lookup.UnknownOrganisationError(text("turnover.unknown_organisation", guid=one_line(guid_)))
    return owner


def ordered(guid_: str, order: Order) -> int:
    """A new run as `order` says: its id. Raises UnknownOrganisationError, WindowError, UnknownRegisterError."""
    owner = owner_of(guid_)
    return make(owner, order.window(owner), order.registers(owner))


def make(
    organisation_id: int, window: Window, registers: Sequence[str] | None = None, retry_of: int | None = None
) -> int:
    """A new run by hand: its id."""
    wanted = runs.Wanted(
        organisation_id=organisation_id,
        day=today(),
        date_from=window.first,
        date_to=window.last,
        registers=list(registers) if registers is not None else None,
        retry_of_id=retry_of,
    )
    made = runs.make(wanted, "manual", current().sweep_seconds)
    assert made is not None  # noqa: S101 - only a scheduled run can be there already
    return made


def retry(run_id: int) -> int | None:
    """A new run over what failed or was parked in `run_id`, all of it when it failed whole; None: nothing did."""
    facts = closing.summary(run_id)
    failed = runs.get(run_id)
    if failed is None or facts.state == RunState.DONE:
        return None
    window = Window(facts.run.date_from, facts.run.date_to)
    if facts.state == RunState.FAILED or any(source.unread or source.complaints for source in facts.sources):
        return make(failed.organisation_id, window, failed.registers, run_id)
    with reading() as session:
        days_ = [(day["register"], day["date"]) for day in told.days(session, run_id) if day["state"] in RETRIED]
    dates = [date for _, date in days_]
    codes = sorted({register for register, _ in days_})
    return make(failed.organisation_id, Window(min(dates), max(dates)), codes, run_id) if days_ else None


def today() -> dt.date:
    """The local day, by the database's clock."""
    return runs.clock().astimezone(current().zone).date()
