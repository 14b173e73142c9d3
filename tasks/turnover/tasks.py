"""The turnover river's door for Celery."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import OperationalError

from tasks.turnover import arguments, import_, orders, pace
from tasks.turnover.import_ import Hands
from tasks.turnover.orders import Order
from workers.celery import app
from workers.ledger.days import Parcel
from workers.ledger.runs import Run
from workers.sending import send


def send_parcels(run_id: int, parcels: Iterable[Parcel]) -> None:
    """One message a parcel; what gets lost the sweep sends again."""
    for parcel in parcels:
        dates = [day.isoformat() for day in parcel.dates]
        send("turnover.import_register", run=run_id, register=parcel.register, dates=dates)


def send_run(run: Run) -> None:
    """One message for a run that is in the ledger."""
    send("turnover.import_organisation", organisation=import_.guid(run), run=run.id)


HANDS = Hands(write=send_parcels, mail=lambda mail: send("housekeeping.send_mail", mail=mail), start=send_run)


@app.task(name="turnover.import_organisation", bind=True, max_retries=None)
def import_organisation(self: Any, /, organisation: str, run: int | None = None, **order: Any) -> int:
    """Import an organisation's turnover: a run of the ledger, or a new one over the days of `order`. Returns its id.

    Raises ArgumentError, UnknownOrganisationError, UnknownRunError, UnknownRegisterError, WindowError.
    """
    order = {name: value for name, value in order.items() if value is not None}
    arguments.look_at_order(organisation, run, order)
    if run is None:
        run = orders.ordered(organisation, Order(**order))
    wait = import_.work(run, HANDS)
    if wait is not None and wait < pace.SHORT:
        # A second more, or the message comes before the run is due by the database's clock.
        raise self.retry(countdown=wait + 1, args=(), kwargs={"organisation": organisation, "run": run})
    return run


@app.task(
    name="turnover.import_register",
    ignore_result=True,
    autoretry_for=(OperationalError,),
    retry_backoff=2,
    max_retries=4,
)
def import_register(run: int, register: str, dates: list[str]) -> None:
    """Write one register's staged days of a run into Staff; those that are written already are left alone."""
    arguments.look_at_days(run, register, dates)
    import_.write_register(run, register, [dt.date.fromisoformat(day) for day in dates], HANDS)
