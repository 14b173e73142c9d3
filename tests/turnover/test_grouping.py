"""Rows of a slice summed: exactly, whichever way they are read."""

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tasks.turnover.grouping import Grouping, SourceUnreadableError
from tests.turnover.builders import MAPPING

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
SIDES = {"credit": "Credit", "debit": "Debet"}
TWO_FIELDS = {name: field for name, field in MAPPING.items() if name != "amount"} | SIDES
DAYS = st.dates(FIRST, LAST)
CODES = st.sampled_from(["2600", 2600, " 2600 ", "02600", "", None, 1, 0, "1"])
ACCOUNTS = st.sampled_from(["1000", 1000, " 1000", "8000", "", None])
AMOUNTS = st.decimals(-(10**9), 10**9, places=2) | st.integers(-(10**9), 10**9)
ODD: st.SearchStrategy[object] = st.sampled_from(
    [
        *(None, "x", "1,50", "1.088", True, [], Decimal("0.00005"), Decimal("-0.30000000000000004")),
        *(Decimal(10**15), -(10**15), Decimal("0." + "3" * 150), 10**150, Decimal("1E+30")),
    ]
)
ANY_CODES = CODES | st.sampled_from([True, False, Decimal("2.5"), Decimal(2600), []])
ANY_DAYS: st.SearchStrategy[object] = st.sampled_from(
    ["2026-03-02T00:00:00Z", "02-03-2026", "2026-03-02", "2026-04-01", "gisteren", None, []]
)


def booking(register: object, date: object, amount: object, account: object = "1000") -> Any:
    return SimpleNamespace(register=register, date=date, amount=amount, account_number=account, account="-")


ROWS = st.lists(st.builds(booking, CODES, DAYS.map(dt.date.isoformat), AMOUNTS, ACCOUNTS), max_size=30)
ANY_ROWS = st.lists(st.builds(booking, ANY_CODES, ANY_DAYS, AMOUNTS | ODD, ANY_CODES), max_size=8)


def grouped(*answers: list[Any], fields: dict[str, str] = MAPPING, filtered: bool = True) -> Grouping:
    made = Grouping(fields, FIRST, LAST, filtered)
    for rows in answers:
        made.add(rows)
    return made


def test_one_day_in_two_notations_is_one_day() -> None:
    found = grouped([booking("2600", "2026-03-02", Decimal(1)), booking("2600", "02-03-2026", Decimal(2))])
    assert flat(found) == {("2600", dt.date(2026, 3, 2)): {"1000": 3}}


def flat(made: Grouping) -> dict[tuple[str, dt.date], dict[str, Decimal]]:
    return {(code, day): sums for code, by_date in made.days.items() for day, sums in by_date.items()}


def told(*answers: list[Any], careful: bool) -> object:
    """All that a grouping came to; `careful`: row by row."""
    made = Grouping(MAPPING, FIRST, LAST, filtered=True)
    if careful:
        setattr(made, "_raw_sums", lambda _: None)  # noqa: B010 - it hides the method of this one
    try:
        for rows in answers:
            made.add(rows)
    except SourceUnreadableError as error:
        return error.complaint.text
    days = {key: {account: str(part.normalize()) for account, part in sums.items()} for key, sums in flat(made).items()}
    return days, made.unreadable, made.undated, made.undated_because, made.rows, made.rounded


def apart(rows: list[Any]) -> dict[tuple[str, dt.date], dict[str, Decimal]]:
    """The same sums, one row at a time, in ten-thousandths of whole numbers."""
    steps: dict[tuple[str, dt.date], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in rows:
        code, account = (str("" if raw is None else raw).strip() for raw in (one.register, one.account_number))
        steps[code, dt.date.fromisoformat(one.date)][account] += int(Decimal(one.amount) * 10_000)
    return {key: {account: Decimal(n).scaleb(-4) for account, n in parts.items()} for key, parts in steps.items()}


@given(rows=ROWS)
def test_the_sums_equal_an_independent_sum_row_by_row(rows: list[Any]) -> None:
    found = grouped(rows)
    assert flat(found) == apart(rows)
    assert (found.rows, found.rounded, found.unreadable, found.undated) == (len(rows), 0, {}, {})


@given(one=ROWS, other=ROWS)
def test_two_answers_of_a_slice_are_summed_as_one(one: list[Any], other: list[Any]) -> None:
    assert grouped(one, other).days == grouped(one + other).days


@given(answers=st.lists(ANY_ROWS | ROWS, max_size=3))
@example([[booking("2600", "2026-03-02", Decimal(10**15)), booking("2600", "2026-03-02", Decimal(-(10**15)))]])
@example([[booking(one, "2026-03-02", 1) for one in (1, True)]])
@example([[booking("2600", "2026-03-02", 1, none) for none in (0, False)]])
@example([[booking(Decimal("0." + "3" * 150), "2026-03-02", 1)]])
def test_the_fast_path_and_the_careful_one_come_to_the_same(answers: list[list[Any]]) -> None:
    assert told(*answers, careful=False) == told(*answers, careful=True)


@given(rows=ROWS, dirt=st.lists(st.decimals("-0.00004999", "0.00004999", places=20), min_size=30, max_size=30))
def test_float_dirt_changes_no_sum_and_its_rows_are_counted(rows: list[Any], dirt: list[Decimal]) -> None:
    dirty = [
        booking(one.register, one.date, Decimal(one.amount) + speck, one.account_number)
        for one, speck in zip(rows, dirt, strict=False)
    ]
    found = grouped(dirty)
    assert flat(found) == apart(rows)
    assert found.rounded == sum(one.amount != was.amount for one, was in zip(dirty, rows, strict=True))


@given(amounts=st.lists(st.decimals(-1, 1, places=5), min_size=1, max_size=20))
def test_each_row_is_rounded_half_up_before_it_is_summed(amounts: list[Decimal]) -> None:
    found = grouped([booking("2600", "2026-03-02", amount) for amount in amounts])
    step = Decimal("0.0001")
    assert found.days["2600"][dt.date(2026, 3, 2)]["1000"] == sum(a.quantize(step, ROUND_HALF_UP) for a in amounts)
    assert found.rounded == sum(a != a.quantize(step, ROUND_HALF_UP) for a in amounts)


@given(rows=ROWS, odd=ODD, place=st.integers(0, 30))
def test_an_unreadable_amount_never_lowers_a_total_silently(rows: list[Any], odd: object, place: int) -> None:
    assume(odd != "1,50" and not (isinstance(odd, Decimal) and abs(odd) < 1))
    place = min(place, len(rows))
    bad = booking("2600", "2026-03-02", odd)
    found = grouped([*rows[:place], bad, *rows[place:]])
    [complaint] = found.unreadable["2600", dt.date(2026, 3, 2)]
    assert (complaint.field, complaint.position) == ("Bedrag", place + 1)
    assert complaint.value == ("" if odd is None else str(odd)[:60])
    assert list(found.unreadable) == [("2600", dt.date(2026, 3, 2))]
    assert found.rows == len(rows) + 1


def test_an_unreadable_account_number_fails_its_day_and_is_told_by_its_field() -> None:
    found = grouped([booking("2600", "2026-03-02", 5, account=[])])
    [complaint] = found.unreadable["2600", dt.date(2026, 3, 2)]
    assert (complaint.field, complaint.value) == ("Nr", "[]")


@pytest.mark.parametrize("date", [None, "", "gisteren", "2026-02-30", 20260302])
def test_a_row_without_readable_date_is_kept_apart_with_its_amount(date: object) -> None:
    found = grouped([booking("2600", date, Decimal("1.5")), booking("2600", date, 2), booking("2601", "2026-03-02", 1)])
    assert found.undated == {"2600": Decimal("3.5")}
    assert found.undated_because["2600"].position == 1
    assert list(flat(found)) == [("2601", dt.date(2026, 3, 2))]
    assert found.rows == 3


@pytest.mark.parametrize("register", [True, [], {}, Decimal("2.5")])
def test_an_unreadable_register_spoils_the_source(register: object) -> None:
    with pytest.raises(SourceUnreadableError) as caught:
        grouped([booking("2600", "2026-03-02", 1), booking(register, "2026-03-02", 1)])
    assert (caught.value.complaint.field, caught.value.complaint.position) == ("Verbijzonderingscode", 2)


def test_a_day_that_was_not_asked_for_spoils_a_filtered_source() -> None:
    with pytest.raises(SourceUnreadableError, match="filter"):
        grouped([booking("2600", "2026-04-01", 1)])


def test_an_unfiltered_source_is_cut_to_the_days_that_were_asked_for() -> None:
    rows = [booking("2600", day, 1) for day in ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")]
    found = grouped(rows, filtered=False)
    assert [day for _, day in flat(found)] == [FIRST, LAST]
    assert found.rows == 2


@given(
    sides=st.lists(
        st.tuples(st.none() | st.decimals(-1000, 1000, places=2), st.none() | st.decimals(-1000, 1000, places=2)),
        max_size=10,
    )
)
def test_credit_less_debit_is_summed_and_both_null_is_unreadable(sides: list[tuple[Decimal | None, ...]]) -> None:
    rows = [
        SimpleNamespace(register="2600", date="2026-03-02", credit=credit, debit=debit, account_number="1000")
        for credit, debit in sides
    ]
    found = grouped(rows, fields=TWO_FIELDS)
    expected = sum((credit or Decimal(0)) - (debit or Decimal(0)) for credit, debit in sides)
    assert sum(flat(found).get(("2600", dt.date(2026, 3, 2)), {}).values()) == expected
    assert sum(map(len, found.unreadable.values())) == sides.count((None, None))


def test_spellings_of_one_code_are_one_register_and_zeros_in_front_are_another() -> None:
    found = grouped([booking(code, "2026-03-02", 1) for code in (2606, "2606", " 2606 ", "02606", Decimal(2606))])
    assert {code: parts["1000"] for (code, _), parts in flat(found).items()} == {"2606": 4, "02606": 1}
