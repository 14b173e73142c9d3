"""Once a local day, one scheduled run for each active organisation: a row first, then its message."""

import datetime as dt

from tasks.housekeeping.isolated import each
from tasks.turnover import import_
from tasks.turnover.import_ import Hands
from tasks.turnover.orders import Window
from workers.database import reading
from workers.ledger import runs, unfinished
from workers.ledger.heartbeat import beat
from workers.settings import current
from workers.staff import lookup
from workers.staff.lookup import Daily
from workers.staff.pause import pause_reason
from workers.texts import text


def dispatch(hands: Hands) -> list[int]:
    """Make the runs whose hour of the local day has passed, one a day however often it is called; returns their ids."""
    beat("dispatch")
    return dispatch_at(runs.clock(), hands)


def dispatch_at(moment: dt.datetime, hands: Hands) -> list[int]:
    """Make the runs that are due at `moment`; what earlier days left open ends first."""
    local = moment.astimezone(current().zone)
    with reading() as session:
        due = [daily for daily in lookup.daily(session) if daily.daily_at <= local.time()]
    made: list[int] = []

    def start(daily: Daily) -> None:
        _end_overdue(daily, local.date(), hands)
        window = Window.back(local.date(), daily.days_back)
        wanted = runs.Wanted(daily.organisation_id, local.date(), window.first, window.last)
        run_id = runs.make(wanted, "scheduled", current().sweep_seconds)
        if run_id is not None:
            made.append(run_id)
            if run := runs.get(run_id):
                hands.start(run)

    each(due, start)
    return made


def _end_overdue(daily: Daily, today: dt.date, hands: Hands) -> None:
    """A run that has not ended when the next day's falls due ends failed, and is told."""
    overdue = unfinished.overdue(daily.organisation_id, today)
    if not overdue:
        return
    with reading() as session:
        paused = pause_reason(session, daily.organisation_id)
    message = text("turnover.overdue_paused", reason=paused) if paused else text("turnover.overdue")
    for run in overdue:
        import_.give_up(run, message, hands)
