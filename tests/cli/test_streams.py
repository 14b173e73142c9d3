"""Where output goes, and that an import does not suffer from it; no secret goes there."""

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import MAIN, TURNOVER, ended, process, start
from tests.e2e.processes import ROOT, until
from tests.turnover.builders import GUID, Shop, execute, rows_of, sale


def state() -> list[tuple[object, ...]]:
    return rows_of("SELECT state FROM turnover_run ORDER BY id")


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--help",), 0), (("runs", "--json"), 0), (("turnover", "show", GUID, "--csv"), 0), (TURNOVER, 1)],
    ids=["help", "json", "csv", "turnover"],
)
def test_a_reader_that_goes_away_is_no_error_and_the_exit_code_stays(
    shop: Shop, words: tuple[str, ...], code: int
) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2606", 0, "1"))
    reader, writer = os.pipe()
    child = start(*words, stdout=writer)
    os.close(reader)
    os.close(writer)
    said = ended(child)
    assert said.code == code
    assert [line for line in said.err.splitlines() if not line.startswith("dagen gelezen")] == []


def test_an_import_goes_on_although_nobody_reads_its_talk(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    reader, writer = os.pipe()
    child = start(*TURNOVER, stderr=writer)
    os.close(reader)
    os.close(writer)
    assert ended(child).code == 0
    assert state() == [("done",)]


def test_an_import_goes_well_without_any_output(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    command = ["sh", "-c", '"$@" >&- 2>&-', "sh", sys.executable, "-c", MAIN, *TURNOVER]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == 0
    assert state() == [("done",)]


def test_a_console_that_lacks_letters_shows_their_codes(shop: Shop) -> None:
    execute("UPDATE organisation SET name = 'Café → 東京'")
    shop.serves(sale("2600", 0, "1"))
    assert process(*TURNOVER, PYTHONIOENCODING="ascii").code == 0
    said = process("runs", PYTHONIOENCODING="ascii")
    assert (said.code, said.err) == (0, "")
    assert r"Caf\xe9 \u2192" in said.out


def test_no_token_stands_in_any_output_log_or_file_of_the_home(shop: Shop, home: Path) -> None:
    shop.serves(sale("2600", 0, "1"))
    said = [process(*TURNOVER), process(*TURNOVER, "--json"), process(*TURNOVER, "--dry-run"), process("status")]
    shop.afas.revoke()
    shop.afas.fault("status_401", path="connectors/", times=None)
    said += [process(*TURNOVER, "--debug"), process("config", "export"), process("config", "check")]
    execute("DROP TABLE call_log")
    said += [process(*TURNOVER, "--debug")]
    assert "Traceback" in said[-1].err
    texts = [text.encode() for one in said for text in (one.out, one.err)]
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    bare = shop.afas.token.partition("<data>")[2].partition("<")[0].encode()
    assert len(bare) == 64
    for secret in (bare, bare.lower(), base64.b64encode(shop.afas.token.encode())):
        assert [text for text in texts + kept if secret in text] == []
    assert {path.stat().st_mode & 0o777 for path in (home / "secrets").iterdir()} == {0o600}


def test_the_simulator_runs_until_it_is_ended() -> None:
    child = start("simulate", start_new_session=True)
    assert child.stdout
    ready = json.loads(child.stdout.readline())
    assert ready["url"].startswith("http://127.0.0.1:")
    os.killpg(child.pid, signal.SIGINT)
    said = ended(child)
    assert (said.code, said.err) == (0, "")
    until(lambda: not _alive(ready["pid"]))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
