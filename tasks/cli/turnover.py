"""`TURNOVER <guid> -40`: one organisation's import in this process; and what Staff now holds."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from cyclopts import App, Parameter

from tasks.cli import show
from tasks.cli.importing import carry_out
from tasks.cli.progress import progress
from tasks.cli.usage import Guid, Json, day, number
from tasks.turnover import asking, closing, orders
from tasks.turnover.orders import Order
from tasks.turnover.rehearsal import rehearse
from tasks.turnover.wording import one_line
from workers import migrations
from workers.database import reading
from workers.ledger import history
from workers.ledger.models import RunState
from workers.staff import holding
from workers.texts import text

app = App(name="turnover", help=text("cli.turnover"), result_action="return_value")


@Parameter(name="*")
@dataclass(frozen=True)
class Days:
    """Booking days, both ends included, of all registers or one."""

    first: Annotated[dt.date | None, day("cli.from", "--from")] = None
    last: Annotated[dt.date | None, day("cli.to", "--to")] = None
    register: Annotated[str | None, Parameter(name="--register", help=text("cli.register"))] = None


@Parameter(name="*")
@dataclass(frozen=True)
class How:
    """What is done with the import."""

    dry_run: Annotated[bool, Parameter(help=text("cli.dry_run"))] = False
    enqueue: Annotated[bool, Parameter(help=text("cli.enqueue"))] = False
    json: Json = False


ALL_DAYS, PLAINLY = Days(), How()
Csv = Annotated[bool, Parameter(help=text("cli.csv"))]


@app.default
def import_turnover(
    guid: Guid,
    days: Annotated[int | None, number("cli.days_back")] = None,
    /,
    *,
    span: Days = ALL_DAYS,
    how: How = PLAINLY,
) -> int:
    """Import the turnover of an organisation. Exit 0 done, 1 done with failures, 2 no run was made, 3 failed."""
    if days is not None and days > 0:
        show.say(text("cli.days", days=days))
        return 2
    migrations.require()
    order = Order(
        days_back=None if days is None else -days,
        date_from=span.first.isoformat() if span.first else None,
        date_to=span.last.isoformat() if span.last else None,
        register=span.register,
    )
    owner = orders.owner_of(guid)
    order.window(owner)
    asking.check(owner)
    if how.dry_run:
        return _rehearse(owner, order, as_json=how.json)
    if how.enqueue:
        return _enqueue(guid, order, as_json=how.json)
    return carry_out(orders.ordered(guid, order), as_json=how.json)


def _rehearse(owner: int, order: Order, *, as_json: bool) -> int:
    window = order.window(owner)
    days = (window.last - window.first).days + 1
    registers = order.registers(owner)
    with progress(text("cli.reading"), days) as advance:
        found = rehearse(owner, window, registers, lambda day: advance((day - window.first).days + 1))
    changes = sorted(found.changes, key=lambda change: (change.register, change.date))
    shown = [change for change in changes if as_json or change.state != "unchanged"]
    if shown or as_json:
        show.rows([vars(change) for change in shown], as_json=as_json)
    for error in found.errors:
        show.say(one_line(error))
    if found.state != RunState.FAILED:
        unchanged = sum(change.state == "unchanged" for change in changes)
        show.say(text("cli.rehearsed", changes=len(changes) - unchanged, unchanged=unchanged))
    return closing.exit_code(found.state)


def _enqueue(guid: str, order: Order, *, as_json: bool) -> int:
    from tasks.turnover.tasks import send_run  # noqa: PLC0415 - only --enqueue needs Celery
    from workers.ledger import runs  # noqa: PLC0415 - as above

    run = runs.get(orders.ordered(guid, order))
    if run is not None:
        send_run(run)
        if as_json:
            show.print_json({"run": run.id})
        else:
            show.tell(text("cli.enqueued", run=run.id))
    return 0


@app.command(name="show", help=text("cli.turnover.show"))
def show_turnover(guid: Guid, /, *, span: Days = ALL_DAYS, csv: Csv = False, json: Json = False) -> int:
    """Print what Staff holds, a row a payment."""
    migrations.require()
    with reading() as session:
        found = holding.payments(session, guid, holding.Span(span.first, span.last, span.register))
    if csv:
        show.print_csv(holding.COLUMNS, ([row[name] for name in holding.COLUMNS] for row in found))
    else:
        show.rows(found, as_json=json)
    return 0


@app.command(name="history", help=text("cli.turnover.history"))
def show_history(
    guid: Guid,
    register: Annotated[str, Parameter(help=text("cli.history.register"))],
    date: Annotated[dt.date, day("cli.history.date")],
    /,
    *,
    json: Json = False,
) -> int:
    """Print every value that a register-day has had, with the run that wrote it."""
    migrations.require()
    with reading() as session:
        show.rows(history.values(session, guid, register, date), as_json=json)
    return 0
