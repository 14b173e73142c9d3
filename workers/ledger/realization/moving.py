"""A connection that leads to another environment of AFAS from now on, and the batches that go along, or can't."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from workers.database import Session
from workers.ledger.realization import deliveries, humans, intake
from workers.ledger.realization.acts import Attempt, Delivery
from workers.ledger.realization.models import Batch, BatchState, Chunk, Environment, Line
from workers.ledger.realization.work import UNFINISHED
from workers.staff import pause
from workers.staff.models import AfasConnection

# The core's own meanings of a call that was not executed, but for 413, after which a line may be refused already.
NOT_EXECUTED = ("not_sent", "unreachable")  #: how far such a call came
NOT_ADMITTED = (401, 403, 404)  #: statuses with which AFAS, or who stands before it, turned a call away


class Moved(NamedTuple):
    """Batches that go to the new environment, and those that can't."""

    along: tuple[int, ...] = ()
    stay: tuple[int, ...] = ()


def move(session: Session, organisation: int, owner: int, address: str | None, sweep_seconds: float) -> Moved:
    """Lead the organisation's batches that have not ended to `address`, by the connection of `owner`.

    `address` is null where that is another organisation. A batch goes along when AFAS can't have seen any of its lines:
    inserts none of which has left, under keys that are free there. Where any other stays, none goes.
    """
    theirs = _elsewhere(organisation, owner, address)
    of_theirs = select(Chunk.id).where(Chunk.batch_id.in_(theirs))
    # Chunks before the connection, in the order of whoever pauses it. Whoever counts on its address has to end.
    humans.lock(session, session.scalars(of_theirs))
    own = select(AfasConnection.organisation_id).where(AfasConnection.organisation_id == organisation)
    session.execute(own.with_for_update())
    chunks = humans.lock(session, session.scalars(of_theirs))
    going = tuple(session.scalars(theirs.order_by(Batch.id)))
    if not going or address is None:
        return Moved((), going)
    environment = intake.environment(session, address)
    intake.lock(session, environment)
    if stay := tuple(session.scalars(_staying(theirs, owner, environment))):
        return Moved((), stay)
    humans.fence_out(session, [chunk.id for chunk in chunks], sweep_seconds)
    _lead(session, theirs, environment)
    deliveries.ensure(session, owner, environment)
    # What a worker met with while this waited for it was the old address.
    pause.unpause(session, owner)
    return Moved(going)


def is_stopped(session: Session, owner: int) -> bool:
    """Whether the ledger is known to be older than what was sent."""
    return session.scalar(select(Delivery.stop).where(Delivery.organisation_id == owner)) == "continuity"


def _lead(session: Session, batches: Select[int], environment: int) -> None:
    waiting = select(Line.id).where(Line.batch_id.in_(batches), Line.state == "pending")
    address = intake.address(session, environment)
    deliveries.events(session, list(session.scalars(waiting)), "pending", "moved", by="config apply", note=address)
    # The lines first: their batches are found by where they go.
    session.execute(update(Line).where(Line.batch_id.in_(batches)).values(environment_id=environment, looked_at=None))
    session.execute(update(Batch).where(Batch.id.in_(batches)).values(environment_id=environment))


def _elsewhere(organisation: int, owner: int, address: str | None) -> Select[int]:
    """Batches that have not ended: by the organisation's connection to another address, or its own by another's."""
    there = select(Environment.id).where(Environment.address == (address or ""))
    led = and_(Batch.owner_id == organisation, Batch.environment_id.not_in(there))
    left = and_(Batch.organisation_id == organisation, Batch.owner_id != owner)
    return select(Batch.id).where(Batch.state.in_((BatchState.OPEN, BatchState.WAITING)), or_(led, left))


def _staying(batches: Select[int], owner: int, environment: int) -> Select[int]:
    """Those of the batches that can't go to the environment."""
    lines = and_(Line.batch_id == Batch.id, or_(Line.state == "applied", _is_known(), _is_taken(environment)))
    known = or_(Batch.owner_id != owner, Batch.action != "insert", exists().where(lines), _may_be_executed())
    return batches.where(known).order_by(Batch.id)


def _is_known() -> ColumnElement[bool]:
    return and_(Line.state.in_(UNFINISHED), Line.state != "pending")


def _is_taken(environment: int) -> ColumnElement[bool]:
    """Whether an insert of that environment has the line's key."""
    other = aliased(Line)
    return exists().where(Line.holds_key, other.environment_id == environment, other.key == Line.key, other.holds_key)


def _may_be_executed() -> ColumnElement[bool]:
    """Whether AFAS may have worked on a call of the batch."""
    turned_away = or_(Attempt.reach.in_(NOT_EXECUTED), Attempt.status.in_(NOT_ADMITTED))
    call = and_(Attempt.chunk_id == Chunk.id, ~func.coalesce(turned_away, False))
    return exists().where(Chunk.batch_id == Batch.id, call)
