"""A plain client of the simulator: one connection, every header as told, numbers as text."""

import base64
import gzip
import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from tests.simulator import Connector, Field, Simulator

Rows = list[dict[str, Any]]
FIELDS = [
    Field("Code", code=True),
    Field("Datum", "date", "Datum boeking"),
    Field("Bedrag", "decimal", decimals=2),
    Field("Aantal", "int"),
    Field("Naam", length=60),
]


def connector(rows: Rows, name: str = "Omzet") -> Connector:
    """A connector of five fields, one of every type."""
    return Connector(name, FIELDS, rows)


def classic(token: str) -> str:
    """The Authorization header of a classic token."""
    return "AfasToken " + base64.b64encode(token.encode()).decode()


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_float=str)

    @property
    def rows(self) -> Rows:
        assert self.status == 200, self.body
        rows: Rows = self.json["rows"]
        return rows

    @property
    def message(self) -> str:
        return str(self.json["externalMessage"])


class Client:
    """Speaks to one simulator with a classic token, unless another Authorization is given."""

    def __init__(self, afas: Simulator) -> None:
        self.base = urlsplit(afas.url).path
        self.authorization: str | None = classic(afas.token)
        self.connection = http.client.HTTPConnection("127.0.0.1", afas.port, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def call(self, method: str, target: str, body: bytes | None = None, **headers: str) -> Reply:
        """Send one request to a target as it stands; header names with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.authorization is not None:
            sent["Authorization"] = self.authorization
        try:
            self.connection.request(method, target, body, sent)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        told = {name.lower(): value for name, value in answer.getheaders()}
        if told.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Reply(answer.status, told, content)

    def path(self, path: str, **headers: str) -> Reply:
        """GET a path below the base."""
        return self.call("GET", f"{self.base}/{path}", None, **headers)

    def get(self, name: str = "Omzet", **query: object) -> Reply:
        """GET rows of a connector."""
        return self.path(f"connectors/{name}?{urlencode(query)}")

    def filtered(self, fields: str, operators: str, values: str) -> Reply:
        """GET all rows that pass a simple filter."""
        return self.get(skip=-1, take=-1, filterfieldids=fields, operatortypes=operators, filtervalues=values)

    def write(self, method: str, *lines: dict[str, Any], **headers: str) -> Reply:
        """POST or PUT lines to PtRealization."""
        return self.element(method, [{"Fields": line} for line in lines], **headers)

    def element(self, method: str, element: object, **headers: str) -> Reply:
        """POST or PUT what stands under Element."""
        body = json.dumps({"PtRealization": {"Element": element}}).encode()
        return self.call(method, f"{self.base}/connectors/PtRealization", body, **headers)

    def delete(self, keys: str, values: str) -> Reply:
        """DELETE a line by its address."""
        return self.call("DELETE", f"{self.base}/connectors/PtRealization/PtRealization/{keys}/{values}")

    def shown(self, **query: object) -> Rows:
        """All rows that the read-back connector shows, by Id unless another order is asked."""
        return self.get("Staff_Realization", **{"orderbyfieldids": "Regelnummer", "take": 1_000, **query}).rows

    def told(self, name: str, **query: object) -> Any:
        """GET what the simulator tells of itself."""
        return self.call("GET", f"/_simulator/{name}?{urlencode(query)}").json

    def order(self, name: str, /, **given: object) -> Reply:
        """POST a control order."""
        return self.call("POST", f"/_simulator/{name}", json.dumps(given).encode())

    def oauth(self, client_id: str, client_secret: str, grant_type: str = "client_credentials") -> Reply:
        """POST oauth/token."""
        form = {"grant_type": grant_type, "client_id": client_id, "client_secret": client_secret}
        return self.call("POST", f"{self.base}/oauth/token", urlencode(form).encode())


def line(key: str, **fields: Any) -> dict[str, Any]:
    """A line that Profit accepts as it is."""
    good = {"DaTi": "2026-11-20", "VaIt": "1", "ItCd": "300", "Qu": "4.00", "EmId": "1001", "PrId": "P1000"}
    return {"XpRe": key, **good, **fields}


def lines(number: int, **fields: Any) -> list[dict[str, Any]]:
    """Lines with the keys k0, k1, …"""
    return [line(f"k{one}", **fields) for one in range(number)]


def keys(afas: Simulator) -> list[str]:
    """The keys of what was truly inserted, in the order of the commits."""
    return [entry.line.key for entry in afas.book.journal if entry.deed == "insert"]


#: Serves rows as connector Omzet with some switches.
Serve = Callable[..., tuple[Simulator, Client]]
