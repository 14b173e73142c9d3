"""One GET of a GetConnector: which rows, in which order, from where to where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from tests.simulator import filters
from tests.simulator.data import Table
from tests.simulator.errors import ProfitError, field_not_found
from tests.simulator.switches import Switches

DEFAULT_TAKE = 100
ALL = -1


@dataclass(frozen=True)
class Window:
    """Skip and take as asked; -1 in both is everything."""

    skip: int
    take: int

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Window":
        """Read the two, or raise Profit's error."""
        try:
            skip, take = int(query.get("skip", "0")), int(query.get("take", DEFAULT_TAKE))
        except ValueError:
            raise ProfitError("Skip and take must be numbers") from None
        if min(skip, take) < ALL or (skip == ALL) != (take == ALL):
            raise ProfitError("Skip and take are only both -1, or neither")
        return cls(skip, take)

    def of(self, rows: list[int]) -> list[int]:
        """Return the rows of this window; take 0 is one row."""
        return rows if self.take == ALL else rows[self.skip : self.skip + max(self.take, 1)]


def answered(table: Table, query: Mapping[str, str], switches: Switches, random: Random) -> tuple[bytes, int]:
    """Return the body and its number of rows."""
    window, order = Window.parse(query), _order(query, table)
    found: Iterable[int] = filters.matching(table, filters.parse(query))
    if switches.filter_ignored:
        found = range(len(table.rendered))
    page = window.of(table.ordered(table.without_codes(found, switches.hidden_codes), order, random))
    counted = window.take if switches.page_limit_counts == "take" and window.take != ALL else len(page)
    if len(table.fields) * counted >= switches.page_limit:
        raise ProfitError(switches.out_of_memory_text)
    rows = b",".join([table.rendered[row] for row in page])
    return b'{"skip":%d,"take":%d,"rows":[%b]}' % (window.skip, window.take, rows), len(page)


def _order(query: Mapping[str, str], table: Table) -> list[tuple[str, bool]]:
    asked = [name for name in query.get("orderbyfieldids", "").split(",") if name]
    order = [(name.removeprefix("-"), name.startswith("-")) for name in asked]
    for field_id, _ in order:
        if field_id not in table.fields:
            raise field_not_found(field_id)
    return order
