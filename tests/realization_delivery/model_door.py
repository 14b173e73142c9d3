"""The door between the recipe and AFAS in memory: calls that write or read, and every step of theirs a boundary."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import pytest

from tasks.realization import reach
from tests.realization_delivery.model import READ_TIMEOUT, Afas, Fault, Fields, Stored
from tests.realization_delivery.model_changes import DELETED
from workers.afas.errors import Never, TryLater
from workers.afas.posting import Record
from workers.afas.reply import Reach, Reply
from workers.afas.shown import Shown
from workers.database import reading
from workers.staff.models import AfasConnection

SEND_WITHIN = 90.0
PAGE = 4  #: rows
PAGE_SECONDS = 0.1
LATEST = 150.0  #: seconds that a worker may be away between its last look at the clock and its last byte


class World(Protocol):
    """What a call needs of the story that it is part of."""

    now: dt.datetime
    afas: Afas
    calls: int

    def point(self, most: float | None = None) -> None:
        """A boundary: the worker may be killed here, or go to sleep, for `most` seconds at most."""

    def sleep(self, seconds: float) -> None:
        """The worker waits; others work meanwhile."""

    def flies(self) -> AbstractContextManager[None]:
        """A call that writes is under way meanwhile."""

    def write_fault(self) -> Fault:
        """What happens to the next call that writes."""

    def read_fault(self) -> str:
        """What happens to the next read-back: ok, slow, or the kind of an error."""


@dataclass(frozen=True)
class Client:
    """An organisation's way to its environment."""

    world: World
    owner: int


class Writer:
    """The UpdateConnector."""

    def __init__(self, client: Client, within: float, delete_style: str) -> None:
        assert within == SEND_WITHIN
        assert delete_style
        self._world = client.world
        self._renews = False

    def renew(self) -> bool:
        return self._renews

    def insert(self, lines: Sequence[Fields], record: Record) -> Reply:
        return self._sent(lines, record)

    def change(self, lines: Sequence[Fields], record: Record) -> Reply:
        return self._sent(lines, record)

    def delete(self, afas_id: str, day: dt.date | None, record: Record) -> Reply:
        return self._sent([{"Id": afas_id, "DaTi": day, DELETED: True}], record)

    def _sent(self, lines: Sequence[Fields], record: Record) -> Reply:
        """One call: its steps in their order, as `Posting` takes them."""
        world, fault = self._world, self._world.write_fault()
        self._renews = fault.renews
        if fault.before is not None:
            world.point()
            raise (Never if fault.before == "token" else TryLater)(fault.before, f"{fault.before}: the remedy")
        mark = world.now
        record.begin()
        world.point()
        if fault.gone:
            return Reply(Reach.UNREACHABLE)

        def elapsed() -> float:
            return (world.now - mark).total_seconds() + fault.jump

        if elapsed() > SEND_WITHIN:
            return Reply(Reach.NOT_SENT)
        world.point(most=LATEST)
        late = elapsed() > SEND_WITHIN
        return self._posted(lines, record, fault, late=late)

    def _posted(self, lines: Sequence[Fields], record: Record, fault: Fault, *, late: bool) -> Reply:
        """The last part has gone."""
        world = self._world
        world.calls += 1
        number, began = world.calls, world.now
        with world.flies():
            work = world.afas.post(lines, world.now, fault)
            if late:
                with suppress(Exception):
                    record.late()
            ready = (work.ready - world.now).total_seconds() if fault.tells else 0.0
            world.sleep(min(READ_TIMEOUT, max(ready, fault.answers)))
            world.point()
        duration = (world.now - began).total_seconds()
        reply = world.afas.reply(work, fault, number)
        return Reply(**{**vars(reply), "sent_late": late, "duration": duration})


class Reader:
    """The read-back connector, page by page."""

    def __init__(self, client: Client, mapping: Mapping[str, Any], numbers: Collection[str]) -> None:
        assert list(numbers) == ["Qu"]
        self._world = client.world
        self.shows_created, self._mapping = "created" in mapping, mapping

    def between(self, first: dt.date, last: dt.date) -> list[Shown]:
        return self._pages(lambda row: first <= row.day <= last)

    def made_since(self, since: dt.datetime) -> list[Shown]:
        return self._pages(lambda row: row.at >= since)

    def by_id(self, ids: Collection[str]) -> list[Shown]:
        return self._pages(lambda row: str(row.id) in ids) if ids else []

    def by_key(self, keys: Collection[str]) -> list[Shown]:
        return self._pages(lambda row: row.key in keys) if keys else []

    def _pages(self, wanted: Callable[[Stored], bool]) -> list[Shown]:
        world, fault = self._world, self._world.read_fault()
        found: list[Stored] = []
        while True:
            world.point()
            world.sleep(40.0 if fault == "slow" else PAGE_SECONDS)
            if fault not in {"ok", "slow"}:
                raise (Never if fault == "forbidden" else TryLater)(fault, f"{fault}: the remedy")
            last = found[-1].id if found else 0
            page = [row for row in world.afas.shown(world.now, wanted) if row.id > last][:PAGE]
            if not page:
                return [_shown(row, self._mapping) for row in found]
            found += page


def _shown(row: Stored, mapping: Mapping[str, Any]) -> Shown:
    all_ = {"Qu": Decimal(str(row.fields["Qu"])), "EmId": row.fields.get("EmId"), "Ap": bool(row.fields.get("Ap"))}
    values = {"DaTi": row.day} | {name: all_[name] for name in mapping["fields"]}
    modified = row.modified.replace(tzinfo=None) if "modified" in mapping else None
    return Shown(str(row.id), row.key, values, modified)


def install(world: World, patch: pytest.MonkeyPatch) -> None:
    """The recipe reaches AFAS in memory alone."""

    @contextmanager
    def client(owner: int) -> Iterator[tuple[Client, AfasConnection]]:
        with reading() as session:
            row = session.objects.get_one(AfasConnection, owner)
        world.point()
        yield Client(world, owner), row

    patch.setattr(reach, "client", client)
    patch.setattr(reach, "UpdateConnector", Writer)
    patch.setattr(reach, "ReadBack", Reader)
