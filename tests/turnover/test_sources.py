"""Which source a register belongs to, and what becomes of rows that another one delivers."""

from decimal import Decimal

from tasks.turnover.orders import Window
from tests.simulator import Simulator
from tests.simulator.examples import CONNECTOR
from tests.turnover.builders import (
    COUPLING,
    MAPPING,
    MONDAY,
    OTHER,
    Shop,
    connector,
    day,
    execute,
    held,
    messages,
    of,
    rows_of,
    sale,
    source_states,
    states,
)
from workers.secrets import Secret, seal
from workers.staff import owners

SECOND = "Restaurantomzet"
TEXT = f"Error for register 2601 for date 02-03-2026: {COUPLING}"


def calls(afas: Simulator, name: str) -> int:
    return sum(one.path == f"connectors/{name}" for one in afas.asked)


def test_registers_that_share_a_source_are_fetched_in_one_go(shop: Shop) -> None:
    for code in ("2601", "2602"):
        shop.register(code)
    shop.serves(*(sale(code, 0, code) for code in ("2600", "2601", "2602")))
    shop.imports(Window(MONDAY, MONDAY))
    assert calls(shop.afas, CONNECTOR) == 1
    assert {code: sum(parts.values()) for (code, _), parts in held().items()} == {str(n): n for n in (2600, 2601, 2602)}


def test_rows_that_another_sources_register_owns_count_as_other_source(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    shop.serves(sale("2600", 0, "4"), sale("2601", 0, "8"), name=SECOND)
    facts = shop.imports()
    assert held() == {("2600", MONDAY): {"1000": Decimal(1)}, ("2601", MONDAY): {"1000": Decimal(8)}}
    assert of(facts.proof.read, facts.proof.other, facts.proof.difference) == (15, 6, 0)
    assert facts.state == "done"


def test_other_fields_make_another_source(shop: Shop) -> None:
    fields = MAPPING | {"amount": "Bedrag2"}
    shop.register("2601", fields=fields)
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    facts = shop.imports()
    assert {source.registers: source.state for source in facts.sources} == {("2600",): "read", ("2601",): "failed"}
    assert list(held()) == [("2600", MONDAY)]
    assert facts.state == "done_with_failures"


def test_a_password_of_its_own_makes_another_source(shop: Shop) -> None:
    register = shop.register("2601")
    wrong = seal(Secret("AB" * 32), owners.import_password("6f07c4dd-0c63-4430-a2af-b9d2b5497697", register))
    execute(f"UPDATE import_setting SET password = '{wrong}' WHERE register_id = {register}")
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    facts = shop.imports()
    assert {source.registers: source.state for source in facts.sources} == {("2600",): "read", ("2601",): "failed"}
    assert rows_of("SELECT pause_kind FROM afas_connection") == [(None,)]


def test_two_spellings_of_one_address_are_one_source(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri().replace("?skip=-1&take=-1", "/").replace("/ProfitRest", "/profitrest"))
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    facts = shop.imports()
    assert len(facts.sources) == 1
    assert len(held()) == 2


def test_organisations_that_share_a_connection_are_served_by_one_run(shop: Shop) -> None:
    other = shop.organisation(OTHER, same_as=shop.id, sign=-1, default_turnover_account="1310")
    shop.method("1310", other)
    shop.register("2610", other)
    shop.serves(sale("2600", 0, "1"), sale("2610", 0, "-2", None))
    facts = shop.imports()
    assert held() == {("2600", MONDAY): {"1000": Decimal(1)}, ("2610", MONDAY): {"1310": Decimal(2)}}
    assert of(facts.proof.read, facts.proof.difference, len(facts.sources)) == (3, 0, 1)
    paid = "payment_method JOIN turnover_payment ON payment_method_id = id"
    methods = rows_of(f"SELECT organisation_id FROM {paid} ORDER BY 1")
    assert methods == [(shop.id,), (other,)]
    groups = rows_of("SELECT organisation_id FROM turnover_group ORDER BY 1")
    assert groups == [(shop.id,), (other,)]


def test_a_payment_method_of_another_organisation_is_none_of_this_one(shop: Shop) -> None:
    other = shop.organisation(OTHER, same_as=shop.id)
    shop.register("2610", other)
    shop.serves(sale("2600", 0, "1", "1310"), sale("2610", 0, "2", "1310"))
    facts = shop.imports()
    assert list(held()) == [("2600", MONDAY)]
    assert [missing.code for missing in facts.missing_methods] == ["1310"]


def test_a_register_without_import_setting_fails_with_the_exact_text(shop: Shop) -> None:
    shop.register("2601", linked=False)
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    facts = shop.imports()
    assert messages(facts.run.id) == [TEXT]
    assert of(facts.state, facts.proof.part("failed"), facts.proof.difference) == ("done_with_failures", 2, 0)
    assert list(held()) == [("2600", MONDAY)]


def test_a_register_without_import_setting_in_two_sources_is_told_for_both_and_never_written(shop: Shop) -> None:
    shop.register("2601", linked=False)
    shop.register("2602", uri=shop.uri(SECOND))
    shop.serves(sale("2601", 0, "1"))
    shop.serves(sale("2601", 0, "2"), name=SECOND)
    facts = shop.imports()
    assert messages(facts.run.id) == [TEXT, TEXT]
    assert held() == {}
    assert facts.proof.difference == 0


def test_a_register_of_another_import_class_is_not_ours(shop: Shop) -> None:
    shop.register("2601", import_class="Andere omzetimport", uri="ftp://elders", fields={"kolom": "3"})
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    facts = shop.imports()
    assert states(facts.run.id) == {("2600", MONDAY): "written"}
    assert of(facts.proof.other, facts.proof.difference, facts.state) == (2, 0, "done")


def test_an_undated_row_of_another_source_spoils_nothing(shop: Shop) -> None:
    shop.afas.switches.dates = "dutch"
    shop.register("2601", uri=shop.uri(SECOND))
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2") | {"Datum": "gisteren"})
    shop.serves(sale("2601", 0, "4"), name=SECOND)
    facts = shop.imports()
    assert facts.state == "done"
    assert len(held()) == 2
    assert of(facts.proof.other, facts.proof.undated, facts.proof.difference) == (2, 0, 0)


def test_a_register_or_payment_method_with_an_empty_external_id_takes_nothing(shop: Shop) -> None:
    shop.register("")
    shop.method("")
    execute("UPDATE turnover_setting SET default_turnover_account = NULL")
    shop.serves(sale("", 0, "1"), sale("2600", 0, "2", None))
    facts = shop.imports()
    assert states(facts.run.id) == {("", MONDAY): "parked", ("2600", MONDAY): "failed"}
    assert held() == {}


def test_one_of_several_sources_that_fails_takes_no_other_with_it(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.register("2602", uri=shop.uri(SECOND))
    shop.serves(sale("2600", 0, "1"))
    facts = shop.imports()
    assert source_states(facts.run.id) == {CONNECTOR: "read", SECOND: "failed"}
    assert (facts.state, list(held())) == ("done_with_failures", [("2600", MONDAY)])
    [(body,)] = rows_of("SELECT body FROM outbox_mail")
    assert "(kassa's: 2601, 2602)" in body


def test_a_source_that_fails_midway_leaves_nothing_staged(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.serves(*(sale("2600", number, "1") for number in range(7)))
    shop.serves(*(sale("2601", number, "1") for number in range(7)), name=SECOND)
    shop.afas.fault("error_500", path=SECOND, after=2, times=None, text="Connector field 'Nr' not found")
    facts = shop.imports()
    assert calls(shop.afas, SECOND) >= 2
    assert states(facts.run.id) == {("2600", day(number)): "written" for number in range(7)}
    assert of(facts.rows, facts.proof.difference) == (7, 0)


def test_a_source_that_is_set_up_no_more_when_the_run_goes_on_is_told_and_the_run_ends(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.afas.connectors[SECOND] = connector([sale("2601", 0, "2")], SECOND)
    shop.serves(sale("2600", 0, "1"))
    shop.afas.fault("status_503", path=f"connectors/{SECOND}", times=None)
    run = shop.imports().run.id
    execute("DELETE FROM import_setting WHERE register_id = 2")
    facts = shop.goes_on(run)
    assert facts.state == "done_with_failures"
    assert source_states(run) == {CONNECTOR: "read", SECOND: "failed"}
