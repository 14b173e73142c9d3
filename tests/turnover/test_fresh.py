"""Register-days that are new in Staff are written by the database itself, and come out right whatever is in them."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.turnover import closing, import_
from tests.turnover.builders import WEEK, Shop, day, execute, held, put, rows_of, sale, states, summed
from workers.ledger import days
from workers.ledger.days import Parcel

ODD = ('1"0', "1\\", '\\":', "ü10", "%", "1:0", "'")  #: account numbers that mean something in JSON or SQL


def staged(shop: Shop) -> tuple[int, list[Parcel]]:
    """A run whose source is read, and what is to be written of it."""
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    return run, kept


def write(shop: Shop, run: int, kept: list[Parcel]) -> dict[str, int]:
    """Write what was staged: how many register-days have come to which state."""
    for parcel in kept:
        import_.write_register(run, parcel.register, parcel.dates, shop.recorder.hands())
    facts = closing.summary(run)
    assert facts.proof.difference == 0
    return dict(facts.days)


def test_nothing_of_a_new_register_day_is_fetched(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [sale("2600", number, "3", account) for number in range(7) for account in ("1000", "1310")]
    shop.serves(*rows)
    monkeypatch.setattr(days, "take", lambda *_: pytest.fail("fetched"))
    assert shop.imports(WEEK).days == {"written": 7}
    assert held() == summed(rows)


@pytest.mark.parametrize("code", ODD)
def test_odd_account_numbers_find_their_payment_method(shop: Shop, code: str) -> None:
    shop.method(code)
    rows = [sale("2600", 0, "3", code), sale("2600", 0, "-0.0001"), sale("2600", 1, "0", code)]
    shop.serves(*rows)
    assert shop.imports().days == {"written": 2}
    assert held() == summed(rows)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(amounts=st.lists(st.integers(-(10**15) + 1, 10**15 - 1).map(lambda steps: f"{steps / Decimal(10_000):f}")))
def test_every_amount_is_written_as_it_was_read(shop: Shop, amounts: list[str]) -> None:
    execute("DELETE FROM turnover_payment")
    execute("DELETE FROM turnover")
    rows = [sale("2600", number % 7, amount, "1310") for number, amount in enumerate(amounts)]
    shop.serves(*rows)
    shop.imports()
    assert held() == summed(rows)


@pytest.mark.parametrize("kept_as", ["12.5", "12.50000", "1.25E+1", "00000000000000012.5000"])
def test_an_amount_that_the_ledger_keeps_otherwise_is_written_right_all_the_same(shop: Shop, kept_as: str) -> None:
    rows = [sale("2600", 0, "12.5"), sale("2600", 1, "1")]
    shop.serves(*rows)
    run, kept = staged(shop)
    execute(f"UPDATE register_day SET payments = replace(payments, '12.5000', '{kept_as}')")
    assert write(shop, run, kept) == {"written": 2}
    assert held() == summed(rows)


def test_a_sign_that_turns_between_reading_and_writing_turns_the_amounts(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"))
    run, kept = staged(shop)
    execute("UPDATE turnover_setting SET sign = -1")
    assert write(shop, run, kept) == {"written": 1}
    assert held() == {("2600", day(0)): {"1000": Decimal(-5)}}


def test_a_code_that_goes_to_another_register_between_reading_and_writing_takes_its_amounts_along(shop: Shop) -> None:
    other = shop.register("2601")
    shop.serves(sale("2600", 0, "5"))
    run, kept = staged(shop)
    for code, new in (("2600", "x"), ("2601", "2600")):
        execute(f"UPDATE register SET external_id = '{new}' WHERE external_id = '{code}'")
    assert write(shop, run, kept) == {"written": 1}
    assert held() == {("2600", day(0)): {"1000": Decimal(5)}}
    assert rows_of("SELECT register_id FROM register_day") == [(other,)]


def test_what_somebody_puts_into_staff_between_reading_and_writing_is_kept_as_the_old_value(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    shop.serves(*(sale("2600", number, "5") for number in range(3)))
    run, kept = staged(shop)
    put(1, day(1), 1, "77")
    assert write(shop, run, kept) == {"written": 3}
    old = rows_of(f"SELECT date, old_amount IS NOT NULL FROM register_day WHERE run_id = {run} ORDER BY date")
    assert [bool(kept_old) for _, kept_old in old] == [True, True, False]
    assert set(states(run).values()) == {"written"}
    [changed] = [one for one in closing.summary(run).changed if one.date == day(1)]
    assert (changed.old, changed.new) == (Decimal(77), Decimal(5))


def test_a_register_that_is_decoupled_between_reading_and_writing_fails_with_the_exact_text(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"))
    run, kept = staged(shop)
    execute("DELETE FROM import_setting")
    assert write(shop, run, kept) == {"failed": 1}
    assert held() == {}
