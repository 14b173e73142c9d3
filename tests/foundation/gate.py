"""Real processes that begin at the same moment."""

import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from workers.database import forget_engine

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 120  #: seconds that a process waits for the others, and then they for its end

_gates: list[Any] = []  #: of a forked process: the one where it waits


@contextmanager
def process(code: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Python that runs `code` in this environment, with the first line that it prints; killed at the end."""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout
        try:
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def together(count: int, prepare: str, act: str) -> list[str]:
    """What `count` processes print that all do `act` at once, each after its own `prepare`."""
    command = [sys.executable, "-m", __name__, str(count), prepare, act]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, start_new_session=True) as running:
        try:
            told = running.communicate(timeout=2 * LONGEST)[0]
        except BaseException:
            # Those that it forked would wait on.
            os.killpg(running.pid, signal.SIGKILL)
            raise
    assert running.returncode == 0
    answers: list[str] = json.loads(told)
    return answers


def _forked(count: int, prepare: str, act: str) -> list[str]:
    """What they print. Forked from this process they share its modules, whose loading takes longer than most acts."""
    exec(prepare, {})
    forget_engine()
    fork = multiprocessing.get_context("fork")
    gate = fork.Barrier(count)
    with fork.Pool(count, initializer=_gates.append, initargs=(gate,)) as pool:
        return pool.starmap(_act, [(prepare, act)] * count, chunksize=1)


def _act(prepare: str, act: str) -> str:
    """What this process prints. Who waits at the gate takes no second turn, so that each process has one."""
    names: dict[str, Any] = {}
    exec(prepare, names)
    _gates[0].wait(LONGEST)
    with redirect_stdout(io.StringIO()) as told:
        exec(act, names)
    return told.getvalue().strip()


if __name__ == "__main__":
    json.dump(_forked(int(sys.argv[1]), *sys.argv[2:]), sys.stdout)
