"""Workers and people lock a chunk before its organisation: on PostgreSQL none of them is ended for another's sake."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, text

from tasks.realization import case, look, post, resuming
from tasks.realization.decisions import Told
from tasks.realization.words import Matter
from tests.realization_people.builders import GUID, Desk, good
from workers.afas.errors import TryLater
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization import work
from workers.ledger.realization.acts import Delivery
from workers.ledger.realization.models import Chunk
from workers.ledger.realization.work import Held

WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
BUSY = TryLater("busy", "AFAS is busy")
STOP = Told(Matter.CONTINUITY, ())

DEEDS: dict[str, Callable[[Held], object]] = {
    "a read-back that failed": lambda held: look._unread(held, BUSY),
    "a call that was not made": lambda held: post._put_back(case.opened(held), error=BUSY),
    "a stop": lambda held: post._put_back(case.opened(held), stop=STOP),
    "a resume": lambda _: resuming.resume(GUID),
}


@pytest.fixture
def held(on_postgresql: str) -> Iterator[Held]:
    """A chunk that a worker holds."""
    assert on_postgresql
    desk = Desk()
    desk.organisation()
    batch = desk.batch(good(1))
    desk.change(Delivery, single=True, stopped_at=now())
    lease = desk.holds(batch)
    with reading() as session:
        yield work.loaded(session, desk.chunks(batch)[0].id, lease)


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_holds_an_organisation_while_he_waits_for_a_chunk(held: Held, deed: str) -> None:
    worker = threading.Thread(target=DEEDS[deed], args=(held,))
    with transaction() as session:
        session.execute(select(Chunk.id).where(Chunk.id == held.id).with_for_update())
        worker.start()
        until = time.monotonic() + 20
        while not session.scalar(WAITS):
            assert time.monotonic() < until
            time.sleep(0.02)
        session.execute(select(Delivery.organisation_id).with_for_update(nowait=True))
    worker.join(20)
    assert not worker.is_alive()


@pytest.mark.parametrize("watched", [False, True])
def test_a_call_waits_for_its_organisation_only_when_it_has_to_be_the_only_one(held: Held, *, watched: bool) -> None:
    begun: list[object] = []

    def begins() -> None:
        with transaction() as session:
            begun.append(work.begin(session, held, "canary" if watched else "fresh", [], watched=watched))

    worker = threading.Thread(target=begins)
    with transaction() as session:
        session.execute(select(Delivery.organisation_id).with_for_update())
        worker.start()
        until = time.monotonic() + 20
        while not (session.scalar(WAITS) if watched else begun):
            assert time.monotonic() < until
            time.sleep(0.02)
        assert bool(begun) == (not watched)
    worker.join(20)
    assert len(begun) == 1
    assert begun[0] is not None
