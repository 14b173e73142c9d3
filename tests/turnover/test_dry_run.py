"""A dry run tells what would change and writes nothing but the call log."""

import json
import re
from decimal import Decimal

import pytest

from tasks.cli import main
from tasks.turnover.rehearsal import Rehearsal, rehearse
from tests.turnover.builders import GUID, MONDAY, WEEK, Shop, day, everything, row, rows_of, sale, states

DAYS = ["--from", "2026-03-02", "--to", "2026-03-08"]


def rehearsed(shop: Shop) -> Rehearsal:
    return rehearse(shop.id, WEEK, None, lambda _: None)


def everything_but_calls() -> dict[str, list[tuple[object, ...]]]:
    return {name: rows for name, rows in everything().items() if name != "call_log"}


def mixed(shop: Shop) -> None:
    """A shop in which everything can happen, after a first import."""
    shop.register("2601", linked=False)
    shop.serves(*(sale("2600", number, "1") for number in range(4)))
    shop.imports()
    new = [sale("2600", 0, "1"), sale("2600", 1, "2"), row("2600", day(2), "x"), sale("2600", 4, "5", "1399")]
    shop.serves(*new, sale("2600", 5, "6"), sale("2601", 0, "7"), sale("2606", 0, "8"))


def test_a_dry_run_writes_nothing_but_the_call_log(shop: Shop) -> None:
    mixed(shop)
    before, calls = everything_but_calls(), len(rows_of("SELECT * FROM call_log"))
    rehearsed(shop)
    assert everything_but_calls() == before
    assert len(rows_of("SELECT * FROM call_log")) > calls


def test_the_command_writes_nothing_either_and_sends_no_mail(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    mixed(shop)
    before = everything_but_calls()
    assert main(["TURNOVER", GUID, *DAYS, "--dry-run", "--json"]) == 1
    assert everything_but_calls() == before
    shown = {(one["register"], one["date"]): one for one in json.loads(capsys.readouterr().out)}
    assert shown["2600", "2026-03-03"]["old"] == "1.0000"
    assert Decimal(shown["2600", "2026-03-03"]["new"]) == 2


def test_it_tells_what_the_import_then_does(shop: Shop) -> None:
    mixed(shop)
    told = {(change.register, change.date): change for change in rehearsed(shop).changes}
    facts = shop.imports()
    done = states(facts.run.id)
    assert {key: change.state for key, change in told.items()} == {
        key: state for key, state in done.items() if state != "vanished"
    }
    assert set(done.values()) == {"written", "unchanged", "failed", "parked", "vanished"}
    kept = rows_of(f"SELECT message FROM register_day WHERE run_id = {facts.run.id} AND message IS NOT NULL")
    # The simulator, as AFAS, gives rows in another order at every call.
    shown = [re.sub(r"rij \d+", "rij", change.message) for change in told.values() if change.message]
    assert sorted(shown) == sorted(re.sub(r"rij \d+", "rij", text) for (text,) in kept)


def test_an_unreadable_date_fails_all_days_of_its_register_in_a_dry_run_too(shop: Shop) -> None:
    shop.register("2601")
    shop.afas.switches.dates = "dutch"
    shop.serves(sale("2600", 0, "1"), row("2600", "gisteren", Decimal(2)), sale("2601", 0, "3"))
    found = rehearsed(shop)
    assert {(change.register, change.state) for change in found.changes} == {("2600", "failed"), ("2601", "written")}
    assert found.state == "done_with_failures"
    facts = shop.imports()
    assert states(facts.run.id) == {("2600", MONDAY): "failed", ("2601", MONDAY): "written"}


def test_only_undated_rows_of_a_register_are_told_as_well(shop: Shop) -> None:
    shop.afas.switches.dates = "dutch"
    shop.serves(row("2600", "gisteren", Decimal(2)))
    found = rehearsed(shop)
    assert found.state == shop.imports().state == "done_with_failures"
    assert any("gisteren" in error for error in found.errors)


def test_a_source_that_cannot_be_read_is_told_and_pauses_nobody(shop: Shop) -> None:
    before = everything_but_calls()
    shop.afas.fault("status_401", path="connectors/", times=None)
    found = rehearsed(shop)
    assert (found.state, len(found.errors), found.changes) == ("failed", 1, [])
    assert everything_but_calls() == before
