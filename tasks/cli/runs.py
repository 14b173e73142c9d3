"""`runs`: turnover runs, their register-days and failures; and a new try of what failed."""

from collections.abc import Mapping

from cyclopts import App

from tasks.cli import show
from tasks.cli.importing import to_its_end
from tasks.turnover import closing, orders, report
from workers import migrations
from workers.database import reading
from workers.ledger import told
from workers.ledger.told import Head
from workers.texts import text

app = App(name="runs", help=text("cli.runs"), result_action="return_value")


@app.default
def list_runs(guid: str | None = None, /, *, json: bool = False) -> int:
    """List the newest runs, of one organisation or of all."""
    migrations.require()
    wanted = guid.strip().strip("{}").lower() if guid else None
    with reading() as session:
        show.rows([_row(head) for head in told.heads(session, wanted)], as_json=json)
    return 0


def _row(head: Head) -> Mapping[str, object]:
    names = ("id", "organisation", "guid", "kind", "day", "date_from", "date_to", "state", "started_at", "finished_at")
    return {name: getattr(head, name) for name in names}


@app.command(name="show", help=text("cli.runs.show"))
def show_run(run: int, /, *, json: bool = False) -> int:
    """Print what a run came to, and each of its register-days."""
    migrations.require()
    facts = closing.summary(run)
    with reading() as session:
        days = told.days(session, run)
    if json:
        show.print_json({"run": facts, "difference": facts.proof.difference, "register_days": days})
        return 0
    show.tell(report.mail(facts, text)[1])
    show.rows([day for day in days if day["state"] != "unchanged"], as_json=False)
    return 0


@app.command(help=text("cli.runs.retry"))
def retry(run: int, /, *, json: bool = False) -> int:
    """Import anew what failed or was parked. Exit codes as of TURNOVER."""
    migrations.require()
    again = orders.retry(run)
    if again is None:
        show.say(text("cli.nothing_failed", run=run))
        return 0
    facts = to_its_end(again)
    if json:
        show.print_json(facts)
    else:
        show.tell(report.mail(facts, text)[1])
    return closing.exit_code(facts.state)
