"""What a writing call asks: read from its method, address and body."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.simulator.answer import Request
from tests.simulator.errors import ProfitError
from tests.simulator.realization.book import Deed
from tests.simulator.switches import DeleteStyle

CONNECTOR = "PtRealization"
METHODS: dict[str, Deed] = {"POST": "insert", "PUT": "update"}
KEYS: dict[str, DeleteStyle] = {"id": "id", "id,dati": "id_date"}
ACTIONS: dict[str, DeleteStyle] = {"POST": "action_post", "PUT": "action_put"}


@dataclass(frozen=True)
class Order:
    """The lines' fields as sent; `style` is how a delete was asked."""

    deed: Deed
    lines: list[dict[str, Any]]
    style: DeleteStyle | None = None

    @classmethod
    def parse(cls, request: Request) -> "Order":
        """Read a call, or raise the error of the whole of it."""
        if request.method == "DELETE":
            return cls._by_address(request.path or "")
        lines = _lines(request.body)
        actions = {str(line.pop("@Action", "")) for line in lines}
        if actions == {""}:
            return cls(METHODS[request.method], lines)
        if actions != {"delete"} or len(lines) > 1:
            raise ProfitError("invalid_json")
        return cls("delete", lines, ACTIONS[request.method])

    @classmethod
    def _by_address(cls, path: str) -> "Order":
        keys, values = path.split("/")[-2:]
        names = ("Id", "DaTi")[: len(keys.split(","))]
        style = KEYS.get(keys.lower())
        if style is None or len(values.split(",")) != len(names):
            raise ProfitError("not_found", 404)
        return cls("delete", [dict(zip(names, values.split(","), strict=True))], style)


def _lines(body: bytes) -> list[dict[str, Any]]:
    try:
        elements = json.loads(body, parse_float=Decimal)[CONNECTOR]["Element"]
        listed = elements if isinstance(elements, list) else [elements]
        if not listed or any(set(element) != {"Fields"} for element in listed):
            raise ProfitError("invalid_json")
        return [dict(element["Fields"]) for element in listed]
    except (ValueError, LookupError, TypeError) as error:
        raise ProfitError("invalid_json") from error
