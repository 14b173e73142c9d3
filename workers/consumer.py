"""What becomes of a message that is none: kept where somebody keeps such, else dropped, and in no case shown.

Celery would drop it, and write it whole into the log.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from celery.exceptions import InvalidTaskError, NotRegistered
from celery.utils.log import get_logger
from celery.utils.saferepr import saferepr
from celery.worker.consumer import consumer
from kombu.exceptions import ContentDisallowed
from kombu.message import Message

from workers.received import HEADERS, UNFIT, UNREADABLE, WHY, is_name
from workers.texts import text

LONGEST_SHOWN = 50  #: characters of a name that somebody gave
_JSON = "application/json"

_log = get_logger(__name__)


class Unread(Message):
    """What is no message, made over into one for the task that keeps such: it must not be lost."""


def unread(message: Any, said: Mapping[str, Any], keeper: str, why: str) -> Unread:
    """`message` for the task `keeper`, under the id that it `said` where that can be one."""
    body = message.body.decode(errors="backslashreplace") if isinstance(message.body, bytes) else message.body
    # Celery's own summary would be the body once more, cut off.
    headers = {name: value for name, value in message.headers.items() if name not in {"argsrepr", "kwargsrepr"}}
    kept: list[Any] = [[], {UNREADABLE: body, WHY: why, HEADERS: saferepr(headers)}, {}]
    given = said.get("id")
    named = {"id": str(given if is_name(given) else uuid.uuid4()), "task": keeper}
    return Unread(
        json.dumps(kept),
        message.delivery_tag,
        _JSON,
        "utf-8",
        delivery_info=message.delivery_info,
        headers=named,
        accept=message.accept,
        channel=message.channel,
    )


class Consumer(consumer.Consumer):
    """Celery's own, but that a message which is none is shown to nobody, and kept by the task of its queue that does.

    Such a task says so by its option `keeps`, the name of the queue.
    """

    connection_errors: tuple[type[Exception], ...]

    def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], None]:
        """How messages are taken."""
        take = super().create_task_handler(*args, **options)

        def received(message: Any) -> None:
            try:
                take(message)
            except UNFIT as error:
                self.on_invalid_task(None, message, error)

        self._take = received
        return received

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """The body is cut, or not in the form that it says."""
        self.on_invalid_task(None, message, exc)

    def on_unknown_message(self, body: Any, message: Any) -> None:
        """It names no task."""
        self._set_aside(message, body, "header task")

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002 - Celery's signature
        """It names a task that is none of ours."""
        said = message.headers if "task" in message.headers else message.payload
        name = saferepr(said["task"], LONGEST_SHOWN)
        if not self._set_aside(message, said, f"task {name}") and is_name(said.get("id")):
            # Whoever waits for it gets its answer.
            self.app.backend.mark_as_failure(said["id"], NotRegistered(name))

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        """Celery can't take it."""
        match exc:
            case ContentDisallowed():
                why = f"content type {saferepr(message.content_type, LONGEST_SHOWN)}"
            case InvalidTaskError():
                why = str(exc)
            case _:
                why = "body or headers"
        self._set_aside(message, body, why)

    def _set_aside(self, message: Any, said: object, why: str) -> bool:
        """Give the message to its keeper, or drop it; gives whether it has one. `said`: headers that its body holds."""
        keeper = None if isinstance(message, Unread) else self._keeper(message)
        if keeper is None:
            _log.error(text("running.dropped", why=why))
            message.reject_log_error(_log, self.connection_errors)
            return False
        self._take(unread(message, {**message.headers, **(said if isinstance(said, dict) else {})}, keeper, why))
        return True

    def _keeper(self, message: Any) -> str | None:
        """The task that keeps what is no message of this queue; who names none of ours may mean all of this worker."""
        routed = (message.delivery_info or {}).get("routing_key")
        queues = self.app.amqp.queues
        among = [name for name in queues if name == routed] or list(queues.consume_from)
        return next((task.name for task in self.app.tasks.values() if getattr(task, "keeps", None) in among), None)
