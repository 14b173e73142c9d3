"""All services on one machine: `up` starts them, brings them back, tells of it, and leaves nothing."""

import base64
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery
from celery.exceptions import QueueNotFound
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from ruamel.yaml import YAML

from tests.e2e.processes import ROOT, UP, Machine, alive_in_groups, environment, machine, python, until
from workers import children, settings, up
from workers.celery import warnings

pytestmark = pytest.mark.xdist_group("first machine")
QUEUES = ("turnover", "turnover.registers", "realization", "realization.chunks", "housekeeping")
NAMES = ["broker", *(f"worker-{queue}" for queue in QUEUES), "beat", "flower"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with machine(tmp_path_factory.mktemp("up") / "home") as made:
        yield made


def _status(address: str, login: str = "") -> int:
    request = urllib.request.Request(address)
    if login:
        request.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _workers_that_answer(broker: str) -> set[str]:
    try:
        with Celery(broker=broker) as client:
            return {name.partition("@")[0] for name in client.control.inspect(timeout=1).ping() or {}}
    except (RedisError, OperationalError):
        return set()


def test_up_tells_what_runs_and_where_to_its_owner_alone(running: Machine) -> None:
    state = running.state()
    assert (running.home / "up.json").stat().st_mode & 0o777 == 0o600
    assert state.keys() == {
        "supervisor", "started_at", "processes", "flower", "broker", "result_backend", "database",
    }  # fmt: skip
    assert state["supervisor"] == running.process.pid
    assert [entry["name"] for entry in state["processes"]] == NAMES
    assert all(children.birth(entry["pid"]) == entry["born"] for entry in state["processes"])
    assert state["broker"] == state["result_backend"] == f"redis://127.0.0.1:{urlsplit(state['broker']).port}/0"
    assert state["database"] == f"sqlite:///{running.home}/afasconnector.db"


def test_every_queue_has_its_worker(running: Machine) -> None:
    workers = {name for name in NAMES if "worker" in name}
    until(lambda: _workers_that_answer(running.broker()) == workers)


def test_no_password_stands_in_a_command_line_a_log_or_what_is_told(running: Machine) -> None:
    login = (running.home / "secrets" / "flower_basic_auth").read_text()
    told = [running.errors, running.home / "up.json", *running.home.glob("log/*.log")]
    told += [path / "cmdline" for pid in running.groups() if (path := Path(f"/proc/{pid}")).exists()]
    for path in told:
        assert running.password() not in path.read_text(), path
        assert login.partition(":")[2] not in path.read_text(), path


def test_flower_opens_to_the_made_password_alone(running: Machine) -> None:
    address = running.state()["flower"]
    until(lambda: _status(address))
    login = (running.home / "secrets" / "flower_basic_auth").read_text()
    assert (running.home / "secrets" / "flower_basic_auth").stat().st_mode & 0o777 == 0o600
    assert [_status(address), _status(address, "afasconnector:wrong"), _status(address, login)] == [401, 401, 200]
    assert urlsplit(address).hostname == "127.0.0.1"


def test_a_second_up_in_the_same_home_is_refused_in_one_line(running: Machine) -> None:
    done = python("-c", UP, env=environment(running.home))
    assert (done.returncode, len(done.stderr.splitlines()), done.stdout) == (2, 1, "")
    assert str(running.home) in done.stderr


@pytest.mark.parametrize("name", ["broker", "worker-turnover", "beat", "flower"])
def test_a_killed_child_is_back_within_seconds_and_told(running: Machine, name: str) -> None:
    broker, before = running.broker(), running.pid(name)
    os.kill(before, signal.SIGKILL)
    until(lambda: running.pid(name) != before, seconds=10)
    assert f"{name} ended (code -9)" in running.errors.read_text()
    assert not alive_in_groups({before})
    assert running.broker() == broker
    until(lambda: len(_workers_that_answer(broker)) == len(QUEUES))


def test_a_stop_ends_all_with_code_0_and_leaves_nothing(tmp_path: Path) -> None:
    with machine(tmp_path / "home") as made:
        groups = made.groups()
        made.process.terminate()
        assert made.process.wait(timeout=30) == 0
        assert not alive_in_groups(groups)
        assert not (made.home / "up.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no signal tells of it: there the next `up` ends them")
def test_when_up_is_killed_its_children_end(tmp_path: Path) -> None:
    with machine(tmp_path / "home") as made:
        groups = made.groups()
        made.process.kill()
        made.process.wait()
        until(lambda: not alive_in_groups(groups))


def test_the_next_up_ends_what_a_killed_one_left_and_never_a_stranger(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(300)"]
    ours, stranger = (subprocess.Popen(sleeper, start_new_session=True) for _ in range(2))
    try:
        told = tmp_path / "up.json"
        entries = [(ours.pid, children.birth(ours.pid)), (stranger.pid, "another process of that number")]
        told.write_text(json.dumps({"processes": [{"pid": pid, "born": born} for pid, born in entries]}))
        up._end_leftovers(told)
        assert ours.wait(timeout=5) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        for process in (ours, stranger):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


def test_pauses_between_deaths_grow_to_five_seconds(tmp_path: Path) -> None:
    child = children.Child(children.Program("brief", [sys.executable, "-c", ""], tmp_path / "log"))
    pauses: list[float] = []
    for _ in range(7):
        child.process.wait()
        child.look(lambda _program, _code, pause: pauses.append(pause))
        child._start()
    child.process.wait()
    assert pauses == sorted(pauses)
    assert (pauses[0] < 1, pauses[-1]) == (True, 5.0)


@pytest.mark.parametrize("wrong", [{"DISPATCH_SECONDS": "soon"}, {"IN_DOUBT_AFTER": "990"}])
def test_a_worker_with_a_wrong_setting_ends_with_a_line_and_code_2(tmp_path: Path, wrong: dict[str, str]) -> None:
    done = python("-m", "celery", "-A", "workers", "worker", "-Q", "turnover", env=environment(tmp_path, **wrong))
    assert done.returncode == 2
    assert [line.partition("=")[0] for line in done.stderr.splitlines()] == list(wrong)


def test_a_read_timeout_below_that_of_afas_is_allowed_and_told_in_a_line() -> None:
    assert warnings(settings.read({})) == []
    [line] = warnings(settings.read({"AFAS_READ_TIMEOUT": "899"}))
    assert ("AFAS_READ_TIMEOUT=899" in line, "AFAS_SERVER_TIMEOUT=900" in line) == (True, True)


def test_a_worker_without_a_database_ends_with_a_line_and_code_2_and_makes_none(tmp_path: Path) -> None:
    done = python("-m", "celery", "-A", "workers", "worker", "-Q", "turnover", env=environment(tmp_path))
    assert (done.returncode, list(tmp_path.glob("*.db"))) == (2, [])
    assert "afasconnector.db" in done.stderr.splitlines()[-1]


def test_a_queue_that_does_not_exist_is_refused_to_worker_and_sender(running: Machine) -> None:
    env = environment(running.home, BROKER_URL=running.broker())
    done = python("-m", "celery", "-A", "workers", "worker", "-Q", "turnovr", env=env)
    assert done.returncode != 0
    send = "from workers.celery import app; app.send_task('housekeeping.sweep', queue='turnovr')"
    assert QueueNotFound.__name__ in python("-c", send, env=env).stderr.splitlines()[-1]


def test_every_task_goes_by_its_name_to_a_queue_that_has_a_worker(running: Machine) -> None:
    told = "from workers.celery import app; app.loader.import_default_modules();"
    told += "print(*sorted(n for n in app.tasks if not n.startswith('celery.')));"
    told += "print(*sorted(app.conf.task_routes)); print(*{r['queue'] for r in app.conf.task_routes.values()})"
    tasks, routed, queues = python("-c", told, env=environment(running.home)).stdout.splitlines()
    assert tasks == routed
    assert {f"worker-{queue}" for queue in queues.split()} == {name for name in NAMES if "worker" in name}


def test_every_queue_has_a_worker_among_the_containers() -> None:
    services = YAML(typ="safe").load(ROOT / "docker" / "compose.yaml")["services"]
    commands = [str(service.get("command")).split() for service in services.values()]
    served = {
        command[command.index("-Q") + 1]: int(command[command.index("-c") + 1])
        for command in commands
        if "-Q" in command
    }
    assert served == settings.QUEUE_PROCESSES
