"""Amounts of registers that nobody knows yet: parked, told, and applied by themselves."""

from decimal import Decimal
from typing import Any

import pytest

from tasks.turnover import import_, overwrite
from tasks.turnover.orders import Window
from tasks.turnover.parked import apply_parked
from tests.turnover.builders import MONDAY, OTHER, Shop, day, execute, held, messages, of, row, rows_of, sale, states
from workers.ledger import waiting
from workers.ledger.days import Parcel

SECOND = "Restaurantomzet"


def test_an_unknown_register_is_told_with_first_and_last_date_and_total(shop: Shop) -> None:
    shop.serves(sale("2606", 1, "5"), sale("2606", 4, "7.25"), sale("2606", 4, "-1"), sale("2600", 0, "1"))
    facts = shop.imports()
    assert messages(facts.run.id) == ["Register 2606 not found"] * 2
    assert (facts.state, facts.days) == ("done_with_failures", {"parked": 2, "written": 1})
    [missing] = facts.missing_registers
    assert (missing.code, missing.first, missing.last, missing.days) == ("2606", day(1), day(4), 2)
    assert missing.amount == Decimal("11.25")
    assert of(facts.proof.part("parked"), facts.proof.difference) == (Decimal("11.25"), 0)


def test_an_unknown_register_with_unreadable_amounts_is_told_as_both(shop: Shop) -> None:
    shop.serves(sale("2606", 1, "5"), row("2606", day(1), "twaalf"))
    facts = shop.imports()
    assert [missing.code for missing in facts.missing_registers] == ["2606"]
    assert [failure.reason for failure in facts.failures] == ["amount"]
    assert "twaalf" in facts.failures[0].message
    shop.register("2606")
    assert apply_parked([shop.id]) == []
    assert held() == {}


def test_parked_amounts_are_applied_when_the_register_exists_older_dates_than_the_window_too(shop: Shop) -> None:
    shop.serves(*(sale("2606", number, "2.5") for number in (0, 1, 20)))
    shop.imports(Window(day(0), day(20)))
    shop.serves()
    shop.imports(Window(day(30), day(40)))
    shop.register("2606")
    [line] = apply_parked([shop.id])
    assert line.startswith("Kassa 2606: 3 wachtende kassadagen verwerkt, totaal 7.5")
    assert held() == {("2606", day(number)): {"1000": Decimal("2.5")} for number in (0, 1, 20)}
    assert apply_parked([shop.id]) == []


def test_applied_amounts_stay_accounted_for(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "2.5"))
    run = shop.imports().run.id
    shop.register("2606")
    apply_parked([shop.id])
    facts = shop.works(run)
    assert of(facts.days, facts.proof.part("written"), facts.proof.difference) == ({"written": 1}, Decimal("2.5"), 0)


def test_a_later_import_that_brought_newer_amounts_goes_before_parked_ones(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "2.5"), sale("2606", 1, "3"))
    shop.imports()
    shop.serves(sale("2606", 0, "9"))
    shop.imports()
    shop.register("2606")
    apply_parked([shop.id])
    assert held() == {("2606", MONDAY): {"1000": Decimal(9)}}, "the second day was proved empty"


def test_a_later_import_that_wrote_goes_before_parked_ones(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "2.5"))
    shop.imports()
    shop.register("2606")
    shop.serves(sale("2606", 0, "9"))
    shop.imports()
    apply_parked([shop.id])
    assert held() == {("2606", MONDAY): {"1000": Decimal(9)}}


def test_a_later_import_of_other_registers_leaves_parked_ones_waiting(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "2.5"))
    shop.imports()
    shop.imports(registers=["2600"])
    shop.register("2606")
    apply_parked([shop.id])
    assert held() == {("2606", MONDAY): {"1000": Decimal("2.5")}}


def test_a_parked_register_takes_the_amounts_of_the_source_that_its_setting_names(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.serves(sale("2606", 0, "1"))
    shop.serves(sale("2606", 0, "2"), name=SECOND)
    facts = shop.imports()
    assert of(facts.days, facts.proof.difference) == ({"parked": 2}, 0)
    shop.register("2606", uri=shop.uri(SECOND))
    apply_parked([shop.id])
    assert held() == {("2606", MONDAY): {"1000": Decimal(2)}}


def test_a_register_of_another_import_class_takes_no_parked_amounts(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "1"))
    run = shop.imports().run.id
    shop.register("2606", import_class="Andere omzetimport", uri="x", fields={})
    assert apply_parked([shop.id]) == []
    assert states(run) == {("2606", MONDAY): "parked"}


def test_a_parked_amount_gets_the_sign_of_the_organisation_whose_register_it_turns_out_to_be(shop: Shop) -> None:
    other = shop.organisation(OTHER, same_as=shop.id, sign=-1)
    shop.method("1000", other)
    shop.serves(sale("2610", 0, "-2.5"), sale("2600", 0, "1"))
    run = shop.imports().run.id
    shop.register("2610", other)
    apply_parked([other])
    assert held()["2610", MONDAY] == {"1000": Decimal("2.5")}
    facts = shop.works(run)
    assert of(facts.proof.part("written"), facts.proof.difference) == (Decimal("3.5"), 0)
    assert shop.imports().days == {"unchanged": 2}


def test_the_empty_code_is_never_applied(shop: Shop) -> None:
    shop.serves(sale("", 0, "1"))
    run = shop.imports().run.id
    assert apply_parked([shop.id]) == []
    assert states(run) == {("", MONDAY): "parked"}


def test_what_an_import_at_work_holds_is_not_overwritten_by_older_parked_amounts(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1", "1399"))
    shop.imports()
    shop.method("1399")
    shop.serves(sale("2600", 0, "9", "1399"))
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    apply_parked([shop.id])
    import_.write_register(run, "2600", [day(0)], shop.recorder.hands())
    assert held() == {("2600", MONDAY): {"1399": Decimal(9)}}


def test_nothing_parked_is_written_while_an_import_reads_what_it_may_find_unchanged(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"))
    shop.imports()
    shop.serves(sale("2600", 0, "6", "1399"))
    shop.imports()
    shop.method("1399")
    shop.serves(sale("2600", 0, "5"))
    applied = list[list[str]]()
    facts = shop.works(shop.order(), lambda _: applied.append(apply_parked([shop.id])))
    assert applied
    assert set(map(len, applied)) == {0}
    assert facts.days == {"unchanged": 1}
    assert held() == {("2600", MONDAY): {"1000": Decimal(5)}}


def test_parked_amounts_of_an_import_at_work_are_applied_at_its_end(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "1"), sale("2600", 0, "1"))
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    shop.register("2606")
    assert apply_parked([shop.id]) == []
    import_.write_register(run, "2600", [day(0)], shop.recorder.hands())
    assert rows_of("SELECT count(*) FROM outbox_mail") == [(1,)]
    assert {code for code, _ in held()} == {"2600", "2606"}


def test_an_applied_amount_is_kept_in_the_history_with_what_stood_there(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"))
    shop.imports()
    shop.serves(sale("2600", 0, "6", "1399"))
    run = shop.imports().run.id
    shop.method("1399")
    apply_parked([shop.id])
    old = rows_of(f"SELECT old_payments FROM register_day WHERE run_id = {run}")
    assert old == [('{"1000":"5.0000"}',)]
    assert rows_of("SELECT run_id FROM turnover") == [(run,)]


def test_a_parked_amount_whose_payment_method_is_unknown_waits_for_that_one(shop: Shop) -> None:
    shop.serves(sale("2606", 0, "6", "1399"))
    run = shop.imports().run.id
    shop.register("2606")
    assert apply_parked([shop.id]) == []
    assert states(run) == {("2606", MONDAY): "failed"}
    shop.method("1399")
    assert len(apply_parked([shop.id])) == 1
    assert held() == {("2606", MONDAY): {"1399": Decimal(6)}}


def test_a_parked_amount_of_a_register_without_default_account_waits_on(shop: Shop) -> None:
    execute("UPDATE turnover_setting SET default_turnover_account = NULL")
    shop.serves(sale("2606", 0, "6", None))
    run = shop.imports().run.id
    shop.register("2606")
    assert apply_parked([shop.id]) == []
    execute("UPDATE turnover_setting SET default_turnover_account = '8000'")
    assert len(apply_parked([shop.id])) == 1
    assert states(run) == {("2606", MONDAY): "written"}


def test_many_parked_amounts_are_looked_at_twice_and_no_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.serves(*(sale("2606", number, "1") for number in range(20)))
    shop.imports(Window(day(0), day(19)))
    shop.imports(Window(day(30), day(30)))
    shop.register("2606")
    looked = []
    overtakes = waiting._Reading.overtakes

    def counted(*asked: Any) -> bool:
        looked.append(asked)
        return overtakes(*asked)

    monkeypatch.setattr(waiting._Reading, "overtakes", counted)
    monkeypatch.setattr(overwrite, "DAYS_PER_TRANSACTION", 1)
    [line] = apply_parked([shop.id])
    assert line.startswith("Kassa 2606: 20 wachtende kassadagen verwerkt, totaal 20")
    assert len(looked) == 20 * 2, "once to find them, once to write each"
