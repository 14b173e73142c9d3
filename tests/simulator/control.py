"""Control of a simulator from another process, under /_simulator/."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulator.answer import Answer, Request
from tests.simulator.data import Connector, Field
from tests.simulator.realization.book import told_values
from tests.simulator.realization.fields import fields
from tests.simulator.realization.read_back import MOMENTS

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

ROOT = "/_simulator/"


def loads(text: str | bytes) -> Any:
    """Read JSON; a number with a point is a Decimal with every digit as written."""
    return json.loads(text, parse_float=Decimal)


def answer(afas: "Simulator", request: Request) -> Answer:
    """Answer GET of a name in TELLS, or POST of one in ORDERS; a wrong order is 400 with its reason.

    A GET with `?after=N` leaves the first N entries out.
    """
    name = request.full_path.removeprefix(ROOT)
    try:
        if request.method == "GET" and name in TELLS:
            return Answer.json(TELLS[name](afas)[int(request.query.get("after", 0)) :])
        if request.method == "POST" and name in ORDERS:
            ORDERS[name](afas, loads(request.body or b"{}"))
            return Answer.json({})
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Answer.json({"error": f"{type(error).__name__}: {error}"}, 400)
    return Answer.empty(404)


def serve_rows(afas: "Simulator", given: Mapping[str, Any]) -> None:
    """Serve `{"connector": name, "rows": [...]}`; with `fields` (as Field takes them) it is a connector of its own."""
    name, rows = given["connector"], given["rows"]
    if "fields" in given:
        afas.connectors[name] = Connector(name, [Field(**field) for field in given["fields"]], rows)
    else:
        afas.connectors[name].replace(rows)


def _fault(afas: "Simulator", given: Mapping[str, Any]) -> None:
    detail: dict[str, Any] = {name: float(v) if isinstance(v, Decimal) else v for name, v in given.items()}
    afas.fault(**detail)


def _switches(afas: "Simulator", given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        setattr(afas.switches, name, value)


def _revoke(afas: "Simulator", _: Mapping[str, Any]) -> None:
    afas.revoke()


def _clear(afas: "Simulator", _: Mapping[str, Any]) -> None:
    afas.faults.clear()


def _person(afas: "Simulator", given: Mapping[str, Any]) -> None:
    afas.person(**given)


def _masters(afas: "Simulator", given: Mapping[str, Any]) -> None:
    """Replace sets of what lines are checked against: items as an object of code and VaIt, the others as lists."""
    for name, known in given.items():
        kind = type(getattr(afas.book.masters, name))
        setattr(afas.book.masters, name, kind(known))


def _read_back(afas: "Simulator", given: Mapping[str, Any]) -> None:
    """Give the read-back connector a `name` (empty: there is none), or say what it `shows` under which names."""
    if unknown := set(given.get("shows", ())).difference(fields(), MOMENTS):
        raise LookupError(f"{sorted(unknown)} can't be shown")
    afas.read_back.name = str(given.get("name", afas.read_back.name))
    afas.read_back.shows = dict(given.get("shows", afas.read_back.shows))


def _asked(afas: "Simulator") -> list[dict[str, Any]]:
    return [{name: value for name, value in vars(asked).items() if name != "lines"} for asked in afas.asked]


def _calls(afas: "Simulator") -> list[dict[str, Any]]:
    return [vars(asked) for asked in afas.calls]


def _committed(afas: "Simulator") -> list[dict[str, Any]]:
    return [entry.told() for entry in afas.book.journal]


def _lines(afas: "Simulator") -> list[dict[str, Any]]:
    return [{**told_values(line.values), "Id": str(id_)} for id_, line in sorted(afas.book.lines.items())]


TELLS: dict[str, Callable[["Simulator"], list[dict[str, Any]]]] = {
    "asked": _asked,
    "calls": _calls,
    "committed": _committed,
    "lines": _lines,
}
ORDERS: dict[str, Callable[["Simulator", Mapping[str, Any]], None]] = {
    "fault": _fault,
    "clear": _clear,
    "rows": serve_rows,
    "switches": _switches,
    "revoke": _revoke,
    "person": _person,
    "masters": _masters,
    "read_back": _read_back,
}
