"""One value of AFAS at a time."""

import datetime as dt
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.turnover import rows
from tasks.turnover.rows import AMOUNT_LIMIT, UnreadableError

CENTS = st.decimals(-(10**12), 10**12, places=2)
FINE = st.decimals(-(10**14), 10**14, places=4)


def dutch(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


@given(amount=CENTS)
def test_an_amount_with_cents_comes_back_out_of_dutch_and_english_text(amount: Decimal) -> None:
    for text in (f"{amount:,.2f}", f"{amount:.2f}", dutch(amount), dutch(amount).replace(".", "")):
        assert rows.amount(text) == amount
        assert rows.amount(f" {text} ") == amount


@given(amount=CENTS)
def test_a_minus_may_stand_behind(amount: Decimal) -> None:
    assert rows.amount(f"{abs(amount):.2f}-") == -abs(amount)
    assert rows.amount(dutch(abs(amount)) + "-") == -abs(amount)


@given(amount=FINE)
def test_a_number_is_taken_as_it_is(amount: Decimal) -> None:
    assert rows.amount(amount) == amount
    assert rows.amount(int(amount)) == int(amount)


@given(thousands=st.integers(1, 999), rest=st.integers(0, 999), mark=st.sampled_from(".,"))
def test_text_that_may_mean_thousand_or_one_is_refused(thousands: int, rest: int, mark: str) -> None:
    for sign in ("", "-", "+"):
        with pytest.raises(UnreadableError, match=r"turnover\.unreadable\.ambiguous"):
            rows.amount(f"{sign}{thousands}{mark}{rest:03}")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.088,10", "1088.10"),
        ("1,088.10", "1088.10"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234,567", "1234.567"),
        ("1088.1", "1088.1"),
        ("0,088", "0.088"),
        ("1088.123", "1088.123"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("-,50", "-0.5"),
        ("12", "12"),
        ("+12,5", "12.5"),
        ("0", "0"),
        ("0.30000000000000004", "0.30000000000000004"),
    ],
)
def test_what_can_mean_one_thing_only_is_read(text: str, amount: str) -> None:
    assert rows.amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "-",
            ".",
            ",",
            "5.",
            "5,",
            "--5",
            "-5-",
            "1 000,00",
            "€ 5",
            "5 EUR",
            "1e3",
            "NaN",
            "Infinity",
            "0x10",
        ),
        *("1.23.45", "1,23,456.00", "12.34.567,00", "1.234.56", "1,234,56", "twaalf", "٣", "1_000", "1.0,0.0"),
    ],
)
def test_any_other_text_is_no_amount(text: str) -> None:
    with pytest.raises(UnreadableError):
        rows.amount(text)


@pytest.mark.parametrize("value", [None, True, False, [], {}, [1], {"a": 1}])
def test_what_is_no_number_is_no_amount(value: object) -> None:
    with pytest.raises(UnreadableError, match=r"turnover\.unreadable\.amount"):
        rows.amount(value)


@given(text=st.text(max_size=20))
@example("1" * 200)
@example("0." + "3" * 200)
def test_no_text_breaks_the_reading_of_amounts_codes_and_days(text: str) -> None:
    for read in (rows.amount, rows.day):
        with suppress(UnreadableError):
            read(text)
    if "\0" in text:  # no database keeps it
        with pytest.raises(UnreadableError):
            rows.code(text)
    else:
        assert rows.code(text) == text.strip()


@given(amount=st.decimals(allow_nan=True, allow_infinity=True) | st.integers())
@example(Decimal("0." + "3" * 200))
@example(Decimal(10**200))
@example(Decimal("1E+400000"))
@example(Decimal("1E-400000"))
@example(Decimal("Infinity"))
def test_an_amount_of_900_trillion_and_more_is_refused_and_any_other_number_taken(amount: Decimal | int) -> None:
    fits = Decimal(amount).is_finite() and -AMOUNT_LIMIT < amount < AMOUNT_LIMIT
    if fits:
        assert rows.to_four(rows.amount(amount)) == Decimal(amount).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    else:
        with pytest.raises(UnreadableError, match=r"turnover\.unreadable\.limit"):
            rows.amount(amount)


@given(whole=st.integers(-(10**9), 10**9), fraction=st.integers(0, 10**8 - 1))
def test_rounding_is_half_up_to_four_decimals(whole: int, fraction: int) -> None:
    exact = Decimal(whole) + Decimal(fraction).scaleb(-8)
    size = abs(int(exact.scaleb(8)))
    steps = size // 10_000 + (size % 10_000 >= 5_000)
    assert rows.to_four(exact) == Decimal(steps if exact >= 0 else -steps).scaleb(-4)


@given(amount=FINE, dirt=st.integers(-4999, 4999))
def test_the_dirt_of_a_binary_float_is_rounded_away(amount: Decimal, dirt: int) -> None:
    assert rows.to_four(amount + Decimal(dirt).scaleb(-20)) == amount


@given(credit=FINE | st.none(), debit=FINE | st.none())
def test_the_difference_is_credit_less_debit_and_a_null_of_the_two_is_zero(
    credit: Decimal | None, debit: Decimal | None
) -> None:
    if credit is None and debit is None:
        with pytest.raises(UnreadableError):
            rows.difference(credit, debit)
    else:
        assert rows.difference(credit, debit) == (credit or Decimal(0)) - (debit or Decimal(0))


@pytest.mark.parametrize(("credit", "debit"), [("x", 1), (1, "x"), ("", 1), (1, True)])
def test_a_side_that_cannot_be_read_makes_the_difference_unreadable(credit: object, debit: object) -> None:
    with pytest.raises(UnreadableError):
        rows.difference(credit, debit)


def test_a_code_is_the_same_as_number_as_text_and_with_blanks() -> None:
    assert {rows.code(value) for value in (2606, "2606", " 2606 ", Decimal(2606), Decimal("2606.0"))} == {"2606"}


def test_zeros_in_front_make_another_code() -> None:
    assert rows.code("02606") == "02606"


@pytest.mark.parametrize("empty", [None, "", "  ", "\t"])
def test_an_empty_code_is_the_empty_text(empty: object) -> None:
    assert rows.code(empty) == ""


@pytest.mark.parametrize("value", [True, [], {}, Decimal("2.5"), Decimal("0." + "3" * 200), Decimal("1E+50")])
def test_what_is_no_text_and_no_whole_number_is_no_code(value: object) -> None:
    with pytest.raises(UnreadableError):
        rows.code(value)


@given(day=st.dates(dt.date(1900, 1, 1)), hour=st.integers(0, 23))
def test_a_day_is_read_in_both_notations_and_time_and_zone_mean_nothing(day: dt.date, hour: int) -> None:
    iso = day.isoformat()
    behind = ["", f"T{hour:02}:00:00Z", f"T{hour:02}:59", f" {hour:02}:00:00.123", f"T{hour:02}:00:00+02:00"]
    dutch_days = [f"{day:%d-%m-%Y}", f"{day.day}-{day.month}-{day.year}", f"{day:%d-%m-%Y} {hour}:00"]
    for text in [iso + end for end in behind] + dutch_days:
        assert rows.day(text) == day


NO_DATES = [None, "", 20260302, "2026-02-30", "31-02-2026", "2026-3-2", "02/03/2026", "03-2026", "x"]


@pytest.mark.parametrize("value", NO_DATES)
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(UnreadableError, match=r"turnover\.unreadable\.date"):
        rows.day(value)
