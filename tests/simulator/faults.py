"""Faults on demand: each spoils one answer, or several."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Literal

from tests.simulator.answer import Answer, Request
from tests.simulator.data import Connector
from tests.simulator.errors import ProfitError
from tests.simulator.switches import Amounts, Switches


@dataclass(frozen=True)
class Effect:
    """What a fault does to one call; as it stands here: nothing."""

    kind: str = ""
    instead: Answer | None = None
    error: ProfitError | None = None
    seconds: float = 0.0
    reset: bool = False
    cut: bool = False
    amounts: Amounts | None = None
    edit: Callable[[Connector], None] | None = None
    respell: Callable[[Answer], Answer] | None = None

    def answer(self, request: Request, switches: Switches) -> Answer | None:
        """Return what is answered instead of Profit's own answer, or None."""
        if self.error is not None:
            return Answer.error(self.error, switches, request.headers.get("accept-language", ""))
        return self.instead and replace(self.instead, headers=dict(self.instead.headers))


def _slow(seconds: float) -> Effect:
    return Effect(seconds=seconds)


def _status_429(retry_after: float | None = None) -> Effect:
    answer = Answer.empty(429)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return Effect(instead=answer)


def _status_503(
    retry_after: float | None = None,
    where: Literal["body", "header", "both", "none"] = "body",
    header: float | None = None,
) -> Effect:
    """`header` is the header's own number of seconds, when it differs from the body's."""
    told: dict[str, object] = {"error": {"code": 503, "message": "Service Unavailable"}}
    if retry_after is not None and where in ("body", "both"):
        told["retry_after"] = retry_after
    answer = Answer.json(told, 503)
    if retry_after is not None and where in ("header", "both"):
        answer.headers["Retry-After"] = str(retry_after if header is None else header)
    return Effect(instead=answer)


def _error_500(text: str = "Er is een onverwachte fout opgetreden.") -> Effect:
    return Effect(error=ProfitError(text))


def _redirect(location: str = "/ProfitRestServices/ProfitVersion", status: int = 302) -> Effect:
    return Effect(instead=Answer(status, b"", "", {"Location": location}))


def _changing_booking(
    edit: Callable[[Connector], None] | None = None, rows: Sequence[Mapping[str, object]] | None = None
) -> Effect:
    """The rows change before this answer: by a callable, or to a list."""
    if (edit is None) == (rows is None):
        raise TypeError("changing_booking takes edit or rows")
    if edit is not None:
        return Effect(edit=edit)
    return Effect(edit=lambda connector: connector.replace(rows or ()))


def _half(answer: Answer) -> Answer:
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _always(effect: Effect) -> Effect:
    return effect


KINDS: dict[str, Callable[..., Effect]] = {
    "cut": partial(_always, Effect(cut=True)),
    "reset": partial(_always, Effect(reset=True)),
    "slow": _slow,
    "status_401": partial(_always, Effect(instead=Answer.empty(401))),
    "status_403": partial(_always, Effect(instead=Answer.html("403 - Forbidden", 403))),
    "status_404": partial(_always, Effect(instead=Answer.html("404 - File or directory not found.", 404))),
    "status_413": partial(_always, Effect(instead=Answer.html("413 - Request Entity Too Large", 413))),
    "status_429": _status_429,
    "status_502": partial(_always, Effect(instead=Answer.html("502 - Bad Gateway", 502))),
    "status_503": _status_503,
    "status_504": partial(_always, Effect(instead=Answer.html("504 - Gateway Time-out", 504))),
    "html": partial(_always, Effect(instead=Answer.html("Onderhoud"))),
    "truncated": partial(_always, Effect(respell=_half)),
    "error_500": _error_500,
    "timeout_500": partial(_always, Effect(error=ProfitError("timeout"))),
    "redirect": _redirect,
    "leading_dot": partial(_always, Effect(amounts="leading_dot")),
    "float_dirt": partial(_always, Effect(amounts="float_dirt")),
    "changing_booking": _changing_booking,
    "xml_label": partial(_always, Effect(respell=partial(replace, content_type="application/xml"))),
}
#: These touch rows, so by default they wait for a call that reads rows.
ROW_KINDS = ("changing_booking", "leading_dot", "float_dirt")


@dataclass
class Fault:
    """A fault that waits for its calls; `path` is a part of the path in any case, `after` calls go free first."""

    effect: Effect
    path: str
    after: int
    times: int | None


class Faults:
    """The faults in the order they were made; a call takes the first that is due, and only that one."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = Lock()

    def add(self, kind: str, *, path: str = "", after: int = 0, times: int | None = 1, **detail: Any) -> None:
        """Make a fault; `times` None is for ever. ValueError for an unknown kind, TypeError for a wrong detail."""
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(KINDS)}")
        effect = replace(KINDS[kind](**detail), kind=kind)
        if kind in ROW_KINDS and not path:
            path = "connectors/"
        with self._lock:
            self._waiting.append(Fault(effect, path.lower(), after, times))

    def clear(self) -> None:
        """Forget the faults that wait."""
        with self._lock:
            self._waiting.clear()

    def due(self, request: Request) -> Effect:
        """Return what happens to this call, and count it."""
        path, chosen = (request.path or "").lower(), None
        with self._lock:
            for fault in [waiting for waiting in self._waiting if waiting.path in path]:
                if fault.after > 0:
                    fault.after -= 1
                elif chosen is None:
                    chosen = fault
            if chosen is None:
                return Effect()
            if chosen.times is not None:
                chosen.times -= 1
            if chosen.times == 0:
                self._waiting.remove(chosen)
        return chosen.effect
