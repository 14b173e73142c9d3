"""Messages of services that we don't know: what Celery is given of one.

Celery trusts its messages: a header that it can't take ends the worker, which gets the message back as it starts again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from celery.exceptions import InvalidTaskError
from celery.utils.saferepr import saferepr
from celery.utils.time import maybe_iso8601
from celery.worker import request

UNREADABLE = "unreadable"  #: argument of the task that keeps what is no message: its body
WHY = "why"  #: beside it: what is wrong, in a few words without a value of the body
HEADERS = "headers"  #: beside it: its headers, as a text
DEEPEST = 50  #: objects and lists within each other; many more end the process that hands them on
#: What Celery raises about a message: only the first of these spares the worker, unless somebody catches the rest.
UNFIT = (InvalidTaskError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
_YEARS = range(1970, 9999)  #: moments in other years are none to some clock


def is_name(value: object) -> bool:
    """Whether it can name a task, or one of its messages."""
    return isinstance(value, str) and value != "" and value.isprintable()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_moment(value: object) -> bool:
    try:
        moment = maybe_iso8601(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return False
    return moment is not None and moment.year in _YEARS


#: The headers that we hand on, and when Celery can take one. Any other is not ours to obey: time limits are our own.
_KNOWN: Mapping[str, Callable[[object], bool]] = {
    "id": is_name,
    "task": is_name,
    "root_id": is_name,
    "parent_id": is_name,
    "retries": _is_count,
    "eta": _is_moment,
    "expires": _is_moment,
    "ignore_result": lambda value: isinstance(value, bool),
}


def known(headers: Mapping[str, object]) -> dict[str, Any]:
    """The headers that Celery gets. Raises InvalidTaskError for one that it can't take, or that is missing."""
    found = {name: headers[name] for name in _KNOWN if headers.get(name) is not None}
    for name in ("id", "task", *found):
        if name not in found or not _KNOWN[name](found[name]):
            raise InvalidTaskError(f"header {name}")
    return found


class Parts(list[Any]):
    """The three parts of a message, which Celery's pool would show when it logs all that it can."""

    def __repr__(self) -> str:
        return "[...]"


def fit(content: Any) -> list[Any] | None:
    """The three parts of a message as Celery wants them; None when it is another thing, or nested too deep.

    The third, what Celery does after the task, is left empty: that would go to queues that we don't know.
    """
    match content:
        case [list() | tuple() as positional, dict() as named, dict() | None] if not _is_deep(content):
            return [list(positional), named, {}]
    return None


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        inner = (one for outer in level for one in (outer.values() if isinstance(outer, dict) else outer))
        level = [one for one in inner if isinstance(one, dict | list | tuple)]
        if not level:
            return False
    return True


class Request(request.Request):
    """A message of which Celery gets what it can take, and which shows what `summary` says, whatever its sender said.

    Raises InvalidTaskError, which names what is wrong and no value.
    """

    def __init__(
        self,
        message: Any,
        *,
        body: Any = None,
        headers: Mapping[str, object] | None = None,
        decoded: bool = False,
        **options: Any,
    ) -> None:
        content = fit(body if decoded else message.payload)
        if content is None:
            raise InvalidTaskError("body")
        shown = {"argsrepr": saferepr(tuple(content[0])), "kwargsrepr": self.summary(content[1])}
        taken = known(message.headers if headers is None else headers) | shown
        try:
            super().__init__(message, body=Parts(content), decoded=True, headers=taken, **options)
        except UNFIT:
            raise InvalidTaskError("properties") from None
        # The pool takes them out of the body.
        self.request_dict.update(args=(), kwargs={})

    @staticmethod
    def summary(arguments: Mapping[str, Any]) -> str:
        """What may be shown of the keyword arguments."""
        return saferepr(arguments)

    def info(self, safe: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002 - Celery's signature
        """What `inspect` and Flower show of it."""
        return super().info(safe=True)
