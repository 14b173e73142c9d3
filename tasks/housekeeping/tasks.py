"""The door for Celery of what keeps the rivers running."""

from collections.abc import Callable

from tasks.housekeeping import dispatch as dispatch_
from tasks.housekeeping import outbox, replies
from tasks.housekeeping import sweep as sweep_
from tasks.housekeeping.isolated import each
from tasks.realization import sweeping
from tasks.realization.tasks import HANDS as REALIZATION_HANDS
from tasks.turnover.tasks import HANDS
from workers.celery import app


@app.task(name="housekeeping.dispatch", ignore_result=True)
def dispatch() -> None:
    """Start the day's imports whose hour has passed."""
    dispatch_.dispatch(HANDS)


@app.task(name="housekeeping.sweep", ignore_result=True)
def sweep() -> None:
    """Take up what was left behind, in both rivers."""
    rivers: list[Callable[[], None]] = [
        lambda: sweep_.sweep(HANDS),
        lambda: sweeping.sweep(REALIZATION_HANDS),
    ]
    each(rivers, lambda river: river())


@app.task(name="housekeeping.send_mail", ignore_result=True)
def send_mail(mail: int) -> None:
    """Send one mail of the outbox."""
    outbox.send_mail(mail)


@app.task(name="housekeeping.send_reply", ignore_result=True)
def send_reply(reply: int) -> None:
    """Send one reply of the outbox to whoever sent its batch."""
    replies.send_reply(reply)
