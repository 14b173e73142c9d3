"""Account numbers that no payment method has."""

from decimal import Decimal

import pytest

from tasks.turnover.orders import Window
from tasks.turnover.parked import apply_parked
from tests.simulator.examples import CONNECTOR
from tests.turnover.builders import MAPPING, MONDAY, Shop, day, execute, held, messages, of, rows_of, sale, states


def test_an_unknown_payment_method_fails_its_days_with_the_exact_text_and_what_stood_there_stays(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"))
    shop.imports()
    shop.serves(sale("2600", 0, "6", "1399"), sale("2600", 1, "7", "1399"), sale("2600", 1, "1"), sale("2600", 2, "8"))
    facts = shop.imports()
    assert messages(facts.run.id) == [
        f"Error for register 2600 for date 0{number}-03-2026: Betaalwijze met ExternId 1399 niet gevonden"
        for number in (2, 3)
    ]
    assert held() == {("2600", MONDAY): {"1000": Decimal(5)}, ("2600", day(2)): {"1000": Decimal(8)}}
    assert (facts.state, facts.days) == ("done_with_failures", {"failed": 2, "written": 1})
    [missing] = facts.missing_methods
    assert of(missing.code, missing.days, missing.amount, missing.registers) == ("1399", 2, 13, ("2600",))
    assert facts.proof.difference == 0


def test_its_rows_are_applied_by_themselves_when_the_method_exists(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "6", "1399"), sale("2600", 0, "1"))
    run = shop.imports().run.id
    assert apply_parked([shop.id]) == []
    shop.method("1399")
    [line] = apply_parked([shop.id])
    assert line.startswith("Kassa 2600: 1 wachtende kassadagen verwerkt, totaal 7")
    assert held() == {("2600", MONDAY): {"1399": Decimal(6), "1000": Decimal(1)}}
    assert states(run) == {("2600", MONDAY): "written"}
    assert messages(run) == []
    assert apply_parked([shop.id]) == []


def test_the_next_import_writes_them_too(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "6", "1399"))
    shop.imports()
    shop.method("1399")
    assert shop.imports().days == {"written": 1}
    assert apply_parked([shop.id]) == []


def test_zeros_in_front_make_another_account_number(shop: Shop) -> None:
    shop.method("01399")
    shop.serves(sale("2600", 0, "6", "1399"))
    [missing] = shop.imports().missing_methods
    assert missing.suggestion
    assert missing.suggestion.external_id == "01399"


def test_the_account_itself_is_never_matched(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "6", " 1310 ") | {"Grootboekrekening": "1000"})
    shop.imports()
    assert held() == {("2600", MONDAY): {"1310": Decimal(6)}}


def test_a_default_account_whose_method_is_gone_is_a_missing_method(shop: Shop) -> None:
    execute("DELETE FROM payment_method WHERE external_id = '8000'")
    shop.serves(sale("2600", 0, "6", None))
    facts = shop.imports()
    assert messages(facts.run.id) == [
        "Error for register 2600 for date 02-03-2026: Betaalwijze met ExternId 8000 niet gevonden"
    ]


def test_the_administrator_is_told_of_missing_codes(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "6", "1399"))
    shop.imports()
    [(body,)] = rows_of("SELECT body FROM outbox_mail")
    assert "- Betaalwijze met ExternId 1399 niet gevonden: dagen: 1, totaal 6,00, kassa's: 2600." in body


def test_the_administrator_is_told_what_afas_calls_an_unknown_account_number(shop: Shop) -> None:
    called = {"Grootboekrekening": "Kas Utrecht"}
    shop.serves(sale("2600", 0, "6", "1399") | called, sale("2600", 1, "1"), sale("2600", 9, "1", "1399"))
    facts = shop.imports()
    [missing] = facts.missing_methods
    assert missing.account == "Kas Utrecht"
    [(body,)] = rows_of("SELECT body FROM outbox_mail")
    assert (
        '1399 niet gevonden: dagen: 1, totaal 6,00, kassa\'s: 2600. In AFAS heet deze rekening "Kas Utrecht".' in body
    )
    assert messages(facts.run.id) == [
        "Error for register 2600 for date 02-03-2026: Betaalwijze met ExternId 1399 niet gevonden"
    ]


def test_an_account_that_afas_does_not_tell_is_told_by_its_number_alone(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "6", "1399"), sale("2600", 1, "1"))
    shop.afas.fault("error_500", path="connectors/", after=1)
    facts = shop.imports(Window(MONDAY, MONDAY))
    [missing] = facts.missing_methods
    assert of(missing.account, facts.days, facts.proof.difference) == ("", {"failed": 1}, 0)
    assert [one.path for one in shop.afas.asked].count(f"connectors/{CONNECTOR}") == 2


def test_a_mapping_without_account_asks_for_none(shop: Shop) -> None:
    fields = {name: field for name, field in MAPPING.items() if name != "account"}
    shop.register("2601", fields=fields, uri=shop.uri("Zonder"))
    shop.serves(sale("2601", 0, "6", "1399"), name="Zonder")
    [missing] = shop.imports(registers=["2601"]).missing_methods
    assert missing.account == ""


@pytest.mark.parametrize("metainfo", [True, False])
def test_a_misspelt_account_field_of_any_register_is_noticed_by_an_import(shop: Shop, *, metainfo: bool) -> None:
    shop.register("2601", fields=MAPPING | {"account": "Grootboek"})
    shop.serves(sale("2600", 0, "6"))
    shop.afas.switches.metainfo = metainfo
    facts = shop.imports()
    assert facts.state == "failed"
    assert "Grootboek" in str(facts.sources[0].message)
    assert held() == {}
