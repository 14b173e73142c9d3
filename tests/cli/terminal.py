"""Commands as people give them: in this process, or as a child process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from tasks.cli import main
from tests.e2e.processes import ROOT
from tests.turnover.builders import GUID

MAIN = "import sys; from tasks.cli import main; sys.exit(main())"
#: The same with leases that a dead process loses soon.
HASTY = "from workers import leases; leases.LEASE_SECONDS, leases.RENEW_SECONDS = 2, 0.5; " + MAIN
DAYS = ("--from", "2026-03-02", "--to", "2026-03-08")
TURNOVER = ("TURNOVER", GUID, *DAYS)


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    """The command, in this process."""
    capsys.readouterr()
    code = main(list(words))
    told = capsys.readouterr()
    return Said(code, told.out, told.err)


def start(*words: str, code: str = MAIN, **more: Any) -> subprocess.Popen[str]:
    """The command as a child process with the settings of this test."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen([sys.executable, "-c", code, *words], cwd=ROOT, text=True, **pipes)


def ended(child: subprocess.Popen[str]) -> Said:
    """What the child said, once it has ended."""
    try:
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    return Said(child.returncode, out or "", err or "")


def process(*words: str, **settings: str) -> Said:
    """The command as a child process, to its end; `settings` are added to those of this test."""
    return ended(start(*words, env=os.environ | settings))
