"""The set-up changes while amounts wait: they arrive all the same, with the right sign, once."""

from decimal import Decimal

from tasks.turnover import closing, import_
from tasks.turnover.parked import apply_parked
from tests.turnover.builders import (
    GUID,
    MAPPING,
    MONDAY,
    OTHER,
    Shop,
    day,
    execute,
    held,
    messages,
    row,
    rows_of,
    sale,
    states,
)
from workers.ledger import unfinished
from workers.secrets import Secret, seal
from workers.staff import owners


def test_amounts_that_waited_get_the_sign_that_is_set_by_now(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "-5"), sale("2606", 0, "-77"), sale("2600", 1, "-30", "1399"))
    shop.imports()
    execute("UPDATE turnover_setting SET sign = -1")
    shop.register("2606")
    shop.method("1399")
    apply_parked([shop.id])
    assert held()["2606", MONDAY] == {"1000": Decimal(77)}
    assert held()["2600", day(1)] == {"1399": Decimal(30)}
    shop.imports()
    assert held()["2606", MONDAY] == {"1000": Decimal(77)}


def test_amounts_that_wait_come_along_when_an_organisation_joins_a_group(shop: Shop) -> None:
    other = shop.organisation(OTHER)
    shop.register("2700", other)
    shop.serves(sale("2606", 0, "77"))
    run = shop.order()
    execute(f"UPDATE turnover_run SET organisation_id = {other} WHERE id = {run}")
    import_.work(run, shop.recorder.hands())
    assert states(run) == {("2606", MONDAY): "parked"}
    execute(
        f"UPDATE afas_connection SET same_as_id = {shop.id}, environment = NULL, token = NULL"
        f" WHERE organisation_id = {other}"
    )
    shop.method("1000", other)
    shop.register("2606", other)
    assert len(apply_parked([other])) == 1
    assert held()["2606", MONDAY] == {"1000": Decimal(77)}


def test_a_token_of_its_own_for_one_register_keeps_the_amounts_of_another_waiting_where_they_were(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2606", 0, "77"))
    shop.imports()
    (register,) = rows_of("SELECT id FROM register WHERE external_id = '2600'")[0]
    sealed = seal(Secret(shop.afas.token), owners.import_password(GUID, register))
    execute(f"UPDATE import_setting SET password = '{sealed}' WHERE register_id = {register}")
    shop.register("2606")
    apply_parked([shop.id])
    assert held()["2606", MONDAY] == {"1000": Decimal(77)}


def test_an_unknown_code_that_two_sources_of_one_connector_show_is_counted_once_in_the_mail(shop: Shop) -> None:
    shop.register("2601", fields=MAPPING | {"account_number": "Grootboekrekening"})
    shop.serves(sale("2600", 0, "12"), sale("2606", 0, "100"), sale("2606", 1, "11"))
    facts = shop.imports()
    (missing,) = facts.missing_registers
    assert (missing.days, missing.amount) == (2, Decimal(111))


def test_amounts_too_large_in_all_fail_their_source_and_no_other_organisation(shop: Shop) -> None:
    half = "500000000000000"
    shop.serves(sale("2600", 0, half), sale("2600", 1, half))
    facts = shop.imports()
    assert (facts.state, facts.days) == ("failed", {})
    assert "te groot" in (facts.sources[0].message or "")


def test_a_pause_of_absurd_length_is_a_day_at_most(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.afas.fault("status_503", retry_after=10**12)
    run = shop.order()
    wait = import_.work(run, shop.recorder.hands())
    assert wait is not None
    assert 80_000 < wait <= 86_401
    assert rows_of("SELECT count(*) FROM afas_connection WHERE paused_until IS NULL") == [(0,)]


def test_a_code_that_no_database_keeps_is_told_with_its_place(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"), row("2600", day(1), Decimal(7), "10\x0000"))
    facts = shop.imports()
    assert facts.days == {"written": 1, "failed": 1}
    assert any("Nr" in message for message in messages(facts.run.id))


def test_days_of_a_source_that_was_read_are_written_while_another_source_waits(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri("Tweede"))
    shop.serves(sale("2600", 0, "5"))
    shop.serves(sale("2601", 0, "7"), name="Tweede")
    shop.afas.fault("status_503", path="Tweede", retry_after=7200, times=None)
    run = shop.order()
    kept: list[object] = []
    wait = import_.work(run, shop.recorder.keeping(kept))  # type: ignore[arg-type]
    assert wait is not None
    assert held() == {}
    assert [one.id for one in unfinished.hints_due(60)] == [run]
    import_.work(run, shop.recorder.hands())
    assert held() == {("2600", MONDAY): {"1000": Decimal(5)}}
    assert closing.summary(run).state == "waiting"
