"""`runs`: turnover runs, their register-days and failures; and a new try of what failed."""

from collections.abc import Iterable, Mapping

from cyclopts import App

from tasks.cli import show
from tasks.cli.importing import carry_out
from tasks.cli.usage import Guid, Json, RunNumber
from tasks.turnover import closing, orders, report
from workers import migrations
from workers.database import reading
from workers.ledger import told
from workers.ledger.told import Head
from workers.texts import text

app = App(name="runs", help=text("cli.runs"), result_action="return_value")


NAMES = ("id", "organisation", "guid", "kind", "day", "date_from", "date_to", "state", "started_at", "finished_at")
WIDE = ("guid", "day")  #: for programs alone


@app.default
def list_runs(guid: Guid | None = None, /, *, json: Json = False) -> int:
    """List the newest runs, of one organisation (or the one whose connection it uses) or of all."""
    migrations.require()
    owner = orders.owner_of(guid) if guid else None
    names = NAMES if json else [name for name in NAMES if name not in WIDE]
    with reading() as session:
        show.rows([_row(head, names) for head in told.heads(session, owner)], as_json=json)
    return 0


def _row(head: Head, names: Iterable[str]) -> Mapping[str, object]:
    return {name: getattr(head, name) for name in names}


@app.command(name="show", help=text("cli.runs.show"))
def show_run(run: RunNumber, /, *, json: Json = False) -> int:
    """Print what a run came to, and each of its register-days."""
    migrations.require()
    facts = closing.summary(run)
    with reading() as session:
        days = told.days(session, run)
    if json:
        show.print_json({"run": facts, "difference": facts.proof.difference, "register_days": days})
        return 0
    show.tell(report.mail(facts, text)[1])
    changed = [day for day in days if day["state"] != "unchanged"]
    if changed:
        show.tell("")
        show.rows(changed, as_json=False)
    return 0


@app.command(help=text("cli.runs.retry"))
def retry(run: RunNumber, /, *, json: Json = False) -> int:
    """Import anew what failed or was parked. Exit codes as of TURNOVER."""
    migrations.require()
    again = orders.retry(run)
    if again is None:
        show.say(text("cli.nothing_failed", run=run))
        if json:
            show.print_json(None)
        return 0
    return carry_out(again, as_json=json)
