"""One GET of a GetConnector: which rows, in which order, from where to where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

from tests.simulator import filters
from tests.simulator.errors import ProfitError, field_not_found
from tests.simulator.switches import Switches

DEFAULT_TAKE = 100
ALL = -1

Row = TypeVar("Row")


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

    @property
    def slice(self) -> slice:
        """Which rows of the ordered ones; take 0 is one row."""
        return slice(0, None) if self.take == ALL else slice(self.skip, self.skip + max(self.take, 1))

    def of(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows of this window."""
        return rows[self.slice]


@dataclass(frozen=True)
class Question:
    """What is asked of a table: `order` as (field id, descending), `tests` the filter again, ready to use."""

    window: Window
    order: list[tuple[str, bool]]
    filter: filters.Filter
    tests: filters.Tests


class Readable(filters.Shape, Protocol):
    """A table in one style."""

    def page(self, question: Question, switches: Switches, random: Random) -> Sequence[bytes]:
        """Return the rows asked, as JSON; what their order leaves open is new at every call."""


def answered(table: Readable, query: Mapping[str, str], switches: Switches, random: Random) -> tuple[bytes, int]:
    """Return the body and its number of rows."""
    window, order, groups = Window.parse(query), _order(query, table), filters.parse(query)
    tests = filters.compiled(table, groups)
    if switches.filter_ignored:
        groups, tests = [], []
    page = table.page(Question(window, order, groups, tests), switches, random)
    counted = window.take if switches.page_limit_counts == "take" and window.take != ALL else len(page)
    if len(table.fields) * counted >= switches.page_limit:
        raise ProfitError(switches.out_of_memory_text)
    return b'{"skip":%d,"take":%d,"rows":[%b]}' % (window.skip, window.take, b",".join(page)), len(page)


def _order(query: Mapping[str, str], table: Readable) -> list[tuple[str, bool]]:
    asked = [name for name in query.get("orderbyfieldids", "").split(",") if name]
    order = [(name.removeprefix("-"), name.startswith("-")) for name in asked]
    for field_id, _ in order:
        if field_id not in table.fields:
            raise field_not_found(field_id)
    return order
