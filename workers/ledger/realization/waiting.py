"""Chunks that wait: for a call, for a read-back, for what another chunk has, or for the sweep."""

import datetime as dt
from functools import cache, lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from workers import leases
from workers.columns import now
from workers.database import Session, table_of, transaction
from workers.ledger.realization.acts import Delivery
from workers.ledger.realization.models import Batch, Chunk, ChunkState
from workers.ledger.realization.order import all_behind
from workers.ledger.realization.work import OPEN, Held, loaded, may_go, may_send

HINT_LIMIT = 900  #: seconds between two hints of the sweep, at most


@cache
def held_back() -> ColumnElement[bool]:
    """Condition on Chunk, joined with its Batch: all that it has goes after what another chunk has.

    A watched call of its organisation is not judged yet, or it has suspects alone, no canary among them, and its batch
    has lines that were never tried, as far as anybody knows. Or it changes lines that others change before.
    """
    other, fresh = aliased(Chunk), aliased(Chunk)
    watched = exists().where(other.owner_id == Chunk.owner_id, other.holds)
    unproven = exists().where(Delivery.organisation_id == Chunk.owner_id, ~Delivery.proven)
    left = or_(fresh.fresh > 0, fresh.untold)
    untried = exists().where(fresh.batch_id == Chunk.batch_id, left, fresh.state.in_(OPEN))
    # A canary's chunk stands in line as if it had waited since before its batch was there.
    last = and_(Chunk.fresh == 0, Batch.action == "insert", Chunk.wants_slot_at >= Batch.created_at, untried)
    return or_(and_(or_(Chunk.fresh == 0, unproven), watched), last, and_(Batch.action != "insert", all_behind()))


@cache
def in_line() -> ColumnElement[dt.datetime]:
    """Since when a chunk waits for a call: as long as it does already, or from now on."""
    return func.coalesce(Chunk.wants_slot_at, now())


def claim_waiting(owner: int, spared: int) -> list[Held]:
    """Take all chunks of the organisation that wait for a read-back now: its membership is fixed by this.

    But for the first `spared` of those that stand in line for a call as well, and want none urgently: their turn is
    near.
    """
    with transaction() as session:
        found = session.execute(_all_for_read_back(), {"owner": owner}).all()
        standing = [one for one, stands in found if stands]
        every = sorted({one for one, _ in found} - set(standing[:spared]))
        taken = [(one, leases.claim(session, Chunk, one, _for_read_back, state=ChunkState.LEASED)) for one in every]
        return [loaded(session, one, lease) for one, lease in taken if lease is not None]


def _wants_read_back() -> ColumnElement[bool]:
    """Condition on Chunk: it waits for a read-back, alone or while it stands in line for a call."""
    alone = Chunk.state == ChunkState.TO_READ_BACK
    # An index finds the two states; the condition of one of them would have all chunks of an organisation read.
    states = Chunk.state.in_([ChunkState.TO_READ_BACK, ChunkState.PENDING])
    return and_(states, or_(alone, Chunk.waits_since <= now()))


def _for_read_back() -> ColumnElement[bool]:
    """Condition on Chunk: it may be judged by a read-back that begins now."""
    return and_(_wants_read_back(), or_(Chunk.due_at.is_(None), Chunk.due_at <= now()))


@cache
def _all_for_read_back() -> Select[int, bool]:
    """The organisation's, and whether each stands in line for a call as well."""
    both = and_(Chunk.state == ChunkState.PENDING, ~Chunk.urgent)
    every = select(Chunk.id, both).where(Chunk.owner_id == bindparam("owner"), _for_read_back(), leases.free(Chunk))
    return every.order_by(Chunk.wants_slot_at, Chunk.id)


def others_send(session: Session, owner: int, chunk: int) -> bool:
    """Whether another chunk of the organisation than this one has lines to send: it passes a read-back.

    One that is held back does not: it may be this read-back that it waits for. Nor does one with a watched call while
    lines of the organisation may be untried: what the call left is looked for a little later.
    """
    return bool(session.scalar(_others_send(), {"owner": owner, "chunk": chunk}))


@cache
def _others_send() -> Select[bool]:
    doubt = aliased(Chunk)
    others = (Chunk.owner_id == bindparam("owner"), Chunk.id != bindparam("chunk"), Batch.id == Chunk.batch_id)
    told = ~exists().where(doubt.owner_id == bindparam("owner"), doubt.untold, doubt.state.in_(OPEN))
    fresh = and_(or_(Chunk.fresh > 0, Chunk.wants_slot_at.is_not(None)), ~held_back())
    sends = or_(and_(Chunk.holds, told), fresh)
    going = Chunk.state.in_([ChunkState.PENDING, ChunkState.LEASED])
    return select(exists().where(*others, going, sends, may_send()))


def others_hold(session: Session, held: Held) -> bool:
    """Whether another chunk of the organisation has a watched call open."""
    return bool(session.scalar(select(exists().where(Chunk.owner_id == held.owner, Chunk.holds, Chunk.id != held.id))))


class Wanted(NamedTuple):
    """A chunk that wants a read-back, since when, and whether it is not put off."""

    chunk: int
    since: dt.datetime
    urgent: bool


def next_to_read_back(session: Session, owner: int) -> Wanted | None:
    """The chunk of the organisation that may have a read-back now and goes first: an urgent one, else the oldest.

    None while one is under way: whoever makes it asks again at its end.
    """
    found = session.execute(_next_to_read_back(), {"owner": owner}).first()
    return Wanted(found[0], found[1], found[2]) if found else None


@cache
def _next_to_read_back() -> Select[int, dt.datetime, bool]:
    idle = exists().where(Delivery.organisation_id == bindparam("owner"), leases.free(Delivery))
    waiting = (Chunk.owner_id == bindparam("owner"), _wants_read_back(), may_go(), leases.free(Chunk), idle)
    since = func.coalesce(Chunk.waits_since, now())
    wanted = select(Chunk.id, since, Chunk.urgent).where(*waiting)
    return wanted.order_by(Chunk.urgent.desc(), since, Chunk.id).limit(1)


def hints_due(sweep_seconds: float) -> list[int]:
    """Chunks that the sweep enqueues now; each is given its next time, twice as far off."""
    with transaction() as session:
        # Sorted here: in the order of their ids SQLite would read all chunks.
        found = sorted((row[0], row[1]) for row in session.execute(_hints_due()))
        for chunk, hints in found:
            pause = min(sweep_seconds * 2 ** (hints + 1), max(HINT_LIMIT, sweep_seconds))
            session.execute(_hinted(pause), {"chunk": chunk})
        return [chunk for chunk, _ in found]


@lru_cache
def _hinted(pause: float) -> Update:
    return update(Chunk).where(Chunk.id == bindparam("chunk")).values(hint_at=now(pause), hints=Chunk.hints + 1)


@cache
def _hints_due() -> Select[int, int]:
    due = select(Chunk.id, Chunk.hints).where(Chunk.hint_at <= now(), may_go(), leases.free(Chunk))
    return due.with_for_update(of=table_of(Chunk), skip_locked=True)
