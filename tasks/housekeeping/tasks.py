"""The door for Celery of what keeps the rivers running."""

from tasks.housekeeping import dispatch as dispatch_
from tasks.housekeeping import outbox
from tasks.housekeeping import sweep as sweep_
from tasks.turnover.tasks import HANDS
from workers.celery import app


@app.task(name="housekeeping.dispatch", ignore_result=True)
def dispatch() -> None:
    """Start the day's imports whose hour has passed."""
    dispatch_.dispatch(HANDS)


@app.task(name="housekeeping.sweep", ignore_result=True)
def sweep() -> None:
    """Take up what was left behind."""
    sweep_.sweep(HANDS)


@app.task(name="housekeeping.send_mail", ignore_result=True)
def send_mail(mail: int) -> None:
    """Send one mail of the outbox."""
    outbox.send_mail(mail)
