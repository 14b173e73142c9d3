"""The demo's processes in a home of their own: the simulator, `afasconnector up`, and commands as a user types them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.processes import ROOT, alive_in_groups
from workers import children
from workers import home as homes
from workers.settings import Settings

KEPT = ("up.json", "up.lock")  #: by these `up` finds and ends what an earlier one left
ENDING = 45.0  #: seconds that `up` gets to end
COMMAND = 60.0  #: seconds that a command may take
LOOK_AGAIN = 0.1  #: seconds

Found = TypeVar("Found")


class NotAsExpectedError(Exception):
    """Raised when something is not as the demo promises; its text says what."""


def forget_settings() -> None:
    """The demo never touches what the environment names, such as a real database; only the language may be chosen."""
    ours = {name.upper() for name in Settings.model_fields} - {"TEXT_LANGUAGE"}
    foreign = ("CELERY_", "FLOWER_", "PYTHONPATH", "PYTHONHOME")
    for name in list(os.environ):
        if name in ours or name.removesuffix("_FILE") in ours or name.startswith(foreign):
            del os.environ[name]


def expect(holds: object, told: str) -> None:
    """Go on only if `holds` is true."""
    if not holds:
        raise NotAsExpectedError(told)


def until(found: Callable[[], Found], told: str, seconds: float = 30) -> Found:
    """The first true answer of `found`."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        expect(time.monotonic() < deadline, f"waited {seconds:g} s in vain for {told}")
        time.sleep(LOOK_AGAIN)
    return answer


class Machine:
    """What runs in `home`. `environment` is what its processes get besides PATH and the like."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.home = home
        self.environment = {"AFASCONNECTOR_HOME": str(home), "PYTHONIOENCODING": "utf-8", **environment}
        self._running: list[subprocess.Popen[bytes]] = []

    def simulator(self) -> dict[str, str]:
        """Start AFAS; gives its url and token."""
        self._start("simulator", sys.executable, "-m", "tests.simulator")
        log = self.home / "log" / "simulator.log"
        until(lambda: log.read_text().endswith("\n"), "the simulator")
        return dict(json.loads(log.read_text()))

    def up(self) -> dict[str, Any]:
        """Start all services; gives the content of up.json."""
        process = self._start("up", _script("afasconnector"), "up")
        until(lambda: process.poll() is not None or self.state().get("supervisor") == process.pid, "up")
        told = (self.home / "log" / "up.log").read_text(encoding="utf-8").strip()
        expect(process.poll() is None, f"up ended with code {process.returncode}: {told}")
        return self.state()

    def state(self) -> dict[str, Any]:
        """The content of up.json; empty when there is none."""
        try:
            return dict(json.loads((self.home / "up.json").read_text()))
        except (OSError, ValueError):
            return {}

    def command(self, name: str, *words: str, code: int = 0) -> str:
        """Run a command to its end, which is to be exit code `code`; gives its standard output."""
        done = subprocess.run(
            [_script(name), *words],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            timeout=COMMAND,
            check=False,
        )
        told = f"`{name} {' '.join(words)}` ended with code {done.returncode} instead of {code}"
        expect(done.returncode == code, f"{told}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def program(self, name: str, *command: str) -> Iterator[str]:
        """Run a program to its end, which is to be exit code 0; gives its lines as they come."""
        process = self._start(name, *command)
        deadline = time.monotonic() + COMMAND
        with (self.home / "log" / f"{name}.log").open(encoding="utf-8") as told:
            running, line = True, ""
            while running:
                running = process.poll() is None
                for line in map(str.rstrip, told):
                    yield line
                expect(time.monotonic() < deadline, f"{name} is not done after {COMMAND:g} s: {line}")
                time.sleep(LOOK_AGAIN)
        expect(process.returncode == 0, f"{name} ended with code {process.returncode}: {line}")

    def stop(self) -> None:
        """End everything, `up` first; NotAsExpectedError when `up` did not end well or something is left."""
        groups = {entry["pid"] for entry in self.state().get("processes", ())}
        groups |= {process.pid for process in self._running}
        codes = [_ended(process) for process in reversed(self._running)]
        left = alive_in_groups(groups)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        expect(not any(codes), f"exit codes of what ran: {codes} instead of 0")
        expect(not left, f"still running at the end: {left}")

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C reaches the demo alone, which ends all in order.
        program = children.Program(name, command, self.home / "log" / f"{name}.log", self.environment)
        self._running.append(children.start(program))
        return self._running[-1]


@contextmanager
def machine(home: Path, environment: dict[str, str]) -> Iterator[Machine]:
    """A machine in the emptied `home`; all that it started is ended at the end, and that is checked."""
    _empty(home)
    made = Machine(home, environment)
    try:
        yield made
    except BaseException:
        with suppress(NotAsExpectedError):
            made.stop()
        raise
    made.stop()


def _empty(home: Path) -> None:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    # An `up` whose demo was killed is on its way to its end.
    if not _unlocked(home / "up.lock"):
        sys.stdout.write(f"Another demo runs in {home}: waiting for its end.\n")
        until(lambda: _unlocked(home / "up.lock"), "the end of the other demo; end it first")
    for path in home.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _unlocked(path: Path) -> bool:
    if (held := homes.lock(path)) is None:
        return False
    os.close(held)
    return True


def _ended(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
