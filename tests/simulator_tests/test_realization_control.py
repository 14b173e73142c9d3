"""A simulator that runs as its own process takes orders, and tells what was truly committed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from tests.simulator import Simulator
from tests.simulator_tests.client import Client, line, lines

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told() -> Iterator[dict[str, Any]]:
    """What a child process said when it was ready."""
    command = [sys.executable, "-m", "tests.simulator", "--days", "1", "--switch", "message_prefix=(AntaObject) "]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())
        child.terminate()


@pytest.fixture
def client(told: dict[str, Any]) -> Iterator[Client]:
    port = urlsplit(told["url"]).port
    with Client(cast(Simulator, SimpleNamespace(url=told["url"], port=port, token=told["token"]))) as one:
        yield one


def news(client: Client, name: str, before: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.told(name, after=before)
    return found


def test_it_prints_where_lines_are_written_and_read_and_where_it_is_controlled(told: dict[str, Any]) -> None:
    assert told["update"] == told["url"] + "/connectors/PtRealization"
    assert told["read_back"] == told["url"] + "/connectors/Staff_Realization"
    assert told["control"] == told["url"].removesuffix("ProfitRestServices") + "_simulator/"


def test_it_tells_what_was_committed_and_by_which_call(client: Client) -> None:
    before = {name: len(client.told(name)) for name in ("committed", "calls", "asked", "lines")}
    reply = client.write("POST", line("a", Qu="1.10"), line("b", EmId="9999"))
    assert reply.message == "(AntaObject) De waarde '9999' bij het veld 'Medewerker' bestaat niet."
    (entry,) = news(client, "committed", before["committed"])
    (call,) = news(client, "calls", before["calls"])
    assert (entry["deed"], entry["key"], entry["fields"]["Qu"], entry["call"]) == (
        "insert",
        "a",
        "1.10",
        call["number"],
    )
    assert call["lines"] == [line("a", Qu="1.10"), line("b", EmId="9999")]
    assert (call["committed"], call["errors"], call["status"]) == ([entry["id"]], [reply.message[13:]], 500)
    (asked,) = news(client, "asked", before["asked"])
    assert (asked["number"], "lines" in asked) == (call["number"], False)
    (stands,) = news(client, "lines", before["lines"])
    assert (stands["Id"], stands["DaTi"], stands["Ap"]) == (entry["id"], "2026-11-20T00:00:00", False)


def test_a_person_and_faults_and_switches_are_ordered_from_outside(client: Client) -> None:
    client.write("POST", *lines(2))
    before = len(client.told("committed"))
    assert client.order("person", do="change", key="k1", Qu=1.5).status == 200
    assert client.order("person", do="delete", key="k0").status == 200
    assert client.order("person", do="delete", key="k0").status == 400
    assert client.order("fault", kind="error_500", text="Stuk", commits=None, times=2).status == 200
    assert client.write("POST", line("c")).message == "Stuk"
    assert client.order("clear").status == 200
    assert client.order("switches", read_back_lag=1.5, hidden_employees=["1002"], checks=["employee"]).status == 200
    assert client.write("POST", line("d", PrId="PX")).status == 201
    assert client.order("switches", read_back_lag=0, checks=["fields"], hidden_employees=[]).status == 200
    told = [(one["deed"], one["key"], one["call"] > 0) for one in news(client, "committed", before)]
    assert told == [("update", "k1", False), ("delete", "k0", False), ("insert", "c", True), ("insert", "d", True)]


def test_known_codes_and_the_read_back_are_set_from_outside(client: Client) -> None:
    assert client.order("switches", checks=["employee", "item", "period"]).status == 200
    assert client.order("masters", employees=["7"], items={"X": "6"}, closed_periods=["2026-10"]).status == 200
    before = len(client.told("lines"))
    sent = line("e", EmId="7", VaIt="6", ItCd="X")
    assert client.write("POST", sent).status == 201
    assert client.write("POST", line("f")).status == 500
    assert "2026-10 is afgesloten" in client.write("POST", {**sent, "DaTi": "2026-10-31"}).message
    assert len(client.told("lines")) == before + 1
    assert client.order("read_back", name="Eigen", shows={"Id": "Nr", "XpRe": "Sleutel"}).status == 200
    assert client.get("Eigen", orderbyfieldids="-Nr").rows[0]["Sleutel"] == "e"


@pytest.mark.parametrize(
    ("order", "given", "reason"),
    [
        ("switches", {"checks": ["employees"]}, "checks can't hold ['employees']"),
        ("switches", {"messages": "all"}, "messages can't be 'all'"),
        ("switches", {"line_ms": "2"}, "line_ms must be a int"),
        ("masters", {"customers": []}, "customers"),
        ("read_back", {"shows": {"Rommel": "x"}}, "Rommel"),
        ("person", {"do": "burn"}, "can't 'burn'"),
        ("fault", {"kind": "locked", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_order_is_refused_with_its_reason(
    client: Client, order: str, given: dict[str, Any], reason: str
) -> None:
    client.write("POST", line("any"))
    reply = client.order(order, **given)
    assert reply.status == 400
    assert reason in reply.json["error"]
