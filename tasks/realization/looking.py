"""Changes judged once more: when it is known what AFAS has of their lines, or that no read-back will tell it."""

from dataclasses import replace

from tasks.realization import images, judging
from tasks.realization.case import Case
from tasks.realization.decisions import Ruling, Send
from tasks.realization.intake.demands import FORCE, KnownLine, Order, name
from tasks.realization.intake.fields import shipped
from tasks.realization.intake.rules import validate
from tasks.realization.judging import Known
from tasks.realization.words import Action, Line, LineState
from workers.database import reading
from workers.ledger.realization import models
from workers.texts import text


def first_looked(member: Case, ruling: Ruling) -> Ruling:
    """The ruling, in which a line that AFAS can't change so, or that needs `force` to be deleted, is invalid."""
    rows = {row.id: row for row in member.rows}
    return replace(ruling, lines=tuple(_judged(line, rows[line.id], member.chunk.action) for line in ruling.lines))


def unlooked(member: Case, step: Send) -> Ruling:
    """Lines that are about to go, and were to be looked at until the read-back connector was taken away.

    What our own deliveries tell of them is all there is: their Id, or why they are invalid.
    """
    if member.trust.read_back or member.chunk.action == Action.INSERT:
        return Ruling()
    rows = {row.id: row for row in member.rows}
    new = [line for line in member.chunk.lines if line.id in step.lines and line.before is None]
    with reading() as session:
        environment, fields = member.held.batch.environment_id, [rows[line.id].fields for line in new]
        known = judging.known(session, environment, member.chunk.action, fields)
    named = [_with_id(line, known.get(name(rows[line.id].fields) or ("", ""))) for line in new]
    after = [_checked(line, rows[line.id], member.chunk.action, known) for line in named]
    return Ruling(tuple(line for line, before in zip(after, new, strict=True) if line != before))


def _with_id(line: Line, known: KnownLine | None) -> Line:
    return line._replace(afas_ids=(known.id,)) if known and known.id and not line.afas_ids else line


def _judged(line: Line, row: models.Line, action: str) -> Line:
    if row.before is not None or line.before is None or line.state not in {LineState.PENDING, LineState.SUSPECT}:
        return line
    named = name(row.fields)
    return _checked(line, row, action, {named: images.known(line)} if named else {})


def _checked(line: Line, row: models.Line, action: str, known: Known) -> Line:
    # The field list was held against it at intake; what is new is what the line is.
    order = Order(action, shipped(), "", "", known)
    found = validate([{**row.fields, FORCE: row.force}], order, text)[0]
    faults = [reason.text for reason in found.reasons if reason.field in _NAMING]
    return line._replace(state=LineState.INVALID, message="; ".join(faults)) if faults else line


_NAMING = frozenset({"Id", "XpRe", "DaTi", "DcId"})
