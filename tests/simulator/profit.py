"""Profit's own answers, rule by rule; no sockets and no faults here."""

from collections.abc import Callable
from random import Random
from threading import Lock

from tests.simulator import query
from tests.simulator.answer import Answer, Request
from tests.simulator.data import Connector
from tests.simulator.errors import ProfitError
from tests.simulator.oauth import Doorman
from tests.simulator.switches import Amounts, Switches
from tests.simulator.values import shown_type

MAX_QUERY = 2049
VERSION = "Profit 7 - 25.2.3.0"
Found = Callable[[Request, Amounts | None], Answer]


class Profit:
    """One environment: its connectors and who may call them."""

    def __init__(self, connectors: dict[str, Connector], switches: Switches, doorman: Doorman, seed: int) -> None:
        self.connectors, self.switches, self.doorman = connectors, switches, doorman
        self._random, self._random_lock = Random(seed), Lock()

    def answer(self, request: Request, amounts: Amounts | None = None) -> Answer:
        """Answer a call; `amounts` overrules how this one answer writes amounts."""
        handler = self._handler(request)
        if handler is None or request.query_length > MAX_QUERY:
            return Answer.html("404 - File or directory not found.", 404)
        if handler != self._oauth and self.doorman.kind(request.headers.get("authorization", "")) in ("wrong", "none"):
            return Answer.empty(401)
        try:
            return handler(request, amounts)
        except ProfitError as error:
            if error.status == 401:
                return Answer.empty(401)
            return Answer.error(error, self.switches, request.headers.get("accept-language", ""))

    def connector(self, name: str) -> Connector | None:
        """Return the connector of that name, in any case."""
        return next((one for one in self.connectors.values() if one.name.lower() == name.lower()), None)

    def _handler(self, request: Request) -> Found | None:
        parts = tuple((request.path or "").lower().split("/"))
        match (request.method, *parts):
            case ("POST", "oauth", "token"):
                return self._oauth
            case ("GET", "profitversion"):
                return self._version
            case ("GET", "metainfo") if self.switches.metainfo:
                return self._metainfo
            case ("GET", "metainfo", "get", _) if self.switches.metainfo:
                return self._fields
            case ("GET", "connectors", _):
                return self._rows
        return None

    def _oauth(self, request: Request, _: Amounts | None) -> Answer:
        return self.doorman.answer(request)

    def _version(self, _: Request, __: Amounts | None) -> Answer:
        return Answer.json({"version": VERSION})

    def _metainfo(self, _: Request, __: Amounts | None) -> Answer:
        shown = [one.name for one in self.connectors.values() if one.name not in self.switches.unauthorised]
        info = {
            "envid": self.switches.environment,
            "appName": "Simulator",
            "group": "Simulator",
            "tokenExpiry": self.switches.token_expiry,
        }
        connectors = [{"id": name, "description": name.replace("_", " ")} for name in shown]
        return Answer.json({"updateConnectors": [], "getConnectors": connectors, "info": info})

    def _fields(self, request: Request, amounts: Amounts | None) -> Answer:
        connector = self._permitted((request.path or "").rpartition("/")[2])
        style = self.switches.style(amounts)
        fields = [
            {
                "id": field.id,
                "fieldId": f"U{number:03}",
                "dataType": shown_type(field, style),
                "label": field.label or field.id.replace("_", " "),
                "length": field.length,
                "controlType": 0,
                "decimals": field.decimals,
                "decimalsFieldId": "",
            }
            for number, field in enumerate(connector.fields, 1)
        ]
        return Answer.json({"name": connector.name, "description": connector.name.replace("_", " "), "fields": fields})

    def _rows(self, request: Request, amounts: Amounts | None) -> Answer:
        connector = self._permitted(request.connector)
        if connector.name in self.switches.blocked:
            raise ProfitError("This GetConnector (definition) is blocked")
        with self._random_lock:
            random = Random(self._random.random())
        body, rows = query.answered(connector.table(self.switches.style(amounts)), request.query, self.switches, random)
        return Answer(body=body, rows=rows)

    def _permitted(self, name: str) -> Connector:
        connector = self.connector(name)
        if connector is None or connector.name in self.switches.unauthorised:
            raise ProfitError("unsupported", self.switches.unauthorised_status)
        return connector
