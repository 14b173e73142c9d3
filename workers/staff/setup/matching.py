"""Which row of the database an entry of the file means."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from workers.staff.setup.document import Entry
from workers.staff.setup.tree import Kept

Found = TypeVar("Found", bound=Kept[Any])
Fits = Callable[[Entry, Any], bool]


def _same_code(entry: Entry, row: Any) -> bool:
    return row.external_id is not None and bool(entry.values.get("external_id") == row.external_id)


def _same_name_no_code(entry: Entry, row: Any) -> bool:
    return row.external_id is None and bool(entry.values.get("name") == row.name)


def _same_name(entry: Entry, row: Any) -> bool:
    return "external_id" not in entry.lines and bool(entry.values.get("name") == row.name)


def match(entries: Sequence[Entry], rows: Sequence[Found]) -> list[Found | None]:
    """The row of each entry, or None; no row is given twice.

    The external id decides. A row without one is known by its name (so it gets one), and an entry without one too.
    """
    free = list(rows)
    found: list[Found | None] = [None] * len(entries)
    fits: Fits
    for fits in (_same_code, _same_name_no_code, _same_name):
        for place, entry in enumerate(entries):
            if found[place] is None and (fitting := next((kept for kept in free if fits(entry, kept.row)), None)):
                found[place] = fitting
                free = [kept for kept in free if kept is not fitting]
    return found
