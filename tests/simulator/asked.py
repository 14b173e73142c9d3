"""The log of what the simulator was asked."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.answer import Request
from tests.simulator.oauth import TokenKind

FILTER_PARTS = ("filterfieldids", "operatortypes", "filtervalues")


@dataclass
class Asked:
    """One call, logged when it arrives; `status` stays 0 until (reset: for ever) it is answered.

    `path` is below /ProfitRestServices; `skip` and `take` are as asked, None when not; `filter` is `filterjson`, or
    fields, operators and values with blanks between; `parallel` counts the calls in hand, this one included; `fault`
    is the kind of the fault that it met. A writing call has its `lines` as sent, the Ids of what it `committed` and the
    `errors` of its lines; these two grow as long as it works, which may be longer than the call.
    """

    method: str
    path: str
    connector: str
    query: dict[str, str]
    headers: dict[str, str]
    token: TokenKind
    skip: int | None
    take: int | None
    filter: str
    parallel: int
    fault: str = ""
    status: int = 0
    rows: int = 0
    reference: str = ""
    number: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    time: float = field(default_factory=time.time)
    ended: float = 0.0

    @classmethod
    def of(cls, request: Request, token: TokenKind, parallel: int) -> "Asked":
        """Log a request; its Authorization header is not kept, only what kind of token it showed."""
        query = dict(request.query)
        return cls(
            method=request.method,
            path=request.path or "",
            connector=request.connector,
            query=query,
            headers={name: value for name, value in request.headers.items() if name != "authorization"},
            token=token,
            skip=_number(query, "skip"),
            take=_number(query, "take"),
            filter=query.get("filterjson") or " ".join(query[part] for part in FILTER_PARTS if query.get(part)),
            parallel=parallel,
        )


def _number(query: Mapping[str, str], name: str) -> int | None:
    try:
        return int(query[name])
    except (KeyError, ValueError):
        return None
