"""How messages are taken: one that is no message is refused and logged by Celery, and does not end the worker."""

from collections.abc import Callable
from typing import Any

from celery.exceptions import InvalidTaskError
from celery.worker.strategy import default


def strategy(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., Any]:
    """Celery's own way to take a message, which trusts that its body has the three parts of one."""
    take = default(task, app, consumer, **options)

    def received(message: Any, body: Any, *rest: Any) -> Any:
        try:
            return take(message, body, *rest)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise InvalidTaskError(f"{type(error).__name__} in the message") from None

    return received
