"""Chunks of realization lines: taken by one worker at a time, moved under the fence."""

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from workers import leases
from workers.columns import among, now
from workers.database import Session, table_of, transaction
from workers.ledger.realization.acts import Attempt, Delivery
from workers.ledger.realization.models import Batch, BatchState, Chunk, ChunkState, Line
from workers.rows import split
from workers.staff.models import AfasConnection
from workers.staff.pause import TIMED

OPEN = (ChunkState.PENDING, ChunkState.LEASED, ChunkState.TO_READ_BACK)
UNFINISHED = ("pending", "sent", "suspect", "in_doubt")


@dataclass(frozen=True)
class Held:
    """A chunk that this worker holds under `lease`, with its batch."""

    chunk: Chunk
    batch: Batch
    lease: int

    @property
    def id(self) -> int:
        """The chunk's id."""
        return self.chunk.id

    @property
    def owner(self) -> int:
        """The organisation whose connection delivers it."""
        return self.chunk.owner_id


@cache
def may_go() -> ColumnElement[bool]:
    """Condition on Chunk: nothing but its own steps holds it up: no stop, pause, or batch that comes first.

    A brake does not: what was sent before it is judged all the same, for others may wait for that.
    """
    own, first = aliased(Batch), aliased(Batch)
    waits = exists().where(first.id == own.after_id, first.state != BatchState.FINISHED)
    held_up = exists().where(own.id == Chunk.batch_id, waits)
    stopped = exists().where(Delivery.organisation_id == Chunk.owner_id, Delivery.stop.is_not(None))
    timed = and_(AfasConnection.pause_kind.in_(TIMED), AfasConnection.paused_until <= now())
    paused = exists().where(
        AfasConnection.organisation_id == Chunk.owner_id, AfasConnection.pause_kind.is_not(None), ~timed
    )
    return and_(Chunk.state.in_(OPEN), ~held_up, ~stopped, ~paused, or_(Chunk.due_at.is_(None), Chunk.due_at <= now()))


@cache
def may_send() -> ColumnElement[bool]:
    """Condition on Chunk: it may go, and no brake keeps what it would send."""
    own = aliased(Batch)
    return and_(may_go(), ~exists().where(own.id == Chunk.batch_id, own.braked_at.is_not(None)))


def claim(chunk_id: int) -> Held | None:
    """Take the chunk; None when it is done, held, not due, or held up."""
    with transaction() as session:
        lease = leases.claim(session, Chunk, chunk_id, may_go, state=ChunkState.LEASED)
        return loaded(session, chunk_id, lease) if lease is not None else None


def loaded(session: Session, chunk_id: int, lease: int) -> Held:
    """The chunk that was just taken under `lease`."""
    chunk, batch = split(session.execute(_chunk(), {"chunk": chunk_id}).one(), Chunk, Batch)
    return Held(chunk, batch, lease)


@cache
def _chunk() -> Select[Any]:
    return (
        select(table_of(Chunk), table_of(Batch))
        .join(Batch, Batch.id == Chunk.batch_id)
        .where(Chunk.id == bindparam("chunk"))
    )


def begin(session: Session, held: Held, purpose: str, lines: list[int], *, watched: bool) -> Attempt | None:
    """Write an attempt before its deed. None when it may not go any more: the world has moved meanwhile.

    `watched`: only one such call of an organisation is open at a time. Raises LeaseLostError.
    """
    leases.fenced(session, Chunk, held.id, held.lease)
    if watched:
        # Only these need the organisation for themselves; the others would wait while a read-back is recorded.
        owner = select(Delivery.organisation_id).where(Delivery.organisation_id == held.owner)
        session.execute(owner.with_for_update())
    if not _may_begin(session, held, lines, watched=watched):
        return None
    made = {"chunk_id": held.id, "purpose": purpose, "lines": lines, "fence": held.lease}
    number, begun = session.execute(_attempt(), made).one()
    attempt = Attempt(id=number, begun_at=begun, judged=False, own=False, **made)
    pending = len(session.scalars(_goes(), {"lines": lines}).all())
    session.execute(_begun(untold=pending > 0, holds=watched), {"chunk": held.id, "pending": pending})
    return attempt


@cache
def _begun(*, untold: bool, holds: bool) -> Update:
    chunk, pending = table_of(Chunk).c, bindparam("pending", type_=Integer)
    # Lines that go last were never counted.
    fresh = case((chunk.fresh > pending, chunk.fresh - pending), else_=0)
    new: dict[str, Any] = {name: True for name, sets in {"untold": untold, "holds": holds}.items() if sets}
    new |= {"attempts": chunk.attempts + 1, "fresh": fresh, "wants_slot_at": None, "waits_since": None}
    return update(table_of(Chunk)).where(chunk.id == bindparam("chunk")).values(**new)


@cache
def _attempt() -> ReturningInsert[int, dt.datetime]:
    table = table_of(Attempt)
    given: dict[str, Any] = {name: bindparam(name) for name in ("chunk_id", "purpose", "lines", "fence")}
    made = insert(table).values(**given, begun_at=now(), judged=False, own=False)
    return made.returning(table.c.id, table.c.begun_at)


@cache
def _goes() -> ReturningUpdate[int]:
    line = table_of(Line)
    pending = update(line).where(among(line.c.id, "lines"), line.c.state == "pending")
    return pending.values(state="sent").returning(line.c.id)


def _may_begin(session: Session, held: Held, lines: list[int], *, watched: bool) -> bool:
    """Whether nothing holds the chunk up, and its lines still wait to be sent.

    A worker that slept past its lease may have lost some to a person, who saw nobody hold the chunk.
    """
    asked = {"chunk": held.id, "owner": held.owner, "lines": lines, "count": len(lines), "watched": watched}
    return bool(session.scalar(_all_wait(), asked))


@cache
def _all_wait() -> Select[bool]:
    chunk: BindParameter[int] = bindparam("chunk")
    others = exists().where(Chunk.owner_id == bindparam("owner"), Chunk.holds, Chunk.id != chunk)
    goes = and_(exists().where(Chunk.id == chunk, may_send()), or_(~bindparam("watched", type_=Boolean), ~others))
    waiting = select(func.count()).where(among(Line.id, "lines"), Line.state.in_(("pending", "suspect")))
    return select(and_(goes, waiting.scalar_subquery() == bindparam("count")))


def release(session: Session, held: Held, state: ChunkState, **values: Any) -> None:
    """Give the chunk back in `state`; the lease ends with its holder. Raises LeaseLostError."""
    leases.fenced(session, Chunk, held.id, held.lease, state=state, lease_id=None, **values)


def hint_in(seconds: float) -> dict[str, Any]:
    """The columns by which the sweep takes the chunk up in `seconds`, its pauses beginning anew."""
    return {"hint_at": now(seconds), "hints": 0}


@lru_cache
def braked_or_hint_in(seconds: float) -> dict[str, Any]:
    """The same of a chunk whose batch sends nothing: a person's deed takes it up, unless there was one meanwhile."""
    braked = exists().where(Batch.id == table_of(Chunk).c.batch_id, Batch.braked_at.is_not(None))
    return {"hint_at": case((braked, None), else_=now(seconds)), "hints": 0}


def owns(session: Session, held: Held) -> bool:
    """Whether the chunk is still held under this lease; nobody takes it until the transaction ends."""
    return bool(session.scalar(_lease(), {"chunk": held.id}) == held.lease)


@cache
def _lease() -> Select[int | None]:
    chunk = table_of(Chunk).c
    return select(chunk.lease_id).where(chunk.id == bindparam("chunk")).with_for_update()


@contextmanager
def under(held: Held) -> Iterator[Session]:
    """A transaction of who holds the chunk, which it locks before all else, as people do: locks come in one order.

    Raises LeaseLostError.
    """
    with transaction() as session:
        if not owns(session, held):
            raise leases.LeaseLostError(f"chunk {held.id}: lease {held.lease}")
        yield session


def take_fence(session: Session, chunk_id: int, sweep_seconds: float) -> None:
    """Whoever holds the chunk may write no more: something came to light that it did not know."""
    session.execute(select(Chunk.id).where(Chunk.id == chunk_id).with_for_update())
    values = {"lease_id": None, "state": ChunkState.PENDING, "due_at": None, **hint_in(sweep_seconds)}
    session.execute(update(Chunk).where(Chunk.id == chunk_id).values(**values))


def begun(session: Session, numbers: Collection[int]) -> dict[int, dt.datetime]:
    """Which of these attempts the ledger has, and when each began: a restored one may have another of the number."""
    return dict(session.execute(_known(), {"attempts": list(numbers)}).all())


@cache
def _known() -> Select[int, dt.datetime]:
    return select(Attempt.id, Attempt.begun_at).where(Attempt.id.in_(bindparam("attempts", expanding=True)))


def clock(session: Session) -> dt.datetime:
    """The database's wall clock."""
    return session.execute(_clock()).scalar_one()


@cache
def _clock() -> Select[dt.datetime]:
    return select(now())


def count(session: Session, held: Held, fruitless: int) -> None:
    """The chunk's fruitless attempts in a row."""
    session.execute(_fruitless(), {"chunk": held.id, "count": fruitless})


@cache
def _fruitless() -> Update:
    chunk = table_of(Chunk)
    return update(chunk).where(chunk.c.id == bindparam("chunk")).values(fruitless=bindparam("count"))
