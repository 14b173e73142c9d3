"""The broker goes and comes while workers are busy."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from celery import Celery

from tests.e2e.processes import ROOT, UPGRADE, alive_in_groups, environment, python, until
from workers import children, embedded, settings, up

pytestmark = pytest.mark.xdist_group("first machine")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[children.Child, str]]:
    made = embedded.broker(tmp_path)
    child = embedded.started(made)
    yield child, made.url
    child.process.kill()
    child.process.wait()


@pytest.fixture
def worker(tmp_path: Path, broker: tuple[children.Child, str]) -> Iterator[subprocess.Popen[bytes]]:
    programs = up._programs(settings.read({"AFASCONNECTOR_HOME": str(tmp_path)}), broker[1], 0)
    env = environment(tmp_path, **next(programs).environment)
    assert python("-c", UPGRADE, env=env).returncode == 0
    flags = ["-Q", "turnover", "-c", "1", "--without-gossip", "--without-mingle"]
    told = tmp_path / "worker.log"
    with told.open("wb") as log:
        command = [sys.executable, "-m", "celery", "-A", "tests.e2e.slow", "worker", "--loglevel", "INFO", *flags]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    until(lambda: b" ready." in told.read_bytes())
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _send(url: str, notes: Path, names: str, seconds: float) -> None:
    # As another service does: by name, knowing nothing of our settings.
    client = Celery(broker=url)
    for name in names:
        client.send_task("tests.slow", (str(notes), name, seconds), queue="turnover", ignore_result=True)
    client.close()


def _busy(url: str) -> bool:
    """Whether the worker itself says that it has work."""
    with Celery(broker=url) as client:
        return any((client.control.inspect(timeout=1).active() or {}).values())


def _lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGKILL])
def test_a_broker_that_restarts_under_a_busy_worker_loses_nothing_and_repeats_nothing(
    tmp_path: Path, broker: tuple[children.Child, str], worker: subprocess.Popen[bytes], death: signal.Signals
) -> None:
    child, url = broker
    notes = tmp_path / "notes"
    # Longer than the worker takes to find the broker again: it is still busy then.
    _send(url, notes, "a", seconds=4)
    _send(url, notes, "b", seconds=0)
    until(lambda: "a began" in _lines(notes))
    child.process.send_signal(death)
    child.process.wait()
    until(lambda: child.look(lambda *_: None))
    _send(url, notes, "c", seconds=0)
    until(lambda: "c ended" in _lines(notes))
    assert _lines(notes) == [f"{name} {word}" for name in "abc" for word in ("began", "ended")]
    assert worker.poll() is None


def test_a_busy_worker_that_is_told_to_end_waits_neither_for_its_work_nor_for_the_broker(
    tmp_path: Path, broker: tuple[children.Child, str], worker: subprocess.Popen[bytes]
) -> None:
    notes = tmp_path / "notes"
    _send(broker[1], notes, "a", seconds=250)
    # Told to end in the very moment in which a task begins, Celery may wait for its end: only a kill helps there.
    until(lambda: _busy(broker[1]))
    broker[0].process.terminate()
    # As `up` does it: told once, and killed when it takes longer than that.
    children.end(lambda: [worker.pid] if worker.poll() is None else [], up.WARM)
    assert worker.returncode == 0
    until(lambda: not alive_in_groups({worker.pid}))


def test_a_message_to_a_broker_that_is_gone_is_an_error_at_once(tmp_path: Path) -> None:
    env = environment(tmp_path, BROKER_URL=f"redis://127.0.0.1:{children.free_port()}/0")
    # Who asks for a result waits for the result store first, twenty times.
    send = "from workers.celery import app; app.send_task('housekeeping.sweep', ignore_result=True)"
    assert "OperationalError" in python("-c", send, env=env).stderr.splitlines()[-1]
