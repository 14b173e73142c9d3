"""An organisation that delivers lines to a simulator, and the messages of its workers, taken one after another."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tasks.realization import deliver, resuming, submit, sweeping
from tasks.realization.deliver import Hands
from tasks.turnover import asking
from tests.simulator import Simulator
from workers.columns import Moment
from workers.database import Base, reading, transaction
from workers.ledger.realization.acts import Attempt, Delivery
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.secrets import Secret, seal
from workers.staff import owners, pause
from workers.staff.models import AfasConnection, Organisation

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
DAY = dt.date(2026, 11, 20)
SWEEP = 60.0  #: seconds between two sweeps
READ_BACK = {
    "connector": "Staff_Realization",
    "id": "Regelnummer",
    "external_key": "Externe_sleutel",
    "date": "Datum",
    "created": "Aangemaakt_op",
    "modified": "Gewijzigd_op",
    "fields": {"Ap": "Geaccordeerd", "Pr": "Gereedgemeld", "Qu": "Aantal", "EmId": "Medewerker", "ItCd": "Itemcode"},
}
PATIENCE = 50_000.0  #: seconds of the ledger's time until a standstill is called one


def good(number: int, **fields: Any) -> dict[str, Any]:
    """A line that AFAS takes."""
    line = {"DaTi": DAY.isoformat(), "VaIt": "1", "ItCd": "300", "Qu": f"{number % 8 + 1}.00", "PrId": "P1000"}
    return {**line, "EmId": str(1001 + number % 50), "XpRe": f"K-{number}"} | fields


def bad(number: int, **fields: Any) -> dict[str, Any]:
    """A line that AFAS refuses: its employee does not exist."""
    return good(number, EmId=f"9{number:04}") | fields


@dataclass
class Office:
    """An organisation with a connection to a simulator; its workers are this one thread."""

    afas: Simulator
    read_back: Mapping[str, Any] | None = field(default_factory=lambda: READ_BACK)
    id: int = 0
    messages: list[tuple[float, int]] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    replies: list[int] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    def organisation(self, guid: str = GUID, **columns: Any) -> int:
        """An organisation with a connection of its own."""
        own = {"environment": self.afas.url, "token": seal(Secret(self.afas.token), owners.token(guid))}
        with transaction() as session:
            made = Organisation(guid=guid, name=f"Organisatie {guid[:4]}")
            session.objects.add(made)
            session.objects.flush()
            shared = {"mail_to": ["beheer@voorbeeld.nl"], "read_back": self.read_back}
            session.objects.add(AfasConnection(organisation_id=made.id, **shared, **own, **columns))
        self.id = self.id or made.id
        return made.id

    def hands(self) -> Hands:
        """Hands whose messages wait here."""
        return Hands(self._chunk, self.mails.append, self.replies.append)

    def _chunk(self, chunk: int, seconds: float) -> None:
        self.messages.append((self.elapsed + seconds, chunk))

    def submits(self, lines: Sequence[Any], action: str = "insert", reference: str = "R", **more: Any) -> int:
        """A batch, as another service enqueues it."""
        message = {"organisation": GUID, "action": action, "lines": list(lines), "reference": reference, **more}
        batch: int = submit.take_or_keep(message, "task-1", self.hands())["batch"]
        return batch

    def works(self) -> None:
        """Take every message, and what the sweep brings back, until nothing moves any more."""
        while self.messages or self._sweep():
            assert self.elapsed < PATIENCE, ("standstill", self.states(), self.chunks())
            self.takes()

    def takes(self) -> None:
        """The next message is due, and a worker takes it."""
        self.messages.sort()
        due, chunk = self.messages.pop(0)
        self.passes(due - self.elapsed)
        self.delivers(chunk)

    def delivers(self, chunk: int) -> None:
        """A worker takes one message."""
        deliver.deliver(chunk, self.hands())

    def passes(self, seconds: float) -> None:
        """Time goes by: to the ledger all that was is so much longer ago."""
        if seconds > 0:
            age(seconds)
            self.elapsed += seconds

    def _sweep(self) -> bool:
        """Whether anything is still to be done: then time passes until it may be. A person resumes what stopped."""
        while self._waits():
            self._resumes()
            sweeping.sweep(self.hands())
            with transaction() as session:
                probes = pause.probes_due(session)
            for organisation in probes:
                asking.probe(organisation)
            if self.messages:
                return True
            assert self.elapsed < PATIENCE, ("standstill", self.states(), self.chunks())
            self.passes(SWEEP)
        return False

    def _waits(self) -> bool:
        """Whether a chunk still moves."""
        with reading() as session:
            return session.scalar(select(Chunk.id).where(Chunk.hint_at.is_not(None)).limit(1)) is not None

    def _resumes(self) -> None:
        with reading() as session:
            matter = session.scalar(select(Delivery.stop).where(Delivery.stop.is_not(None)).limit(1))
        if matter is not None:
            self.stops.append(matter)
            self.passes(3600)
            resuming.resume(GUID)

    def states(self) -> Counter[str]:
        """How many lines are in each state."""
        with reading() as session:
            return Counter(session.scalars(select(Line.state)))

    def lines(self) -> list[Line]:
        """All lines."""
        with reading() as session:
            return list(session.objects.scalars(select(Line).order_by(Line.id)))

    def chunks(self) -> list[dict[str, Any]]:
        """All chunks."""
        with reading() as session:
            found = session.objects.scalars(select(Chunk).order_by(Chunk.id))
            return [{name: value for name, value in vars(one).items() if name[0] != "_"} for one in found]

    def batch(self, number: int) -> Batch:
        """A batch."""
        with reading() as session:
            return session.objects.get_one(Batch, number)

    def there(self) -> Counter[str]:
        """How often AFAS has each key."""
        return Counter(str(line.values.get("XpRe")) for line in self.afas.book.lines.values())


def calls() -> list[Attempt]:
    """All calls that write, in their order."""
    with reading() as session:
        return list(session.objects.query(Attempt).order_by(Attempt.id))


def age(seconds: float) -> None:
    """All moments of the ledger move into the past."""
    with transaction() as session:
        on_sqlite = session.connection.dialect.name == "sqlite"
        then = "{0} = {0} - make_interval(secs => {1})"
        if on_sqlite:
            then = "{0} = strftime('%Y-%m-%d %H:%M:%f', {0}, '-{1:.3f} seconds') || '000'"
        for table in Base.metadata.sorted_tables:
            moments = [column.name for column in table.columns if isinstance(column.type, Moment)]
            if moments:
                earlier = ", ".join(then.format(name, seconds) for name in moments)
                session.connection.exec_driver_sql(f"UPDATE {table.name} SET {earlier}")
