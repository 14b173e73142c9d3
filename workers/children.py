"""Child processes: never outliving their parent, started again when they die, and never taken for a stranger."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

PR_SET_PDEATHSIG = 1  #: prctl(2), Linux
PORTS = range(20_000, 32_768)  #: below the ports that systems lend to outgoing connections
FIRST_PAUSE = 0.2  #: seconds before a dead child is started again; doubles with every death that follows soon
LONGEST_PAUSE = 5.0  #: seconds
STEADY = 30.0  #: seconds after which a child counts as well


@dataclass(frozen=True)
class Program:
    """What to run: name for people, command, log, additions to its environment, and files that it keeps open."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    keeps: tuple[int, ...] = ()


class Child:
    """A program that is kept running: a dead one is started again, after a pause that grows from death to death."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._pause = FIRST_PAUSE
        self._due: float | None = None
        self._start()

    def _start(self) -> None:
        self.process = start(self.program)
        self.born = birth(self.process.pid)
        self._since = time.monotonic()
        self._due = None

    def ended(self) -> bool:
        """Whether its process is gone; what that left of its group is killed with it."""
        if self.process.poll() is None:
            return False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return True

    def look(self, tell: Callable[[Program, int, float], None]) -> bool:
        """Call often; True when a new process was started. `tell` hears of a death: exit code, pause in seconds."""
        if self._due is None and self.ended():
            steady = time.monotonic() - self._since > STEADY
            self._pause = FIRST_PAUSE if steady else min(self._pause * 2, LONGEST_PAUSE)
            self._due = time.monotonic() + self._pause
            tell(self.program, self.process.returncode, self._pause)
        if self._due is None or time.monotonic() < self._due:
            return False
        self._start()
        return True


def start(program: Program) -> subprocess.Popen[bytes]:
    """Run `program` in a session of its own. Call it from the main thread: on Linux the child ends with that thread."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - the commands are ours
            program.command,
            env={**os.environ, **program.environment},  # handed on, not read
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=program.keeps,
            preexec_fn=_bound_to(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
        )


def _bound_to(parent: int) -> Callable[[], None]:
    prctl = ctypes.CDLL(None).prctl

    def bind() -> None:
        # At once: asked to end, a worker would first look for the broker, which ends with the same parent.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the line above.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return bind


def birth(pid: int) -> str | None:
    """When process `pid` began, so exactly that no later process of that number has the same; None when it is gone."""
    if sys.platform != "linux":
        command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or None  # noqa: S603
    try:
        # Behind the name, which may hold anything: state, parent, …, and as the twentieth the start in clock ticks.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    return None if fields[0] in "ZX" else f"{boot} {fields[19]}"


def end(alive: Callable[[], Collection[int]], seconds: float) -> None:
    """End the processes that `alive` still lists: politely, and with all their children after `seconds`."""
    _signal(alive(), os.kill, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while left := alive():
        if time.monotonic() > deadline:
            _signal(left, os.killpg, signal.SIGKILL)
        time.sleep(0.05)


def _signal(pids: Collection[int], send: Callable[[int, int], None], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            send(pid, number)


def free_port() -> int:
    """A loopback port that nobody listens on and that no outgoing connection can take while its server restarts."""
    while True:
        port = SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
