"""A turnover run in this process, to its end: what a message does under Celery is a call here."""

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout

from tasks.cli import show
from tasks.cli.progress import progress
from tasks.housekeeping.outbox import send_mail
from tasks.turnover import closing, import_, overwrite, report
from tasks.turnover.facts import RunFacts
from tasks.turnover.import_ import Hands
from workers.ledger import runs, unfinished
from workers.ledger.days import Parcel
from workers.ledger.models import RunState
from workers.ledger.runs import Run
from workers.texts import text

MOST_SLEEP = 60.0  #: seconds that one command sleeps in all before it gives up
LOOK_AGAIN = 0.5  #: seconds between two looks at a run that another process is working on


def hands(seen: Callable[[dt.date], None] = lambda _: None) -> Hands:
    """Work is done here and now; the organisation's next run is left to whoever waits for it."""
    return Hands(write=_write, mail=_mail, start=lambda _: None, seen=seen)


def _write(run_id: int, parcels: Iterable[Parcel]) -> None:
    run = runs.get(run_id)
    if run is not None:
        overwrite.write(run.organisation_id, [key for parcel in parcels for key in parcel.ids])


def _mail(mail_id: int) -> None:
    """Once; a mail that fails stays in the outbox."""
    send_mail(mail_id)


def carry_out(run_id: int, *, as_json: bool) -> int:
    """Work on the run to its end and print what it came to: the command's exit code."""
    # With LOG_FILE=- the log's lines would stand between those of the JSON.
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        facts = _to_its_end(run_id)
    told = report.mail(facts, text)[1]
    if as_json:
        show.print_json(facts)
    if facts.state == RunState.FAILED:
        show.say(f"{told.splitlines()[0]} {text('cli.failed', run=run_id)}")
    elif not as_json:
        show.tell(told)
    return closing.exit_code(facts.state)


def _to_its_end(run_id: int) -> RunFacts:
    """Work on the run until it has ended, after older ones of its organisation."""
    run = runs.get(run_id)
    assert run is not None  # noqa: S101 - it was made by this process
    days = (run.date_to - run.date_from).days + 1
    slept = 0.0
    with progress(text("cli.reading"), days) as advance:
        doing = hands(lambda day: advance((day - run.date_from).days + 1))
        _older_first(run)
        while not runs.ended(run_id):
            wait = import_.work(run_id, doing)
            if wait is not None and slept + wait > MOST_SLEEP:
                import_.give_up(run, text("cli.too_long", seconds=round(wait)), doing)
            elif wait is not None:
                show.say(text("cli.waiting", seconds=round(wait, 1)))
                time.sleep(wait)
                slept += wait
            elif not runs.ended(run_id):
                _after_other(run)
    return closing.summary(run_id)


def _older_first(run: Run) -> None:
    """What an earlier command left behind (Ctrl-C, a machine that went down) may have nobody else to end it."""
    while (older := unfinished.next_due(run.organisation_id)) is not None and older.id < run.id:
        import_.work(older.id, hands())
        if runs.ended(older.id):
            show.say(text("cli.older", run=older.id))
        elif unfinished.next_due(run.organisation_id) == older:
            show.say(text("cli.behind", run=older.id))
            return


def _after_other(run: Run) -> None:
    """Wait for the run that is at work; one whose process died is brought to its end here."""
    other = runs.at_work(run.organisation_id)
    if other is not None and other != run.id:
        import_.work(other, hands())
    time.sleep(LOOK_AGAIN)
