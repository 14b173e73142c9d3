"""Realization with real processes: workers are killed while they deliver; the outcome is the same."""

import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.deliveries import (
    TIMES,
    Ledger,
    Service,
    afas,
    audit,
    lines,
    prepare,
    replies,
    resumes,
    short_leases,
    victims,
)
from tests.e2e.processes import Machine, machine, until

#: Each refused line has a call of its own, so the last kill comes before the last call: 4 x KILLS < LINES x ERRORS.
LINES, ERRORS, KILLS = 2_000, 0.025, 10
WORKERS = ("worker-realization", "worker-realization.chunks", "worker-housekeeping")
FEW = "turnover=1,turnover.registers=1,housekeeping=1,realization=1,realization.chunks=4"


def kill(running: Machine, dice: random.Random) -> None:
    """Any process of a worker, mostly of those that deliver: the main one or one of its pool."""
    name = dice.choices(WORKERS, weights=(1, 8, 1))[0]
    with suppress(ProcessLookupError, KeyError, IndexError):
        os.kill(dice.choice(victims([running.pid(name)])), signal.SIGKILL)


@pytest.mark.xdist_group("second machine")
def test_ten_killed_processes_lose_no_line_double_none_and_leave_each_refusal_its_own_reason(tmp_path: Path) -> None:
    home, dice = tmp_path / "home", random.Random(4)
    more = TIMES | short_leases(tmp_path / "short", 5)
    with afas(call_ms=200, line_ms=10) as there:
        prepare(home, there, **more)
        with machine(home, **more, UP_PROCESSES=FEW) as running:
            ledger, service = Ledger(home), Service(running.broker())
            service.submits("R", lines("K", LINES, ERRORS, dice))
            for number in range(KILLS):
                # While a call is under way, and not all of them at the same stage of the batch.
                until(
                    lambda n=number: not resumes(home, ledger, **more) and ledger.calls() > 4 * n,  # type: ignore[misc]
                    60,
                    ledger.told,
                )
                kill(running, dice)
            until(lambda: not resumes(home, ledger, **more) and ledger.finished(), 120, ledger.told)
            audit(there, ledger, service)
            until(lambda: service.heard() == replies(ledger))
    assert all(one == answers[0] for answers in service.answers.values() for one in answers)
    last = max((answers[0] for answers in service.answers.values()), key=lambda answer: int(answer["revision"]))
    assert (last["applied"], last["refused"], len(last["lines"])) == (LINES * (1 - ERRORS), LINES * ERRORS, 1000)
