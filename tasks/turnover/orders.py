"""Runs that somebody orders: over which days, of which registers, anew or again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.turnover import closing
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
        raise lookup.UnknownOrganisationError(text("turnover.unknown_organisation", guid=guid_))
    return owner


def ordered(guid_: str, order: Order) -> int:
    """A new run over the days of `order`: its id. Raises UnknownOrganisationError, WindowError."""
    owner = owner_of(guid_)
    return make(owner, order.window(owner), [order.register.strip()] if order.register is not None else None)


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
