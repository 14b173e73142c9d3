"""Texts that come again are not made again, and nothing else is to be seen of it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.afas import repeating
from workers.afas.answer import Answer, row_reader
from workers.afas.errors import AfasError
from workers.afas.repeating import RepeatingRows

FIELDS = {"date": "Datum", "register": "Kassa", "amount": "Bedrag", "account_number": "Nr", "again": "Nr"}
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 4)
DAYS = st.dates(FIRST - timedelta(days=1), LAST).map(date.isoformat)
USUAL = st.fixed_dictionaries(
    {
        "Datum": DAYS.map(lambda day: f"{day}T00:00:00Z"),
        "Kassa": st.sampled_from(["2600", "02600", 'Café "Zuid"', ""]),
        "Bedrag": st.sampled_from([1, 12.5, -0.05]),
        "Nr": st.sampled_from(["1000", "1310", None]),
    }
)
ANYTHING: st.SearchStrategy[object] = st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=2) | st.just([])
ODD = st.fixed_dictionaries(
    {}, optional={"Datum": DAYS | ANYTHING, "Kassa": ANYTHING, "Bedrag": ANYTHING, "Nr": ANYTHING, "Meer": ANYTHING}
)
PAGES = st.lists(USUAL, max_size=8) | st.lists(USUAL | ODD, max_size=8)


def answer(rows: object, *, cut: bool = False) -> Answer:
    body = json.dumps({"skip": 0, "take": 100, "rows": rows}).encode()
    return Answer("https://afas.test", 200, {}, body[:-1] if cut else body)


def shown(rows: list[Any]) -> list[tuple[object, ...]]:
    """Values with their types: 1 and true are not the same."""
    return [tuple((type(value), value) for value in (getattr(row, name) for name in FIELDS)) for row in rows]


def outcome(read: Callable[[], list[Any]]) -> object:
    try:
        return shown(read())
    except AfasError as error:
        return type(error), error.kind, str(error)


@given(pages=st.lists(st.tuples(PAGES, st.sampled_from([False, False, True])), min_size=1, max_size=5))
def test_rows_and_errors_are_those_of_every_reader_whatever_was_read_before(pages: list[tuple[Any, bool]]) -> None:
    remembering, plain = RepeatingRows(FIELDS), row_reader(FIELDS)
    for rows, cut in pages:
        one = answer(rows, cut=cut)
        assert outcome(partial(remembering.read, one, FIRST, LAST)) == outcome(partial(plain, one))


def test_the_texts_of_the_next_answer_are_those_of_the_last_one() -> None:
    reader = RepeatingRows(FIELDS)
    row = {"Datum": "2026-03-02T00:00:00Z", "Kassa": "2600", "Bedrag": 1, "Nr": "1000"}
    reader.read(answer([row]), FIRST, FIRST)
    first, second = reader.read(answer([row | {"Datum": "2026-03-04T00:00:00Z", "Bedrag": 2}] * 2), LAST, LAST)
    assert first.register is second.register
    assert first.date is second.date


def test_a_field_of_too_many_texts_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "MOST_TEXTS", 3)
    reader = RepeatingRows(FIELDS)
    rows = [{"Datum": "2026-03-02", "Kassa": f"260{number}", "Bedrag": 1, "Nr": "1000"} for number in range(4)]
    reader.read(answer(rows), FIRST, FIRST)
    one, other = reader.read(answer([rows[0]] * 2), FIRST, FIRST)
    assert one.account_number is other.account_number
    assert one.register is not other.register
