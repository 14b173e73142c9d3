"""Amounts that waited for their register or payment method, written as soon as it is there."""

from collections.abc import Iterable

from tasks.turnover import log_lines, overwrite
from tasks.turnover.sources import sources
from workers import runlog
from workers.database import reading
from workers.ledger import waiting
from workers.staff import lookup
from workers.texts import text


def apply_parked(organisation_ids: Iterable[int]) -> list[str]:
    """Write amounts that waited for a register or payment method that is there by now; a line for each register."""
    lines = []
    with reading() as session:
        owners = {owner for key in organisation_ids if (owner := lookup.owner_of(session, key)) is not None}
    for owner in sorted(owners):
        lines += _apply_parked(owner)
    return lines


def _apply_parked(owner: int) -> list[str]:
    with reading() as session:
        if not waiting.anything(session, owner):
            return []
        connection = lookup.connection(session, owner)
    source_of = {code: source.label for source in sources(connection, None) for code in source.codes}
    with reading() as session:
        found = waiting.waiting(session, owner, source_of.keys() - {""})
    fitting = [key for key, code, source in found if source_of[code] == source]
    overwrite.write_waiting(owner, fitting)
    lines = []
    for code, count, amount in waiting.applied(fitting):
        runlog.write(log_lines.applied(connection.name, connection.guid, code, (count, amount)))
        lines.append(text("turnover.applied", code=code, count=count, amount=amount))
    return lines
