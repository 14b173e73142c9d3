"""Profit's own answers, rule by rule; no sockets and no faults here."""

import re
from collections.abc import Callable
from random import Random
from threading import Event, Lock

from tests.simulator import query
from tests.simulator.answer import Answer, Request
from tests.simulator.call import Call
from tests.simulator.data import Connector
from tests.simulator.errors import ProfitError
from tests.simulator.oauth import Doorman
from tests.simulator.realization import fields, order, update
from tests.simulator.realization.book import Book
from tests.simulator.realization.read_back import ReadBack
from tests.simulator.switches import Switches
from tests.simulator.values import shown_type

MAX_QUERY = 2049
VERSION = "Profit 7 - 25.2.3.0"
Found = Callable[[Call], Answer]


class Profit:
    """One environment: its connectors, its realization lines and who may call them."""

    def __init__(self, connectors: dict[str, Connector], switches: Switches, doorman: Doorman, seed: int) -> None:
        self.connectors, self.switches, self.doorman = connectors, switches, doorman
        self.book = Book(switches)
        self.read_back = ReadBack(self.book)
        self.stopped = Event()
        self._random, self._random_lock = Random(seed), Lock()
        self._routes: dict[str, Found] = {
            "POST oauth/token": self._oauth,
            "GET profitversion": self._version,
            "GET metainfo": self._metainfo,
            "GET metainfo/get/[^/]+": self._fields,
            "GET metainfo/update/[^/]+": self._update_fields,
            "GET connectors/[^/]+": self._rows,
            "(POST|PUT) connectors/ptrealization": self._update,
            "DELETE connectors/ptrealization/ptrealization/[^/]+/[^/]+": self._update,
        }

    def answer(self, call: Call) -> Answer:
        """Answer a call as its effect lets Profit do."""
        request = call.request
        handler = self._handler(request)
        if handler is None or request.query_length > MAX_QUERY:
            return Answer.not_found()
        if handler != self._oauth and self.doorman.kind(request.headers.get("authorization", "")) in ("wrong", "none"):
            return Answer.empty(401)
        try:
            return handler(call)
        except ProfitError as error:
            if error.status == 401:
                return Answer.empty(401)
            return Answer.not_found() if error.status == 404 else call.refused(error, self.switches)

    def connector(self, name: str) -> Connector | ReadBack | None:
        """Return the GetConnector of that name, in any case."""
        return next((one for one in self._readable() if one.name.lower() == name.lower()), None)

    def writes(self, request: Request) -> bool:
        """Return whether the call is one to PtRealization."""
        return self._handler(request) == self._update

    def _readable(self) -> list[Connector | ReadBack]:
        return [*self.connectors.values(), *([self.read_back] if self.read_back.name else [])]

    def _handler(self, request: Request) -> Found | None:
        path = (request.path or "").lower()
        if path.partition("/")[0] == "metainfo" and not self.switches.metainfo:
            return None
        asked = f"{request.method} {path}"
        return next((handler for pattern, handler in self._routes.items() if re.fullmatch(pattern, asked)), None)

    def _oauth(self, call: Call) -> Answer:
        return self.doorman.answer(call.request)

    def _version(self, _: Call) -> Answer:
        return Answer.json({"version": VERSION})

    def _metainfo(self, _: Call) -> Answer:
        info = {
            "envid": self.switches.environment,
            "appName": "Simulator",
            "group": "Simulator",
            "tokenExpiry": self.switches.token_expiry,
        }
        told = {
            "updateConnectors": self._listed([order.CONNECTOR]),
            "getConnectors": self._listed([one.name for one in self._readable()]),
            "info": info,
        }
        return Answer.json(told)

    def _listed(self, names: list[str]) -> list[dict[str, str]]:
        return [
            {"id": name, "description": name.replace("_", " ")}
            for name in names
            if name not in self.switches.unauthorised
        ]

    def _fields(self, call: Call) -> Answer:
        connector = self._permitted((call.request.path or "").rpartition("/")[2])
        style = self.switches.style(call.effect.amounts)
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

    def _rows(self, call: Call) -> Answer:
        connector = self._permitted(call.request.connector)
        if connector.name in self.switches.blocked:
            raise ProfitError("This GetConnector (definition) is blocked")
        table = connector.table(self.switches.style(call.effect.amounts))
        body, rows = query.answered(table, call.request.query, self.switches, self._own_random())
        return Answer(body=body, rows=rows)

    def _update_fields(self, call: Call) -> Answer:
        self._may_write((call.request.path or "").rpartition("/")[2])
        described = fields.described(english=call.english)
        return Answer.json({"id": order.CONNECTOR, "description": "Nacalculatie", "fields": described, "objects": []})

    def _update(self, call: Call) -> Answer:
        self._may_write(call.request.connector)
        if order.CONNECTOR in self.switches.blocked:
            raise ProfitError("This UpdateConnector (definition) is blocked")
        return update.answered(self.book, call, self._own_random(), self.stopped)

    def _may_write(self, name: str) -> None:
        if name.lower() != order.CONNECTOR.lower() or order.CONNECTOR in self.switches.unauthorised:
            raise ProfitError("unsupported", self.switches.unauthorised_status)

    def _own_random(self) -> Random:
        with self._random_lock:
            return Random(self._random.random())

    def _permitted(self, name: str) -> Connector | ReadBack:
        connector = self.connector(name)
        if connector is None or connector.name in self.switches.unauthorised:
            raise ProfitError("unsupported", self.switches.unauthorised_status)
        return connector
