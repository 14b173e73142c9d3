"""A window of days out of a GetConnector, whole or not at all.

A slice is whole days in one answer that is shorter than was asked for, so every day is one consistent moment of AFAS.
Pages that overlap a change lose rows or give them twice; only a day larger than a page is paged, until two reads agree.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Generic, Protocol, TypeVar

from workers.afas.errors import Never, TryLater
from workers.afas.getconnector import Pages, Source
from workers.texts import text

FULL_AT = 0.85  #: share of a page that the next slice aims at
GROWTH = 8  #: times the days of a slice that fitted
MAX_PASSES = 6  #: reads of a large day before it is left for later
MAX_ROWS_PAGED = 5_000_000  #: rows of one paged read: beyond it AFAS, or skipping, does not work
ONE_DAY = timedelta(days=1)
_MODULUS = 1 << 128


class Fold(Protocol):
    """What keeps something small of many rows."""

    def add(self, rows: Sequence[Any]) -> None:
        """Take in the rows of one answer, which are forgotten then."""


F = TypeVar("F", bound=Fold)
NewFold = Callable[[date, date, bool], F]


@dataclass(frozen=True)
class Slice(Generic[F]):
    """The days first to last, read at one moment. `filtered`: AFAS kept other days out; if not, `notice` tells why.

    `rows` is how many rows `folded` took in, those of other days included.
    """

    first: date
    last: date
    filtered: bool
    rows: int
    folded: F
    notice: str | None


def read_days(source: Source, first: date, last: date, fold: NewFold[F]) -> Iterator[Slice[F]]:
    """The days first to last as slices, oldest first; `fold(first, last, filtered)` makes the fold of a slice.

    A source that AFAS can't filter by date is one slice. AFAS is asked for the next slice as soon as one is here.
    Memory is bounded by one answer and the next. Raises TryLater or Never; what was yielded is right all the same.
    """
    pages = Pages(source)
    if not pages.filtered:
        yield _paged(pages, first, last, fold)
        return
    road = _Road(pages, first, last)
    while road.day <= last:
        day, until = road.day, road.until
        found = _whole(road, fold)
        if found is None and until > day:
            continue
        yield found or _paged(pages, day, until, fold)
        road.day = until + ONE_DAY


@dataclass
class _Road:
    """From `day` to `last`, some days at a time: as many as fit in one answer, by the most rows a day seen so far."""

    pages: Pages
    day: date
    last: date
    days: int = 1
    densest: float = 0.0

    @property
    def until(self) -> date:
        """The last of the days that are read at once."""
        return self._end(self.day)

    def arrived(self, rows: int) -> None:
        """If so many rows are all there are of these days, AFAS may begin with those that follow."""
        until, take = self.until, self.pages.take
        days = (until - self.day).days + 1
        self.densest = max(self.densest, rows / days)
        if rows >= take:
            return
        fitting = int(FULL_AT * take / self.densest) if self.densest else days * GROWTH
        self.days = max(1, min(days * GROWTH, fitting))
        following = until + ONE_DAY
        if following <= self.last:
            self.pages.ask_ahead(following, self._end(following))

    def narrow(self, until: date) -> None:
        """The answer about `day` to `until` was full: fewer days next time."""
        self.days = max(1, ((until - self.day).days + 1) // 2)

    def _end(self, day: date) -> date:
        return min(day + timedelta(days=self.days - 1), self.last)


def _whole(road: _Road, fold: NewFold[F]) -> Slice[F] | None:
    """The slice that one answer makes; a full answer may lack rows, so it makes none."""
    first, last = road.day, road.until
    rows = road.pages.read(first, last, arrived=road.arrived)
    if len(rows) >= road.pages.take:
        road.narrow(last)
        return None
    folded = fold(first, last, True)  # noqa: FBT003 - the fold's own signature
    folded.add(rows)
    return Slice(first, last, True, len(rows), folded, None)  # noqa: FBT003


def _paged(pages: Pages, first: date, last: date, fold: NewFold[F]) -> Slice[F]:
    """A slice of any size: read again until two reads in a row are the same, or one answer holds it all."""
    before = None
    for _ in range(MAX_PASSES):
        seen = _Pass(fold(first, last, pages.filtered))
        while seen.add_page(pages, first, last):
            pass
        if seen.rows < pages.take or seen.proof == before:
            return Slice(first, last, pages.filtered, seen.rows, seen.folded, pages.notice)
        before = seen.proof
    told = text("afas.changing", where=pages.source.where, first=first, last=last, passes=MAX_PASSES)
    raise TryLater("changing", told)


class _Pass(Generic[F]):
    """One read of all pages, and a digest of its rows in which their order does not count but their number does."""

    def __init__(self, folded: F) -> None:
        self.folded = folded
        self.rows = 0
        self._sum = 0

    @property
    def proof(self) -> tuple[int, int]:
        return self.rows, self._sum

    def add_page(self, pages: Pages, first: date, last: date) -> bool:
        """Take in the next page; whether there may be another."""
        rows = pages.read(first, last, skip=self.rows)
        for row in rows:
            digest = blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
            self._sum = (self._sum + int.from_bytes(digest)) % _MODULUS
        self.folded.add(rows)
        self.rows += len(rows)
        if self.rows > MAX_ROWS_PAGED:
            raise Never("too_large", text("afas.endless", where=pages.source.where, rows=MAX_ROWS_PAGED))
        return len(rows) >= pages.take
