"""The turnover import of one organisation: read, staged, handed on, closed. How work is handed on is handed to it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from tasks.turnover import closing, overwrite
from tasks.turnover.asking import CONFIGURATION, ask
from tasks.turnover.parked import apply_parked
from workers import leases
from workers.database import reading
from workers.ledger import days, runs, unfinished
from workers.ledger.days import Parcel
from workers.ledger.runs import Run
from workers.settings import current
from workers.staff import lookup
from workers.texts import text


@dataclass(frozen=True)
class Hands:
    """How work is handed on: a message under Celery, a call in the command line.

    `write`: register-days of a run; `mail`: a mail of the outbox; `start`: the organisation's next run.
    `seen`: told the last day of each slice that was read.
    """

    write: Callable[[int, Iterable[Parcel]], None]
    mail: Callable[[int], None]
    start: Callable[[Run], None]
    seen: Callable[[dt.date], None] = lambda _: None


def work(run_id: int, hands: Hands) -> float | None:
    """Do of the run what can be done now. Returns the seconds after which to go on, None: nothing to wait for.

    A run that is held, ended, or behind another one of its organisation is left alone.
    """
    lease = runs.claim(run_id)
    run = runs.get(run_id)
    if lease is None or run is None:
        if runs.writes_only(run_id):
            hands.write(run_id, days.parcels(run_id, current().dates_per_message))
        return None
    wait = None
    try:
        with leases.holding(lease):
            wait = ask(run, lease, hands.seen)
            hands.write(run_id, days.parcels(run_id, current().dates_per_message))
    except leases.LeaseLostError:
        return None
    except OperationalError:
        raise
    except CONFIGURATION as error:
        give_up(run, str(error), hands)
    except Exception as error:
        give_up(run, text("turnover.unexpected", error=type(error).__name__), hands)
        raise
    finish(run, hands)
    return wait


def write_register(run_id: int, register: str, dates: Sequence[dt.date], hands: Hands) -> None:
    """Write those register-days of the run that are still pending, and close the run if they were the last."""
    run = runs.get(run_id)
    if run is None:
        return
    overwrite.write(run.organisation_id, days.pending_ids(run_id, register, dates))
    finish(run, hands)


def finish(run: Run, hands: Hands) -> None:
    """Close the run if all of it is done; then its mail goes out and the organisation's next run begins.

    Amounts whose register or payment method was made while the run was at work are written now.
    """
    mail = closing.close(run.id)
    _ended(run, mail, hands)
    if mail is not None:
        # Set-up that is wrong by now is told by the next run, not by this one, which has ended.
        with suppress(*CONFIGURATION):
            apply_parked([run.organisation_id])


def give_up(run: Run, message: str, hands: Hands) -> None:
    """End the run with what it has; `message` tells why."""
    _ended(run, closing.give_up(run.id, message), hands)


def _ended(run: Run, mail: int | None, hands: Hands) -> None:
    if mail is None:
        return
    hands.mail(mail)
    following = unfinished.next_due(run.organisation_id)
    if following is not None:
        hands.start(following)


def guid(run: Run) -> str:
    """The guid of the organisation whose run it is."""
    with reading() as session:
        return lookup.guid(session, run.organisation_id)
