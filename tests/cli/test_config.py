import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tasks.cli import main
from tests.simulator import Simulator, caterer
from tests.staff.files import EXAMPLE, GUID, OTHER, TOKEN, file, organisation, rows
from workers import settings
from workers.staff.setup import export

NAME = "Cateringmanager_automatenomzet"


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator(connectors=[caterer(date(2026, 11, 20), 2)]) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def ready(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database, mail, and loopback allowed."""
    configure(monkeypatch, ALLOWED_HOSTS="127.0.0.1,*.afas.online", SMTP_URL="smtp://127.0.0.1:25")
    return sqlite


def configure(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()


def complete(base: str, **change: str) -> str:
    """An organisation that lacks nothing but a read-back connector; `change` replaces parts of it."""
    parts = {
        "environment": base,
        "token": TOKEN,
        "mail_to": "mail_to: a@b.nl",
        "connector": NAME,
        "fields": "{}",
        "code": "external_id: '2600'",
    } | change
    return organisation(
        f"""
        afas:
          environment: {parts["environment"]}
          token: {parts["token"]}
          {parts["mail_to"]}
        """,
        "turnover: {turnover_group: OA, default_turnover_account: '8000'}",
        "payment_methods: [{name: PIN, external_id: '8000'}]",
        f"""
        registers:
          - name: Utrecht
            {parts["code"]}
            import:
              uri: {parts["environment"]}/connectors/{parts["connector"]}
              fields: {parts["fields"]}
        """,
    )


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], list[str]]:
    code = main(["config", *words])
    told = capsys.readouterr()
    return code, told.out.splitlines(), told.err.splitlines()


def test_apply_tells_its_changes_and_the_second_time_that_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "apply", str(EXAMPLE))
    assert (code, out[0], err) == (0, "organisatie Voorbeeld Catering toegevoegd", [])
    assert run(capsys, "apply", str(EXAMPLE)) == (0, ["niets gewijzigd"], [])


def test_a_dry_run_says_so_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "apply", str(EXAMPLE), "--dry-run")
    assert (code, err) == (0, ["proef: er is niets gewijzigd"])
    assert out[0] == "organisatie Voorbeeld Catering toegevoegd"
    assert rows("SELECT count(*) FROM organisation") == [(0,)]


def test_a_wrong_file_is_exit_2_with_a_line_for_each_mistake(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(home, organisation("turnover: {days_back: x}", "afas: {}"))
    code, out, err = run(capsys, "apply", str(path))
    assert (code, out) == (2, [])
    assert [line.removeprefix(f"{path}:")[0] for line in err] == ["4", "4", "5", "5"]


def test_export_prints_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "apply", str(EXAMPLE))
    code, out, err = run(capsys, "export")
    assert (code, "\n".join(out) + "\n", err) == (0, export(), [])


@pytest.mark.parametrize("words", [["apply", str(EXAMPLE)], ["export"], ["check"]])
def test_without_a_database_each_command_names_it_and_makes_none(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    database = home / "afasconnector.db"
    database.rename(home / "elsewhere.db")
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "afasconnector.db bestaat niet" in err[-1]
    assert not database.exists()


def test_a_complete_organisation_is_exit_0_with_warnings_only(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "apply", str(file(home, complete(afas.url))))
    code, out, _ = run(capsys, "check", "{" + GUID.upper() + "}")
    assert (code, out[-1]) == (0, "compleet")
    assert all(line.startswith("let op: Voorbeeld Catering: ") for line in out[:-1])
    assert any("eindigt op 01-05-2027" in line and "31-08-2027" in line for line in out)
    assert any("Profit_Realization" in line and "XpRe" in line for line in out)
    assert rows("SELECT DISTINCT organisation_id, address FROM call_log") == [(1, afas.url)]


GAPS = [
    (
        {"connector": NAME[:-1]},
        rf"connector {NAME[:-1]} staat niet in de app-connector \(bedoeld is misschien {NAME}\)",
    ),
    ({"fields": "{amount: Bedra}"}, r"heeft geen veld Bedra \(amount\) \(bedoeld is misschien Bedrag\)"),
    ({"token": "A" * 64}, "weigert het token"),
    ({"mail_to": "delete_style: id"}, "niemand krijgt mail"),
    ({"code": "turnover_groups: []"}, "kassa Utrecht heeft geen external_id"),
    ({"environment": "http://127.0.0.1:9/ProfitRestServices"}, "niet bereikbaar"),
]


@pytest.mark.parametrize(("change", "gap"), GAPS)
def test_each_gap_is_told_in_one_line_with_exit_1(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str], change: dict[str, str], gap: str
) -> None:
    run(capsys, "apply", str(file(home, complete(afas.url, **change))))
    assert rows("SELECT count(*) FROM organisation") == [(1,)]
    code, out, _ = run(capsys, "check", "--json")
    gaps = [one["text"] for one in json.loads("\n".join(out)) if one["gap"]]
    assert code == 1
    assert len(gaps) == 1
    assert re.search(gap, gaps[0])


def test_an_owner_lacks_neither_hour_nor_mail_that_an_organisation_it_serves_has(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = complete(afas.url, mail_to="delete_style: id").replace("turnover: {", "# {")
    shared = f"afas: {{same_as: {GUID}, mail_to: a@b.nl}}"
    for active, code in (("false", 1), ("true", 0)):
        other = organisation(shared, f"turnover: {{turnover_group: OA, active: {active}}}", guid=OTHER, name="Ander")
        run(capsys, "apply", str(file(home, owner, other)))
        assert run(capsys, "check")[0] == code


def test_a_text_date_field_is_a_gap(home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    afas.switches.dates = "dutch"
    run(capsys, "apply", str(file(home, complete(afas.url))))
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert "datumveld Datum is string" in out[0]


def test_a_register_without_import_and_one_without_default_account_are_told(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    content = complete(afas.url).replace(", default_turnover_account: '8000'", "")
    run(capsys, "apply", str(file(home, content + "\n      - {name: Leeg, external_id: '9'}")))
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert out[0].startswith("Voorbeeld Catering: kassa 9 heeft geen import")
    assert any(line.startswith("let op: ") and "kassa 2600: geen default_turnover_account" in line for line in out)


def test_settings_that_hold_mail_back_or_bring_doubt_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(monkeypatch, AFAS_READ_TIMEOUT="60", SMTP_URL="")
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert out[0].startswith("instellingen: SMTP_URL ontbreekt")
    assert out[1].startswith("let op: instellingen: AFAS_READ_TIMEOUT=60 is kleiner dan AFAS_SERVER_TIMEOUT=900")


def test_a_host_that_is_no_longer_allowed_is_a_gap(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "apply", str(file(home, complete(afas.url))))
    configure(monkeypatch, ALLOWED_HOSTS="*.afas.online")
    code, out, _ = run(capsys, "check", GUID)
    assert code == 1
    assert "127.0.0.1: deze host is niet toegestaan" in out[0]


def test_an_unknown_guid_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", GUID)
    assert (code, out) == (2, [])
    assert err[0].startswith(f"{GUID}: geen organisatie heeft deze guid")
