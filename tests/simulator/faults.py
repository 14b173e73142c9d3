"""Faults on demand: each spoils one answer, or several."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Literal

from tests.simulator.answer import Answer, Request
from tests.simulator.data import Connector
from tests.simulator.effects import Effect, Spoil
from tests.simulator.errors import ProfitError


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


def _drawn_out(seconds: float) -> Effect:
    """The call's lines are committed one by one over so many seconds."""
    return Effect(spread=seconds)


def _late_answer(seconds: float) -> Effect:
    """All is done, and the answer comes so many seconds later."""
    return Effect(hold=seconds)


def _locked(text: str = "locked", **which: Any) -> Effect:
    return Effect(spoil=Spoil(text, commits=False, **which))


def _error_after_commit(text: str = "after_commit", **which: Any) -> Effect:
    return Effect(spoil=Spoil(text, commits=True, **which))


def _person(do: str, **which: Any) -> Effect:
    """A person acts before this call; see person.act."""
    return Effect(person={"do": do, **which})


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
    "drawn_out": _drawn_out,
    "late_answer": _late_answer,
    "locked": _locked,
    "error_after_commit": _error_after_commit,
    "person": _person,
    "xml_label": partial(_always, Effect(respell=partial(replace, content_type="application/xml"))),
}
#: Where a fault waits by default when it touches rows, or lines.
ROWS, LINES = "connectors/", "connectors/ptrealization"
DEFAULT_PATHS = {
    **dict.fromkeys(("changing_booking", "leading_dot", "float_dirt", "person"), ROWS),
    **dict.fromkeys(("drawn_out", "late_answer", "locked", "error_after_commit"), LINES),
}
RULE = ("method", "carrying")
WORK = ("commits", "goes_on", "late", "spread")


@dataclass
class Fault:
    """A fault that waits for its calls; `after` of those that it fits go free first.

    It fits calls whose path holds `path` in any case, of this `method` (empty: any), and with `carrying` only those
    that carry a line of this XpRe or Id.
    """

    effect: Effect
    path: str
    after: int
    times: int | None
    method: str = ""
    carrying: str = ""

    def fits(self, request: Request) -> bool:
        """Return whether it may meet this call."""
        path = (request.path or "").lower()
        return self.path in path and self.method in ("", request.method) and self._carried(request)

    def _carried(self, request: Request) -> bool:
        in_body = f'"{self.carrying}"'.encode() in request.body
        return not self.carrying or in_body or self.carrying in (request.path or "").replace(",", "/").split("/")


class Faults:
    """The faults in the order they were made; a call takes the first that is due, and only that one."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = Lock()

    def add(self, kind: str, *, path: str = "", after: int = 0, times: int | None = 1, **detail: Any) -> None:
        """Make a fault; `times` None is for ever; `detail` is of the rule, of the work and of the kind.

        The rule's are `method` and `carrying` of Fault. The work's are `commits` (0 where the answer is replaced or
        lost), `goes_on`, `late` and `spread` of Effect. ValueError for an unknown kind, TypeError for a wrong detail.
        """
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(KINDS)}")
        rule = {name: detail.pop(name) for name in RULE if name in detail}
        work = {name: detail.pop(name) for name in WORK if name in detail}
        effect = KINDS[kind](**detail)
        if effect.replaces:
            work.setdefault("commits", 0)
        if effect.spoil and "carrying" in rule:
            effect = replace(effect, spoil=replace(effect.spoil, carrying=rule["carrying"]))
        writes = work.get("commits", 0) != 0 or work.get("goes_on", False)
        where = path or DEFAULT_PATHS.get(kind, LINES if writes else "")
        with self._lock:
            self._waiting.append(Fault(replace(effect, kind=kind, **work), where.lower(), after, times, **rule))

    def clear(self) -> None:
        """Forget the faults that wait."""
        with self._lock:
            self._waiting.clear()

    def due(self, request: Request) -> Effect:
        """Return what happens to this call, and count it."""
        chosen = None
        with self._lock:
            for fault in [waiting for waiting in self._waiting if waiting.fits(request)]:
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
