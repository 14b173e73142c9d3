"""What comes in and what goes out, without a socket."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.simulator.errors import GENERIC_ERROR_NUMBER, ProfitError
from tests.simulator.switches import Switches

JSON = "application/json; charset=utf-8"
BASE = "/profitrestservices/"


@dataclass(frozen=True)
class Request:
    """One call, decoded; header and query names in lower case.

    `path` is what stands below /ProfitRestServices, or None outside of it.
    """

    method: str
    full_path: str
    path: str | None
    query: Mapping[str, str]
    query_length: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def parse(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        """Read a request line's target and the headers."""
        url = urlsplit(target)
        path = unquote(url.path)
        below = path[len(BASE) :].strip("/") if path.lower().startswith(BASE) else None
        query = {name.lower(): value for name, value in parse_qsl(url.query, keep_blank_values=True)}
        length = len(url.query) + 1 if url.query else 0
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method, path, below, query, length, lowered, body)

    @property
    def connector(self) -> str:
        """The connector of `connectors/NAME`, else empty."""
        first, _, rest = (self.path or "").partition("/")
        return rest.partition("/")[0] if first.lower() == "connectors" else ""


@dataclass
class Answer:
    """A whole HTTP answer; `rows` and `reference` are for the log of what was asked."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    reference: str = ""

    @classmethod
    def json(cls, value: object, status: int = 200) -> "Answer":
        """Answer a JSON value; a Decimal or a moment as text."""
        return cls(status, json.dumps(value, ensure_ascii=False, default=str).encode())

    @classmethod
    def html(cls, title: str, status: int = 200) -> "Answer":
        """Answer a page, as proxies and gateways do."""
        page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return cls(status, page.encode(), "text/html; charset=utf-8")

    @classmethod
    def not_found(cls) -> "Answer":
        """Answer the page of an address that is not there."""
        return cls.html("404 - File or directory not found.", 404)

    @classmethod
    def empty(cls, status: int) -> "Answer":
        """Answer a status only."""
        return cls(status, b"", "")

    @classmethod
    def error(cls, error: ProfitError, switches: Switches, language: str) -> "Answer":
        """Answer Profit's error body, in the form that the switches say."""
        text = error.worded(language, prefix=switches.error_prefix)
        reference = secrets.token_hex(16).upper()
        body = {"externalMessage": text, "errorNumber": GENERIC_ERROR_NUMBER, "profitLogReference": reference}
        answer = cls.json(body, error.status)
        answer.content_type, answer.reference = switches.error_label, reference
        if not switches.error_body:
            answer = cls(error.status, b"", "", reference=reference)
        if switches.profit_error_header:
            answer.headers["X-PROFIT-ERROR"] = base64.b64encode(text.encode()).decode()
        return answer
