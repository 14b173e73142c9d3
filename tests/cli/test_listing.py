"""What Staff holds, what runs came to, and how all is: for people, for spreadsheets and for programs."""

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.terminal import TURNOVER, process, run
from tests.turnover.builders import GUID, MONDAY, Shop, day, execute, held, row, rows_of, sale
from workers import children, settings
from workers.ledger import heartbeat

HISTORY = ("turnover", "history", GUID, "2600", "2026-03-02")


def amounts(value: object) -> list[object]:
    """Every value in the JSON whose name says that it is an amount."""
    if isinstance(value, list):
        return [found for part in value for found in amounts(part)]
    if isinstance(value, dict):
        names = ("amount", "old", "new", "read", "other", "payment_amount", "old_amount", "difference")
        own = [part for name, part in value.items() if name in names and part is not None]
        return own + [found for part in value.values() for found in amounts(part)]
    return []


def test_csv_is_a_header_and_a_row_a_payment_with_iso_dates_and_decimal_points(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1088.10"), sale("2600", 0, "-0.5", "1310"), sale("2600", 1, "0"))
    assert process(*TURNOVER).code == 0
    said = process("turnover", "show", GUID, "--csv")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "register,date,turnover_group,amount,payment_method,payment_amount",
        "2600,2026-03-02,OA,1087.6000,1000,1088.1000",
        "2600,2026-03-02,OA,1087.6000,1310,-0.5000",
        "2600,2026-03-03,OA,0.0000,1000,0.0000",
    ]


def test_show_is_cut_by_days_and_register(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.register("2601")
    shop.serves(*(sale(code, number, "1") for code in ("2600", "2601") for number in range(4)))
    run(capsys, *TURNOVER)

    def shown(*more: str) -> list[tuple[str, str]]:
        found = json.loads(run(capsys, "turnover", "show", f"{{{GUID}}}", "--json", *more).out)
        return [(one["register"], one["date"][-1]) for one in found]

    assert shown("--from", "2026-03-04", "--register", " 2601 ") == [("2601", "4"), ("2601", "5")]
    assert shown("--to", "2026-03-02") == [("2600", "2"), ("2601", "2")]
    assert len(shown()) == 8


def test_what_is_not_there_is_said_and_an_empty_list_in_json(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop
    for words in (HISTORY, ("turnover", "show", GUID), ("runs",), ("runs", GUID)):
        said = run(capsys, *words)
        assert (said.code, said.out, said.err) == (0, "", "Niets gevonden\n")
        said = run(capsys, *words, "--json")
        assert (said.code, json.loads(said.out), said.err) == (0, [], "")


def test_history_shows_every_value_with_its_run_in_local_time(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    for euros in ("1", "2.25"):
        shop.serves(sale("2600", 0, euros))
        run(capsys, *TURNOVER)
    execute("UPDATE register_day SET written_at = '2026-07-01 10:00:00.000000' WHERE run_id = 2")
    said = run(capsys, *HISTORY)
    assert said.out.splitlines()[1] == "2    2026-07-01 12:00:00  2.25    1000: 2.25  1.00        1000: 1.00"
    told = json.loads(run(capsys, *HISTORY, "--json").out)
    assert [(one["run"], one["amount"], one["old_amount"]) for one in told] == [
        (2, "2.2500", "1.0000"),
        (1, "1.0000", None),
    ]
    assert dt.datetime.fromisoformat(told[0]["written_at"]).utcoffset() == dt.timedelta(0)


def test_json_is_valid_everywhere_with_amounts_as_strings(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.serves(sale("2600", 0, "1.5"), sale("2600", 1, "0.1", "1399"), sale("2606", 0, "2"))
    lists = [("turnover", "show", GUID), HISTORY, ("runs",), ("runs", "show", "1"), ("runs", "retry", "1"), ("status",)]
    for words in [TURNOVER, (*TURNOVER, "--dry-run"), *lists]:
        found = json.loads(run(capsys, *words, "--json").out)
        assert found, words
        assert [one for one in amounts(found) if not isinstance(one, str)] == [], words
        assert amounts(found) or words in (("runs",), ("status",)), words
    assert "1.5000" in run(capsys, "runs", "show", "1", "--json").out


def test_a_code_with_line_ends_and_escapes_stays_on_one_row(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    odd = 'a\n"b",\x1b[31m\r=1'
    shop.register(odd)
    shop.method("13\n99")
    shop.serves(row(odd, MONDAY, Decimal(1), "13\n99"), row("x\ny\x1b[0m", MONDAY, Decimal(2)))
    for words in (TURNOVER, (*TURNOVER, "--dry-run"), ("runs", "show", "1"), ("turnover", "show", GUID)):
        said = run(capsys, *words)
        assert "\x1b" not in said.out + said.err
        assert all(line.isprintable() for line in said.out.splitlines())
    assert len(run(capsys, "turnover", "show", GUID).out.splitlines()) == 2
    [header, shown] = csv.reader(run(capsys, "turnover", "show", GUID, "--csv").out.split("\n")[:-1])
    assert (len(header), shown[0], shown[4]) == (6, 'a "b", [31m =1', "13 99")


def test_runs_show_tells_what_a_run_came_to_and_each_register_day_that_is_not_unchanged(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2606", 0, "2"))
    run(capsys, *TURNOVER)
    run(capsys, *TURNOVER)
    said = run(capsys, "runs", "show", "2")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        "Omzetimport klaar, maar niet alles is verwerkt: 0 geschreven, 1 ongewijzigd, 1 geparkeerd."
    )
    assert said.out.splitlines()[-1].split()[:4] == ["2606", "2026-03-02", "parked", "2.00"]
    assert " 2600 " not in said.out.splitlines()[-1]
    assert [line.split()[0] for line in run(capsys, "runs").out.splitlines()] == ["id", "2", "1"]


def test_runs_retry_imports_only_what_failed_and_says_so_when_nothing_did(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.register("2601")
    shop.serves(sale("2600", 1, "1", "1399"), sale("2601", 0, "2"), sale("2600", 5, "3"))
    assert run(capsys, *TURNOVER).code == 1
    shop.method("1399")
    said = run(capsys, "runs", "retry", "1")
    assert (said.code, said.out.splitlines()[0]) == (0, "Omzetimport geslaagd: 1 geschreven, 0 ongewijzigd.")
    wanted = rows_of("SELECT date_from, date_to, registers, retry_of_id FROM turnover_run WHERE id = 2")
    assert wanted == [(day(1).isoformat(), day(1).isoformat(), '["2600"]', 1)]
    assert len(held()) == 3
    said = run(capsys, "runs", "retry", "2")
    assert (said.code, said.out, said.err) == (0, "", "In run 2 is niets mislukt\n")
    said = run(capsys, "runs", "retry", "2", "--json")
    assert (said.code, json.loads(said.out)) == (0, None)


def test_status_is_0_when_all_is_well_and_1_when_something_wants_attention(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    settings.current.cache_clear()
    assert run(capsys, "status").code == 0
    heartbeat.beat("dispatch")
    assert run(capsys, "status").code == 0
    shop.serves(sale("2606", 0, "1"))
    run(capsys, *TURNOVER)
    said = run(capsys, "status")
    assert said.code == 1
    assert " !  Organisatie 6f07: run 1: done_with_failures, geëindigd 20" in said.out
    assert " !  mail: 1 mails niet verstuurd" in said.out
    execute("UPDATE heartbeat SET at = '2026-01-01 00:00:00.000000'")
    assert " !  dispatch: liep " in run(capsys, "status").out


def test_status_is_3_when_what_up_ran_is_gone(shop: Shop, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop
    mine = {"name": "worker-turnover", "pid": os.getpid(), "born": children.birth(os.getpid())}
    gone = mine | {"name": "beat", "born": "an other boot"}
    nobody = subprocess.Popen([sys.executable, "-c", ""])
    nobody.wait()
    well = {"supervisor": os.getpid(), "processes": [mine], "flower": "http://127.0.0.1:5555"}
    for change, code, mark in (
        ({}, 0, "ok"),
        ({"processes": [mine, gone]}, 1, " !"),
        ({"processes": [gone]}, 3, " X"),
        ({"supervisor": nobody.pid}, 3, " X"),
    ):
        (home / "up.json").write_text(json.dumps(well | change))
        said = run(capsys, "status")
        assert [line[:2] for line in said.out.splitlines() if line[4:7] == "up:"] == [mark]
        assert said.code == code


def test_db_upgrade_makes_a_private_file_and_the_second_time_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "afasconnector.db"
    said = process("db", "upgrade")
    assert (said.code, said.err) == (0, "")
    assert str(path) in said.out
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    assert run(capsys, "db", "upgrade").out == said.out
    assert path.read_bytes() == content
    assert run(capsys, "runs").code == 0
