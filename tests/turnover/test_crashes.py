"""The import is stopped at every commit and every send, one after the other; afterwards nothing is lost or doubled."""

import datetime as dt
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tasks.housekeeping import tasks as housekeeping
from tasks.turnover import tasks as turnover
from tests.demo.mailbox import Mailbox, mailbox
from tests.simulator import Simulator
from tests.turnover.builders import Shop, execute, held, row, rows_of, states
from workers import leases, settings
from workers.children import free_port
from workers.database import engine, forget_engine
from workers.ledger.runs import clock

TASKS = {
    "turnover.import_organisation": turnover.import_organisation,
    "turnover.import_register": turnover.import_register,
    "housekeeping.dispatch": housekeeping.dispatch,
    "housekeeping.sweep": housekeeping.sweep,
    "housekeeping.send_mail": housekeeping.send_mail,
}
ROUNDS = 12  #: sweeps until everything must have ended
QUIET = """SELECT (SELECT count(*) FROM turnover_run WHERE logged_at IS NOT NULL),
    (SELECT count(*) FROM outbox_mail WHERE sent_at IS NOT NULL)"""


class Killed(BaseException):
    """The process is gone: no `except` and no `finally` of it does anything any more."""


@dataclass
class Boundaries:
    """Counts commits (before and after) and sends (before and after), and kills the process at one of them."""

    kill_at: int | None = None
    passed: int = 0
    dead: bool = False

    def cross(self, *_: Any) -> None:
        # What renews leases beside it is no deed of an import.
        if threading.current_thread() is not threading.main_thread():
            return
        self.passed += 1
        if self.dead or self.passed == self.kill_at:
            self.dead = True
            raise Killed

    @contextmanager
    def watched(self) -> Iterator[None]:
        dialect = engine().dialect
        commit = dialect.do_commit

        def crossed(connection: Any) -> None:
            self.cross()
            commit(connection)
            self.cross()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dialect, "do_commit", crossed)
            yield


@dataclass
class Broker:
    """Messages in order, as JSON. `flushed`: a kill takes all of them along; `twice`: each is delivered two times."""

    boundaries: Boundaries
    flushed: bool = False
    twice: bool = False
    messages: list[tuple[str, str]] = field(default_factory=list)

    def send(self, task: str, **arguments: object) -> None:
        self.boundaries.cross()
        self.messages += [(task, json.dumps(arguments))] * (1 + self.twice)
        self.boundaries.cross()

    def deliver(self) -> None:
        """Every message to a worker of its own; the one that is killed loses its message, as with early acks."""
        while self.messages:
            task, arguments = self.messages.pop(0)
            self.work(task, json.loads(arguments))

    def work(self, task: str, arguments: dict[str, Any]) -> None:
        try:
            with self.boundaries.watched():
                TASKS[task](**arguments)
        except Killed:
            self.boundaries.kill_at = None
            self.boundaries.dead = False
            leases._held.clear()
            if self.flushed:
                self.messages.clear()


def live(broker: Broker) -> None:
    """Beat wakes the dispatcher and the sweep, and time passes, until the run is told and its mail is out."""
    for _ in range(ROUNDS):
        if rows_of(QUIET) == [(1, 1)]:
            return
        broker.work("housekeeping.dispatch", {})
        broker.work("housekeeping.sweep", {})
        broker.deliver()
        execute("UPDATE lease SET expires_at = '1970-01-01 00:00:00.000000'")
        for table, column in (("turnover_run", "hint_at"), ("turnover_run", "finished_at"), ("outbox_mail", "due_at")):
            execute(f"UPDATE {table} SET {column} = '1970-01-01 00:00:00.000000' WHERE {column} IS NOT NULL")


def outcome() -> dict[str, object]:
    """All that must be the same however often somebody was killed."""
    return {
        "turnover": held(),
        "days": states(1),
        "runs": rows_of("SELECT id, kind, state, message FROM turnover_run"),
        "sources": rows_of("SELECT state, rows, amount, other, undated FROM source_read"),
        "mails": rows_of("SELECT run_id, recipient, subject, sent_at IS NOT NULL FROM outbox_mail"),
        "history": rows_of("SELECT register_external_id, date, old_amount FROM register_day ORDER BY 1, 2"),
    }


@dataclass(frozen=True)
class Scene:
    """A prepared database to begin each story with, and the mails that arrive meanwhile."""

    database: Path
    box: Mailbox

    def story(self, broker: Broker) -> dict[str, object]:
        """From the beginning to the end, whoever is killed on the way."""
        forget_engine()
        for name in ("", "-wal", "-shm"):
            self.database.with_name(f"afasconnector.db{name}").unlink(missing_ok=True)
        shutil.copy(self.database, self.database.with_name("afasconnector.db"))
        self.box.mails.clear()
        live(broker)
        return outcome()


@pytest.fixture
def scene(sqlite: str, home: Path, afas: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """An organisation whose hour has passed; AFAS has good days, an unknown register and an unknown method."""
    assert sqlite
    port = free_port()
    for name, value in {
        "ALLOWED_HOSTS": "127.0.0.1",
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
        "DATES_PER_MESSAGE": "2",
    }.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()
    prepare(Shop(afas))
    prepared = home / "prepared.db"
    execute("PRAGMA user_version")
    engine().dispose()
    with sqlite3.connect(home / "afasconnector.db") as source, sqlite3.connect(prepared) as copy:
        source.backup(copy)
    with mailbox(port) as box:
        yield Scene(prepared, box)


def prepare(shop: Shop) -> None:
    shop.organisation(daily_at=dt.time(0), days_back=3)
    for code in ("1000", "8000"):
        shop.method(code)
    for code in ("2600", "2601"):
        shop.register(code)
    today = clock().astimezone(settings.current().zone).date()
    days = [today - dt.timedelta(days=number) for number in range(4)]
    rows = [row(code, day, f"{number}.25") for number, code in enumerate(("2600", "2601", "2606"), 1) for day in days]
    shop.serves(*rows, row("2601", today, "9.99", "1399"), row("2600", today, "0.50", None))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("flushed", "twice"), [(False, False), (True, False), (False, True)])
def test_a_kill_at_any_commit_or_send_changes_nothing_of_the_outcome(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, flushed: bool, twice: bool
) -> None:
    def after(kill_at: int | None) -> tuple[dict[str, object], int]:
        boundaries = Boundaries(kill_at)
        broker = Broker(boundaries, flushed=flushed, twice=twice)
        monkeypatch.setattr(turnover, "send", broker.send)
        return scene.story(broker), boundaries.passed

    undisturbed, points = after(None)
    assert undisturbed["runs"] == [(1, "scheduled", "done_with_failures", None)]
    assert len(scene.box.mails) == 1
    busy = 0
    for kill_at in range(1, points + 1):
        outcome, passed = after(kill_at)
        if passed < kill_at:
            break
        busy += 1
        assert outcome == undisturbed, f"killed at boundary {kill_at}"
        assert {mail.subject for mail in scene.box.mails} == {scene.box.mails[0].subject}
    print(f"{busy} crash points (broker flushed: {flushed}, messages twice: {twice})")
    assert busy == points
