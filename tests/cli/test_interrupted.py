"""Commands that are interrupted, killed, or run beside others: every run ends, and ends right."""

import json
import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.terminal import HASTY, MAIN, TURNOVER, ended, process, run, start
from tests.e2e.processes import machine, until
from tests.turnover.builders import Row, Shop, execute, held, rows_of, sale, summed

SETTINGS = {"ALLOWED_HOSTS": "127.0.0.1", "SWEEP_SECONDS": "1", "TEXT_LANGUAGE": "nl"}
#: The command, which sleeps in a finaliser before it sleeps till its run is due.
FINALISER = f"""
import sys, threading, time
sleep = time.sleep
class Late:
    def __del__(self):
        print("in a finaliser", file=sys.stderr)
        sleep(20)
def first(seconds):
    if threading.current_thread() is threading.main_thread():
        Late()
    sleep(seconds)
time.sleep = first
{MAIN}
"""
READ = "SELECT count(*) FROM turnover_run WHERE state IN ('due', 'running', 'waiting')"


@pytest.fixture
def rows(shop: Shop) -> list[Row]:
    """Bookings of two registers over a week."""
    shop.register("2601")
    found = [sale(code, number, f"{number}.{code[-2:]}") for code in ("2600", "2601") for number in range(7)]
    shop.serves(*found)
    return found


def asked(shop: Shop) -> int:
    return sum("connectors/" in one.path for one in shop.afas.asked)


def runs() -> list[tuple[object, ...]]:
    return rows_of("SELECT id, state FROM turnover_run ORDER BY id")


def one_after_the_other() -> bool:
    spans = rows_of("SELECT started_at, finished_at FROM turnover_run ORDER BY started_at")
    return all(one[1] <= next_[0] for one, next_ in pairwise(spans))


def test_ctrl_c_leaves_a_run_that_the_next_command_brings_to_its_end(
    shop: Shop, rows: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    shop.afas.fault("slow", seconds=2, path="connectors/")
    child = start(*TURNOVER)
    until(lambda: asked(shop))
    child.send_signal(signal.SIGINT)
    said = ended(child)
    assert (said.code, said.out) == (130, "")
    assert said.err.splitlines()[-1].startswith("Afgebroken; wat begonnen is, gaat verder bij de volgende opdracht")
    assert "Traceback" not in said.err
    assert runs() == [(1, "running")]
    said = run(capsys, *TURNOVER)
    assert "Run 1, die was blijven liggen, is eerst afgemaakt" in said.err
    assert (said.code, runs()) == (0, [(1, "done"), (2, "done")])
    assert held() == summed(rows)


def test_a_run_that_was_interrupted_while_it_waited_is_brought_to_its_end_too(
    shop: Shop, rows: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    shop.afas.fault("status_503", path="connectors/", retry_after=50)
    child = start(*TURNOVER)
    until(lambda: runs() == [(1, "waiting")])
    child.send_signal(signal.SIGINT)
    assert ended(child).code == 130
    execute("UPDATE turnover_run SET due_at = '2000-01-01 00:00:00.000000'")
    shop.unpause("2000-01-01")
    assert run(capsys, *TURNOVER).code == 0
    assert runs() == [(1, "done"), (2, "done")]
    assert held() == summed(rows)


@pytest.mark.usefixtures("rows")
def test_ctrl_c_that_falls_into_a_finaliser_stops_the_command_too(shop: Shop) -> None:
    """Python drops every exception there: the command went on as if nobody had pressed anything."""
    shop.afas.fault("status_503", path="connectors/", retry_after=50)
    child = start(*TURNOVER, code=FINALISER, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    said = child.stderr
    assert said is not None
    until(lambda: "in a finaliser" in said.readline())
    child.send_signal(signal.SIGINT)
    end = ended(child)
    assert end.code == 130
    assert end.err.splitlines()[-1].startswith("Afgebroken")


def test_kill_9_in_mid_import_costs_nothing_but_time(shop: Shop, rows: list[Row]) -> None:
    shop.afas.fault("slow", seconds=2, path="connectors/")
    child = start(*TURNOVER, code=HASTY)
    until(lambda: asked(shop))
    child.kill()
    child.wait()
    assert runs() == [(1, "running")]
    # The dead process's lease lives until the next command has looked, however slowly that one starts.
    execute("UPDATE lease SET expires_at = strftime('%Y-%m-%d %H:%M:%f000', 'now', '+8 seconds')")
    said = ended(start(*TURNOVER, code=HASTY))
    assert said.code == 0
    assert "Run 1 van deze organisatie is nog bezig; daarna volgt deze" in said.err
    assert runs() == [(1, "done"), (2, "done")]
    assert held() == summed(rows)
    assert rows_of("SELECT run_id, count(*) FROM outbox_mail GROUP BY 1") == [(1, 1), (2, 1)]


def test_two_commands_at_the_same_time_are_serialised_and_both_right(shop: Shop, rows: list[Row]) -> None:
    shop.afas.fault("slow", seconds=1, path="connectors/", times=2)
    both = [start(*TURNOVER), start(*TURNOVER)]
    said = [ended(child) for child in both]
    assert [one.code for one in said] == [0, 0]
    assert runs() == [(1, "done"), (2, "done")]
    assert one_after_the_other()
    assert held() == summed(rows)


@pytest.mark.timeout(120)
@pytest.mark.xdist_group("first machine")
def test_a_command_and_the_workers_of_up_do_not_disturb_each_other(
    shop: Shop, rows: list[Row], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with machine(home, **SETTINGS) as running:
        shop.afas.fault("slow", seconds=0.5, path="connectors/", times=3)
        said = process(*TURNOVER, "--enqueue", "--json")
        assert (said.code, said.err) == (0, "")
        both = [start(*TURNOVER), start(*TURNOVER, "--enqueue")]
        assert [ended(child).code for child in both] == [0, 0]
        until(lambda: rows_of(READ) == [(0,)])
        assert {state for _, state in runs()} == {"done"}
        assert len(runs()) == 3
        assert one_after_the_other()
        assert held() == summed(rows)
        assert "ok  up: 8 processen" in run(capsys, "status").out
        secret = shop.afas.token.partition("<data>")[2].partition("<")[0].encode()
        kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
        assert [content for content in kept if secret in content] == []
        running.process.kill()
        running.process.wait()
        said = run(capsys, "status", "--json")
        assert (said.code, [one["level"] for one in json.loads(said.out) if one["about"] == "up"]) == (3, [3])
