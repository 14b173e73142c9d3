"""`make demo`, as a new user runs it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.demo import batch
from tests.demo.batch import WRONG
from tests.e2e.processes import ROOT, environment, until

pytestmark = pytest.mark.xdist_group("second machine")
RUN = "import sys; from pathlib import Path; from tests.demo.__main__ import run; sys.exit(run(Path(sys.argv[1])))"
OTHER_SUMS = "from tests.demo import example, sums; example.DAYS_BACK = 10; sums.DEFAULT_ACCOUNT = '1310'; "

Entries = list[dict[str, Any]]


def _demo(home: Path, program: str = RUN, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, str(home)]
    env = environment(home, **more)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=280, check=False)


def _processes_of(home: Path) -> list[str]:
    """Processes with this home in their environment, whoever started them."""
    if sys.platform != "linux":
        listed = subprocess.run(["/bin/ps", "axeww", "-o", "command="], capture_output=True, text=True, check=True)
        return [line for line in listed.stdout.splitlines() if f"AFASCONNECTOR_HOME={home}" in line]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"AFASCONNECTOR_HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def test_the_demo_imports_and_delivers_tells_what_is_unknown_or_wrong_and_compares_all_with_afas(
    tmp_path: Path,
) -> None:
    home, stranger = tmp_path / "home", tmp_path / "real.db"
    done = _demo(home, DATABASE_URL=f"sqlite:///{stranger}", SWEEP_SECONDS="never", TEXT_LANGUAGE="nl")
    assert (done.returncode, done.stderr) == (0, "")
    days = 12 * 41
    first, second = re.findall(
        r"(\d+) rows read; register-days: (\d+) written, (\d+) unchanged, (\d+) parked", done.stdout
    )
    assert [int(figure) for figure in first[1:3]] == [days, 0]
    assert [int(figure) for figure in second[1:3]] == [0, days]
    assert (first[0], first[3]) == (second[0], second[3])
    waiting = [int(days) for days in re.findall(r"Register 26(?:06|99) not found: .* dagen: (\d+)", done.stdout)]
    assert (len(waiting), sum(waiting)) == (2, int(first[3]))
    assert f"Kassa 2606: {waiting[0]} wachtende kassadagen verwerkt" in done.stdout
    assert f"Staff: {days + waiting[0]} register-days" in done.stdout
    assert "Every register-day and every payment is equal; difference 0.00" in done.stdout
    assert '"applied": 1186, "refused": 14, "invalid": 0, "in_doubt": 0,' in done.stdout
    assert done.stdout.count("refused  De waarde") == len([field for field, _, _ in WRONG.values() if field != "DaTi"])
    assert done.stdout.count("refused  Periode") == len([field for field, _, _ in WRONG.values() if field == "DaTi"])
    assert "AFAS committed 1186 lines: every good one once" in done.stdout
    assert "Flower:  http://127.0.0.1:" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("   Everything ended well and nothing is left running")
    assert not _processes_of(home)
    assert not stranger.exists()


def test_a_demo_whose_sums_differ_says_so_with_exit_code_1_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = _demo(home, OTHER_SUMS + RUN)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["", "The demo failed: Staff and AFAS differ", f"Logs: {home}/log"]
    assert not _processes_of(home)


def test_a_delivery_as_promised_has_no_faults() -> None:
    assert list(batch.faults(*_delivered())) == []


FAULTS: dict[str, Callable[[Entries, Entries], object]] = {
    "AFAS has line week-47-0000 2 times": lambda committed, _: committed.append(committed[0]),
    "AFAS has line week-47-0000 0 times": lambda committed, _: committed.pop(0),
    "AFAS has line foreign 1 times": lambda committed, _: committed.append({**committed[0], "key": "foreign"}),
    "other fields of line week-47-0000": lambda committed, _: committed[0].update(fields={"Qu": "9"}),
    "line week-47-0000 is 0 in AFAS, and we say 7": lambda _, verdicts: verdicts[0].update(Id="7"),
    "line week-47-0000 is in_doubt": lambda _, verdicts: verdicts[0].update(state="in_doubt"),
    "line week-47-0020 is applied": lambda _, verdicts: verdicts[20].update(state="applied"),
    "line week-47-0020 is refused with another reason": lambda _, verdicts: verdicts[20].update(message="'9002'"),
    "refused lines share a reason": lambda _, verdicts: verdicts[20].update(message="'9002' and '9001'"),
    "1199 verdicts": lambda _, verdicts: verdicts.pop(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_delivery_is_told(fault: str) -> None:
    committed, verdicts = _delivered()
    FAULTS[fault](committed, verdicts)
    if "share" in fault:
        verdicts[61].update(message="'9002' and '9001'")
    assert any(fault in told for told in batch.faults(committed, verdicts))


def _delivered() -> tuple[Entries, Entries]:
    """What AFAS and we would say of the batch when all went well; AFAS's Id is the position."""
    sent = list(enumerate(batch.lines()))
    committed = [
        {"deed": "insert", "id": str(position), "key": line["XpRe"], "fields": {**line, "VaIt": "1"}}
        for position, line in sent
        if position not in WRONG
    ]
    verdicts = [
        {"XpRe": line["XpRe"], "Id": str(position), "state": "applied"}
        if position not in WRONG
        else {"XpRe": line["XpRe"], "state": "refused", "message": WRONG[position][2], "profitLogReference": "F" * 32}
        for position, line in sent
    ]
    return committed, verdicts


def test_processes_of_a_home_are_found(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(300)"]
    with subprocess.Popen(sleeper, env={**os.environ, "AFASCONNECTOR_HOME": str(tmp_path)}) as process:
        try:
            # Between its start and its own program the child still has our environment.
            until(lambda: len(_processes_of(tmp_path)) == 1)
        finally:
            process.kill()
