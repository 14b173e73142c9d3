"""Control of a simulator from another process, under /_simulator/."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulator.answer import Answer, Request
from tests.simulator.data import Connector, Field

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

ROOT = "/_simulator/"


def loads(text: str | bytes) -> Any:
    """Read JSON; a number with a point is a Decimal with every digit as written."""
    return json.loads(text, parse_float=Decimal)


def answer(afas: "Simulator", request: Request) -> Answer:
    """Answer GET asked, or POST fault, rows, switches and revoke; a wrong order is 400 with its reason."""
    name = request.full_path.removeprefix(ROOT)
    try:
        if request.method == "GET" and name == "asked":
            return Answer.json([asdict(asked) for asked in afas.asked])
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


ORDERS = {"fault": _fault, "rows": serve_rows, "switches": _switches, "revoke": _revoke}
