"""The file put into the tree."""

import datetime as dt
from collections.abc import Sequence

from workers.columns import now
from workers.staff import models
from workers.staff.models import TurnoverSetting
from workers.staff.setup.changes import Changes
from workers.staff.setup.connection import merge_connection
from workers.staff.setup.document import Entry
from workers.staff.setup.items import merge_payment_methods, merge_registers
from workers.staff.setup.tree import Kept, Organisation

DEFAULT_TIME = dt.time(5)  #: local time of the daily import where the file names none
TURNOVER = (
    "active",
    "daily_at",
    "days_back",
    "turnover_group",
    "other_turnover_groups",
    "sign",
    "default_turnover_account",
)


def merge(tree: list[Organisation], entries: Sequence[Entry], changes: Changes) -> None:
    """Put `entries` into the organisations of `tree`, which grows by new ones. Mistakes are noted at the entries."""
    known = {organisation.row.guid: organisation for organisation in tree}
    for entry in entries:
        # Without a readable guid the rest is looked at as a new organisation's, so that all its mistakes are told.
        guid = entry.values.get("guid", f"?{entry.line}")
        organisation = known.get(guid)
        if organisation is None:
            organisation = known[guid] = Organisation(models.Organisation(guid=guid, name=""), new=True)
            tree.append(organisation)
        if organisation.entry:
            entry.wrong("guid", "config.organisation_twice", value=guid, line=organisation.entry.lines["guid"])
        else:
            organisation.entry = entry
            _merge_organisation(changes, organisation, entry)


def _merge_organisation(changes: Changes, organisation: Organisation, entry: Entry) -> None:
    if organisation.new:
        entry.require(("name",))
    changes.update(organisation, organisation.subject("organisation"), ("name",))
    if organisation.new:
        changes.add("config.added", subject=organisation.subject("organisation"))
    if isinstance(afas := entry.values.get("afas"), Entry):
        merge_connection(changes, organisation, afas)
    if isinstance(turnover := entry.values.get("turnover"), Entry):
        _merge_turnover(changes, organisation, turnover)
    merge_payment_methods(changes, organisation, entry.values.get("payment_methods", []))
    merge_registers(changes, organisation, entry.values.get("registers", []))
    if organisation.connection:
        _end_pause(changes, organisation, organisation.connection.row)


def _merge_turnover(changes: Changes, organisation: Organisation, entry: Entry) -> None:
    kept = organisation.turnover
    if kept is None:
        entry.require(("turnover_group",))
        row = TurnoverSetting(active=True, daily_at=DEFAULT_TIME, days_back=40, other_turnover_groups=[], sign=1)
        kept = organisation.turnover = Kept(row, new=True)
        if not organisation.new:
            changes.add("config.added", subject=organisation.subject("turnover"))
    kept.entry = entry
    was_active = kept.row.active and not kept.new
    changes.update(kept, organisation.subject("turnover"), TURNOVER)
    if kept.row.active and not was_active:
        kept.row.active_since = now()


def _end_pause(changes: Changes, organisation: Organisation, row: models.AfasConnection) -> None:
    """Whoever applies a file has looked at the organisation, so that it is worth asking AFAS again."""
    if row.paused_until is None and row.pause_kind is None:
        return
    changes.add("config.pause_ended", subject=organisation.subject("organisation"), reason=row.pause_reason or "-")
    row.paused_until = row.pause_kind = row.pause_reason = None
