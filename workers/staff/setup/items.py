"""The file's payment methods, registers and turnover groups, put into rows."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from workers.staff import models
from workers.staff.models import PaymentMethod, TurnoverGroup
from workers.staff.setup.changes import Changes, shown
from workers.staff.setup.document import Entry
from workers.staff.setup.imports import merge_import
from workers.staff.setup.matching import match
from workers.staff.setup.tree import Kept, Organisation, Register

Item = TypeVar("Item", bound=Kept[Any])


def merge_payment_methods(changes: Changes, organisation: Organisation, entries: Sequence[Entry]) -> None:
    """Put `entries` into the organisation's payment methods."""
    merge = _Merge(changes, organisation, "payment_method")
    merge.all(entries, organisation.payment_methods, lambda: Kept(PaymentMethod(), new=True))


def merge_registers(changes: Changes, organisation: Organisation, entries: Sequence[Entry]) -> None:
    """Put `entries` into the organisation's registers, with their import settings and turnover groups."""
    merge = _Merge(changes, organisation, "register")
    registers = merge.all(entries, organisation.registers, lambda: Register(models.Register(), new=True))
    groups = _merge_groups(changes, organisation, entries)
    for entry, register in zip(entries, registers, strict=True):
        if isinstance(entry.values.get("import"), Entry):
            merge_import(changes, organisation, register, entry.values["import"])
        named = [groups[_key(group)] for group in entry.values.get("turnover_groups", [])]
        _link(changes, organisation, register, named)


class _Merge:
    """Entries with name and external id put into rows of one kind."""

    def __init__(self, changes: Changes, organisation: Organisation, kind: str) -> None:
        self._changes, self._organisation, self._kind = changes, organisation, kind

    def all(self, entries: Sequence[Entry], held: list[Item], make: Callable[[], Item]) -> list[Item]:
        """The rows of `entries`, in their order; new ones are made and added to `held`."""
        rows = []
        for found, entry in zip(match(entries, held), entries, strict=True):
            kept = found or make()
            kept.entry = entry
            subject = self._organisation.subject(self._kind, kept.row)
            self._changes.update(kept, subject, ("name", "external_id"))
            if kept.new:
                entry.require(("name",))
                held.append(kept)
                self._changes.add("config.added", subject=self._organisation.subject(self._kind, kept.row))
            rows.append(kept)
        return rows


def _key(entry: Entry) -> tuple[str, str]:
    code = entry.values.get("external_id")
    return ("", str(entry.values.get("name"))) if code is None else (code, "")


def _merge_groups(
    changes: Changes, organisation: Organisation, registers: Sequence[Entry]
) -> dict[tuple[str, str], TurnoverGroup]:
    """The turnover groups of all registers by key; several registers may name the same one."""
    distinct: dict[tuple[str, str], Entry] = {}
    for entry in (group for register in registers for group in register.values.get("turnover_groups", [])):
        first = distinct.setdefault(_key(entry), entry)
        if "name" not in first.values:
            distinct[_key(entry)] = entry
        elif entry.values.get("name", first.values["name"]) != first.values["name"]:
            other, line = first.values["name"], first.lines["name"]
            entry.wrong("name", "config.other_name", value=entry.values["name"], other=other, line=line)
    merge = _Merge(changes, organisation, "turnover_group")
    rows = merge.all(list(distinct.values()), organisation.groups, lambda: Kept(TurnoverGroup(), new=True))
    return {key: kept.row for key, kept in zip(distinct, rows, strict=True)}


def _link(changes: Changes, organisation: Organisation, register: Register, named: list[TurnoverGroup]) -> None:
    """The named groups go first, in their order; others stay behind them, for the import links groups too."""
    linked = list(dict.fromkeys(named + register.groups))
    if linked == register.groups:
        return
    if not register.new:
        old, new = ([group.external_id or group.name for group in groups] for groups in (register.groups, linked))
        subject = organisation.subject("register", register.row)
        changes.add("config.changed", subject=subject, field="turnover_groups", old=shown(old), new=shown(new))
    register.groups, register.relinked = linked, True
