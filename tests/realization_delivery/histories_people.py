"""What people, services and the broker do in a history, each deed a job of its own; and the history as a whole."""

import datetime as dt
from collections.abc import Callable

from tasks.realization import humans, resuming, retry, sight, submit
from tasks.realization.case import After
from tasks.realization.closing import Closed
from tasks.realization.deliver import hand_on
from tasks.realization.humans import RefusedError, Word
from tests.realization_delivery.builders import DAY, GUID
from tests.realization_delivery.histories import History, World
from tests.realization_delivery.histories_laws import Laws
from tests.realization_delivery.histories_ledger import Ledger
from tests.realization_delivery.model import Afas
from workers.afas.errors import AfasError

OTHER = "0b2f6a34-1111-4222-8333-abcdefabcdef"
LOOKS = dt.timedelta(hours=1)  #: until somebody has seen to a stop
MOST_RESUMES = 40


def keys_of(history: History) -> list[str]:
    return [f"K-{number}" for number in range(len(history.staff) + len(history.others))]


def line(number: int, employee: str) -> dict[str, object]:
    """A line as a service sends it; an employee that is none leaves it out."""
    day = DAY + dt.timedelta(days=number % 3)
    made: dict[str, object] = {"DaTi": day.isoformat()}
    made |= {"VaIt": "1", "ItCd": "300", "Qu": f"{number + 1}.00", "PrId": "P1000"}
    return made | {"XpRe": f"K-{number}"} | ({"EmId": employee} if employee else {})


class Story:
    """One history, told from its beginning to its end, with the laws after each step."""

    def __init__(self, history: History, ledger: Ledger) -> None:
        self.history, self.ledger = history, ledger
        bad = frozenset(f"K-{number}" for number in history.bad)
        lag = dt.timedelta(seconds=history.lag)
        self.afas = Afas(bad, history.hidden, lag, history.stops_at, history.named, history.echo, history.unique)
        self.world = World(history, ledger, self.afas)
        self.laws = Laws(ledger, self.afas, history.parallel)
        self._deeds = list(history.deeds)
        self._due = self._deeds[0][0] if self._deeds else 0
        self._services = [GUID, *([OTHER] if history.others else [])]
        self._unsent = list(self._services)
        self._connector: str | None = None

    def runs(self) -> None:
        """Until nothing can move without a person, and people have ended every stop."""
        resumes = 0
        while True:
            self._people()
            moved = self.world.step()
            self.laws.after_each_step(self.world.flying())
            if moved:
                continue
            if self._unsent or self._deeds:
                self._due = 0
            elif stopped := self.ledger.stopped():
                resumes += 1
                assert resumes < MOST_RESUMES, ("stops for ever", self.ledger.told())
                self._sees_to(stopped)
            else:
                break
        self.laws.at_the_end(overslept=self.world.overslept)

    def _people(self) -> None:
        """What is due now; a batch whose message got lost with its worker comes again."""
        for guid in [] if self.world.workers else list(self._unsent):
            self.world.starts(lambda guid=guid: self._submits(guid))  # type: ignore[misc]
        if self._deeds and self.world.steps >= self._due:
            _, name, number = self._deeds.pop(0)
            self._due = self.world.steps + (self._deeds[0][0] if self._deeds else 0)
            self._deed(name)(number)

    def _submits(self, guid: str) -> None:
        own, others = len(self.history.staff), len(self.history.others)
        numbers = range(own) if guid == GUID else range(own, own + others)
        staff = (*self.history.staff, *self.history.others)
        message: dict[str, object] = {"organisation": guid, "action": "insert", "reference": "R"}
        message |= {"lines": [line(number, staff[number]) for number in numbers]}
        message |= {"reply_to": {"task": "theirs.outcome", "queue": "theirs"}}
        taken = submit.take_or_keep(message, "task", self.world.hands())
        assert taken["lines"] == len(numbers)
        assert taken["invalid"] == 0
        if guid in self._unsent:
            self._unsent.remove(guid)

    def _sees_to(self, stopped: list[str]) -> None:
        if self.history.mends:
            self.afas.hidden = frozenset()
        self.world.passes(self.world.now + LOOKS)
        if self.ledger.rows("SELECT 1 FROM delivery WHERE stop = 'continuity'"):
            self._does(lambda: resuming.adopt()[1])
        for guid in stopped:
            self._does(lambda guid=guid: resuming.resume(guid))  # type: ignore[misc]

    def _does(self, deed: Callable[[], Closed | None]) -> None:
        """A person's command, which may be refused, or die half-way."""

        def job() -> None:
            try:
                closed = deed()
            except (RefusedError, AfasError):
                return
            hand_on([After(None, closed=closed)], self.world.hands())

        self.laws.by_hand = True
        self.world.starts(job)

    def _deed(self, name: str) -> Callable[[int], None]:
        return {
            "deletes": self.afas.deletes,
            "copies": lambda number: self.afas.copies(number, self.world.now),
            "moves": self.afas.moves,
            "flush": lambda _: self.world.messages.clear(),
            "restart": lambda _: self.world.restarts(),
            "cancel": lambda number: self._to(number, lambda batch: humans.cancel(batch, "piet").work),
            "retry": lambda number: self._to(number, lambda batch: retry.retry(batch, "piet").work),
            "resume": lambda number: self._does(lambda: resuming.resume([GUID, OTHER][number % 2])),
            "resolve": self._resolves,
            "again": lambda number: self.world.starts(
                lambda: self._submits(self._services[number % len(self._services)])
            ),
            "config": self._configures,
            "backup": lambda _: self.ledger.back_up(),
            "restore": lambda _: self._restores(),
        }[name]

    def _to(self, number: int, deed: Callable[[int], Closed]) -> None:
        if batches := sorted(self.ledger.batches().values()):
            self._does(lambda: deed(batches[number % len(batches)]))

    def _again(self, number: int) -> None:
        """A service sends its batch once more."""
        guid = self._services[number % len(self._services)]
        self.world.starts(lambda: self._submits(guid))

    def _resolves(self, number: int) -> None:
        """Somebody looks a line up in AFAS itself, and says what is there."""
        doubted = [one for one in self.ledger.lines() if one.state == "in_doubt"]
        if doubted:
            one = doubted[number % len(doubted)]
            there = any(row.key == one.key for row in self.afas.rows)
            word = Word("applied" if there else "absent", "looked it up", "piet")
            self._does(lambda: humans.resolve(one.batch, f"#{one.id}", word, sight.shows))

    def _configures(self, number: int) -> None:
        """The read-back connector is taken out of the set-up, and comes back."""
        guid = self._services[number % len(self._services)]
        before = self.ledger.blind(guid, self._connector)
        self._connector = before or self._connector

    def _restores(self) -> None:
        """All processes end, and the database is an older one; services send again what it does not know."""
        self.world.restarts()
        if self.ledger.restore():
            self.world.messages.clear()
            self.laws.restored()
            self._unsent = [guid for guid in self._services if guid not in self.ledger.batches()]
