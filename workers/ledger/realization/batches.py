"""Batches as they are told of: their lines and counts, their end, and the mails and replies about them."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, insert, or_, select, update

from workers import leases
from workers.columns import among, now
from workers.database import Session, table_of
from workers.ledger.models import OutboxMail
from workers.ledger.realization import order
from workers.ledger.realization.acts import Attempt, Delivery, Notice
from workers.ledger.realization.models import LINE_STATES, Batch, BatchState, Chunk, ChunkState, Line, OutboxReply
from workers.ledger.realization.work import OPEN, UNFINISHED, hint_in
from workers.rows import split
from workers.staff.models import AfasConnection, Organisation
from workers.texts import text

AT_ONCE = 1000  #: lines in memory


class UnknownBatchError(Exception):
    """Raised when there is no batch of that number."""


class Head(NamedTuple):
    """A batch and the organisation that it was asked for."""

    batch: Batch
    organisation: Organisation


class Outcome(NamedTuple):
    """What became of a line; the names are columns of Line."""

    id: int
    batch_id: int
    xp_re: str | None
    state: str
    message: str | None
    reference: str | None
    matter: str | None


def head(session: Session, batch_id: int, *, lock: bool = False) -> Head:
    """The batch; with `lock` nobody else changes it until the transaction ends. Raises UnknownBatchError."""
    found = session.execute(_head(lock=lock), {"batch": batch_id}).first()
    if found is None:
        raise UnknownBatchError(text("batches.unknown_batch", batch=batch_id))
    return Head(*split(found, Batch, Organisation))


@cache
def _head(*, lock: bool) -> Select[Any]:
    both = select(table_of(Batch), table_of(Organisation)).where(Batch.id == bindparam("batch"))
    both = both.join(Organisation, Organisation.id == Batch.organisation_id)
    return both.with_for_update(of=table_of(Batch)) if lock else both


def counts(session: Session, batch_id: int) -> dict[str, int]:
    """How many lines are in each of the nine states; together they are the batch."""
    rows = session.execute(select(Line.state, func.count()).where(Line.batch_id == batch_id).group_by(Line.state))
    found = {str(state): int(number) for state, number in rows}
    return {state: found.get(state, 0) for state in LINE_STATES}


def lines(session: Session, batch_id: int, after: int = 0, limit: int | None = None, *states: str) -> list[Line]:
    """The batch's lines by id, behind line `after`; of these states alone, if any are named."""
    chosen = [Line.batch_id == batch_id, Line.id > after]
    if states:
        chosen.append(Line.state.in_(states))
    return list(session.objects.scalars(select(Line).where(*chosen).order_by(Line.id).limit(limit)))


def moves(session: Session, batch_id: int, longest_call: float) -> bool:
    """Whether a line of the batch, or what is known of one, may still change without a person.

    Where the organisation's deliveries are stopped, an answer may, that is still to come (a call lasts `longest_call`
    seconds at most), or a read-back that is under way. Where it is braked, what became of its calls is still found out.
    """
    if halted(session, batch_id):
        begun = (Attempt.chunk_id == Chunk.id, Attempt.answered_at.is_(None), Attempt.begun_at > now(-longest_call))
        flies = exists().where(Chunk.batch_id == batch_id, *begun, Attempt.purpose != "adopted")
        reads = exists().where(Batch.id == batch_id, Delivery.organisation_id == Batch.owner_id, ~leases.free(Delivery))
        return bool(session.scalar(select(or_(flies, reads))))
    return bool(session.scalar(_moves(), {"batch": batch_id}))


@cache
def _moves() -> Select[bool]:
    sent = exists().where(Line.chunk_id == Chunk.id, or_(Line.state == "sent", _unsettled()))
    goes = or_(Batch.action == "insert", ~order.stands())
    own = or_(sent, exists().where(Line.chunk_id == Chunk.id, Line.state.in_(("pending", "suspect")), goes))
    calls = and_(Chunk.hint_at.is_not(None), exists().where(Attempt.chunk_id == Chunk.id, ~Attempt.judged))
    braked = Batch.braked_at.is_not(None)
    open_ = (Batch.id == bindparam("batch"), Chunk.batch_id == Batch.id, Chunk.state.in_(OPEN))
    return select(exists().where(*open_, or_(Chunk.holds, and_(braked, calls), and_(~braked, own))))


def halted(session: Session, batch_id: int) -> bool:
    """Whether it would move, were the deliveries of its organisation not stopped until a person resumes."""
    return bool(session.scalar(_halted(), {"batch": batch_id}))


@cache
def _halted() -> Select[bool]:
    return select(exists().where(Batch.id == bindparam("batch"), _is_halted()))


def _is_halted() -> ColumnElement[bool]:
    stopped = exists().where(Delivery.organisation_id == Batch.owner_id, Delivery.stop.is_not(None))
    return and_(stopped, exists().where(Chunk.batch_id == Batch.id, Chunk.state.in_(OPEN)))


def _unsettled() -> ColumnElement[bool]:
    return and_(Line.state == "in_doubt", Line.matter.is_(None))


def unfinished(session: Session, batch_id: int) -> bool:
    """Whether a line of the batch has not ended."""
    return bool(session.scalar(select(exists().where(Line.batch_id == batch_id, Line.state.in_(UNFINISHED)))))


def spent(session: Session, batch_id: int) -> dict[str, int]:
    """How many lines of chunks whose tries are used up stay in which state."""
    failed = (Chunk.batch_id == batch_id, Chunk.state == ChunkState.FAILED, Line.state.in_(UNFINISHED))
    stay = select(Line.state, func.count()).join(Chunk, Chunk.id == Line.chunk_id).where(*failed)
    return {str(state): int(number) for state, number in session.execute(stay.group_by(Line.state))}


def ended(session: Session, batch: Batch, state: BatchState) -> int:
    """The batch is at an end, or waits for a person: its new revision."""
    values = {"state": state, "revision": Batch.revision + 1, "finished_at": now() if state == "finished" else None}
    changed = update(Batch).where(Batch.id == batch.id).values(**values).returning(Batch.revision)
    return session.execute(changed).scalar_one()


def reopened(session: Session, batch_id: int) -> None:
    """A person has moved the batch: its next end is the next revision."""
    values = {"state": BatchState.OPEN, "finished_at": None}
    session.execute(update(Batch).where(Batch.id == batch_id).values(**values))


def go_on(session: Session, owner: int) -> None:
    """The organisation's batches that waited for its stop to end move again."""
    open_ = exists().where(Chunk.batch_id == Batch.id, Chunk.state.in_(OPEN))
    waited = (Batch.owner_id == owner, Batch.state == BatchState.WAITING, Batch.braked_at.is_(None), open_)
    # In order, as the sweep locks them.
    for batch in session.scalars(select(Batch.id).where(*waited).order_by(Batch.id).with_for_update()).all():
        reopened(session, batch)


def braked(session: Session, batch_id: int, said: str) -> bool:
    """The batch sends nothing more until a person says so; whether it did until now."""
    going = update(Batch).where(Batch.id == batch_id, Batch.braked_at.is_(None))
    return session.execute(going.values(braked_at=now(), brake_text=said).returning(Batch.id)).first() is not None


def unbraked(session: Session, batch_id: int) -> bool:
    """The batch goes on, and its refusals are counted anew; whether it was braked."""
    held = update(Batch).where(Batch.id == batch_id, Batch.braked_at.is_not(None))
    freed = held.values(braked_at=None, brake_text=None).returning(Batch.id)
    was = session.execute(freed).first() is not None
    session.execute(update(Batch).where(Batch.id == batch_id).values(counted_from=now()))
    if was:
        rests = (Chunk.batch_id == batch_id, Chunk.state.in_(OPEN))
        session.execute(update(Chunk).where(*rests).values(**hint_in(0)))
    return was


def behind(session: Session, batch_id: int) -> list[int]:
    """The batches that wait for this one to finish."""
    waits = (Batch.after_id == batch_id, Batch.state == BatchState.OPEN)
    return list(session.scalars(select(Batch.id).where(*waits).order_by(Batch.id)))


def open_chunks(session: Session, *batches: int) -> list[int]:
    """The chunks of these batches that have not ended, in order."""
    wanted = (Chunk.batch_id.in_(batches), Chunk.state.in_(OPEN))
    return list(session.scalars(select(Chunk.id).where(*wanted).order_by(Chunk.id)))


def of_chunks(session: Session, chunks: Sequence[int]) -> list[int]:
    """The batches of these chunks."""
    return list(session.scalars(select(Chunk.batch_id).where(among(Chunk.id, chunks)).distinct()))


def forgotten(session: Session) -> list[int]:
    """Open batches that nobody else looks at: no chunk is open, or nothing goes before a person resumes.

    A crash, or an intake without a valid line, left the former to the sweep.
    """
    return list(session.scalars(_forgotten()))


@cache
def _forgotten() -> Select[int]:
    none = ~exists().where(Chunk.batch_id == Batch.id, Chunk.state.in_(OPEN))
    left = (Batch.state == BatchState.OPEN, or_(none, _is_halted()))
    return select(Batch.id).where(*left).order_by(Batch.id)


def outcomes(session: Session, batch_id: int, *states: str) -> Iterator[Outcome]:
    """What became of the batch's lines in these states, and of those that AFAS has more than once; a few at a time."""
    columns = (Line.id, Line.batch_id, Line.xp_re, Line.state, Line.message, Line.reference, Line.matter)
    twice = and_(Line.state == "applied", Line.matter == "duplicate")
    wanted = select(*columns).where(Line.batch_id == batch_id, or_(Line.state.in_(states), twice)).order_by(Line.id)
    for row in session.execute(wanted.execution_options(yield_per=AT_ONCE)):
        yield Outcome(*row)


def notices(session: Session, batch_id: int) -> list[str]:
    """What a person was to be told of the batch as a whole: matters, each once."""
    of_all = (Notice.batch_id == batch_id, Notice.matter.in_(("census", "order")))
    return list(session.scalars(select(Notice.matter).where(*of_all).distinct().order_by(Notice.matter)))


def add_reply(session: Session, batch_id: int, revision: int) -> int:
    """Put a reply into its outbox."""
    row = {"batch_id": batch_id, "revision": revision, "created_at": now(), "due_at": now(), "attempts": 0}
    return session.execute(insert(OutboxReply).values(**row).returning(OutboxReply.id)).scalar_one()


def add_mail(
    session: Session, batch_id: int | None, message_id: str, recipients: Sequence[str], told: tuple[str, str]
) -> int:
    """Put a mail into the outbox; `told`: subject and body. Nobody to send it to: it is kept all the same."""
    row = {"batch_id": batch_id, "message_id": message_id, "recipient": ",".join(recipients), "created_at": now()}
    row |= {"subject": told[0], "body": told[1], "due_at": now(), "attempts": 0}
    return session.execute(insert(OutboxMail).values(**row).returning(OutboxMail.id)).scalar_one()


def recipients(session: Session, batch: Batch) -> tuple[str, ...]:
    """Whom a batch is told to: its organisation's own addresses, else those of the connection that it uses."""
    own, owners = (
        session.scalar(select(AfasConnection.mail_to).where(AfasConnection.organisation_id == one)) or ()
        for one in (batch.organisation_id, batch.owner_id)
    )
    return tuple(dict.fromkeys(own or owners))
