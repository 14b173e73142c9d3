"""Real processes for the tests: an `up` of its own home, a worker with a slow task, and what of them is still alive."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
UP = "from workers import settings, up; raise SystemExit(up.up(settings.current()))"
UPGRADE = "from workers import migrations; migrations.upgrade()"
START = 90.0  #: seconds that `up` may take until its workers are ready: on a busy machine they load slowly

Found = TypeVar("Found")


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a machine on which nothing is set but the home, and what a test adds."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"AFASCONNECTOR_HOME": str(home), "TEXT_LANGUAGE": "en"} | more


def until(found: Callable[[], Found], seconds: float = 30, tells: Callable[[], str] = str) -> Found:
    """The first true answer of `found`; without one within `seconds` the test fails with what `tells` tells."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain\n{tells()}"
        time.sleep(0.05)
    return answer


def python(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python to its end, in the root of the checkout."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def alive_in_groups(groups: set[int]) -> list[int]:
    """Processes of these process groups, without those that are dead and only not yet buried."""
    if sys.platform == "linux":
        stats = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = path.read_text(errors="replace").rpartition(")")[2].split()
                stats.append((int(path.parent.name), int(fields[2]), fields[0]))
    else:
        listed = subprocess.run(["/bin/ps", "-Ao", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
        stats = [(int(pid), int(group), state) for pid, group, state in map(str.split, listed.stdout.splitlines())]
    return [pid for pid, group, state in stats if group in groups and state[0] not in "ZX"]


@dataclass
class Machine:
    """An `up` that runs in `home`."""

    home: Path
    process: subprocess.Popen[bytes]
    errors: Path

    def state(self) -> dict[str, Any]:
        """The content of up.json."""
        return dict(json.loads((self.home / "up.json").read_text()))

    def pid(self, name: str) -> int:
        """The process of that name."""
        return {entry["name"]: int(entry["pid"]) for entry in self.state()["processes"]}[name]

    def groups(self) -> set[int]:
        """The process groups of all that it started: each child leads one."""
        return {entry["pid"] for entry in self.state()["processes"]}

    def password(self) -> str:
        """What opens its broker."""
        return (self.home / "secrets" / "broker_password").read_text()

    def broker(self) -> str:
        """The broker's whole address."""
        return str(self.state()["broker"]).replace("://", f"://:{self.password()}@")


@contextmanager
def machine(home: Path, **more: str) -> Iterator[Machine]:
    """An `up` with one process a queue, all workers ready; what is left of it at the end is killed."""
    home.mkdir(exist_ok=True)
    errors = home.with_name(f"{home.name}.errors")
    few = {"UP_PROCESSES": "turnover=1,turnover.registers=1,housekeeping=1"}
    with errors.open("ab") as told:
        command = [sys.executable, "-c", UP]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(home, **few | more), stdout=told, stderr=told)
    made = Machine(home, process, errors)
    groups: set[int] = set()
    try:
        until(lambda: (home / "up.json").exists() or process.poll() is not None, START)
        assert process.poll() is None, errors.read_text()
        groups = made.groups()
        for log in ("worker-turnover", "worker-turnover.registers", "worker-housekeeping"):
            until(lambda log=log: " ready." in (home / "log" / f"{log}.log").read_text(), START)  # type: ignore[misc]
        yield made
    finally:
        with suppress(OSError):
            groups |= made.groups()
        process.kill()
        process.wait()
        for pid in alive_in_groups(groups):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
