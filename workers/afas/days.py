"""A window of days out of a GetConnector, whole or not at all.

A slice is whole days in one answer that is shorter than was asked for, so every day is one consistent moment of AFAS.
Pages that overlap a change lose rows or give them twice; only a day larger than a page is paged, until two reads agree.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Generic, Protocol, TypeVar

from workers.afas.errors import Never, TryLater
from workers.afas.getconnector import Pages, Source
from workers.texts import text

FULL_AT = 0.85  #: share of a page that the next slice aims at
AHEAD = 2  #: slices that AFAS is asked for while one is worked on
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

    A source that AFAS can't filter by date is one slice. AFAS is asked for the next two slices as soon as one is here,
    for one while they still grow; memory is bounded by these three answers. A fold is made when its rows are here.
    Raises TryLater or Never; what was yielded is right all the same.
    """
    pages = Pages(source)
    if not pages.filtered:
        yield _paged(pages, first, last, fold)
        return
    road = _Road(pages, first, last)
    while road.first <= last:
        part = road.next()
        found = _whole(road, part, fold)
        if found is None and part.last > part.first:
            continue
        yield found or _paged(pages, part.first, part.last, fold)
        road.first = part.last + ONE_DAY


@dataclass(frozen=True)
class _Asked:
    """Days that are asked for at once."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass
class _Road:
    """The days from `first` to `last`, `days` at a time: as many as fit in one answer, by the densest day seen so far.

    `ahead`: what AFAS was asked for already.
    """

    pages: Pages
    first: date
    last: date
    days: int = 1
    densest: float = 0.0
    ahead: deque[_Asked] = field(default_factory=deque)

    def next(self) -> _Asked:
        """What is to be read now."""
        return self.ahead.popleft() if self.ahead else self._part(self.first)

    def arrived(self, part: _Asked, rows: int) -> None:
        """If so many rows, or about so many, are all there are of these days, AFAS may begin with those that follow."""
        if rows >= self.pages.take:
            return
        densest, grown = max(self.densest, rows / part.days), part.days * GROWTH
        self.days = min(grown, max(1, int(FULL_AT * self.pages.take / densest))) if densest else grown
        # While slices grow, the one after the next is to be larger than the next.
        most = 1 if self.days == grown else AHEAD
        asked = self.ahead[-1] if self.ahead else part
        while asked.last < self.last and len(self.ahead) < most:
            asked = self._part(asked.last + ONE_DAY)
            self.pages.ask_ahead(asked.first, asked.last)
            self.ahead.append(asked)

    def narrow(self, part: _Asked) -> None:
        """Its answer was full: fewer days next time."""
        self.days = max(1, part.days // 2)
        self.ahead.clear()
        self.pages.forget_ahead()

    def _part(self, first: date) -> _Asked:
        return _Asked(first, min(first + timedelta(days=self.days - 1), self.last))


def _whole(road: _Road, part: _Asked, fold: NewFold[F]) -> Slice[F] | None:
    """The slice that one answer makes; a full answer may lack rows, so it makes none."""
    folded: F | None = None

    def arrived(rows: int) -> None:
        nonlocal folded
        road.arrived(part, rows)
        # Not sooner, or what it fetches itself would be older than its rows; not later, for it does so meanwhile.
        folded = fold(part.first, part.last, True)  # noqa: FBT003 - the fold's own signature

    rows = road.pages.read(part.first, part.last, arrived=arrived)
    road.densest = max(road.densest, len(rows) / part.days)
    if len(rows) >= road.pages.take or folded is None:
        road.narrow(part)
        return None
    folded.add(rows)
    return Slice(part.first, part.last, True, len(rows), folded, None)  # noqa: FBT003


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
