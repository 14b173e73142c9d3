"""A desk: an organisation with a connection in a real database, and batches of lines in whatever state a test needs."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from tasks.realization import judging
from tasks.realization.chunks import dealt
from tasks.realization.intake.demands import Order
from tasks.realization.intake.fields import shipped
from tasks.realization.intake.rules import validate
from workers import leases
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.models import OutboxMail
from workers.ledger.realization import intake
from workers.ledger.realization.acts import Attempt, Delivery, LineEvent, Notice
from workers.ledger.realization.intake import Head
from workers.ledger.realization.models import Batch, Chunk, Environment, Line, OutboxReply
from workers.staff.models import AfasConnection, Organisation
from workers.texts import text

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
OTHER = "0b2f6a34-1111-4222-8333-abcdefabcdef"
BAD = "De waarde '9999' bij het veld 'Medewerker' bestaat niet."
FREE = ("refused", "invalid", "cancelled", "conflict")  #: states of lines whose key others may take
LONG_AGO = 7200.0  #: seconds


def line(key: str | None, **fields: Any) -> dict[str, Any]:
    """A good line; None leaves a field out."""
    given = {"XpRe": key, "DaTi": "2026-11-20", "EmId": "1000", "ItCd": "300", "Qu": "4.00", **fields}
    return {name: value for name, value in given.items() if value is not None}


def good(count: int) -> list[dict[str, Any]]:
    """So many good lines, L1, L2, …"""
    return [line(f"L{number}") for number in range(1, count + 1)]


@dataclass
class Desk:
    """What a test does behind the back of workers and people."""

    owner: int = 0
    environment: int = 0

    def organisation(self, guid: str = GUID, **connection: Any) -> int:
        """An organisation whose connection has a read-back connector, unless told otherwise."""
        own: dict[str, Any] = {"environment": "https://12345.rest.afas.online/ProfitRestServices", "token": "sealed"}
        own |= {"mail_to": ["beheer@voorbeeld.nl"], "read_back": {"connector": "Staff_Realization"}}
        with transaction() as session:
            made = Organisation(guid=guid, name=f"Voorbeeld {guid[:4]}")
            session.objects.add(made)
            session.objects.flush()
            session.objects.add(AfasConnection(organisation_id=made.id, **(own | connection)))
            self.environment = self.environment or intake.environment(session, str(own["environment"]))
            intake.installation(session, "ABCDE")
            # AFAS's own list of fields was asked for a moment ago: nobody asks again.
            session.execute(update(Environment).values(asked_at=now()))
        self.owner = self.owner or made.id
        return made.id

    def batch(self, lines: Iterable[object], action: str = "insert", size: int = 500, **head: Any) -> int:
        """A batch as intake makes it."""
        with transaction() as session:
            count = session.scalar(select(func.count()).select_from(Batch)) or 0
            about: dict[str, Any] = {
                "organisation": self.owner,
                "owner": self.owner,
                "reference": f"week-{count + 1}",
            } | head
            order = Order(action, shipped(), "ABCDE", f"{count:010}", {}, later=True)
            judged = validate(lines, order, text)
            if action == "insert":
                judged = judging.without_clashes(session, self.environment, judged)
            about |= {"environment": self.environment, "action": action, "digest": str(count)}
            kept = [judging.new_line(one, order) for one in judged]
            valid = [number for number, one in enumerate(kept) if one.message is None]
            return intake.keep(session, Head(**about), kept, dealt(valid, size), 60)[0]

    def ends(self, batch: int, states: Mapping[str, Mapping[str, Any]], chunks: str | None = "done") -> None:
        """Lines by key as they have become; the chunks of the batch are in state `chunks`."""
        with transaction() as session:
            for key, values in states.items():
                free = {"holds_key": False} if values["state"] in FREE else {}
                wanted = update(Line).where(Line.batch_id == batch, Line.xp_re == key)
                session.execute(wanted.values(**free, **values))
            if chunks is not None:
                done = {"state": chunks, "fresh": 0, "hint_at": None}
                session.execute(update(Chunk).where(Chunk.batch_id == batch).values(**done))

    def all_are(self, batch: int, state: str, chunks: str = "done", **values: Any) -> None:
        """Every line of the batch has become so."""
        keys = [one.xp_re or "" for one in self.lines(batch)]
        self.ends(batch, {key: {"state": state, **values} for key in keys}, chunks)

    def attempt(self, batch: int, keys: Iterable[str], ago: float = LONG_AGO, **values: Any) -> int:
        """A call that carried these lines, begun so many seconds ago; without more, its answer got lost."""
        lines = {one.xp_re: one for one in self.lines(batch)}
        ids = [lines[key].id for key in keys]
        chunk = next(one.chunk_id for one in lines.values() if one.id in ids)
        lost = {
            "purpose": "fresh",
            "fence": 1,
            "reach": "lost",
            "answered_at": now(-ago),
            "judged": False,
            "own": False,
        }
        row = {"chunk_id": chunk, "lines": ids, "begun_at": now(-ago), **lost, **values}
        with transaction() as session:
            return session.execute(insert(Attempt).values(**row).returning(Attempt.id)).scalar_one()

    def change(self, model: Any, *where: Any, **values: Any) -> None:
        """Rows are so from now on."""
        with transaction() as session:
            session.execute(update(model).where(*where).values(**values))

    def holds(self, batch: int) -> int:
        """A worker takes the first chunk of the batch; gives its lease."""
        with transaction() as session:
            chunk = session.scalars(select(Chunk.id).where(Chunk.batch_id == batch).order_by(Chunk.id)).first() or 0
            lease = leases.claim(session, Chunk, chunk, state="leased")
            assert lease is not None
            return lease

    def lines(self, batch: int) -> list[Line]:
        return self.rows(Line, Line.batch_id == batch)

    def line(self, batch: int, key: str) -> Line:
        [found] = self.rows(Line, Line.batch_id == batch, Line.xp_re == key)
        return found  # type: ignore[no-any-return]

    def states(self, batch: int) -> list[str]:
        return [one.state for one in self.lines(batch)]

    def head(self, batch: int) -> Batch:
        [found] = self.rows(Batch, Batch.id == batch)
        return found  # type: ignore[no-any-return]

    def chunks(self, batch: int) -> list[Chunk]:
        return self.rows(Chunk, Chunk.batch_id == batch)

    def mails(self) -> list[OutboxMail]:
        return self.rows(OutboxMail)

    def replies(self) -> list[OutboxReply]:
        return self.rows(OutboxReply)

    def events(self) -> list[LineEvent]:
        return self.rows(LineEvent)

    def notices(self) -> list[Notice]:
        return self.rows(Notice)

    def delivery(self) -> Delivery:
        [found] = self.rows(Delivery)
        return found  # type: ignore[no-any-return]

    def rows(self, model: Any, *where: Any) -> list[Any]:
        """What the database holds, in order of the primary key."""
        with reading() as session:
            key = next(iter(model.__table__.primary_key))
            return list(session.objects.scalars(select(model).where(*where).order_by(key)))


def nobody_looks(_owner: int, _lines: object) -> Mapping[int, list[str]]:
    raise AssertionError("AFAS was asked")


def ago(seconds: float) -> dt.datetime:
    """A moment by this machine's clock, near enough to the database's."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
