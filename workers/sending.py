"""Messages to workers, by task name. A message is a hint: one that can't be sent now is sent by the sweep later."""

import logging

from kombu.exceptions import OperationalError

from workers.celery import app

_log = logging.getLogger(__name__)


def send(task: str, **arguments: object) -> None:
    """Enqueue `task`. A broker that is away is logged, not raised: the row that the message speaks of is committed."""
    sent(task, 0, **arguments)


def sent(task: str, countdown: float, /, **arguments: object) -> bool:
    """As `send`, to be done in `countdown` seconds; gives whether the broker has it."""
    try:
        # With a result asked for, a broker that is away would be waited for at the result store, without an end.
        app.send_task(task, kwargs=arguments, countdown=countdown or None, ignore_result=True)
    except OperationalError as error:
        _log.warning("%s not sent, the sweep will: %s", task, type(error).__name__)
        return False
    return True
