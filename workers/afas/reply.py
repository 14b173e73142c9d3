"""What came of a call that writes, as plain facts: how far it came, and what AFAS said."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workers.afas.answer import Answer, broken, decoded
from workers.afas.errors import TryLater
from workers.afas.verdict import refusal, storable, told

CONNECTOR = "PtRealization"
SERVER_TIME = "X-AFAS-Proxy-Stats"  #: header in which AFAS tells its own time
SUCCESS = (200, 201)
REDIRECT = 300


class Reach(StrEnum):
    """How far a call came; `unreachable` (connection gone) and `not_sent` (too late, closed by us): no line left."""

    ANSWERED = "answered"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    NOT_SENT = "not_sent"


@dataclass(frozen=True)
class Named:
    """A line that a success names; what it does not give is empty."""

    key: str
    afas_id: str
    session_guid: str


@dataclass(frozen=True)
class Reply:
    """What came of a call that had begun. `own`: the body is AFAS's own JSON, or that of a success is empty.

    `sent_late`: the last part left after `send_within`. `text`: AFAS's words; `failure`: the kind of AfasError that a
    reading call would raise, None for a success. `retry_after` (the larger of body and header) and `duration` in
    seconds; `server_time` in AFAS's own words.
    """

    reach: Reach
    status: int | None = None
    own: bool = False
    text: str = ""
    reference: str | None = None
    named: tuple[Named, ...] = ()
    retry_after: float | None = None
    server_time: str | None = None
    failure: str | None = None
    sent_late: bool = False
    duration: float = 0.0

    @property
    def session_guid(self) -> str | None:
        """The Sessieguid, which is the same for the whole call."""
        return next((one.session_guid for one in self.named if one.session_guid), None)


def answered(answer: Answer) -> Reply:
    """The facts of an answer of any status. Only what AFAS itself wrote is its own: proxies speak JSON too."""
    said = told(answer)
    named = _named(answer) if answer.status in SUCCESS else None
    failure = broken(answer) if answer.status < REDIRECT else refusal(answer)
    return Reply(
        reach=Reach.ANSWERED,
        status=answer.status,
        own=said.own if answer.status not in SUCCESS else named is not None,
        text=said.said,
        reference=said.reference,
        named=named or (),
        retry_after=said.pause,
        server_time=answer.headers.get(SERVER_TIME),
        failure=failure.kind if named is None else None,
    )


def _named(answer: Answer) -> tuple[Named, ...] | None:
    """The lines that a success names, which may be none; None when its body is not AFAS's."""
    if not answer.body.strip():
        return ()
    try:
        body = decoded(answer)
    except TryLater:
        return None
    if not isinstance(body, dict) or (body and "results" not in body):
        return None
    results = _listed(body.get("results"))
    if not all(isinstance(result, dict) for result in results):
        return None
    lines = [line for result in results for line in _listed(result.get(CONNECTOR))]
    if not all(isinstance(line, dict) for line in lines):
        return None
    named = (Named(*(_text(line.get(name)) for name in ("XpRe", "Id", "Sessieguid"))) for line in lines)
    return tuple(one for one in named if one.key or one.afas_id)


def _listed(value: Any) -> Sequence[Any]:
    """AFAS's one or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return "" if value is None else storable(str(value)).strip()
