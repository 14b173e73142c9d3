"""Connections that lead to another environment from now on: what is under way goes along, or holds them back."""

from collections.abc import Sequence

from workers.database import Session
from workers.staff.setup.changes import Changes
from workers.staff.setup.rules import AfasRules, RuleError
from workers.staff.setup.tree import Organisation

MOST_SHOWN = 5  #: batches that a message names
OWN = ("environment", "same_as")  #: where the file says it


def move(session: Session, afas: AfasRules, tree: Sequence[Organisation], changes: Changes) -> None:
    """What was sent to one environment can't be looked for in another, and would go there once more."""
    ids = {organisation.row.guid: organisation.row.id for organisation in tree}
    for organisation in tree:
        connection = organisation.connection
        entry = connection.entry if connection else None
        name = next((name for name in OWN if entry and name in entry.values), None)
        if connection is None or entry is None or name is None or organisation.new:
            continue
        # One that is new has no number yet.
        owner = ids.get(organisation.same_as or organisation.row.guid) or 0
        try:
            along, stay = afas.move(session, organisation.row.id, owner, connection.row.environment)
        except RuleError as error:
            entry.wrong(name, "config.refused", reason=error)
            continue
        if stay:
            entry.wrong(name, "config.under_way", value=entry.values[name], batches=_shown(stay))
        elif along:
            changes.add("config.goes_along", subject=organisation.subject("afas"), batches=_shown(along))


def _shown(batches: Sequence[int]) -> str:
    more = f" (+{len(batches) - MOST_SHOWN})" if len(batches) > MOST_SHOWN else ""
    return ", ".join(str(batch) for batch in batches[:MOST_SHOWN]) + more
