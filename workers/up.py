"""All services of one machine as child processes: broker, workers, beat and Flower (for small customers)."""

import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import URL, make_url

from workers import children, database, embedded, home, migrations
from workers.celery import warnings
from workers.children import Child, Program
from workers.settings import Settings, SettingsError
from workers.texts import text

SITE = Path(__file__).resolve().parent.parent  #: where `workers`, `tasks` and `celeryconfig` lie
LOOK_EVERY = 0.2  #: seconds
WARM = 18.0  #: seconds that the children get to end: the soft shutdown of celeryconfig and some for their farewell
BROKER_WARM = 5.0  #: seconds


def up(settings: Settings) -> int:
    """Run everything until SIGTERM or Ctrl-C: exit code 0; 2, with a line on standard error, when that can't be."""
    if sys.platform == "win32":
        return _refused(text("running.posix"))
    if (held := home.lock(settings.home / "up.lock")) is None:
        return _refused(text("running.already", home=settings.home))
    try:
        with _stop_asked() as stop:
            return _run(settings, stop)
    except (SettingsError, embedded.BrokerError) as error:
        return _refused(str(error))
    finally:
        os.close(held)


def _run(settings: Settings, stop: Callable[[], bool]) -> int:
    told = settings.home / "up.json"
    _end_leftovers(told)
    home.secret_keys(settings)
    migrations.upgrade()
    database.forget_engine()
    running: list[Child] = []
    try:
        addresses = _begin(settings, running)
        _write(told, addresses, running)
        _tell_all(settings, addresses, running)
        while not stop():
            time.sleep(LOOK_EVERY)
            replaced = [child for child in running if child.look(_tell_death)]
            if replaced:
                _write(told, addresses, running)
    finally:
        _end(running)
        told.unlink(missing_ok=True)
    return 0


def _begin(settings: Settings, running: list[Child]) -> dict[str, str]:
    """Start everything, into `running` one by one; the addresses for up.json."""
    broker_url = settings.broker_url
    if not broker_url:
        broker = embedded.broker(settings.home)
        running.append(embedded.started(broker))
        broker_url = broker.url
    port = children.free_port()
    for program in _programs(settings, broker_url, port):
        running.append(Child(program))  # noqa: PERF401 - one by one, so that those that began are ended whatever follows
    return {
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "flower": f"http://127.0.0.1:{port}",
        "broker": _without_password(broker_url),
        "result_backend": _without_password(settings.result_backend or broker_url),
        "database": _without_password(settings.database),
    }


def _programs(settings: Settings, broker_url: str, flower_port: int) -> Iterator[Program]:
    """Workers, beat and Flower. Secrets go by environment: a command line is open to every user of the machine."""
    celery = [sys.executable, "-m", "celery", "-A", "workers", "--workdir", str(SITE)]
    environment = {
        "AFASCONNECTOR_HOME": str(settings.home),
        "LOG_FILE": str(settings.log_path.absolute()) if settings.log_path else "-",
        "BROKER_URL": broker_url,
        "REMAP_SIGTERM": "SIGQUIT",
    }

    def program(name: str, *arguments: str, **more: str) -> Program:
        return Program(name, [*celery, *arguments], settings.home / "log" / f"{name}.log", environment | more)

    for queue, count in settings.up_processes.items():
        name = f"worker-{queue}"
        flags = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
        yield program(name, "worker", "-Q", queue, "-c", str(count), "-n", f"{name}@%h", *flags)
    (settings.home / "beat").mkdir(exist_ok=True)
    yield program("beat", "beat", "--schedule", str(settings.home / "beat" / "schedule"))
    token = f"afasconnector:{secrets.token_urlsafe(24)}"
    login = settings.flower_basic_auth or home.made_secret(settings.home, "flower_basic_auth", token)
    where = ("--address=127.0.0.1", f"--port={flower_port}")
    yield program("flower", "flower", *where, FLOWER_BASIC_AUTH=login, FLOWER_READ_ONLY="true")


def _without_password(address: str) -> str:
    url = make_url(address)
    query = {name: value for name, value in url.query.items() if "password" not in name}
    bare = URL.create(url.drivername, url.username or None, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def _write(path: Path, addresses: dict[str, str], running: list[Child]) -> None:
    """up.json: what runs and where. `born` tells a process from a later one that got its number."""
    processes = [{"name": child.program.name, "pid": child.process.pid, "born": child.born} for child in running]
    state = {"supervisor": os.getpid(), "processes": processes} | addresses
    embedded.write_private(path, json.dumps(state, indent=2) + "\n")


def _end(running: list[Child]) -> None:
    """The broker last, so that workers can still say what they did."""
    brokers = [child for child in running if child.program.name == "broker"]
    others = [child for child in running if child.program.name != "broker"]
    for group, seconds in ((others, WARM), (brokers, BROKER_WARM)):
        children.end(partial(_alive, group), seconds)


def _alive(group: list[Child]) -> list[int]:
    return [child.process.pid for child in group if not child.ended()]


def _end_leftovers(told: Path) -> None:
    """End what an `up` that was killed left running in this home (where the system did not do so by itself)."""
    try:
        left = {entry["pid"]: entry["born"] for entry in json.loads(told.read_text(encoding="utf-8"))["processes"]}
    except (OSError, ValueError, LookupError, TypeError):
        return
    children.end(lambda: [pid for pid, born in left.items() if born and children.birth(pid) == born], WARM)
    told.unlink()


@contextmanager
def _stop_asked() -> Iterator[Callable[[], bool]]:
    """A function that says whether SIGTERM, SIGINT or SIGHUP came."""
    asked: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(number, lambda got, _: asked.append(got)) for number in numbers]
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _tell_all(settings: Settings, addresses: dict[str, str], running: list[Child]) -> None:
    login = "FLOWER_BASIC_AUTH" if settings.flower_basic_auth else settings.home / "secrets" / "flower_basic_auth"
    lines = [
        text("running.home", home=settings.home),
        *(text("running.runs", name=child.program.name, pid=child.process.pid) for child in running),
        text("running.flower", address=addresses["flower"], login=login),
        text("running.stop"),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    for line in warnings(settings):
        sys.stderr.write(f"{line}\n")


def _tell_death(program: Program, code: int, pause: float) -> None:
    line = text("running.died", name=program.name, code=code, pause=f"{pause:g}", log=program.log)
    # A terminal that was closed is no reason to stop.
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _refused(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return 2
