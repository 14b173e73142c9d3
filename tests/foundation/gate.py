"""Real processes that begin at the same moment."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GATE = "\nprint('ready', flush=True)\nimport sys; sys.stdin.readline()\n"  #: between preparation and what is to collide


def _started(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


@contextmanager
def process(code: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Python that runs `code` in this environment, with the first line that it prints; killed at the end."""
    with _started(code) as running:
        assert running.stdout
        try:
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def together(count: int, prepare: str, act: str) -> list[str]:
    """What `count` processes print that all do `act` at once, each after its own `prepare`."""
    running = [_started(f"{prepare}{GATE}{act}") for _ in range(count)]
    try:
        for one in running:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
        for one in running:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        answers = [one.communicate(timeout=120)[0].strip() for one in running]
        assert [one.returncode for one in running] == [0] * count
    finally:
        for one in running:
            one.kill()
            one.wait()
    return answers
