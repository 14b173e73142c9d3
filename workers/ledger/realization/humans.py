"""What people do with lines: found by name, changed under the chunk's lock, and kept with who did it.

A chunk's row is locked first, as a worker does before it writes, so that nobody acts on what it no longer is.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select, update

from workers import leases
from workers.columns import among, now
from workers.database import Session, table_of
from workers.ledger.realization import contents, deliveries, work
from workers.ledger.realization.acts import Attempt, Delivery
from workers.ledger.realization.models import Batch, Chunk, ChunkState, Line
from workers.ledger.realization.work import OPEN, UNFINISHED
from workers.staff.models import AfasConnection

MOST_DIGITS = 10  #: no line has a longer number


class Deed(NamedTuple):
    """What was done (retried, resolved, forced, cancelled, forgotten), by whom, and what they said of it."""

    name: str
    by: str
    note: str | None = None


def find(session: Session, name: str, batch_id: int | None = None) -> list[Line]:
    """The lines that `name` means, by XpRe (trimmed, any case) or id; `#12` is an id. Of one batch or of all."""
    digits = name.strip().removeprefix("#")
    number = int(digits) if digits.isdecimal() and len(digits) < MOST_DIGITS else None
    by_key = Line.key == name.strip().casefold()
    chosen = [Line.id == number if number is not None and name.strip() != digits else or_(Line.id == number, by_key)]
    if batch_id is not None:
        chosen.append(Line.batch_id == batch_id)
    return list(session.objects.scalars(select(Line).where(*chosen).order_by(Line.id)))


def came_in(session: Session, lines: Sequence[int]) -> list[tuple[Line, dt.datetime]]:
    """These lines, and when each one's batch came in."""
    wanted = select(Line, Batch.created_at).join(Batch, Batch.id == Line.batch_id).where(among(Line.id, lines))
    return [(line, moment) for line, moment in session.objects.execute(wanted)]


def lock(session: Session, chunks: Iterable[int]) -> list[Chunk]:
    """These chunks, locked until the transaction ends, in order."""
    wanted = select(Chunk).where(among(Chunk.id, sorted(set(chunks)))).order_by(Chunk.id)
    return list(session.objects.scalars(wanted.with_for_update().execution_options(populate_existing=True)))


def of_batch(session: Session, batch_id: int) -> list[int]:
    """The batch's chunks."""
    return list(session.scalars(select(Chunk.id).where(Chunk.batch_id == batch_id)))


def of_owner(session: Session, owner: int) -> list[int]:
    """The organisation's chunks that have not ended."""
    return list(session.scalars(select(Chunk.id).where(Chunk.owner_id == owner, Chunk.state.in_(OPEN))))


def unfinished_chunks(session: Session) -> list[int]:
    """All chunks with a line that has not ended."""
    of_line = exists().where(Line.chunk_id == Chunk.id, Line.state.in_(UNFINISHED))
    return list(session.scalars(select(Chunk.id).where(of_line)))


def held(session: Session, chunks: Collection[int]) -> set[int]:
    """Those of the locked chunks that a worker holds."""
    return set(session.scalars(select(Chunk.id).where(among(Chunk.id, chunks), ~leases.free(Chunk))))


def flying(session: Session, chunks: Collection[int]) -> set[int]:
    """Those of the chunks with a call that has begun and has no answer; what stands for a lost ledger is none."""
    begun = (among(Attempt.chunk_id, chunks), Attempt.answered_at.is_(None), Attempt.purpose != "adopted")
    return set(session.scalars(select(Attempt.chunk_id).where(*begun, ~Attempt.judged)))


def fence_out(session: Session, chunks: Collection[int], sweep_seconds: float) -> None:
    """A worker that holds one of the locked chunks and has not sent begins anew; one whose call is out goes on.

    Also one that slept past its lease, for it wakes without knowing.
    """
    taken = set(session.scalars(select(Chunk.id).where(among(Chunk.id, chunks), Chunk.lease_id.is_not(None))))
    for chunk in sorted(taken - flying(session, chunks)):
        work.take_fence(session, chunk, sweep_seconds)


def take_up(session: Session, chunk_id: int, sweep_seconds: float) -> None:
    """The locked chunk tries again, from the start of its tries; whoever held it writes no more."""
    fresh = select(func.count()).where(Line.chunk_id == chunk_id, Line.state == "pending").scalar_subquery()
    values = {"state": ChunkState.PENDING, "fruitless": 0, "fresh": fresh, "lease_id": None, "looks": 0}
    values |= {"due_at": None, "waits_since": None, "urgent": False, "wants_slot_at": None}
    session.execute(update(Chunk).where(Chunk.id == chunk_id).values(**values, **work.hint_in(sweep_seconds)))


def new_chunk(session: Session, batch: Batch) -> int:
    """A chunk at the end of the batch, without lines yet."""
    last = session.scalar(select(func.max(Chunk.position)).where(Chunk.batch_id == batch.id)) or 0
    made = Chunk(batch_id=batch.id, owner_id=batch.owner_id, position=last + 1, state=ChunkState.PENDING)
    session.objects.add(made)
    session.objects.flush()
    return made.id


def put_away(session: Session, batch_id: int) -> None:
    """Chunks of the batch, locked before, that have nothing left to do are done; fresh lines are counted anew."""
    chunk = table_of(Chunk)
    fresh = select(func.count()).where(Line.chunk_id == chunk.c.id, Line.state == "pending").scalar_subquery()
    session.execute(update(chunk).where(chunk.c.batch_id == batch_id).values(fresh=fresh))
    left = exists().where(Line.chunk_id == chunk.c.id, Line.state.in_(UNFINISHED))
    idle = and_(chunk.c.batch_id == batch_id, chunk.c.state != ChunkState.DONE, ~chunk.c.holds, ~left)
    done = {"state": ChunkState.DONE, "due_at": None, "hint_at": None, "wants_slot_at": None}
    session.execute(update(chunk).where(idle, leases.free(Chunk)).values(**done))


def cancel(session: Session, batch_id: int) -> tuple[list[int], dict[int, str]]:
    """Lines of the batch that are cancelled now, and those that will be once they are proved absent, by state."""
    # A suspect stays one until it is known what its call left behind.
    going = exists().where(Attempt.chunk_id == Line.chunk_id, ~Attempt.judged, Attempt.purpose != "adopted")
    sure = or_(Line.state == "pending", and_(Line.state == "suspect", Line.witnessed, ~going))
    values = {"state": "cancelled", "holds_key": False, "goes_as": None, "settled_at": now()}
    ended = update(Line).where(Line.batch_id == batch_id, sure).values(**values).returning(Line.id)
    cancelled = list(session.scalars(ended))
    open_ = (Line.batch_id == batch_id, Line.state.in_(UNFINISHED))
    wished = session.execute(update(Line).where(*open_).values(wish=True).returning(Line.id, Line.state)).all()
    return cancelled, dict(wished)


def move(session: Session, line_id: int, before: str, /, **values: Any) -> bool:
    """Change a line that is still in state `before`; whether it was."""
    still = update(Line).where(Line.id == line_id, Line.state == before).values(**values).returning(Line.id)
    return session.execute(still).first() is not None


def judged(session: Session, chunk_id: int) -> None:
    """Calls of the chunk that leave nothing open are judged: a person has said what became of them."""
    rows = session.execute(select(Line.id, Line.state).where(Line.chunk_id == chunk_id))
    states = {int(line): str(state) for line, state in rows}
    for call in session.objects.scalars(select(Attempt).where(Attempt.chunk_id == chunk_id, ~Attempt.judged)):
        if all(states.get(line) not in ("sent", "in_doubt") for line in call.lines):
            contents.save_attempt(session, call.id, judged=True)


def keep(session: Session, lines: Collection[int], state: str, deed: Deed) -> None:
    """Keep what a person did with lines, which are in `state` since."""
    deliveries.events(session, lines, state, deed.name, note=deed.note, by=deed.by)


def delivers(session: Session, owner: int) -> bool:
    """Whether anything was ever to be delivered through the organisation's connection."""
    return session.objects.get(Delivery, owner) is not None


def connections(session: Session) -> list[tuple[int, str]]:
    """Every organisation with a connection of its own, and its environment's address as it was given."""
    own = AfasConnection.environment.is_not(None)
    rows = session.execute(select(AfasConnection.organisation_id, AfasConnection.environment).where(own))
    return [(owner, str(address)) for owner, address in rows]


def resume(session: Session, owner: int) -> None:
    """The organisation, its chunks locked before, goes on, as if nothing were known of its read-backs."""
    values = {"stop": None, "stopped_at": None, "resumed_at": now(), "proven": False, "single": False}
    session.execute(update(Delivery).where(Delivery.organisation_id == owner).values(**values, lease_id=None))
    session.execute(update(Chunk).where(Chunk.owner_id == owner).values(holds=False))
    waits = (Chunk.owner_id == owner, Chunk.state.in_(OPEN))
    session.execute(update(Chunk).where(*waits).values(due_at=None, **work.hint_in(0)))


def adopt(session: Session, chunks: Sequence[int], cautious: float, sweep_seconds: float) -> int:
    """Put every unfinished line of the locked chunks in doubt, behind a call that stands for all that was forgotten.

    `cautious`: seconds in which each batch is read back before its first sending. Returns the number of lines.
    """
    count, moment = 0, work.clock(session)
    doubted = {"state": "in_doubt", "matter": None, "goes_as": None, "witnessed": False}
    for chunk in chunks:
        mine = select(Line.id).where(Line.chunk_id == chunk, Line.state.in_(UNFINISHED)).order_by(Line.position)
        lines = list(session.scalars(mine))
        forgotten = Attempt(chunk_id=chunk, purpose="adopted", lines=lines, fence=0, begun_at=moment)
        session.objects.add(forgotten)
        session.execute(update(Line).where(Line.chunk_id == chunk, Line.state.in_(UNFINISHED)).values(**doubted))
        take_up(session, chunk, sweep_seconds)
        count += len(lines)
    session.execute(update(Chunk).where(among(Chunk.id, chunks)).values(holds=False))
    session.execute(update(Delivery).values(cautious_until=now(cautious), lease_id=None))
    lifted = update(Delivery).where(Delivery.stop == "continuity")
    session.execute(lifted.values(stop=None, stopped_at=None))
    return count
