"""One import in a process of its own: its seconds, and its peak of memory above the idle process."""

import datetime as dt
import json
import sys
import time
from pathlib import Path

from tasks.cli.importing import hands
from tasks.turnover import closing, import_, orders
from tests.bench import scene
from tests.bench.scene import Afas


def memory(field: str) -> float:
    """MB out of /proc: VmRSS now, VmHWM the peak so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def imported(organisation: int, afas: Afas) -> tuple[float, list[dt.date], str]:
    """Import all days: seconds, the last day of each slice, and what became of the register-days."""
    slices: list[dt.date] = []
    begun = time.perf_counter()
    run = orders.make(organisation, orders.Window(afas.first, scene.LAST_DAY))
    import_.work(run, hands(slices.append))
    seconds = time.perf_counter() - begun
    facts = closing.summary(run)
    assert facts.proof.difference == 0, facts
    assert facts.rows == len(scene.CODES) * scene.ROWS_A_DAY * afas.days, facts
    return seconds, slices, ", ".join(f"{count} {state}" for state, count in facts.days.items())


def main() -> None:
    home, url, afas = sys.argv[1], sys.argv[2] or None, Afas(**json.loads(sys.argv[3]))
    scene.use(Path(home), url)
    organisation = scene.organisation(afas)
    orders.today()  # an idle worker has its connection
    idle = memory("VmRSS")
    seconds, _, became = imported(organisation, afas)
    print(json.dumps({"seconds": seconds, "above_idle": memory("VmHWM") - idle, "became": became}))


if __name__ == "__main__":
    main()
