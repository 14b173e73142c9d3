import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.simulator import Simulator
from tests.simulator_tests.client import Client

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.simulator"]
CATERER = "Cateringmanager_automatenomzet"
Start = Callable[..., tuple[subprocess.Popen[str], Client]]


def client_of(told: dict[str, Any]) -> Client:
    port = int(told["url"].removeprefix("http://127.0.0.1:").partition("/")[0])
    return Client(cast(Simulator, SimpleNamespace(url=told["url"], port=port, token=told["token"])))


@pytest.fixture
def start() -> Iterator[Start]:
    children: list[tuple[subprocess.Popen[str], Client]] = []

    def _start(*arguments: str) -> tuple[subprocess.Popen[str], Client]:
        child = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        children.append((child, client_of(json.loads(child.stdout.readline()))))
        return children[-1]

    yield _start
    for child, client in children:
        client.connection.close()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_the_caterer_and_ends_with_exit_0_when_told(start: Start, number: signal.Signals) -> None:
    child, client = start("--days", "3", "--today", "2026-11-20")
    days = {row["Datum"][:10] for row in client.get(CATERER, take=10_000).rows}
    assert days == {"2026-11-18", "2026-11-19", "2026-11-20"}
    child.send_signal(number)
    assert child.wait(10) == 0


def test_it_ends_by_itself_when_its_parent_dies() -> None:
    script = f"import subprocess, time; subprocess.Popen({[*COMMAND, '--days', '1']!r}); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = json.loads(parent.stdout.readline())["pid"]
        parent.kill()
        # The child holds the pipe, so the end of the pipe is the end of the child.
        ended, _, _ = select.select([parent.stdout], [], [], 20)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        assert ended
        assert parent.stdout.read() == ""


def test_seed_port_and_switches_are_taken_from_the_command(start: Start) -> None:
    _, one = start("--days", "2", "--seed", "5", "--switch", "codes=number", "--switch", 'hidden_codes=["2600"]')
    _, two = start("--days", "2", "--seed", "5", "--switch", "codes=number", "--switch", 'hidden_codes=["2600"]')
    bodies = [client.get(CATERER, skip=-1, take=-1).body for client in (one, two)]
    assert bodies[0] == bodies[1]
    codes = {row["Verbijzonderingscode"] for row in one.get(CATERER, skip=-1, take=-1).rows}
    assert 2601 in codes
    assert 2600 not in codes


def test_a_wrong_switch_is_told() -> None:
    done = subprocess.run([*COMMAND, "--switch", "dates=french"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "dates can't be 'french'" in done.stderr


def test_rows_come_from_a_file_with_every_digit(start: Start, tmp_path: Path) -> None:
    plain = tmp_path / "rows.json"
    plain.write_text('[{"Verbijzonderingscode": "1", "Datum": "2026-11-20", "Bedrag": 10.10, "Nr": null}]')
    _, client = start("--rows-file", str(plain))
    assert b'"Bedrag":10.10,' in client.get(CATERER).body
    own = tmp_path / "own.json"
    own.write_text(
        '{"connector": "Eigen", "fields": [{"id": "Saldo", "data_type": "decimal"}], "rows": [{"Saldo": 1.50}]}'
    )
    _, client = start("--rows-file", str(own))
    assert client.get("Eigen").rows == [{"Saldo": "1.50"}]


def test_benchmark_rows_can_be_served(start: Start) -> None:
    _, client = start("--bench", "2x3x4")
    assert len(client.get(CATERER).rows) == 24


def test_another_process_can_read_the_log_and_change_rows_faults_and_switches(start: Start) -> None:
    _, client = start("--days", "1")
    rows = [{"Verbijzonderingscode": "2606", "Datum": "2026-11-20", "Bedrag": "1.50"}]
    assert client.order("rows", connector=CATERER, rows=rows).status == 200
    assert client.order("switches", codes="padded").status == 200
    assert client.order("fault", kind="status_503", retry_after=1.5).status == 200
    assert client.order("fault", kind="changing_booking", rows=[]).status == 200
    assert client.get(CATERER).json["retry_after"] == "1.5"
    assert [row["Verbijzonderingscode"] for row in client.get(CATERER, orderbyfieldids="Datum").rows] == []
    asked = client.call("GET", "/_simulator/asked").json
    assert [(one["connector"], one["status"], one["fault"]) for one in asked] == [
        (CATERER, 503, "status_503"),
        (CATERER, 200, "changing_booking"),
    ]


def test_a_wrong_order_is_refused_with_its_reason(start: Start) -> None:
    _, client = start("--days", "1")
    assert "no fault 'x'" in client.order("fault", kind="x").json["error"]
    assert "no switch 'x'" in client.order("switches", x=1).json["error"]
    assert client.order("rows", connector="Niets", rows=[]).status == 400
    assert client.order("nothing").status == 404


def test_tokens_can_be_revoked_from_another_process(start: Start) -> None:
    child, client = start("--days", "1")
    told = client.oauth("afas-simulator-client", "afas-simulator-client-secret").json
    client.authorization = f"Bearer {told['access_token']}"
    assert client.get(CATERER).status == 200
    assert client.order("revoke").status == 200
    assert client.get(CATERER).status == 401
    assert child.poll() is None
