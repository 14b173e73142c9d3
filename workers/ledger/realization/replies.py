"""The reply outbox: a reply is a row before it is sent, and is sent by one process at a time, at least once."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, select

from workers import leases
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization.models import Batch, OutboxReply

FIRST_PAUSE, LONGEST_PAUSE = 30, 900  #: seconds between two tries; they double


@dataclass(frozen=True)
class Reply:
    """A reply to be sent: its batch and revision, and the task and queue that are to get it."""

    id: int
    batch: int
    revision: int
    task: str
    queue: str


def claim(reply_id: int) -> tuple[Reply, int] | None:
    """The reply and the lease under which it may be sent; None when it was sent, is being sent, or is not due."""
    with transaction() as session:
        lease = leases.claim(session, OutboxReply, reply_id, _due, attempts=leases.one_more(OutboxReply))
        if lease is None:
            return None
        row, batch = session.objects.execute(
            select(OutboxReply, Batch).join(Batch, Batch.id == OutboxReply.batch_id).where(OutboxReply.id == reply_id)
        ).one()
        return Reply(row.id, batch.id, row.revision, batch.reply_task or "", batch.reply_queue or ""), lease


def sent(reply: Reply, lease: int) -> None:
    """The broker has it."""
    with transaction() as session:
        leases.fenced(session, OutboxReply, reply.id, lease, sent_at=now(), due_at=None, error=None, lease_id=None)


def put_off(reply: Reply, lease: int, error: str) -> None:
    """It stays in the outbox for the next try."""
    with transaction() as session:
        attempts = session.scalars(select(OutboxReply.attempts).where(OutboxReply.id == reply.id)).one()
        due_at = now(min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE))
        leases.fenced(session, OutboxReply, reply.id, lease, error=error, due_at=due_at, lease_id=None)


def due() -> list[int]:
    """Replies that wait for being sent."""
    with reading() as session:
        return list(session.scalars(_all_due()))


def _due() -> ColumnElement[bool]:
    return and_(OutboxReply.sent_at.is_(None), OutboxReply.due_at <= now())


@cache
def _all_due() -> Select[int]:
    return select(OutboxReply.id).where(_due(), leases.free(OutboxReply)).order_by(OutboxReply.id)
