"""Messages of services that we don't know: read exactly whatever they hold, and shown without their lines.

A message that is none becomes one that intake rejects, and so keeps: it must neither be lost nor end the worker.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from celery.worker.strategy import default

from tasks.realization.intake import exact
from tasks.realization.intake.markup import together
from tasks.realization.intake.values import as_text, shown
from workers import received as messages
from workers.received import UNREADABLE

_JSON = "application/json"
_SHOWN = ("organisation", "action", "reference", "batch")
#: Python's Celery wraps what JSON has no word for; all of it is text to AFAS, but for decimals.
_WRAPPED = ("date", "datetime", "time", "bytes")


def strategy(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., Any]:
    """Celery's own way to take a message, with the body read by us: its numbers as they were written."""
    take = default(task, app, consumer, **options)

    def received(message: Any, body: Any, *rest: Any) -> Any:
        if body is None and message.content_type == _JSON and not message.errors:
            message._decoded_cache = payload(message.body)  # noqa: SLF001 - Celery reads it before any hook of its own
        return take(message, body, *rest)

    return received


class Lines:
    """Lines of a result: whoever asked gets them whole, logs and Flower show their count."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self._lines = lines

    def __json__(self) -> list[dict[str, Any]]:
        """What kombu's JSON makes of them."""
        return self._lines

    def __repr__(self) -> str:
        return str(len(self._lines))


class Request(messages.Request):
    """A message that shows whom and what it is about and the count of its lines, and is never without arguments."""

    def __init__(self, message: Any, *, body: Any = None, decoded: bool = False, **options: Any) -> None:
        content = messages.fit(body if decoded else message.payload) or _unreadable(body)
        super().__init__(message, body=content, decoded=True, **options)

    @staticmethod
    def summary(arguments: Mapping[str, Any]) -> str:
        """What may be shown of a message's arguments."""
        said: dict[str, object] = {name: shown(arguments[name]) for name in _SHOWN if name in arguments}
        lines = arguments.get("lines")
        return str(said | ({"lines": len(lines)} if isinstance(lines, list) else {}))


def payload(body: bytes | str) -> list[Any]:
    """Arguments, keyword arguments and the rest, out of a message's body."""
    try:
        text = body if isinstance(body, str) else body.decode()
        return messages.fit(exact.loads(text, object_pairs_hook=_unwrapped)) or _unreadable(text)
    except (ValueError, RecursionError):
        return _unreadable(body)


def _unwrapped(pairs: Iterable[tuple[str, Any]]) -> Any:
    found = together(pairs)
    if found.keys() != {"__type__", "__value__"}:
        return found
    kind, value = found["__type__"], found["__value__"]
    if kind == "decimal" and isinstance(value, str):
        return exact.number(value)
    if kind == "uuid" and isinstance(value, dict):
        return value.get("hex")
    return value if kind in _WRAPPED else found


def _unreadable(body: Any) -> list[Any]:
    kept = body.decode(errors="replace") if isinstance(body, bytes) else as_text(body)
    return [[], {UNREADABLE: kept}, {}]
