"""Connectors and their rows: rendered, typed and indexed once, so that an answer is a join."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from threading import Lock

from tests.simulator.filters import Test, Tests
from tests.simulator.query import Question
from tests.simulator.switches import Style, Switches
from tests.simulator.values import Field, Key, Shown, key, rendered, shown, shown_type

__all__ = ["Column", "Connector", "Field", "Row", "Table"]

Row = dict[str, object]


class Column:
    """One field of all rows: which rows hold a value, and the rank of each row in the field's order (nulls first)."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.rows_of: dict[Key, list[int]] = defaultdict(list)
        for row, value in enumerate(keys):
            self.rows_of[value].append(row)
        order = {value: rank for rank, value in enumerate(sorted(self.rows_of))}
        self.ranks = [order[value] for value in keys]

    def matching(self, test: Callable[[Key], bool]) -> list[int]:
        """Return the rows whose value passes; each distinct value is tested once."""
        return [row for value, rows in self.rows_of.items() if test(value) for row in rows]


class Table:
    """The rows of a connector in one style; never changed."""

    def __init__(self, fields: Sequence[Field], rows: Sequence[Row], style: Style) -> None:
        self.fields = {field.id: field for field in fields}
        self.types = {field.id: shown_type(field, style) for field in fields}
        self._values = {field.id: [shown(row.get(field.id), field, style) for row in rows] for field in fields}
        self.rendered = _json_rows(self._values, style, len(rows))
        self._columns: dict[str, Column] = {}

    def column(self, field_id: str) -> Column:
        """Return a field's index, made at first use."""
        if field_id not in self._columns:
            data_type, memo = self.types[field_id], {}
            for value in set(self._values[field_id]):
                memo[value] = key(value, data_type)
            self._columns[field_id] = Column([memo[value] for value in self._values[field_id]])
        return self._columns[field_id]

    def page(self, question: Question, switches: Switches, random: Random) -> Sequence[bytes]:
        """Return the rows asked, as JSON."""
        rows = self._matching(question.tests) if question.tests else range(len(self.rendered))
        found = self._ordered(self._without_codes(rows, switches.hidden_codes), question.order, random)
        return [self.rendered[row] for row in question.window.of(found)]

    def _matching(self, tests: Tests) -> Iterable[int]:
        return dict.fromkeys(row for group in tests for row in self._all_of(group))

    def _all_of(self, group: Mapping[str, Sequence[Test]]) -> list[int]:
        found = sorted((self._column_matches(field, tests) for field, tests in group.items()), key=len)
        if len(found) == 1:
            return found[0]
        others = [set(rows) for rows in found[1:]]
        return [row for row in found[0] if all(row in other for other in others)]

    def _column_matches(self, field: str, tests: Sequence[Test]) -> list[int]:
        return self.column(field).matching(lambda value: all(test(value) for test in tests))

    def _without_codes(self, rows: Iterable[int], hidden: Sequence[str]) -> Iterable[int]:
        codes = next((self._values[field.id] for field in self.fields.values() if field.code), None)
        if codes is None or not hidden:
            return rows
        return [row for row in rows if str(codes[row]).strip() not in hidden]

    def _ordered(self, rows: Iterable[int], order: Sequence[tuple[str, bool]], random: Random) -> list[int]:
        found = list(rows)
        random.shuffle(found)
        for field_id, descending in reversed(order):
            found.sort(key=self.column(field_id).ranks.__getitem__, reverse=descending)
        return found


class Connector:
    """A GetConnector: its name, its fields and its rows.

    A row holds text, int, Decimal, date or None per field id (never a float); a field that a row lacks is null.
    """

    def __init__(self, name: str, fields: Sequence[Field], rows: Iterable[Mapping[str, object]]) -> None:
        self.name, self.fields = name, list(fields)
        self._lock = Lock()
        self.replace(rows)

    def replace(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Serve these rows from the next answer on; TypeError when one holds a float."""
        given = [dict(row) for row in rows]
        for row in given:
            _refuse_floats(row)
        with self._lock:
            self.rows: list[Row] = given
            self._tables: dict[Style, Table] = {}

    def edit(self, change: Callable[["Connector"], None]) -> None:
        """Let `change` alter `rows` in place, or replace them, and serve the result."""
        change(self)
        self.replace(self.rows)

    def table(self, style: Style) -> Table:
        """Return the rows as an answer needs them, made at first use."""
        with self._lock:
            if style not in self._tables:
                self._tables[style] = Table(self.fields, self.rows, style)
            return self._tables[style]


def _refuse_floats(row: Row) -> None:
    for field_id, value in row.items():
        if isinstance(value, float):
            raise TypeError(f"{field_id} holds the float {value!r}: amounts are Decimal")


def _json_rows(values: Mapping[str, Sequence[Shown]], style: Style, count: int) -> list[bytes]:
    names = [rendered(field_id, style.amounts) for field_id in values]
    columns = [[rendered(value, style.amounts) for value in column] for column in values.values()]
    if not columns:
        return [b"{}"] * count
    if style.nulls_left_out:
        return [_without_nulls(names, row) for row in zip(*columns, strict=True)]
    template = "{" + ",".join(name.replace("%", "%%") + ":%s" for name in names) + "}"
    return [(template % row).encode() for row in zip(*columns, strict=True)]


def _without_nulls(names: Sequence[str], row: Sequence[str]) -> bytes:
    pairs = zip(names, row, strict=True)
    return ("{" + ",".join(f"{name}:{value}" for name, value in pairs if value != "null") + "}").encode()
