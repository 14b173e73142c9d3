"""A connection that leads to another environment of AFAS from now on, and the batches that go along, or can't."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from workers.database import Session
from workers.ledger.realization import deliveries, humans, intake
from workers.ledger.realization.acts import Attempt
from workers.ledger.realization.models import Batch, BatchState, Chunk, Environment, Line
from workers.ledger.realization.work import UNFINISHED
from workers.staff.models import AfasConnection

NOT_EXECUTED = ("not_sent", "unreachable")  #: how far such a call came
NOT_ADMITTED = (401, 403, 404)  #: statuses with which AFAS, or who stands before it, turned a call away


class Moved(NamedTuple):
    """Batches that go to the new environment, and those that AFAS may know in the old one."""

    along: tuple[int, ...] = ()
    stay: tuple[int, ...] = ()


def move(session: Session, owner: int, address: str | None, sweep_seconds: float) -> Moved:
    """Lead the organisation's batches that have not ended to `address` (None: to no environment of its own).

    A batch goes along when AFAS can't have seen any of its lines: inserts none of which has left, under keys that are
    free there. Where any other stays, none goes.
    """
    theirs = _elsewhere(owner, address)
    of_theirs = select(Chunk.id).where(Chunk.batch_id.in_(theirs))
    # Chunks before the connection, in the order of whoever pauses it. Whoever counts on its address has to end.
    humans.lock(session, session.scalars(of_theirs))
    own = select(AfasConnection.organisation_id).where(AfasConnection.organisation_id == owner)
    session.execute(own.with_for_update())
    chunks = humans.lock(session, session.scalars(of_theirs))
    going = tuple(session.scalars(theirs.order_by(Batch.id)))
    stay = going if address is None else tuple(session.scalars(_staying(theirs, address)))
    if stay or not going or address is None:
        return Moved((), stay)
    environment = intake.environment(session, address)
    humans.fence_out(session, [chunk.id for chunk in chunks], sweep_seconds)
    # The lines first: their batches are found by where they go.
    session.execute(update(Line).where(Line.batch_id.in_(theirs)).values(environment_id=environment, looked_at=None))
    session.execute(update(Batch).where(Batch.id.in_(theirs)).values(environment_id=environment))
    deliveries.ensure(session, owner, environment)
    return Moved(going)


def _elsewhere(owner: int, address: str | None) -> Select[int]:
    """The organisation's batches that have not ended and go to another address."""
    there = select(Environment.id).where(Environment.address == (address or ""))
    going = (Batch.owner_id == owner, Batch.state.in_((BatchState.OPEN, BatchState.WAITING)))
    return select(Batch.id).where(*going, Batch.environment_id.not_in(there))


def _staying(batches: Select[int], address: str) -> Select[int]:
    """Those of the batches that can't go to the address."""
    lines = and_(Line.batch_id == Batch.id, or_(Line.state == "applied", _is_known(), _is_taken(address)))
    known = or_(Batch.action != "insert", exists().where(lines), _may_be_executed())
    return batches.where(known).order_by(Batch.id)


def _is_known() -> ColumnElement[bool]:
    return and_(Line.state.in_(UNFINISHED), Line.state != "pending")


def _is_taken(address: str) -> ColumnElement[bool]:
    """Whether an insert of the environment there has the line's key."""
    other = aliased(Line)
    there = select(Environment.id).where(Environment.address == address).scalar_subquery()
    return exists().where(Line.holds_key, other.environment_id == there, other.key == Line.key, other.holds_key)


def _may_be_executed() -> ColumnElement[bool]:
    """Whether AFAS may have worked on a call of the batch."""
    turned_away = or_(Attempt.reach.in_(NOT_EXECUTED), Attempt.status.in_(NOT_ADMITTED))
    call = and_(Attempt.chunk_id == Chunk.id, ~func.coalesce(turned_away, False))
    return exists().where(Chunk.batch_id == Batch.id, call)
