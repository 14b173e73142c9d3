"""What an action demands of a line, and what AFAS's connector can't do: faults as values, without words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from tasks.realization.intake.actions import DELETE, INSERT, UPDATE, contradiction
from tasks.realization.intake.fields import Catalogue
from tasks.realization.intake.keys import fold
from tasks.realization.intake.values import as_text, boolean, day, is_empty

FORCE = "force"  #: a line's own word for us; never sent
WEEKS_PER_PERIOD = 4
_LAST_PERIOD = 12  #: counted from 0; it takes week 53 as well
_PAYERS = ("EmId", "UnEm", "CrId", "CcId")  #: each can stand for who worked


class Fault(NamedTuple):
    """What is wrong with a line: the field, the key of the text that tells it, and what that text needs besides."""

    field: str
    key: str
    places: Mapping[str, object] = {}


class KnownLine(NamedTuple):
    """A line as the ledger or a read-back shows it; None: not known. `declaration`: it came from one (Flex)."""

    id: str | None = None
    day: date | None = None
    approved: bool | None = None
    ready: bool | None = None
    declaration: bool = False


@dataclass(frozen=True)
class Order:
    """What lines are judged by. `installation` and `token` make keys; `known`: lines by their `name`.

    `later`: a read-back will still tell what `known` does not. After it, judge once more with what it showed.
    """

    action: str
    catalogue: Catalogue
    installation: str
    token: str
    known: Mapping[tuple[str, str], KnownLine] = field(default_factory=dict)
    later: bool = False


def name(line: object) -> tuple[str, str] | None:
    """The field and value by which a change says which line it means: Id, else XpRe, folded; None for neither."""
    given = line if isinstance(line, Mapping) else {}
    if not is_empty(given.get("Id")):
        return "Id", as_text(given["Id"]).strip()
    return None if is_empty(given.get("XpRe")) else ("XpRe", fold(as_text(given["XpRe"])))


def demands(line: Mapping[str, object], order: Order) -> Iterator[Fault]:
    """What `line` lacks for the action, and what AFAS can't do of it."""
    if order.action == INSERT:
        yield from _insertion(line, order.catalogue)
        return
    named = name(line)
    known = order.known.get(named, KnownLine()) if named else KnownLine()
    if flag := contradiction(order.action, line):
        yield Fault(flag, "realization.invalid.contradiction", {"action": order.action})
    if named is None:
        yield Fault("Id", "realization.missing.line")
    elif named[0] == "XpRe" and known.id is None and not order.later:
        yield Fault("XpRe", "realization.invalid.unresolved")
    elif order.action == UPDATE:
        yield from _correction(line, named[0], known)
    elif order.action == DELETE and not boolean(line.get(FORCE)):
        yield from _deletion(named[0], known, later=order.later)


def lacks_employee(line: Mapping[str, object]) -> bool:
    """Whether nothing on an inserted line says who worked. Some environments want nobody: a hint, never a reason."""
    return all(is_empty(line.get(one)) for one in _PAYERS)


def is_other_period(old: date, new: date) -> bool:
    """Whether two days lie in different periods for certain: in other months and in other periods of four weeks."""
    return (old.year, old.month) != (new.year, new.month) and _four_weeks(old) != _four_weeks(new)


def _insertion(line: Mapping[str, object], catalogue: Catalogue) -> Iterator[Fault]:
    if is_empty(line.get("DaTi")):
        yield Fault("DaTi", "realization.missing.date")
    if not is_empty(line.get("ItCd")):
        return
    if not any(catalogue.names_item(one) and not is_empty(value) for one, value in line.items()):
        yield Fault("ItCd", "realization.missing.item")
    elif is_empty(line.get("DbId")):
        yield Fault("DbId", "realization.missing.relation")


def _correction(line: Mapping[str, object], named: str, known: KnownLine) -> Iterator[Fault]:
    new = day(line.get("DaTi"))
    if known.day and new and is_other_period(known.day, new):
        yield Fault("DaTi", "realization.invalid.period", {"old": known.day})
    if not is_empty(line.get("DcId")):
        yield Fault("DcId", "realization.invalid.declaration")
    elif known.declaration:
        yield Fault(named, "realization.invalid.declaration")


def _deletion(named: str, known: KnownLine, *, later: bool) -> Iterator[Fault]:
    if known.approved or known.ready:
        yield Fault(named, "realization.invalid.settled")
    elif None in (known.approved, known.ready) and not later:
        yield Fault(named, "realization.invalid.unsure")


def _four_weeks(one: date) -> tuple[int, int]:
    year, week, _ = one.isocalendar()
    return year, min((week - 1) // WEEKS_PER_PERIOD, _LAST_PERIOD)
