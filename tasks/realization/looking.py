"""A change that was looked at for the first time, judged once more: now it is known what AFAS has of its line."""

from dataclasses import replace

from tasks.realization import images
from tasks.realization.case import Case
from tasks.realization.decisions import Ruling
from tasks.realization.intake.demands import FORCE, Order, name
from tasks.realization.intake.fields import shipped
from tasks.realization.intake.rules import validate
from tasks.realization.words import Line, LineState
from workers.ledger.realization import models
from workers.texts import text


def first_looked(member: Case, ruling: Ruling) -> Ruling:
    """The ruling, in which a line that AFAS can't change so, or that needs `force` to be deleted, is invalid."""
    rows = {row.id: row for row in member.rows}
    return replace(ruling, lines=tuple(_judged(line, rows[line.id], member.chunk.action) for line in ruling.lines))


def _judged(line: Line, row: models.Line, action: str) -> Line:
    if row.before is not None or line.before is None or line.state not in {LineState.PENDING, LineState.SUSPECT}:
        return line
    named = name(row.fields)
    known = {named: images.known(line)} if named else {}
    # The field list was held against it at intake; what is new is what the line is.
    order = Order(action, shipped(), "", "", known)
    found = validate([{**row.fields, FORCE: row.force}], order, text)[0]
    faults = [reason.text for reason in found.reasons if reason.field in _NAMING]
    return replace(line, state=LineState.INVALID, message="; ".join(faults)) if faults else line


_NAMING = frozenset({"Id", "XpRe", "DaTi", "DcId"})
