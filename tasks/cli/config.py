"""`afasconnector config`: the set-up in, out, and held against AFAS."""

import json as json_module
import sys
from collections.abc import Iterable
from pathlib import Path

from cyclopts import App

from tasks.connect import Rules
from tasks.housekeeping import check as recipe
from tasks.realization import marking
from tasks.turnover.parked import apply_parked
from workers import migrations, settings
from workers.staff import setup
from workers.staff.lookup import UnknownOrganisationError
from workers.texts import text

app = App(name="config", help=text("config.help"))


@app.command(help=text("config.help.apply"))
def apply(file: Path, /, *, dry_run: bool = False) -> int:
    """Exit 0, or 2 for a file with mistakes."""
    migrations.require()
    try:
        applied = setup.apply(file, Rules(settings.current().allowed_hosts, marking.is_newest), dry_run=dry_run)
    except setup.SetupErrors as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _print(applied.changes or [text("config.unchanged")])
    if dry_run:
        sys.stderr.write(text("config.dry_run") + "\n")
        return 0
    _print(apply_parked(applied.organisation_ids))
    return 0


@app.command(help=text("config.help.export"))
def export() -> int:
    """Exit 0."""
    migrations.require()
    sys.stdout.write(setup.export())
    return 0


@app.command(help=text("config.help.check"))
def check(guid: str | None = None, /, *, json: bool = False) -> int:
    """Exit 0 complete (with or without warnings), 1 gaps, 2 an unknown guid."""
    migrations.require()
    try:
        found = recipe.check(guid)
    except UnknownOrganisationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if json:
        rows = [{"organisation": one.organisation, "gap": one.gap, "text": one.told} for one in found]
        _print([json_module.dumps(rows, ensure_ascii=False, indent=2)])
    else:
        _print(_line(one) for one in found)
    if any(one.gap for one in found):
        return 1
    if not json:
        _print([text("check.complete")])
    return 0


def _line(finding: recipe.Finding) -> str:
    subject = finding.organisation or text("check.settings")
    return text(f"check.{'gap' if finding.gap else 'warning'}", subject=subject, told=finding.told)


def _print(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
