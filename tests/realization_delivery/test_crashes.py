"""Killed at every commit, message and step of a call, intake, delivery and sweep lose and double nothing."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tasks.realization import missing
from tasks.realization.deliver import Hands
from tests.realization_delivery.builders import Office, bad, good
from tests.simulator import Simulator
from workers import leases, settings
from workers.afas import posting, wire
from workers.database import engine, forget_engine, transaction


class Killed(BaseException):
    """The process is gone: no `except` and no `finally` of it does anything any more."""


@dataclass
class Boundaries:
    """Counts the deeds of a process, and kills it before one of them: dead after it is dead before the next."""

    kill_at: int | None = None
    passed: int = 0
    dead: bool = False
    on: bool = False

    def cross(self, *_: Any) -> None:
        # What renews leases beside it is no deed of delivery.
        if not self.on or threading.current_thread() is not threading.main_thread():
            return
        self.passed += 1
        if self.dead or self.passed == self.kill_at:
            self.dead = True
            raise Killed

    @contextmanager
    def watched(self) -> Iterator[None]:
        event.listen(engine(), "commit", self.cross)
        self.on = True
        try:
            yield
        finally:
            self.on = False
            event.remove(engine(), "commit", self.cross)


@dataclass
class Mortal(Office):
    """An office whose worker may be killed. `flushed`: the kill takes all messages along; `twice`: each comes twice."""

    boundaries: Boundaries = field(default_factory=Boundaries)
    flushed: bool = False
    twice: bool = False

    def hands(self) -> Hands:
        return Hands(self._message, self.mails.append, self.replies.append)

    def _message(self, chunk: int, seconds: float) -> None:
        self.boundaries.cross()
        for _ in range(1 + self.twice):
            self._chunk(chunk, seconds)

    def submits(self, lines: Sequence[Any], action: str = "insert", reference: str = "R", **more: Any) -> int:
        try:
            with self.boundaries.watched():
                return super().submits(lines, action, reference, **more)
        except Killed:
            self._dies()
            # Its message was not acknowledged, and comes again.
            return super().submits(lines, action, reference, **more)

    def delivers(self, chunk: int) -> None:
        try:
            with self.boundaries.watched():
                super().delivers(chunk)
        except Killed:
            self._dies()

    def _sweep(self) -> bool:
        try:
            with self.boundaries.watched():
                return super()._sweep()
        except Killed:
            self._dies()
            return super()._sweep()

    def _dies(self) -> None:
        self.boundaries.kill_at, self.boundaries.dead = None, False
        leases._held.clear()
        if self.flushed:
            self.messages.clear()
        # Nobody renews its leases any more.
        self.passes(leases.LEASE_SECONDS + 1)


EACH = 4  #: tests share the points, for all in one would be the longest of a run
ERRORS = 3  #: at which AFAS stops here
LINES = [bad(n) if n in {1, 5, 6, 7} else good(n) for n in range(9)]


@pytest.fixture
def boundaries(monkeypatch: pytest.MonkeyPatch) -> Boundaries:
    """The boundaries of this test's worker, those of its calls among them."""
    made = Boundaries()
    exchange, blocks = wire.exchange, posting.Posting.__iter__

    def exchanged(*args: Any) -> Any:
        made.cross()
        return exchange(*args)

    def sent(body: posting.Posting) -> Iterator[bytes]:
        for block in blocks(body):
            made.cross()
            yield block

    monkeypatch.setattr(wire, "exchange", exchanged)
    monkeypatch.setattr(posting.Posting, "__iter__", sent)
    return made


def renew() -> None:
    """The ledger as it was before the first story."""
    database = Path(engine().url.database or "")
    forget_engine()
    for name in ("", "-wal", "-shm"):
        database.with_name(database.name + name).unlink(missing_ok=True)
    shutil.copy(database.with_name("prepared.db"), database)
    # Else the ledger is seen to be restored, and nothing is sent.
    (settings.current().home / "mark.json").unlink(missing_ok=True)


def prepare() -> None:
    """Keep the ledger as it is."""
    database = Path(engine().url.database or "")
    with sqlite3.connect(database) as source, sqlite3.connect(database.with_name("prepared.db")) as copy:
        source.backup(copy)


def story(office: Mortal, kill_at: int | None) -> tuple[dict[str, object], int]:
    """One batch from its intake to its end, in a ledger and an AFAS that are new; and the points passed."""
    renew()
    with Simulator() as afas:
        office.afas, office.messages, office.mails, office.elapsed = afas, [], [], 0.0
        office.stops = []
        afas.switches.errors_at_most = ERRORS
        office.boundaries.kill_at, office.boundaries.passed = kill_at, 0
        with transaction() as session:
            session.connection.exec_driver_sql(f"UPDATE afas_connection SET environment = '{afas.url}'")
        office.submits(LINES)
        office.works()
        lines = office.lines()
        outcome: dict[str, object] = {
            "states": {line.xp_re: line.state for line in lines},
            "messages": {line.xp_re: line.message for line in lines if line.state != "applied"},
            "there": dict(office.there()),
        }
        return outcome, office.boundaries.passed


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test run kills with the messages lost as well; the soak kills in all ways."""
    if "way" in metafunc.fixturenames:
        soaks = metafunc.config.getoption("--hypothesis-profile") == "soak"
        ways = [(True, False), (False, False), (False, True)] if soaks else [(True, False)]
        metafunc.parametrize("way", ways)
        metafunc.parametrize("first", range(1, EACH + 1))


@pytest.mark.timeout(1200)
def test_a_kill_at_any_write_message_commit_or_step_of_a_call_changes_nothing_of_the_outcome(
    office: Office, boundaries: Boundaries, monkeypatch: pytest.MonkeyPatch, way: tuple[bool, bool], first: int
) -> None:
    flushed, twice = way
    monkeypatch.setenv("CHUNK_LINES", "5")
    monkeypatch.setattr(missing, "STOPS_AT", ERRORS)
    settings.current.cache_clear()
    prepare()
    mortal = Mortal(office.afas, id=office.id, boundaries=boundaries, flushed=flushed, twice=twice)
    undisturbed, _ = story(mortal, None)
    assert undisturbed["there"] == {f"K-{n}": 1 for n in range(9) if LINES[n] == good(n)}
    assert set(undisturbed["states"].values()) == {"applied", "refused"}  # type: ignore[attr-defined]
    points = stops = 0
    for point in count(first, EACH):
        outcome, passed = story(mortal, point)
        assert outcome == undisturbed, f"killed at boundary {point}"
        # How many there are hangs on how often a read-back had to be asked again: the last kill is the one that missed.
        if passed < point:
            break
        points += 1
        stops += len(mortal.stops)
    which = f"each {EACH}th from {first}; flushed: {flushed}, twice: {twice}"
    print(f"{points} crash points ({which}), {stops} canaries lost and resumed")
    assert points > 100 // EACH
