"""`python -m tests.soak`: no line is lost or doubled, however often processes, broker and database go meanwhile."""

import argparse
import os
import random
import signal
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from cryptography.fernet import Fernet
from redis import Redis
from redis.exceptions import RedisError

from tests import postgresql
from tests.e2e.deliveries import TIMES, Ledger, Service, afas, audit, lines, prepare, replies, resumes, victims
from tests.e2e.processes import Machine, machine, until
from tests.soak.recoveries import Recoveries

ACTS = {"kill": 100, "stop": 20, "flush": 10, "restart": 3}  #: how often each is done
BATCH, ERRORS = 5_000, 0.01
LOOK = 0.3  #: seconds
STOPPED = (32, 45)  #: seconds, longer than a lease
PATIENCE = 1800.0  #: seconds after the last act until a standstill is called one
NAMES = {"worker-realization.chunks": 12, "worker-realization": 2, "worker-housekeeping": 3, "beat": 1, "broker": 1}
FEW = "turnover=1,turnover.registers=1,housekeeping=2,realization=1,realization.chunks=6"


class Soak:
    """One run: lines on their way, and what is done to those that deliver them."""

    def __init__(
        self, running: Machine, server: postgresql.Server, more: Mapping[str, str], dice: random.Random
    ) -> None:
        self._running, self._server, self._more, self._dice = running, server, more, dice
        self._asleep: list[tuple[float, int]] = []
        self._acts = {"kill": self._kill, "stop": self._stop, "flush": self._flush, "restart": self._restart}
        self.ledger, self.service = Ledger(running.home, **more), Service(running.broker())
        self.recoveries = Recoveries()
        self.resumed = 0

    def run(self, count: int, acts: list[str], pause: float) -> None:
        """Deliver `count` lines and as many more as it takes until all acts are done."""
        for _ in range(0, count, BATCH):
            self._submit()
        for what in acts:
            self._passes(self._dice.uniform(0, 2 * pause))
            if self.ledger.finished():
                self._submit()
            # Until it is done: a process that is just being replaced can't be hit.
            until(partial(self._does, what), PATIENCE)
            if what != "flush":  # takes messages along, and no holder
                self.recoveries.did(what)
        until(lambda: self._look() and self.ledger.finished(), PATIENCE)

    def _does(self, what: str) -> bool:
        return self._look() and self._acts[what]()

    def _submit(self) -> None:
        number = len(self.ledger.rows("SELECT id FROM batch"))
        self.service.submits(f"R{number}", lines(f"K{number}", BATCH, ERRORS, self._dice))
        # Until its rows are there a batch is a message alone, which a flush takes along.
        until(lambda: self._look() and len(self.ledger.rows("SELECT id FROM batch")) > number, PATIENCE)

    def _passes(self, seconds: float) -> None:
        over = time.monotonic() + seconds
        while self._look() and time.monotonic() < over:
            time.sleep(LOOK)

    def _look(self) -> bool:
        """Wake who has slept long enough, do what a person does after a stop, and see what was recovered."""
        # A person's word would wait for what a sleeper has locked, and the sleeper for this look to end.
        resumes_now = self.ledger.stopped() is not None
        for due, pid in [one for one in self._asleep if resumes_now or one[0] <= time.monotonic()]:
            self._asleep.remove((due, pid))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.resumed += bool(resumes(self._running.home, self.ledger, **self._more))
        self.recoveries.look(self.ledger)
        self.service.heard()
        return True

    def _signal(self, number: signal.Signals, *names: str) -> int | None:
        """Which process got it; None: the program was just dead."""
        chosen = self._dice.choices(names, [NAMES[name] for name in names])[0]
        found = victims([self._running.pid(chosen)])
        if not found:
            return None
        pid = self._dice.choice(found)
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return None
        return pid

    def _kill(self) -> bool:
        return self._signal(signal.SIGKILL, *NAMES) is not None

    def _stop(self) -> bool:
        pid = self._signal(signal.SIGSTOP, *(name for name in NAMES if name.startswith("worker")))
        self._asleep += [] if pid is None else [(time.monotonic() + self._dice.uniform(*STOPPED), pid)]
        return pid is not None

    def _flush(self) -> bool:
        try:
            Redis.from_url(self._running.broker()).flushall()
        except RedisError:
            return False
        return True

    def _restart(self) -> bool:
        self._server.end(self._dice.choice((signal.SIGINT, signal.SIGQUIT)))
        time.sleep(self._dice.uniform(0, 5))
        self._server.start()
        return True


def main() -> None:
    asked = arguments()
    dice = random.Random(asked.seed)
    acts = [what for what in ACTS for _ in range(getattr(asked, what))]
    dice.shuffle(acts)
    with postgresql.server() as server, tempfile.TemporaryDirectory() as folder:
        server.sql("CREATE DATABASE soak")
        more = TIMES | {"DATABASE_URL": f"{server.url}soak", "SECRET_KEYS": Fernet.generate_key().decode()}
        home = Path(asked.folder or folder) / "home"
        with afas(call_ms=300, line_ms=5) as there:
            prepare(home, there, **more)
            with machine(home, **more, UP_PROCESSES=FEW) as running:
                soak = Soak(running, server, more, dice)
                begun = time.monotonic()
                soak.run(asked.lines, acts, asked.pause)
                seconds = time.monotonic() - begun
                audit(there, soak.ledger, soak.service)
                until(lambda: soak.service.heard() >= replies(soak.ledger))
                tell(soak, acts, seconds)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--lines", type=int, default=20_000)
    for what, count in ACTS.items():
        parser.add_argument(f"--{what}", type=int, default=count, help="how often")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two acts, in the middle")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", help="where it all lies, and stays")
    return parser.parse_args()


def tell(soak: Soak, acts: list[str], seconds: float) -> None:
    done = ", ".join(f"{acts.count(what)} x {what}" for what in ACTS)
    refused = len(soak.ledger.rows("SELECT 1 FROM line WHERE state = 'refused'"))
    lost = soak.ledger.rows("SELECT count(*) FROM attempt WHERE reach = 'lost'")[0][0]
    print(f"{len(soak.service.sent):,} lines in {seconds:.0f} s ({done}): 0 lost, 0 doubled, {refused} refused")
    print(f"{soak.ledger.calls()} calls, {lost} of unknown outcome, {soak.resumed} stops resumed by a person")
    for line in soak.recoveries.told():
        print(line)


if __name__ == "__main__":
    main()
