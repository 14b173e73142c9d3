"""Once a local day, one scheduled run for each connection with an active organisation: a row, then its message."""

import datetime as dt

from tasks.housekeeping.isolated import each
from tasks.turnover import import_
from tasks.turnover.import_ import Hands
from tasks.turnover.orders import Window
from workers.database import reading
from workers.ledger import runs, unfinished
from workers.ledger.heartbeat import beat
from workers.settings import current
from workers.staff import served
from workers.staff.pause import pause_reason
from workers.staff.served import Daily
from workers.texts import text


def dispatch(hands: Hands) -> list[int]:
    """Make the runs whose hour of the local day has passed, one a day however often it is called; returns their ids."""
    beat("dispatch")
    return dispatch_at(runs.clock(), hands)


def dispatch_at(moment: dt.datetime, hands: Hands) -> list[int]:
    """Make the runs that are due at `moment`; what earlier days left open ends first."""
    local = moment.astimezone(current().zone)
    with reading() as session:
        dailies = served.daily(session)
    made: list[int] = []

    def start(daily: Daily) -> None:
        day = _due(daily, local)
        if day is None:
            return
        _end_overdue(daily, day, hands)
        window = Window.back(day, daily.days_back)
        wanted = runs.Wanted(daily.organisation_id, day, window.first, window.last)
        run_id = runs.make(wanted, "scheduled", current().sweep_seconds)
        if run_id is not None:
            made.append(run_id)
            if run := runs.get(run_id):
                hands.start(run)

    each(dailies, start)
    return made


def _due(daily: Daily, local: dt.datetime) -> dt.date | None:
    """The last day whose hour has passed: today, or yesterday for whoever was active at that hour. None: neither.

    Yesterday's is still made when its hour passed so late, or so long a stop began before it, that midnight came first.
    """
    if daily.daily_at <= local.time():
        return local.date()
    yesterday = local.date() - dt.timedelta(days=1)
    hour = dt.datetime.combine(yesterday, daily.daily_at, local.tzinfo)
    return yesterday if daily.active_since is not None and daily.active_since <= hour else None


def _end_overdue(daily: Daily, day: dt.date, hands: Hands) -> None:
    """A run that has not ended when the next day's falls due ends failed, and is told."""
    overdue = unfinished.overdue(daily.organisation_id, day)
    if not overdue:
        return
    with reading() as session:
        paused = pause_reason(session, daily.organisation_id)
    message = text("turnover.overdue_paused", reason=paused) if paused else text("turnover.overdue")
    for run in overdue:
        import_.give_up(run, message, hands)
