"""What people, services and the broker do in a history, each deed a job of its own; and the history as a whole."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from tasks.realization import humans, resuming, retry, sight, submit
from tasks.realization.back import After
from tasks.realization.closing import Closed
from tasks.realization.deliver import hand_on
from tasks.realization.humans import RefusedError, Word
from tests.realization_delivery import histories_changes
from tests.realization_delivery.builders import DAY, GUID
from tests.realization_delivery.histories import History, World
from tests.realization_delivery.histories_laws import Laws
from tests.realization_delivery.histories_ledger import Ledger, Line
from tests.realization_delivery.model_changes import FIRST, Changing
from workers.afas.errors import AfasError

OTHER = "0b2f6a34-1111-4222-8333-abcdefabcdef"
LOOKS = dt.timedelta(hours=1)  #: until somebody has seen to a stop
MOST_RESUMES = 40
IN_AFAS = ("deletes", "copies", "moves", "edits", "touches")


Message = dict[str, Any]


def line(number: int, employee: str) -> dict[str, object]:
    """A line as a service sends it; an employee that is none leaves it out."""
    day = DAY + dt.timedelta(days=number % 3)
    made: dict[str, object] = {"DaTi": day.isoformat()}
    made |= {"VaIt": "1", "ItCd": "300", "Qu": f"{number + 1}.00", "PrId": "P1000"}
    return made | {"XpRe": f"K-{number}"} | ({"EmId": employee} if employee else {})


def _message(guid: str, lines: list[dict[str, object]], action: str = "insert", reference: str = "R") -> Message:
    message = {"organisation": guid, "action": action, "reference": reference, "lines": lines}
    return message | {"reply_to": {"task": "theirs.outcome", "queue": "theirs"}}


class Story:
    """One history, told from its beginning to its end, with the laws after each step."""

    def __init__(self, history: History, ledger: Ledger) -> None:
        self.history, self.ledger = history, ledger
        self.afas, self.laws = self._made()
        self.world = World(history, ledger, self.afas)
        self._deeds = list(history.deeds)
        self._due = self._deeds[0][0] if self._deeds else 0
        self._services = self._batches()
        self._unsent = list(self._services)
        self._connector: str | None = None
        self._said = self._doing = 0

    def _made(self) -> tuple[Changing, Laws]:
        """The AFAS of the story, and what must be true in it."""
        told = self.history
        bad = frozenset(f"K-{number}" for number in told.bad)
        lag = dt.timedelta(seconds=told.lag)
        afas = Changing(bad, told.hidden, lag, told.stops_at, told.named, told.echo, told.unique)
        afas.fixed = frozenset(FIRST + number for number in told.fixed)
        histories_changes.old_rows(afas, told.old)
        return afas, Laws(self.ledger, afas, told.parallel)

    def _batches(self) -> list[Message]:
        """What services send, each until it is taken."""
        staff, own = (*self.history.staff, *self.history.others), len(self.history.staff)
        lines = [line(number, employee) for number, employee in enumerate(staff)]
        return [_message(GUID, lines[:own]), *([_message(OTHER, lines[own:])] if self.history.others else [])]

    def runs(self) -> None:
        """Until nothing can move without a person, and people have ended every stop."""
        resumes = 0
        while True:
            self._people()
            moved = self.world.step()
            # A command that sleeps half-way changes lines when it wakes.
            self.laws.by_hand |= self._doing > 0
            self.laws.after_each_step(self.world.flying())
            if moved:
                continue
            if self._unsent or self._deeds:
                self._due = 0
            elif stopped := self.ledger.stopped():
                resumes += 1
                assert resumes < MOST_RESUMES, ("stops for ever", self.ledger.told())
                self._sees_to(stopped)
            elif self._looks_up(self.ledger.blocking()):
                continue
            else:
                break
        self.laws.at_the_end(overslept=self.world.overslept)

    def _people(self) -> None:
        """What is due now; a batch whose message got lost with its worker comes again."""
        for message in [] if self.world.workers else list(self._unsent):
            self.world.starts(partial(self._submits, message))
        if self._deeds and self.world.steps >= self._due:
            _, name, number = self._deeds.pop(0)
            self._due = self.world.steps + (self._deeds[0][0] if self._deeds else 0)
            self._deed(name)(number)

    def _submits(self, message: Message) -> None:
        taken = submit.take_or_keep(message, "task", self.world.hands())
        assert taken["lines"] == len(message["lines"])
        assert taken["invalid"] == 0 or message["action"] != "insert"
        if message in self._unsent:
            self._unsent.remove(message)

    def _sees_to(self, stopped: list[str]) -> None:
        if self.history.mends:
            self.afas.hidden = frozenset()
        self.world.passes(self.world.now + LOOKS)
        if self.ledger.rows("SELECT 1 FROM delivery WHERE stop = 'continuity'"):
            self._does(lambda: resuming.adopt()[1])
        for guid in stopped:
            self._does(partial(resuming.resume, guid))

    def _does(self, deed: Callable[[], Closed | None]) -> None:
        """A person's command, which may be refused, or die half-way."""

        def job() -> None:
            self._doing += 1
            try:
                closed = deed()
            except (RefusedError, AfasError):
                return
            finally:
                self._doing -= 1
                self.laws.by_hand = True
            hand_on([After(None, closed=closed)], self.world.hands())

        self.laws.by_hand = True
        self.world.starts(job)

    def _deed(self, name: str) -> Callable[[int], None]:
        if name in IN_AFAS:
            return partial(self._in_afas, name)
        return {
            "flush": lambda _: self.world.messages.clear(),
            "restart": lambda _: self.world.restarts(),
            "cancel": lambda number: self._to(number, lambda batch: humans.cancel(batch, "piet").work),
            "retry": lambda number: self._to(number, lambda batch: retry.retry(batch, "piet").work),
            "resume": lambda number: self._does(lambda: resuming.resume([GUID, OTHER][number % 2])),
            "resolve": self._resolves,
            "again": self._again,
            "changes": self._changes,
            "config": self._configures,
            "backup": lambda _: self.ledger.back_up(),
            "restore": lambda _: self._restores(),
        }[name]

    def _in_afas(self, deed: str, number: int) -> None:
        getattr(self.afas, deed)(number, self.world.now)

    def _changes(self, _: int) -> None:
        """A service wants lines changed."""
        number = len(self._services)
        change = self.history.changes[number % len(self.history.changes)]
        lines = histories_changes.lines(self.afas, change, self.history.old, number)
        message = _message(GUID, lines, change.action, f"R{number}")
        self._services.append(message)
        self._unsent.append(message)

    def _to(self, number: int, deed: Callable[[int], Closed]) -> None:
        if batches := sorted(self.ledger.batches().values()):
            self._does(lambda: deed(batches[number % len(batches)]))

    def _again(self, number: int) -> None:
        """A service sends its batch once more."""
        self.world.starts(partial(self._submits, self._services[number % len(self._services)]))

    def _resolves(self, number: int) -> None:
        """Somebody looks a line up in AFAS itself, and says what is there."""
        if doubted := [one for one in self.ledger.lines() if one.state == "in_doubt"]:
            self._says(doubted[number % len(doubted)])

    def _looks_up(self, blocking: set[int]) -> bool:
        """Somebody does so for the first line that keeps others waiting; False: there is none."""
        doubted = [one for one in self.ledger.lines() if one.id in blocking and one.state == "in_doubt"]
        for one in doubted[:1]:
            self._said += 1
            assert self._said < MOST_RESUMES, ("in doubt for ever", self.ledger.told())
            self.world.passes(self.world.now + LOOKS)
            self._says(one, forced=True)
        return bool(doubted)

    def _says(self, one: Line, *, forced: bool = False) -> None:
        there = any(row.key == one.key for row in self.afas.rows)
        if one.action != "insert":
            line = next(line for line in self.ledger.operations() if line.id == one.id)
            there = histories_changes.stands(self.afas, line)
        word = Word("applied" if there else "absent", "looked it up", "piet", forced)
        self._does(lambda: humans.resolve(one.batch, f"#{one.id}", word, sight.shows))

    def _configures(self, number: int) -> None:
        """The read-back connector is taken out of the set-up, and comes back."""
        guid = self._services[number % len(self._services)]["organisation"]
        before = self.ledger.blind(guid, self._connector)
        self._connector = before or self._connector

    def _restores(self) -> None:
        """All processes end, and the database is an older one; services send again what it does not know."""
        self.world.restarts()
        if self.ledger.restore():
            self.world.messages.clear()
            self.laws.restored()
            known = self.ledger.batches()
            self._unsent = [one for one in self._services if (one["organisation"], one["reference"]) not in known]
