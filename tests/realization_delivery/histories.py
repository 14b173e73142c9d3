"""A history: workers that are killed or sleep, a broker that loses and doubles, people, an AFAS with faults; one clock.

It is drawn whole before it begins and told in steps; the database's clock is the story's own, so it is always the same.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tasks.realization import deliver, sweeping
from tasks.realization.deliver import Hands
from tests.realization_delivery.histories_ledger import Ledger
from tests.realization_delivery.histories_workers import Killed, Worker
from tests.realization_delivery.model import FAULTS, Afas, Fault
from workers.database import transaction
from workers.staff import pause

START = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
KILL = -1.0  #: instead of the seconds of a sleep
SWEEP = 60.0
LONGEST_SWEEP = 600.0  #: between two that found nothing
RENEW = dt.timedelta(seconds=8)
PROCESSES = 4
MOST_STEPS = 3000  #: each fault may cost as long a wait as a line was invisible, with a sweep every few minutes
TICK = dt.timedelta(milliseconds=1)


@dataclass(frozen=True)
class Change:
    """A batch about lines that are there: by their number, and by what each is named (Id or XpRe).

    `more`: it sets a field that nobody is shown, or deletes whatever was approved.
    """

    action: str
    lines: tuple[tuple[int, str], ...]
    more: bool = False


@dataclass(frozen=True)
class History:
    """What is drawn. `staff`: the employee of each line, of one organisation and of another that shares AFAS with it.

    `old`: lines that stood in AFAS before, which `changes` count first; `fixed`: rows that AFAS does not change.

    `acts`: boundaries to the next one, and the seconds that the worker sleeps there, or KILL. `deeds`: steps to the
    next one, what a person or the broker does, and to which of many. `messages`: lost, twice, or seconds too late.
    """

    staff: tuple[str, ...] = ("a",)
    others: tuple[str, ...] = ()
    bad: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()
    lag: float = 0.0
    named: int = 1000
    echo: bool = True
    unique: bool = False
    read_back: bool = True
    shows: frozenset[str] = frozenset({"created"})
    old: int = 0
    fixed: frozenset[int] = frozenset()
    changes: tuple[Change, ...] = ()
    proven: bool = False
    chunk_lines: int = 4
    parallel: int = 4
    stops_at: int = 3
    faults: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    acts: tuple[tuple[int, float], ...] = ()
    messages: tuple[str, ...] = ()
    deeds: tuple[tuple[int, str, int], ...] = ()
    mends: bool = True


class World:
    """The story's clock, its AFAS, its broker, and whose turn it is."""

    def __init__(self, history: History, ledger: Ledger, afas: Afas) -> None:
        self.history, self.ledger, self.afas, self.now = history, ledger, afas, START
        self.calls, self.steps, self.points, self.overslept = 0, 0, 0, False
        self.workers: list[Worker] = []
        self.messages: list[tuple[dt.datetime, int]] = []
        self._current: Worker | None = None
        self._flying: list[Worker] = []
        self._baton = threading.Semaphore(0)
        self._sweep_at, self._sweep_pause, self._renewed = START, SWEEP, START
        self._faults, self._reads = list(history.faults), list(history.reads)
        self._acts, self._sends = list(history.acts), list(history.messages)
        self._act_at = self._acts[0][0] if self._acts else 0

    # What a worker meets.

    def point(self, most: float | None = None, *, sleeps: bool = True) -> None:
        """A boundary, where the plan may want the worker dead, or asleep if it `sleeps` here."""
        worker = self._current
        if worker is None or not worker.mine():
            return
        if worker.dead:
            raise Killed
        self.points += 1
        if not self._acts or self.points < self._act_at or not (sleeps or self._acts[0][1] == KILL):
            return
        _, seconds = self._acts.pop(0)
        self._act_at = self.points + (self._acts[0][0] if self._acts else 0)
        if seconds == KILL:
            worker.dead = True
            raise Killed
        worker.sleeps(self.now, min(seconds, most or seconds), frozen=True)

    def begins(self) -> None:
        """A transaction is about to begin."""
        if self._current is None or self._current.mine():
            self.now += TICK
            self.point()

    def sleep(self, seconds: float) -> None:
        """The worker waits; others work meanwhile."""
        if self._current is not None:
            self._current.sleeps(self.now, seconds, frozen=False)

    def write_fault(self) -> Fault:
        """What happens to the worker's call that writes."""
        if self._current is not None:
            self._current.writes += 1
            assert self._current.writes == 1, "two writing calls for one message"
        return FAULTS[self._faults.pop(0) if self._faults else "ok"]

    @contextmanager
    def flies(self) -> Iterator[None]:
        """The worker's call is under way."""
        worker = self._current
        self._flying += [worker] if worker else []
        try:
            yield
        finally:
            self._flying = [one for one in self._flying if one is not worker]

    def flying(self) -> int:
        """How many calls are under way, without those of workers that overslept: their places may be others' by now."""
        return sum(not worker.overslept for worker in self._flying)

    def read_fault(self) -> str:
        """What happens to the worker's read-back."""
        return self._reads.pop(0) if self._reads else "ok"

    def hands(self) -> Hands:
        """Messages go to this broker; mails and replies are looked up where they lie."""

        def outbox(_: int) -> None:
            self.point()

        return Hands(self._message, outbox, outbox)

    def _message(self, chunk: int, seconds: float) -> None:
        self.point()
        fate = self._sends.pop(0) if self._sends else "arrives"
        late = float(fate) if fate.isdigit() else 0.0
        message = (self.now + dt.timedelta(seconds=seconds + late), chunk)
        self.messages += [message] * {"lost": 0, "twice": 2}.get(fate, 1)

    # Whose turn it is.

    def step(self) -> bool:
        """One worker goes on up to its next stop; False when nobody has anything to do before somebody acts."""
        self.steps += 1
        assert self.steps < MOST_STEPS, ("standstill", self.ledger.told())
        if ready := [worker for worker in self.workers if worker.until <= self.now]:
            self._runs(min(ready, key=lambda worker: worker.until))
        elif due := self._due():
            self.messages.remove(due)
            self.starts(lambda: deliver.deliver(due[1], self.hands()))
        elif self._sweep_at <= self.now and (self.messages or self.ledger.waits()):
            self.starts(self._sweep)
        else:
            return self._passes()
        return True

    def starts(self, job: Callable[[], None]) -> None:
        """A process takes up a job."""
        worker = Worker(job, self.now, self._baton)
        self.workers.append(worker)
        self._runs(worker)

    def restarts(self) -> None:
        """All processes are gone at once."""
        for worker in list(self.workers):
            worker.dead = True
            self._runs(worker)

    def passes(self, until: dt.datetime) -> None:
        """Time goes by: AFAS works on, and who is awake renews its leases."""
        self.now = max(until, self.now + TICK)
        self.afas.tick(self.now)
        if self.now >= self._renewed + RENEW:
            self._renewed = self.now
            held = {lease for worker in self.workers if not worker.frozen for lease in worker.held}
            self.ledger.renew(held, self.now)

    def _runs(self, worker: Worker) -> None:
        self._current = worker
        try:
            worker.runs()
        finally:
            self._current = None
            self.overslept |= worker.overslept
            if worker.done:
                self.workers.remove(worker)

    def _due(self) -> tuple[dt.datetime, int] | None:
        awake = sum(not worker.frozen for worker in self.workers)
        due = [message for message in self.messages if message[0] <= self.now]
        return min(due) if due and awake < PROCESSES else None

    def _sweep(self) -> None:
        self._sweep_at = self.now + dt.timedelta(seconds=self._sweep_pause)
        self._sweep_pause = min(self._sweep_pause * 2, LONGEST_SWEEP)
        before = len(self.messages)
        sweeping.sweep(self.hands())
        with transaction() as session:
            for organisation in pause.probes_due(session):
                # The probe finds it mended.
                pause.unpause(session, organisation)
        if len(self.messages) > before:
            self._sweep_pause = SWEEP
        elif due := self.ledger.next_due(self.now):
            # Those in between would find nothing.
            self._sweep_at = max(self._sweep_at, due)

    def _passes(self) -> bool:
        """Time goes by until the next thing happens; False: nothing will."""
        moments = [worker.until for worker in self.workers] + [due for due, _ in self.messages if due > self.now]
        if self.messages or self.ledger.waits():
            moments.append(self._sweep_at)
        if moments:
            self.passes(min(moments))
        return bool(moments)
