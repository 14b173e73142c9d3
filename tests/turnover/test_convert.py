"""Sums of a slice to register-days: their worth, where they go, or why they do not."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.turnover.convert import Day, Fate, Held, Plan, Target, Value, by_method, convert
from tasks.turnover.grouping import Grouping
from tests.turnover.builders import COUPLING, MAPPING, MONDAY, of
from workers.texts import text

METHODS = {"1000": 1, "1310": 2, "8000": 3}
KNOWN = Target(register_id=7, sign=1, linked=True, ours=True, default_account="8000", methods=METHODS)
CREDIT = {name: field for name, field in MAPPING.items() if name != "amount"} | {"credit": "Credit", "debit": "Debet"}
MONEY = st.decimals(-(10**8), 10**8, places=4)
WRITINGS: dict[str, Callable[[Decimal], object]] = {
    "number": lambda amount: amount,
    "whole": int,
    "english": lambda amount: f"{amount:,.2f}",
    "dutch": lambda amount: f"{amount:,.2f}".translate(str.maketrans(",.", ".,")),
    "dirty": lambda amount: amount + Decimal("0.00000000001"),
}


def target(**changes: Any) -> Target:
    return Target(**(vars(KNOWN) | changes))


def booking(register: str, amount: object, account: str | None = "1000", day: object = "2026-03-02") -> Any:
    credit, debit = amount if isinstance(amount, tuple) else (None, None)
    values = {"amount": amount, "credit": credit, "debit": debit}
    return SimpleNamespace(register=register, date=day, account_number=account, account="-", **values)


def converted(
    *rows: Any,
    targets: dict[str, Target] | None = None,
    fields: dict[str, str] = MAPPING,
    sign: int = 1,
    held: Held | None = None,
) -> Any:
    grouped = Grouping(fields, MONDAY, MONDAY + dt.timedelta(days=6), filtered=True)
    grouped.add(rows)
    return convert(grouped, Plan({"2600": KNOWN} if targets is None else targets, sign), held or {}, text)


def only(*rows: Any, **how: Any) -> Day:
    [day] = converted(*rows, **how).days
    assert isinstance(day, Day)
    return day


@given(
    sales=st.lists(st.tuples(MONEY, st.sampled_from(["1000", "1310", "8000", "", None])), min_size=1, max_size=15),
    sign=st.sampled_from([1, -1]),
    writing=st.sampled_from(sorted(WRITINGS)),
)
def test_payments_add_up_to_the_turnover_for_any_sign_and_notation(
    sales: list[tuple[Decimal, str | None]], sign: int, writing: str
) -> None:
    taken = {"whole": 0, "english": 2, "dutch": 2}.get(writing, 4)
    sales = [(round(amount, taken), account) for amount, account in sales]
    rows = [booking("2600", WRITINGS[writing](amount), account) for amount, account in sales]
    day = only(*rows, targets={"2600": target(sign=sign)})
    assert day.fate == Fate.READY
    assert day.amount == sign * sum(amount for amount, _ in sales)
    methods = by_method(day.payments, KNOWN)
    assert sum(methods.values()) == day.amount
    for account, method in METHODS.items():
        mine = [amount for amount, paid in sales if (paid or "8000") == account]
        assert methods.get(method, 0) == sign * sum(mine)


@given(sides=st.lists(st.tuples(MONEY | st.none(), MONEY), min_size=1, max_size=10), sign=st.sampled_from([1, -1]))
def test_payments_add_up_for_credit_and_debit(sides: list[tuple[Decimal | None, Decimal]], sign: int) -> None:
    day = only(*(booking("2600", pair) for pair in sides), fields=CREDIT, targets={"2600": target(sign=sign)})
    assert day.amount == sign * sum((credit or 0) - debit for credit, debit in sides)
    assert sum(by_method(day.payments, KNOWN).values()) == day.amount


@given(
    rows=st.lists(st.tuples(st.sampled_from(["2600", "2601", "2602", "2606", ""]), MONEY | st.just("x")), max_size=20),
    undated=st.lists(st.tuples(st.sampled_from(["2600", "2601", "2606"]), MONEY), max_size=3),
)
def test_what_is_read_is_in_register_days_in_other_or_undated(rows: list[Any], undated: list[Any]) -> None:
    known = {"2600": target(sign=-1), "2601": target(ours=False), "2602": target(linked=False, ours=False)}
    bookings = [booking(*row) for row in rows] + [booking(code, euros, day="?") for code, euros in undated]
    found = converted(*bookings, targets=known)
    assert found.read == sum((day.amount for day in found.days), found.other + found.undated)
    readable = [(code, euros) for code, euros in [*rows, *undated] if isinstance(euros, Decimal)]
    assert found.read == sum(-euros if code == "2600" else euros for code, euros in readable)
    assert found.other == sum(euros for code, euros in readable if code == "2601")


def test_a_register_without_import_setting_fails_with_the_exact_text() -> None:
    day = only(booking("2600", 5), targets={"2600": target(linked=False, ours=False)})
    assert (day.fate, day.reason) == (Fate.FAILED, "coupling")
    assert day.message == f"Error for register 2600 for date 02-03-2026: {COUPLING}"


def test_a_row_without_account_number_and_no_default_fails_with_the_exact_text() -> None:
    day = only(booking("2600", 5, None), booking("2600", 5), targets={"2600": target(default_account=None)})
    assert of(day.fate, day.reason, day.amount) == (Fate.FAILED, "coupling", 10)
    assert day.message == f"Error for register 2600 for date 02-03-2026: {COUPLING}"


def test_all_unknown_payment_methods_of_a_day_are_told() -> None:
    day = only(booking("2600", 1, "1399"), booking("2600", 2, "1000"), booking("2600", 4, "1398"))
    assert of(day.fate, day.reason, day.amount) == (Fate.FAILED, "payment_method", 7)
    assert day.message == (
        "Error for register 2600 for date 02-03-2026: "
        "Betaalwijze met ExternId 1398 niet gevonden; Betaalwijze met ExternId 1399 niet gevonden"
    )


def test_an_unknown_register_is_parked() -> None:
    day = only(booking("2606", 5), sign=-1)
    assert of(day.fate, day.register_id, day.amount, day.message) == (Fate.PARKED, None, -5, "Register 2606 not found")


def test_what_cannot_be_read_goes_before_what_is_not_known() -> None:
    day = only(booking("2606", 5), booking("2606", "twaalf"), booking("2606", None))
    assert of(day.fate, day.reason, day.register_id, day.amount) == (Fate.FAILED, "amount", None, 5)
    assert "veld Bedrag = 'twaalf' in rij 2" in (day.message or "")
    assert "(en 1 andere rijen)" in (day.message or "")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_day_that_no_column_can_hold_counts_as_nothing_read_and_is_told_with_its_amount(sign: int) -> None:
    half = Decimal(450_000_000_000_000)
    found = converted(booking("2600", half), booking("2600", half, "1310"), targets={"2600": target(sign=sign)})
    assert (found.read, [day.fate for day in found.days]) == (0, [Fate.FAILED])
    assert f"{2 * sign * half} is te groot" in found.days[0].message


def test_only_the_registers_asked_for_are_ours() -> None:
    grouped = Grouping(MAPPING, MONDAY, MONDAY, filtered=True)
    grouped.add([booking("2600", 1), booking("2601", 2), booking("2606", 4), booking("2601", 8, day="?")])
    found = convert(grouped, Plan({"2600": KNOWN, "2601": KNOWN}, 1, frozenset({"2600"})), {}, text)
    assert [day.register for day in found.days] == ["2600"]
    assert of(found.other, found.undated, found.complaints) == (14, 0, {})


def test_rows_without_date_are_a_complaint_of_their_register() -> None:
    found = converted(booking("2600", 5), booking("2600", 3, day="gisteren"))
    assert found.undated == 3
    assert list(found.complaints) == ["2600"]
    assert "veld Datum = 'gisteren' in rij 2 is geen datum" in found.complaints["2600"]


OTHER_VALUES: list[Callable[[Value], Value | None]] = [
    lambda value: value,
    lambda _: None,
    lambda value: (value[0], value[1] + Decimal("0.0001"), value[2]),
    lambda value: (value[0], value[1], dict.fromkeys(value[2], Decimal(1))),
    lambda value: (value[0], value[1], value[2] | {99: Decimal(0)}),
    lambda value: (99, value[1], value[2]),
]


@given(data=st.data())
def test_only_what_stands_just_as_it_is_to_be_written_is_unchanged(data: st.DataObject) -> None:
    known = {
        "2600": target(sign=-1, group_id=4),
        "2601": target(register_id=8, ours=False, group_id=4),
        "2602": target(register_id=9, linked=False, ours=False, group_id=4),
        "2603": target(register_id=10, default_account=None, group_id=4),
    }
    codes, accounts = st.sampled_from([*known, "2606"]), st.sampled_from([*METHODS, "", "1399"])
    days = st.dates(MONDAY, MONDAY + dt.timedelta(days=2))
    amounts = st.sampled_from([Decimal("12.5"), Decimal("-0.0001"), "x"])
    rows = data.draw(st.lists(st.builds(booking, codes, amounts, accounts, days.map(dt.date.isoformat)), max_size=12))
    new = converted(*rows, targets=known)
    wanted = {(day.register, day.day): value_of(day, known) for day in new.days if day.fate == Fate.READY}
    # What can't be written may stand there all the same, just as its readable rows would have it.
    like = {(day.register, day.day): (4, day.amount, {1: day.amount}) for day in new.days if day.register_id}
    stands: dict[tuple[str, dt.date], Value] = {("2601", MONDAY): (4, Decimal(0), {})}
    for key, value in (like | wanted).items():
        if other := data.draw(st.sampled_from(OTHER_VALUES))(value):
            stands[key] = other
    if data.draw(st.booleans()):
        stands["2600", MONDAY + dt.timedelta(days=6)] = (4, Decimal(0), {})
    held: dict[int, dict[dt.date, Value]] = {}
    for (code, day), value in stands.items():
        held.setdefault(known[code].register_id, {})[day] = value

    found = converted(*rows, targets=known, held=held)
    same = {key for key, value in wanted.items() if stands.get(key) == value}
    for code in {code for code, _ in same}:
        mine = {day.day for day in new.days if day.register == code}
        assert (code in found.quiet) == (
            mine == {day for c, day in same if c == code} == held[known[code].register_id].keys()
        )
    told = {(code, day): Fate.UNCHANGED for code, by_date in found.quiet.items() for day in by_date}
    told |= {(day.register, day.day): day.fate for day in found.days}
    assert told == {(d.register, d.day): Fate.UNCHANGED if (d.register, d.day) in same else d.fate for d in new.days}
    for name in ("read", "other", "undated", "complaints", "unknown", "size"):
        assert getattr(found, name) == getattr(new, name), name


def value_of(day: Day, known: dict[str, Target]) -> Value:
    register = known[day.register]
    return register.group_id, day.amount, by_method(day.payments, register)


def test_by_method_names_the_account_that_nothing_is_known_of() -> None:
    with pytest.raises(KeyError, match="1399"):
        by_method({"1399": Decimal(1)}, KNOWN)


def test_sums_of_whole_numbers_are_amounts_as_any_other() -> None:
    day = only(booking("2600", 5), booking("2600", 7, "1310"))
    assert [type(part) for part in (day.amount, *day.payments.values())] == [Decimal] * 3
