"""The GetConnector that shows the lines, as an administrator makes it: names to choose, rows always of this moment."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from random import Random
from threading import Lock
from time import time
from zoneinfo import ZoneInfo

from tests.simulator.filters import Test
from tests.simulator.query import Question
from tests.simulator.realization.book import Book, Line
from tests.simulator.realization.fields import fields
from tests.simulator.switches import Style, Switches
from tests.simulator.values import Field, Key, as_number, key, rendered, shown, shown_type

NAME = "Staff_Realization"
#: What it shows, and as what: ids of PtRealization, and the moments a line was created and last modified.
SHOWS = {
    "Id": "Regelnummer",
    "XpRe": "Externe_sleutel",
    "DaTi": "Datum",
    "created": "Aangemaakt_op",
    "modified": "Gewijzigd_op",
    "Ap": "Geaccordeerd",
    "Pr": "Gereedgemeld",
    "Qu": "Aantal",
    "EmId": "Medewerker",
    "ItCd": "Itemcode",
}
MOMENTS = ("created", "modified")
LOCAL = ZoneInfo("Europe/Amsterdam")
HALF_A_SECOND = 0.5
AFTER = "4"  #: the operator "greater than"


class Keys(dict[str, Key]):
    """What filters and orders compare of one row, made at first use."""

    def __init__(self, line: Line, table: "Lines") -> None:
        super().__init__()
        self._line, self._table = line, table

    def __missing__(self, name: str) -> Key:
        self[name] = found = self._table.key(self._line, name)
        return found


@dataclass
class Lines:
    """The lines that the reader sees, in one style; the journal is followed as far as the lag lets it."""

    book: Book
    shows: Mapping[str, str]
    style: Style
    _ids: list[int] = field(default_factory=list)
    _rows: dict[int, tuple[bytes, Keys, str]] = field(default_factory=dict)
    _followed: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._sources = {shown_as: id_ for id_, shown_as in self.shows.items()}
        self.fields = {name: _field(id_, name) for name, id_ in self._sources.items()}
        self.types = {name: shown_type(one, self.style) for name, one in self.fields.items()}

    def page(self, question: Question, switches: Switches, random: Random) -> Sequence[bytes]:
        """Return the rows asked, as JSON."""
        with self._lock:
            self._follow(switches.read_back_lag)
            found = self._found(question, switches)
            if question.order[:1] == [(self.shows.get("Id"), False)]:
                window = question.window.slice
                return [body for body, _ in islice(found, window.start, window.stop)]
            rows = list(found)
        random.shuffle(rows)
        for name, descending in reversed(question.order):
            rows.sort(key=lambda row: row[1][name], reverse=descending)
        return [body for body, _ in question.window.of(rows)]

    def key(self, line: Line, name: str) -> Key:
        """Return what a filter or order on this field compares; moments to the microsecond."""
        source = self._sources[name]
        if source in MOMENTS and self.types[name] == "date":
            return 1, _local(getattr(line, source))
        return key(shown(_value(line, source), self.fields[name], self.style), self.types[name])

    def _follow(self, lag: float) -> None:
        until = time() - lag
        journal = self.book.journal
        while self._followed < len(journal) and journal[self._followed].time <= until:
            entry = journal[self._followed]
            self._followed += 1
            if self._rows.pop(entry.line.id, None) is None:
                insort(self._ids, entry.line.id)
            if entry.deed == "delete":
                del self._ids[bisect_left(self._ids, entry.line.id)]
            else:
                employee = str(entry.line.values.get("EmId") or "").strip()
                self._rows[entry.line.id] = self._rendered(entry.line), Keys(entry.line, self), employee

    def _found(self, question: Question, switches: Switches) -> Iterator[tuple[bytes, Keys]]:
        if switches.all_hidden:
            return
        times = 2 if switches.rows_twice else 1
        for id_ in islice(self._ids, self._start(question), None):
            body, keys, employee = self._rows[id_]
            if employee not in switches.hidden_employees and _passes(keys, question.tests):
                for _ in range(times):
                    yield body, keys

    def _start(self, question: Question) -> int:
        """Where in the Ids to begin: a reader that pages by Id must not cost a look at every line a page."""
        if len(question.filter) != 1:
            return 0
        id_ = self.shows.get("Id")
        after = [as_number(one.value) for one in question.filter[0] if (one.field, one.operator) == (id_, AFTER)]
        return bisect_right(self._ids, max((number for number in after if number is not None), default=Decimal(0)))

    def _rendered(self, line: Line) -> bytes:
        pairs = []
        for name, one in self.fields.items():
            value = shown(_value(line, self._sources[name]), one, self.style)
            if value is not None or not self.style.nulls_left_out:
                pairs.append(f'"{name}":{rendered(value, self.style.amounts)}')
        return ("{" + ",".join(pairs) + "}").encode()


class ReadBack:
    """The connector; `name` and `shows` may be changed while the simulator runs, an empty name takes it away."""

    def __init__(self, book: Book) -> None:
        self.name, self.shows = NAME, dict(SHOWS)
        self._book, self._lock = book, Lock()
        self._tables: dict[tuple[Style, tuple[tuple[str, str], ...]], Lines] = {}

    @property
    def fields(self) -> list[Field]:
        """Its fields, as metainfo tells them."""
        return [_field(id_, name) for id_, name in self.shows.items()]

    def table(self, style: Style) -> Lines:
        """Return the lines as an answer needs them."""
        made_for = style, tuple(self.shows.items())
        with self._lock:
            if made_for not in self._tables:
                self._tables[made_for] = Lines(self._book, dict(self.shows), style)
            return self._tables[made_for]


def _field(id_: str, name: str) -> Field:
    if id_ in MOMENTS:
        return Field(name, "date")
    known = fields()[id_]
    return Field(name, known.data_type, known.labels[0], known.length)


def _value(line: Line, source: str) -> object:
    if source == "Id":
        return line.id
    if source in MOMENTS:
        # Shown to the second, rounded; compared exactly.
        return _local(getattr(line, source) + HALF_A_SECOND).replace(microsecond=0)
    return line.values.get(source)


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC).astimezone(LOCAL).replace(tzinfo=None)


def _passes(keys: Mapping[str, Key], tests: Sequence[Mapping[str, Sequence[Test]]]) -> bool:
    return not tests or any(
        all(test(keys[name]) for name, of_field in group.items() for test in of_field) for group in tests
    )
