"""`status`: everything at a glance, for people and for monitoring."""

import json as json_module
from collections.abc import Iterator
from dataclasses import dataclass

from cyclopts import App

from tasks.cli import show
from tasks.cli.usage import Json
from tasks.realization import glance
from workers import children, migrations
from workers.database import reading
from workers.ledger import heartbeat, overview
from workers.settings import current
from workers.staff import overview as staff_overview
from workers.texts import text

WELL, ATTENTION, BROKEN = 0, 1, 3  #: exit codes
SILENT_AFTER = 3  #: periods without a sign of a periodic task, after which it is told

app = App(name="status", help=text("cli.status"), result_action="return_value")


@dataclass(frozen=True)
class Sign:
    """One thing looked at; `level` is the exit code that it asks for."""

    level: int
    about: str
    told: str


@app.default
def status(*, json: Json = False) -> int:
    """Exit 0 all is well, 1 something wants attention, 3 something is broken."""
    try:
        migrations.require()
    except migrations.DatabaseMissing as error:
        signs = [Sign(BROKEN, "database", str(error))]
    else:
        signs = [*_running(), *_up(), *_organisations(), *_runs(), *_deliveries(), *_mails(), *_settings()]
    if json:
        show.rows([vars(sign) for sign in signs], as_json=True)
    else:
        _print(signs)
    return max(sign.level for sign in signs)


def _print(signs: list[Sign]) -> None:
    for sign in signs:
        mark = {WELL: "ok", ATTENTION: "!", BROKEN: "X"}[sign.level]
        show.tell(f"{mark:>2}  {sign.about}: {sign.told}")


def _running() -> Iterator[Sign]:
    """Beat's periodic tasks; on a machine where only TURNOVER runs there are none."""
    ages, periods = heartbeat.ages(), {"dispatch": current().dispatch_seconds, "sweep": current().sweep_seconds}
    for name, period in periods.items():
        if name not in ages:
            yield Sign(WELL, name, text("cli.status.never"))
        else:
            level = ATTENTION if ages[name] > SILENT_AFTER * period + 1 else WELL
            yield Sign(level, name, text("cli.status.age", seconds=round(ages[name])))


def _up() -> Iterator[Sign]:
    """What `up` runs here; its up.json stays behind when it was killed."""
    try:
        up = json_module.loads((current().home / "up.json").read_text(encoding="utf-8"))
        dead = [one["name"] for one in up["processes"] if children.birth(one["pid"]) != one["born"]]
        alone = children.birth(up["supervisor"]) is None
    except (OSError, ValueError, LookupError, TypeError):
        return
    if alone or len(dead) == len(up["processes"]):
        yield Sign(BROKEN, "up", text("cli.status.up_dead"))
    elif dead:
        yield Sign(ATTENTION, "up", text("cli.status.up_lacks", names=", ".join(dead)))
    else:
        yield Sign(WELL, "up", text("cli.status.up", count=len(up["processes"]), flower=up["flower"]))


def _organisations() -> Iterator[Sign]:
    with reading() as session:
        found = staff_overview.organisations(session)
    if not found:
        yield Sign(ATTENTION, "config", text("cli.status.no_organisation"))
    for one in found:
        if one.pause_reason is not None:
            yield Sign(ATTENTION, one.name, text("cli.status.paused", reason=one.pause_reason))
        if one.classic:
            yield Sign(WELL, one.name, text("cli.status.classic"))


def _runs() -> Iterator[Sign]:
    with reading() as session:
        last = overview.last_runs(session)
    for organisation, run, state, ended in last:
        level = ATTENTION if state in ("failed", "done_with_failures") else WELL
        yield Sign(level, organisation, text("cli.status.run", run=run, state=state, ended=show.cell(ended) or "-"))


def _deliveries() -> Iterator[Sign]:
    for seen in glance.look():
        yield Sign(ATTENTION if seen.attention else WELL, seen.about, seen.told)


def _mails() -> Iterator[Sign]:
    with reading() as session:
        mails = overview.unsent_mails(session)
    if mails.nobody:
        yield Sign(ATTENTION, "mail", text("cli.status.nobody", count=mails.nobody))
    if mails.failing:
        yield Sign(ATTENTION, "mail", text("cli.status.failing", count=mails.failing, error=mails.error))
    if mails.refused:
        yield Sign(ATTENTION, "mail", text("cli.status.refused", error=mails.refused))
    if current().smtp_url is None:
        yield Sign(ATTENTION if mails.waiting else WELL, "mail", text("cli.status.no_smtp", count=mails.waiting))


def _settings() -> Iterator[Sign]:
    from workers.celery import warnings  # noqa: PLC0415 - Celery takes long to import

    for line in warnings(current()):
        yield Sign(ATTENTION, "settings", line)
