"""What a message may name: every argument is looked at before anything is done, for anybody may have sent it."""

import datetime as dt
from collections.abc import Callable, Mapping

from tasks.turnover.wording import one_line
from workers.database import reading
from workers.ledger import runs
from workers.ledger.told import UnknownRunError
from workers.staff import lookup
from workers.texts import text

LARGEST_RUN = 2**31 - 1  #: what a run's number can be in the database
SHOWN = 60  #: characters of a wrong value


class ArgumentError(Exception):
    """Raised for an argument that can't be meant; the message has its name, its value and the remedy, in one line."""


def _number(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _text(value: object) -> bool:
    return isinstance(value, str)


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and dt.date.fromisoformat(value) is not None
    except ValueError:
        return False


FORMS: dict[str, Callable[[object], bool]] = {
    "organisation": _text,
    "run": lambda value: _number(value, LARGEST_RUN),
    "days_back": lambda value: _number(value, dt.date.max.toordinal()),
    "date_from": _day,
    "date_to": _day,
    "register": _text,
    "dates": lambda value: isinstance(value, list) and all(map(_day, value)),
}
ORDER = (
    "days_back",
    "date_from",
    "date_to",
    "register",
)  #: what an import may name beside its organisation, or a run instead of all of it


def look_at_order(organisation: object, run: object, order: Mapping[str, object]) -> None:
    """Look at the arguments of an import. Raises ArgumentError, UnknownOrganisationError, UnknownRunError."""
    for name in order:
        if name not in ORDER:
            known = ", ".join(("organisation", "run", *ORDER))
            raise ArgumentError(text("turnover.argument.unknown", name=one_line(name), names=known))
    _look({"organisation": organisation, **order})
    if run is None:
        return
    if order:
        raise ArgumentError(text("turnover.argument.run_alone", run=_shown(run), names=", ".join(order)))
    owner, guid = _owner_of_run(run), one_line(str(organisation))
    with reading() as session:
        own = lookup.organisation_id(session, guid)
        # A run keeps its organisation when that has come to use another one's connection meanwhile.
        if owner not in {own, lookup.owner_of(session, own)}:
            raise ArgumentError(text("turnover.argument.foreign_run", run=run, guid=guid))


def look_at_days(run: object, register: object, dates: object) -> None:
    """Look at the arguments of the writing of register-days. Raises ArgumentError, UnknownRunError."""
    _look({"register": register, "dates": dates})
    _owner_of_run(run)


def _look(given: Mapping[str, object]) -> None:
    for name, value in given.items():
        if not FORMS[name](value):
            raise ArgumentError(text(f"turnover.argument.{name}", value=_shown(value)))


def _owner_of_run(run: object) -> int:
    _look({"run": run})
    found = runs.get(int(str(run)))
    if found is None:
        raise UnknownRunError(text("turnover.unknown_run", run=run))
    return found.organisation_id


def _shown(value: object) -> str:
    return one_line(repr(value))[:SHOWN]
