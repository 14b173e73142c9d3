"""The turnover import from AFAS's bookings to Staff's tables."""

import datetime as dt
from decimal import Decimal

import pytest

from tasks.turnover import closing, import_
from tasks.turnover.orders import Window
from tests.simulator import Connector, Field, caterer
from tests.simulator.examples import CONNECTOR, FIELDS
from tests.turnover.builders import (
    MAPPING,
    MONDAY,
    WEEK,
    Shop,
    day,
    execute,
    held,
    messages,
    of,
    put,
    row,
    rows_of,
    sale,
    states,
    summed,
)
from workers import settings
from workers.ledger.days import Parcel


def test_two_rows_of_one_register_on_one_day_are_summed(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "10.10"), sale("2600", 0, "0.05"), sale("2600", 0, "7", "1310"))
    facts = shop.imports()
    assert held() == {("2600", MONDAY): {"1000": Decimal("10.15"), "1310": Decimal(7)}}
    assert of(facts.state, facts.days, facts.rows, facts.proof.difference) == ("done", {"written": 1}, 3, 0)


@pytest.mark.parametrize("amounts", ["number", "text_dutch", "text_english", "float_dirt", "leading_dot"])
def test_all_sums_of_a_caterer_agree_to_the_cent_with_an_independent_calculation(shop: Shop, amounts: str) -> None:
    served = caterer(day(20), days=21)
    shop.afas.connectors[CONNECTOR] = served
    setattr(shop.afas.switches, "amounts", amounts)  # noqa: B010 - the switch itself checks it
    known = {str(one["Verbijzonderingscode"]) for one in served.rows} - {"2606", "2699"}
    for code in sorted(known - {"2600"}):
        shop.register(code)
    facts = shop.imports(Window(day(0), day(20)))
    expected = {key: parts for key, parts in summed(served.rows).items() if key[0] in known}
    assert held() == expected
    assert facts.proof.difference == 0
    assert facts.proof.read == sum(Decimal(str(one["Bedrag"])) for one in served.rows)
    assert {missing.code for missing in facts.missing_registers} == {"2606", "2699"}
    parked = [one for one in served.rows if one["Verbijzonderingscode"] in ("2606", "2699")]
    assert facts.proof.part("parked") == sum(Decimal(str(one["Bedrag"])) for one in parked)
    assert facts.rounded == 0 or amounts == "float_dirt"


def test_the_same_again_changes_nothing(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "10.10"), sale("2600", 1, "0"), sale("2600", 2, "-3.5", None))
    shop.imports()
    before = rows_of("SELECT * FROM turnover ORDER BY date")
    again = shop.imports()
    assert again.days == {"unchanged": 3}
    assert again.changed == ()
    assert again.proof.difference == 0
    assert rows_of("SELECT * FROM turnover ORDER BY date") == before


def test_dates_outside_the_window_are_never_touched(shop: Shop) -> None:
    shop.serves(sale("2600", -1, "1"), sale("2600", 0, "2"), sale("2600", 6, "3"), sale("2600", 7, "4"))
    shop.imports(Window(day(-1), day(7)))
    shop.serves(*(sale("2600", number, "99") for number in (-2, -1, 0, 6, 7, 8)))
    facts = shop.imports(WEEK)
    amounts = {on: sum(parts.values()) for (_, on), parts in held().items()}
    assert amounts == {day(-1): 1, day(0): 99, day(6): 99, day(7): 4}
    assert facts.vanished == ()
    assert facts.proof.read == 2 * 99


def test_a_register_day_that_adds_up_to_zero_is_kept_as_zero(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"), sale("2600", 0, "-5"), sale("2600", 1, "0.00", "1310"))
    shop.imports()
    assert held() == {("2600", day(0)): {"1000": Decimal(0)}, ("2600", day(1)): {"1310": Decimal(0)}}


def test_a_turnover_replaces_what_stood_there_as_a_whole(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "10", "1000"), sale("2600", 0, "20", "1310"))
    shop.imports()
    shop.serves(sale("2600", 0, "30", "8000"))
    facts = shop.imports()
    assert held() == {("2600", MONDAY): {"8000": Decimal(30)}}
    assert [of(one.old, one.new) for one in facts.changed] == [(30, 30)]


def test_only_another_split_over_payment_methods_is_a_change(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "10", "1000"))
    shop.imports()
    shop.serves(sale("2600", 0, "10", "1310"))
    assert shop.imports().days == {"written": 1}
    assert held() == {("2600", MONDAY): {"1310": Decimal(10)}}


def test_a_row_without_account_number_takes_the_default_account(shop: Shop) -> None:
    shop.register("2601", default_turnover_account="1310")
    shop.serves(sale("2600", 0, "1", None), sale("2600", 0, "2", "8000"), sale("2601", 0, "4", ""))
    shop.imports()
    assert held() == {("2600", MONDAY): {"8000": Decimal(3)}, ("2601", MONDAY): {"1310": Decimal(4)}}


def test_a_row_without_account_number_and_without_default_fails_its_day_with_the_exact_text(shop: Shop) -> None:
    execute("UPDATE turnover_setting SET default_turnover_account = NULL")
    shop.serves(sale("2600", 0, "1", None), sale("2600", 1, "2"))
    facts = shop.imports()
    assert messages(facts.run.id) == [
        (
            "Error for register 2600 for date 02-03-2026: "
            "Koppelingsinformatie niet gevonden of standaard omzetgrootboekrekening niet gevonden."
        )
    ]
    assert (facts.state, facts.days) == ("done_with_failures", {"failed": 1, "written": 1})
    assert list(held()) == [("2600", day(1))]


def test_an_unreadable_amount_fails_its_day_and_no_other(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "8"), sale("2600", 1, "8"))
    shop.imports()
    shop.serves(sale("2600", 0, "5"), row("2600", day(0), "twaalf"), sale("2600", 1, "9"))
    facts = shop.imports()
    assert {on: sum(parts.values()) for (_, on), parts in held().items()} == {day(0): 8, day(1): 9}
    [told] = messages(facts.run.id)
    assert "veld Bedrag = 'twaalf' in rij " in told
    assert facts.proof.difference == 0


def test_an_unreadable_date_fails_all_days_of_its_register_in_this_run(shop: Shop) -> None:
    shop.register("2601")
    shop.afas.switches.dates = "dutch"
    shop.serves(sale("2600", 0, "5"), sale("2600", 5, "5"), row("2600", "gisteren", Decimal(7)), sale("2601", 0, "9"))
    facts = shop.imports()
    assert list(held()) == [("2601", day(0))]
    assert states(facts.run.id) == {("2600", day(0)): "failed", ("2600", day(5)): "failed", ("2601", day(0)): "written"}
    assert all("veld Datum = 'gisteren' in rij " in told for told in messages(facts.run.id))
    assert facts.proof.undated == 7
    assert facts.proof.difference == 0
    assert facts.state == "done_with_failures"


def test_an_unreadable_register_fails_the_whole_source(shop: Shop) -> None:
    numbers = [Field(one.id, "decimal" if one.code else one.data_type) for one in FIELDS]
    rows = [row(2600, day(0), 5), row(Decimal("2.5"), day(1), 7)]
    shop.afas.connectors[CONNECTOR] = Connector(CONNECTOR, numbers, rows)
    facts = shop.imports()
    assert held() == {}
    assert facts.state == "failed"
    assert "veld Verbijzonderingscode = '2.5' in rij " in (facts.sources[0].message or "")


@pytest.mark.parametrize("code", [None, "", "  "])
def test_an_empty_register_is_parked_under_the_empty_code(shop: Shop, code: str | None) -> None:
    shop.serves(row(code, day(0), Decimal(7)))
    facts = shop.imports()
    assert states(facts.run.id) == {("", day(0)): "parked"}
    assert [of(one.code, one.amount) for one in facts.missing_registers] == [("", 7)]


@pytest.mark.parametrize("amount", ["900000000000000", "-900000000000000.0001", "1" + "0" * 40])
def test_an_amount_of_900_trillion_and_more_is_told_and_takes_no_other_with_it(shop: Shop, amount: str) -> None:
    shop.serves(sale("2600", 0, amount), sale("2600", 1, "899999999999999.9999"))
    facts = shop.imports()
    assert held() == {("2600", day(1)): {"1000": Decimal("899999999999999.9999")}}
    assert states(facts.run.id)["2600", day(0)] == "failed"
    assert "te groot voor een bedrag" in messages(facts.run.id)[0]
    assert facts.proof.difference == 0


def test_two_amounts_that_together_reach_900_trillion_are_told(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "450000000000000"), sale("2600", 0, "450000000000000", "1310"), sale("2600", 1, "1"))
    facts = shop.imports()
    assert list(held()) == [("2600", day(1))]
    assert "900000000000000 is te groot voor een bedrag" in messages(facts.run.id)[0]
    assert facts.proof.difference == 0


def test_the_closing_proof_sees_a_staged_row_that_somebody_deletes(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "10"), sale("2600", 1, "2.5"))
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    assert closing.summary(run).proof.part("pending") == Decimal("12.5")
    execute(f"DELETE FROM register_day WHERE run_id = {run} AND date = '{day(1)}'")
    for parcel in kept:
        import_.write_register(run, parcel.register, parcel.dates, shop.recorder.hands())
    facts = closing.summary(run)
    assert facts.proof.difference == Decimal("2.5")
    [(subject, body)] = rows_of("SELECT subject, body FROM outbox_mail")
    assert "sluitcontrole klopt niet" in subject
    assert body.startswith("De sluitcontrole klopt niet, verschil 2,50")


def test_sign_turns_credit_into_turnover(shop: Shop) -> None:
    execute("UPDATE turnover_setting SET sign = -1")
    shop.serves(sale("2600", 0, "-12.5"), sale("2600", 0, "0.5", "1310"), sale("9999", 0, "-3"))
    facts = shop.imports()
    assert held() == {("2600", MONDAY): {"1000": Decimal("12.5"), "1310": Decimal("-0.5")}}
    assert of(facts.proof.read, facts.proof.part("parked"), facts.proof.difference) == (15, 3, 0)


def test_only_the_registers_asked_for_are_written(shop: Shop) -> None:
    shop.register("2601")
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"), sale("2606", 0, "4"))
    facts = shop.imports(registers=["2601"])
    assert list(held()) == [("2601", MONDAY)]
    assert of(facts.proof.other, facts.proof.difference, facts.state) == (5, 0, "done")


def test_the_turnover_group_is_made_and_linked_once(shop: Shop) -> None:
    shop.serves(*(sale("2600", number, "1") for number in range(7)))
    shop.imports()
    shop.imports()
    assert rows_of("SELECT external_id FROM turnover_group") == [("OA",)]
    assert len(rows_of("SELECT * FROM register_turnover_group")) == 1


def test_the_first_linked_group_with_a_fitting_id_takes_the_turnover(shop: Shop) -> None:
    for number, code in enumerate(["XX", "AO", "OA"], 1):
        columns = "id, organisation_id, external_id, name"
        execute(f"INSERT INTO turnover_group ({columns}) VALUES ({number}, 1, '{code}', 'x')")
        execute(f"INSERT INTO register_turnover_group VALUES (1, {number}, {number})")
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    assert rows_of("SELECT turnover_group_id FROM turnover") == [(2,)]


def test_what_somebody_else_wrote_is_overwritten_and_kept_as_the_old_value(shop: Shop) -> None:
    execute("INSERT INTO turnover_group (id, organisation_id, external_id, name) VALUES (1, 1, 'OA', 'x')")
    put(1, MONDAY, 1, "77")
    shop.serves(sale("2600", 0, "1"))
    facts = shop.imports()
    assert [of(one.old, one.new) for one in facts.changed] == [(77, 1)]


def test_a_window_of_one_day_is_that_day(shop: Shop) -> None:
    shop.serves(*(sale("2600", number, "1") for number in range(3)))
    shop.imports(Window(day(1), day(1)))
    assert list(held()) == [("2600", dt.date(2026, 3, 3))]


def test_credit_less_debit_of_two_fields_is_the_turnover(shop: Shop) -> None:
    fields = {name: field for name, field in MAPPING.items() if name != "amount"} | {"credit": "Cr", "debit": "De"}
    execute("DELETE FROM import_setting")
    shop.register("2601", fields=fields)
    two = [one for one in FIELDS if one.id != "Bedrag"] + [Field("Cr", "decimal"), Field("De", "decimal")]
    sides = [("10.5", None), (None, "0.25"), ("1", "3")]
    rows = [
        sale("2601", 0, "0") | {"Cr": cr and Decimal(cr), "De": de and Decimal(de), "Bedrag": None} for cr, de in sides
    ]
    nothing = sale("2601", 1, "0") | {"Cr": None, "De": None}
    shop.afas.connectors[CONNECTOR] = Connector(CONNECTOR, two, [*rows, nothing])
    facts = shop.imports()
    assert held() == {("2601", MONDAY): {"1000": Decimal("8.25")}}
    assert states(facts.run.id)["2601", day(1)] == "failed"
    assert "veld Cr = '' in rij " in messages(facts.run.id)[0]


def test_a_source_that_cannot_be_filtered_is_cut_here_and_that_is_said(shop: Shop) -> None:
    shop.afas.switches.dates = "dutch"
    shop.serves(*(sale("2600", number, "1") for number in (-31, -1, 0, 6, 7, 31)))
    facts = shop.imports()
    assert [on for _, on in held()] == [day(0), day(6)]
    assert of(facts.rows, facts.proof.difference, facts.state) == (2, 0, "done")
    assert facts.sources[0].notice
    [(body,)] = rows_of("SELECT body FROM outbox_mail")
    assert facts.sources[0].notice in body


def test_a_source_that_ignores_the_filter_is_not_believed(shop: Shop) -> None:
    shop.afas.switches.filter_ignored = True
    shop.serves(sale("2600", 0, "1"), sale("2600", 31, "1"))
    facts = shop.imports()
    assert (facts.state, held()) == ("failed", {})
    assert "AFAS negeert het filter" in (facts.sources[0].message or "")


def test_the_log_has_a_line_for_the_start_the_end_each_failure_and_each_missing_code(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"), row("2600", day(1), "x"), sale("2606", 0, "1"), sale("2600", 2, "1", "1399"))
    shop.imports()
    path = settings.current().log_path
    assert path
    events = [line.split(" event=")[1].split(" ")[0] for line in path.read_text().splitlines()]
    assert events == ["start", "missing_register", "missing_payment_method", "failure", "failure", "end"]
    assert "difference=0.00" in path.read_text().splitlines()[-1]
