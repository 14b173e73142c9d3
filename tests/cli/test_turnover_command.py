"""TURNOVER as an administrator and the Task Scheduler call it."""

import json
import socket
from decimal import Decimal
from typing import Any

import pytest

from tasks.cli import importing
from tasks.turnover import orders
from tests.cli.terminal import TURNOVER, process, run
from tests.turnover.builders import (
    GUID,
    MONDAY,
    OTHER,
    Shop,
    connector,
    day,
    everything,
    execute,
    held,
    row,
    rows_of,
    sale,
    summed,
)
from workers import settings

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("status_401", {}, "controleer het token"),
    ("status_403", {}, "IP-beperking"),
    ("status_404", {}, "controleer omgeving"),
    ("error_500", {}, "zoek anders in het logboek van Profit"),
    ("error_500", {"text": "Deze\nconnector\x1b[31m wordt niet ondersteund"}, "controleer de naam"),
    ("html", {}, "controleer het adres"),
    ("cut", {}, "probeer het later opnieuw"),
    ("redirect", {}, "vul het juiste adres in"),
    ("status_503", {"retry_after": 61}, "AFAS laat langer wachten"),
]


@pytest.mark.parametrize(("spelled", "guid"), [("TURNOVER", GUID), ("TurnOver", f"{{{GUID.upper()}}}")])
def test_the_noun_is_read_in_any_case_and_the_guid_with_or_without_braces(
    shop: Shop, capsys: pytest.CaptureFixture[str], spelled: str, guid: str
) -> None:
    shop.serves(row("2600", orders.today(), Decimal("1.25")))
    said = run(capsys, spelled, guid, "-40")
    assert (said.code, said.out.splitlines()[0]) == (0, "Omzetimport geslaagd: 1 geschreven, 0 ongewijzigd.")
    assert rows_of("SELECT julianday(date_to) - julianday(date_from), date_to FROM turnover_run") == [
        (40, orders.today().isoformat())
    ]


def test_a_child_process_stores_what_an_independent_sum_confirms_and_the_second_time_changes_nothing(
    shop: Shop,
) -> None:
    rows = [
        sale("2600", number % 7, f"{number}.{number:02}", ["1000", "1310", None][number % 3]) for number in range(60)
    ]
    shop.serves(*rows)
    first, second = process(*TURNOVER), process(*TURNOVER)
    assert (first.code, second.code) == (0, 0)
    assert "7 geschreven, 0 ongewijzigd" in first.out
    assert "0 geschreven, 7 ongewijzigd" in second.out
    assert held() == summed(rows)


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{name}{len(detail)}" for name, detail, _ in FAULTS])
def test_a_run_that_read_nothing_is_3_and_one_line_with_the_remedy_on_standard_error(
    shop: Shop, capsys: pytest.CaptureFixture[str], fault: tuple[str, dict[str, Any], str]
) -> None:
    name, detail, remedy = fault
    shop.afas.fault(name, path="connectors/", times=None, **detail)
    said = run(capsys, *TURNOVER)
    told = [line for line in said.err.splitlines() if not line.startswith("AFAS kan nu niet; opnieuw over")]
    assert (said.code, said.out, len(told)) == (3, "", 1)
    assert told[0].startswith("Omzetimport mislukt. ")
    assert told[0].isprintable()
    assert remedy in told[0]
    assert told[0].endswith("Meer: afasconnector runs show 1; opnieuw: afasconnector runs retry 1")


def test_in_json_a_failed_run_is_told_on_standard_error_as_well(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.afas.fault("status_401", path="connectors/", times=None)
    said = run(capsys, *TURNOVER, "--json")
    assert (said.code, json.loads(said.out)["state"], said.err.count("\n")) == (3, "failed", 1)


def test_an_afas_that_cannot_be_reached_is_3_and_told_with_its_remedy(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        away = f"http://127.0.0.1:{free.getsockname()[1]}/ProfitRestServices"
    execute(f"UPDATE import_setting SET uri = replace(uri, '{shop.afas.url}', '{away}')")
    execute(f"UPDATE afas_connection SET environment = '{away}'")
    said = run(capsys, *TURNOVER)
    assert said.code == 3
    assert "niet bereikbaar" in said.err
    assert "controleer adres, netwerk en firewall" in said.err.splitlines()[-1]


def test_a_command_that_has_slept_its_minute_gives_up(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_SLEEP", 0.001)
    shop.afas.fault("status_503", path="connectors/", times=None)
    said = run(capsys, *TURNOVER)
    assert said.code == 3
    assert "AFAS laat langer wachten dan een opdracht wacht" in said.err
    assert rows_of("SELECT state FROM turnover_run") == [("failed",)]


def test_one_of_two_sources_that_fails_is_1_and_told_with_the_codes_of_its_registers(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("2601", "2602"):
        shop.register(code, uri=shop.uri("Restaurantomzet"))
    shop.afas.connectors["Restaurantomzet"] = connector([], "Restaurantomzet")
    shop.afas.fault("status_404", path="Restaurantomzet", times=None)
    shop.serves(sale("2600", 0, "1"))
    said = run(capsys, *TURNOVER)
    assert said.code == 1
    assert "Niet gelezen bronnen: 1." in said.out.splitlines()[0]
    assert "(kassa's: 2601, 2602)" in said.out
    assert list(held()) == [("2600", MONDAY)]


def test_unknown_register_codes_are_1_and_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2606", 0, "2"))
    said = run(capsys, *TURNOVER)
    assert said.code == 1
    assert "Register 2606 not found" in said.out


def test_one_register_alone_is_imported_and_one_without_rows_is_0(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.register("2601")
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"), sale("2606", 0, "3"))
    assert run(capsys, *TURNOVER, "--register", " 2601 ").code == 0
    assert list(held()) == [("2601", MONDAY)]
    shop.serves()
    assert run(capsys, *TURNOVER, "--register", "2600").code == 0


def test_an_organisation_that_uses_anothers_connection_is_imported_and_listed_by_its_own_guid(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    other = shop.organisation(OTHER, same_as=shop.id)
    shop.method("1000", other)
    shop.register("2601", other)
    shop.serves(sale("2601", 0, "1"))
    assert run(capsys, "TURNOVER", OTHER, *TURNOVER[2:]).code == 0
    assert list(held()) == [("2601", MONDAY)]
    assert json.loads(run(capsys, "runs", OTHER, "--json").out) == json.loads(run(capsys, "runs", "--json").out)


def test_a_dry_run_prints_what_would_change_by_register_and_day_and_writes_the_call_log_alone(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2600", 1, "2"))
    run(capsys, *TURNOVER)
    shop.serves(sale("2606", 1, "9"), sale("2600", 1, "2.5"), sale("2600", 0, "1"), sale("2606", 0, "9"))
    before = everything()
    said = run(capsys, *TURNOVER, "--dry-run")
    assert said.code == 1
    assert [line.split()[:5] for line in said.out.splitlines()] == [
        ["register", "date", "state", "old", "new"],
        ["2600", "2026-03-03", "written", "2.00", "2.50"],
        ["2606", "2026-03-02", "parked", "9.00", "Register"],
        ["2606", "2026-03-03", "parked", "9.00", "Register"],
    ]
    assert said.err.endswith("3 kassadagen zouden veranderen of fout gaan, 1 blijven gelijk; niets geschreven\n")
    after = everything()
    assert len(after.pop("call_log")) > len(before.pop("call_log"))
    assert after == before


def test_a_dry_run_that_reads_nothing_is_3_and_one_line(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.afas.fault("status_401", path="connectors/", times=None)
    said = run(capsys, *TURNOVER, "--dry-run")
    assert (said.code, said.out, said.err.count("\n")) == (3, "", 1)
    assert "controleer het token" in said.err


def test_enqueue_leaves_the_run_for_the_sweep_when_the_broker_is_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    said = process(*TURNOVER, "--enqueue", "--json")
    assert (said.code, json.loads(said.out)) == (0, {"run": 1})
    assert "Traceback" not in said.err
    assert rows_of("SELECT state, hint_at IS NOT NULL, date_from FROM turnover_run") == [("due", 1, day(0).isoformat())]
    assert shop.afas.asked == []


def test_in_json_standard_output_holds_nothing_else_even_when_the_log_goes_there(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1.5"), sale("2606", 0, "2"))
    said = process(*TURNOVER, "--json", LOG_FILE="-")
    facts = json.loads(said.out)
    assert (said.code, facts["state"], facts["proof"]["read"]) == (1, "done_with_failures", "3.5000")
    assert "event=end" in said.err
    assert "event=end" in process(*TURNOVER, LOG_FILE="-").out
