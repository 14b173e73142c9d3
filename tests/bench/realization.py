"""`python -m tests.bench.realization`: time until all good lines are in AFAS, as a ratio to a blind floor."""

import base64
import json
import random
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import requests
from cryptography.fernet import Fernet

from tests import postgresql
from tests.e2e.deliveries import UNKNOWN, Afas, Ledger, Service, afas, lines, prepare, reason, victims
from tests.e2e.processes import machine, until

LINES, CALLS, LINES_A_CALL = 20_000, 5, 500
CALL_MS, LINE_MS = 300, 2
LAG = 1.0  #: seconds, the default of READ_BACK_LAG
PATIENCE = 120.0  #: seconds, ten times the floor, after which delivery is not waited for any longer
SAMPLE = 100  #: lines that are sent one a call
CLUSTERED = "clustered"
#: Errors in a hundred lines, and at most how many times the floor.
MOST: dict[float | str, float] = {0: 1.05, 0.1: 1.1, 1: 1.2, 5: 1.6, CLUSTERED: 1.15}
MOST_MEMORY = 60  #: MB above an idle worker
FEW = "turnover=1,turnover.registers=1,housekeeping=1,realization=1,realization.chunks=8"
SETTINGS = {"ALLOWED_HOSTS": "127.0.0.1", "AFAS_PARALLEL_CALLS": str(CALLS), "UP_PROCESSES": FEW}


class Taken(NamedTuple):
    """Seconds until the last good line was in AFAS, and until the ledger knew it of all; MB above the idle worker."""

    there: float
    known: float
    memory: float


def main() -> None:
    floors = {kind: floor(calls_of(kind)) for kind in MOST}
    shown = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in floors.items())
    print(f"{LINES:,} lines at {CALL_MS} ms a call and {LINE_MS} ms a line, {CALLS} parallel calls; floors: {shown}")
    print(f"one line a call: {single() / floors[0]:.0f} x the floor (of {SAMPLE} lines)")
    with postgresql.server() as server, tempfile.TemporaryDirectory() as folder:
        for kind in ("SQLite", "PostgreSQL"):
            for errors, most in MOST.items():
                more = dict(SETTINGS)
                name = f"{kind}_{errors}"
                if kind == "PostgreSQL":
                    server.sql(f'CREATE DATABASE "{name}"')
                    more |= {"DATABASE_URL": f"{server.url}{name}", "SECRET_KEYS": Fernet.generate_key().decode()}
                told(f"{kind}: {errors} % errors", delivered(Path(folder) / name, errors, more), floors[errors], most)


def told(what: str, taken: Taken, floor: float, most: float) -> None:
    print(
        f"{what}: {taken.there / floor:.2f} x the floor, to be at most {most}; known after {taken.known / floor:.2f} x"
    )
    print(f"{what}: peak above idle {taken.memory:.0f} MB, to be at most {MOST_MEMORY} MB")


def made(errors: float | str) -> list[dict[str, Any]]:
    """The lines: with errors anywhere, or with all lines of two employees wrong, which come one after another."""
    dice = random.Random(11)
    if errors != CLUSTERED:
        return lines("B", LINES, float(errors) / 100, dice)
    every = sorted(lines("B", LINES, 0, dice), key=lambda line: str(line["EmId"]))
    wrong = dice.sample(sorted({line["EmId"] for line in every}), 2)
    return [line | {"PrId": f"{UNKNOWN}{line['EmId']}"} if line["EmId"] in wrong else line for line in every]


def calls_of(errors: float | str) -> int:
    """How many calls there must be when nothing is known beforehand: ten errors end one."""
    wrong = sum(reason(line) is not None for line in made(errors))
    return max(LINES // LINES_A_CALL, wrong // 10)


def floor(calls: int) -> float:
    """Seconds that ready bodies take, one lag and one read-back."""
    every = lines("F", LINES, 0, random.Random(1))
    size = -(-LINES // calls)
    with afas(call_ms=CALL_MS, line_ms=LINE_MS) as there:
        begun = time.perf_counter()
        sent(there, [every[start : start + size] for start in range(0, LINES, size)])
        time.sleep(LAG)
        assert read_back(there) == LINES
        return time.perf_counter() - begun


def single() -> float:
    """Seconds that all lines would take, one a call."""
    every = lines("F", SAMPLE, 0, random.Random(1))
    with afas(call_ms=CALL_MS, line_ms=LINE_MS) as there:
        begun = time.perf_counter()
        sent(there, [[line] for line in every])
        return (time.perf_counter() - begun) * LINES / SAMPLE


def sent(there: Afas, portions: Sequence[Sequence[dict[str, Any]]]) -> None:
    bodies = [
        json.dumps({"PtRealization": {"Element": [{"Fields": line} for line in some]}}).encode() for some in portions
    ]
    own = threading.local()

    def post(body: bytes) -> int:
        if not hasattr(own, "session"):
            own.session = session(there)
        return int(own.session.post(there.ready["update"], data=body, timeout=60).status_code)

    with ThreadPoolExecutor(CALLS) as pool:
        assert set(pool.map(post, bodies)) == {201}


def read_back(there: Afas) -> int:
    """How many lines AFAS shows, page by page as ours are asked."""
    rows, last = 0, "0"
    asked = {"skip": "0", "take": "14999", "orderbyfieldids": "Regelnummer"}
    with session(there) as reader:
        while True:
            named = {"filterfieldids": "Regelnummer", "filtervalues": last, "operatortypes": "4"}
            page = reader.get(there.ready["read_back"], params=asked | named, timeout=60).json()["rows"]
            if not page:
                return rows
            rows, last = rows + len(page), str(page[-1]["Regelnummer"])


def session(there: Afas) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.headers["Authorization"] = "AfasToken " + base64.b64encode(there.ready["token"].encode()).decode()
    made.headers["Content-Type"] = "application/json"
    return made


def delivered(home: Path, errors: float | str, more: dict[str, str]) -> Taken:
    """Real workers deliver the lines, for an organisation whose read-backs have proved themselves."""
    every = made(errors)
    good = sum(reason(line) is None for line in every)
    with afas(call_ms=CALL_MS, line_ms=LINE_MS) as there:
        prepare(home, there, **more)
        with machine(home, **more) as running:
            ledger, service = Ledger(home, **more), Service(running.broker())
            service.submits("pathfinder", lines("P", 1, 0, random.Random(1)))
            until(ledger.finished)
            mains = [running.pid("worker-realization.chunks")]
            idle = {pid: memory(pid, "VmRSS") for pid in victims(mains) if pid not in mains}
            service.submits("B", every)
            until(lambda: ledger.rows("SELECT 1 FROM batch WHERE reference = 'B'"))
            begun = time.time()
            known = seconds_until(lambda: ledger.applied() > good)
            peak = max(memory(pid, "VmHWM") - idle[pid] for pid in victims(mains) if pid in idle)
        there_after = known if known == PATIENCE else last_commit(there) - begun
        return Taken(there_after, known, peak)


def seconds_until(found: Callable[[], bool]) -> float:
    """How long it took, half a second more at most; PATIENCE: longer than that."""
    begun = time.monotonic()
    while not found() and time.monotonic() < begun + PATIENCE:
        # To look costs of the time that the workers need.
        time.sleep(0.5)
    return min(PATIENCE, time.monotonic() - begun)


def last_commit(there: Afas) -> float:
    with urllib.request.urlopen(f"{there.ready['control']}committed", timeout=60) as answer:
        return max(float(entry["time"]) for entry in json.load(answer))


def memory(pid: int, field: str) -> float:
    """MB out of /proc: VmRSS now, VmHWM the peak so far."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field))


if __name__ == "__main__":
    main()
