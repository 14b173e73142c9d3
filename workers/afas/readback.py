"""Lines read back from AFAS: by Id, page after page, until an empty page proves that these were all."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from workers.afas.answer import row_reader
from workers.afas.client import Client
from workers.afas.errors import Never
from workers.afas.getconnector import CELLS_PER_PAGE, Source
from workers.afas.metainfo import connector_fields
from workers.afas.question import ABOVE, AT_LEAST, BELOW, EQUAL, Condition, Groups, Params, filtered, portions
from workers.afas.shown import Columns, Shown
from workers.texts import text

AFAS_ZONE = ZoneInfo("Europe/Amsterdam")  #: AFAS's times are Dutch, whatever else is set
ONE_DAY = timedelta(days=1)
LONGEST_ID = "9" * 18  #: stands for the last Id where the length of a query is measured

#: The groups to ask for after the last Id that was shown (None: from the first on); none when nothing can follow.
After = Callable[[str | None], Groups]


class ReadBack:
    """The read-back connector of `mapping` (read_back of the set-up); `numbers`: our fields that are numbers.

    Each question is answered by all rows that AFAS shows for it, by Id, or AfasError: an error on any page is no
    read-back. Raises Never (field) for a mapped field that AFAS does not have, or can't page or filter by.
    """

    def __init__(
        self,
        client: Client,
        mapping: Mapping[str, Any],
        numbers: Collection[str] = ("Qu",),
        cells: int = CELLS_PER_PAGE,
    ) -> None:
        self._client = client
        known = connector_fields(client, mapping["connector"])
        bare = Source(client, mapping["connector"], {})
        self._columns = Columns(mapping, numbers, known, bare.where)
        self._fields = self._columns.fields
        self._path, self._where = bare.path, bare.where
        self._rows = row_reader(self._fields)
        self.take = (cells - 1) // max(1, len(known))

    @property
    def shows_created(self) -> bool:
        """Whether lines can be asked by when they were made."""
        return "created" in self._fields

    def between(self, first: date, last: date) -> list[Shown]:
        """The lines of the days first to last."""
        conditions = [
            Condition(self._fields["date"], AT_LEAST, f"{first}T00:00:00"),
            Condition(self._fields["date"], BELOW, f"{last + ONE_DAY}T00:00:00"),
        ]
        return self._all(lambda shown: [[*conditions, *self._above(shown)]])

    def made_since(self, since: datetime) -> list[Shown]:
        """The lines of any day made since a moment (with its zone). Raises Never (field) where that is not shown."""
        if not self.shows_created:
            raise Never("field", text("readback.created", where=self._where))
        return self._all(lambda shown: [[self._made(since), *self._above(shown)]])

    def by_id(self, ids: Iterable[str]) -> list[Shown]:
        """The lines with these Ids; what is no number is no Id of AFAS, so nothing shows it."""
        order = self._columns.order
        numbers = sorted({one.strip() for one in ids if one.strip().isdecimal()}, key=order)
        found: list[Shown] = []
        for portion in portions(numbers, lambda some: self._asked(self._named(some, None))):
            found += self._all(lambda shown, portion=portion: self._named(portion, shown))  # type: ignore[misc]
        return found

    def by_key(self, keys: Iterable[str]) -> list[Shown]:
        """The lines whose external key equals one of these, as AFAS compares texts."""
        wanted = sorted({one.strip() for one in keys} - {""})
        found: list[Shown] = []
        for portion in portions(wanted, lambda some: self._asked(self._keyed(some, LONGEST_ID))):
            found += self._all(lambda shown, portion=portion: self._keyed(portion, shown))  # type: ignore[misc]
        return found

    def _made(self, since: datetime) -> Condition:
        return Condition(self._fields["created"], AT_LEAST, f"{since.astimezone(AFAS_ZONE):%Y-%m-%dT%H:%M:%S}")

    def _above(self, shown: str | None) -> list[Condition]:
        return [] if shown is None else [Condition(self._fields["id"], ABOVE, shown)]

    def _named(self, ids: Sequence[str], shown: str | None) -> Groups:
        order = self._columns.order
        left = (one for one in ids if shown is None or order(one) > order(shown))
        return [[Condition(self._fields["id"], EQUAL, one)] for one in left]

    def _keyed(self, keys: Sequence[str], shown: str | None) -> Groups:
        return [[Condition(self._fields["external_key"], EQUAL, one), *self._above(shown)] for one in keys]

    def _asked(self, groups: Groups) -> Params:
        order: Params = {"skip": 0, "take": self.take, "orderbyfieldids": self._fields["id"]}
        return order | filtered(groups)

    def _all(self, after: After) -> list[Shown]:
        found: list[Shown] = []
        last: str | None = None
        while groups := after(last):
            rows = self._client.get(self._path, self._asked(groups), self._rows)
            page = [self._columns.shown(row) for row in rows]
            if not page:
                break
            self._check(page, last)
            found += page
            last = page[-1].afas_id
        return found

    def _check(self, page: Sequence[Shown], last: str | None) -> None:
        """Rows out of order, or before the ones shown already: then paging would lose some, or never end."""
        orders = [self._columns.order(row.afas_id) for row in page]
        unsorted = any(one > two for one, two in pairwise(orders))
        again = last is not None and orders[0] <= self._columns.order(last)
        if unsorted or again or len(page) > self.take:
            raise Never("broken", text("readback.order", where=self._where, field=self._fields["id"]))
