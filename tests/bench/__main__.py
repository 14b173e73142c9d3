"""`python -m tests.bench`: prints each figure as a ratio to the floor that was measured beside it."""

import base64
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from tests import postgresql
from tests.bench import floor, intake, realization, scene
from tests.bench.once import imported
from tests.bench.scene import Afas
from workers.database import reading, transaction
from workers.staff.models import PaymentMethod, Register, Turnover, TurnoverGroup, TurnoverPayment

TIMES = 5
MOST_FIRST = 1.5  #: times fetch, decode, group and bulk write
MOST_UNCHANGED = 1.15  #: times fetch, decode and group
MOST_MEMORY = 40  #: MB above an idle worker
MOST_FACTOR = 11
MOST_START = 0.5  #: seconds
NewDatabase = Callable[[], str | None]


def main() -> None:
    with scene.simulator(40) as afas, postgresql.server() as server, tempfile.TemporaryDirectory() as folder:
        days = len(scene.CODES) * afas.days
        print(f"{days * scene.ROWS_A_DAY:,} rows, {days:,} register-days, medians of {TIMES} rounds")
        kinds = {"SQLite": sqlite(), "PostgreSQL": on(server)}
        for kind, database in kinds.items():
            times(kind, database, afas, Path(folder))
        for kind, database in kinds.items():
            memory(kind, database, afas, Path(folder))
    start_up()
    intake.main()
    realization.main()


def sqlite() -> NewDatabase:
    return lambda: None


def on(server: postgresql.Server) -> NewDatabase:
    numbers = iter(range(1000))

    def new() -> str:
        name = f"bench_{next(numbers)}"
        server.sql(f"CREATE DATABASE {name}")
        return f"{server.url}{name}"

    return new


def times(kind: str, database: NewDatabase, afas: Afas, folder: Path) -> None:
    """First and unchanged runs, each beside its floor, in turn."""
    authorization = "AfasToken " + base64.b64encode(afas.token.encode()).decode()
    ratios: dict[str, list[float]] = {"first run": [], "unchanged run": []}
    seconds: dict[str, list[float]] = {"floor": [], "floor with write": [], "first run": [], "unchanged run": []}
    spans: list[floor.Span] = []
    for number in range(TIMES + 1):
        with fresh(folder, database):
            organisation = scene.organisation(afas)
            first, slices, _ = imported(organisation, afas)
            unchanged, _, became = imported(organisation, afas)
            assert became == f"{len(scene.CODES) * afas.days} unchanged", became
            held = _held()
        spans = spans or list(zip([afas.first, *(day + dt.timedelta(days=1) for day in slices)], slices, strict=False))
        with fresh(folder, database):
            organisation = scene.organisation(afas)
            keys = _keys(organisation)
            begun = time.perf_counter()
            sums = floor.read(afas, authorization, spans)
            read = time.perf_counter()
            floor.write(sums, *keys)
            done = time.perf_counter()
            assert _held() == held, (_held(), held)
        if number:  # the first round warms up both
            for name, value in zip(seconds, (read - begun, done - begun, first, unchanged), strict=True):
                seconds[name].append(value)
            ratios["first run"].append(first / (done - begun))
            ratios["unchanged run"].append(unchanged / (read - begun))
    shown = ", ".join(f"{name} {statistics.median(values):.2f} s" for name, values in seconds.items())
    for name, most in (("first run", MOST_FIRST), ("unchanged run", MOST_UNCHANGED)):
        print(f"{kind}: {name} {_spread(ratios[name])}, to be at most {most}")
    print(f"{kind}: {shown}")


def memory(kind: str, database: NewDatabase, afas: Afas, folder: Path) -> None:
    """Peak above the idle process, and time, at the same and at ten times the days."""
    found = []
    with scene.simulator(afas.days * 10) as larger:
        for one in (afas, larger):
            home = Path(tempfile.mkdtemp(dir=folder))
            words = [sys.executable, "-m", "tests.bench.once", str(home), database() or "", json.dumps(vars(one))]
            told = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
            found.append(json.loads(told.splitlines()[-1]))
    peaks = " and ".join(f"{one['above_idle']:.0f} MB" for one in found)
    factor = found[1]["seconds"] / found[0]["seconds"]
    print(f"{kind}: peak above idle {peaks} at ten times the days, to be at most {MOST_MEMORY} MB and the same")
    print(f"{kind}: time at ten times the rows {factor:.1f} x, to be at most {MOST_FACTOR}")


def start_up() -> None:
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        command = [sys.executable, "-c", "from tasks.cli import main; main(['--version'])"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begun)
    print(f"start-up of the command line to --version: {statistics.median(taken):.2f} s, to be at most {MOST_START} s")


@contextmanager
def fresh(folder: Path, database: NewDatabase) -> Iterator[None]:
    """This process in a home and database of their own."""
    scene.use(Path(tempfile.mkdtemp(dir=folder)), database())
    yield


def _keys(organisation: int) -> tuple[int, list[int], list[int]]:
    with transaction() as session:
        session.objects.add(TurnoverGroup(organisation_id=organisation, external_id="OA", name="OA"))
    with reading() as session:
        group = session.scalars(select(TurnoverGroup.id)).one()
        methods = list(session.scalars(select(PaymentMethod.id).order_by(PaymentMethod.external_id)))
        return group, methods, list(session.scalars(select(Register.id).order_by(Register.external_id)))


def _held() -> tuple[int, int, Decimal]:
    """Register-days, payments and euros: what the import and its floor must agree on."""
    with reading() as session:
        days = session.scalar(select(func.count()).select_from(Turnover)) or 0
        payments = session.execute(select(func.count(), func.sum(TurnoverPayment.amount))).one()
        return days, *payments


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} x the floor ({min(values):.2f}-{max(values):.2f})"


if __name__ == "__main__":
    main()
