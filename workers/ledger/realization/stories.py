"""All that the ledger knows of one line: its batch and chunk, the calls that carried it, and what became of it."""

from dataclasses import dataclass

from sqlalchemy import select

from workers.database import Session
from workers.ledger.realization import batches, contents, order
from workers.ledger.realization.acts import Attempt, Delivery, LineEvent
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.staff.models import AfasConnection, Organisation


@dataclass(frozen=True)
class Story:
    """A line, where it belongs, and what happened to it; `held_by`: an unfinished batch that goes before its own.

    `ahead`: an unfinished operation on the same line that goes before it.
    """

    line: Line
    batch: Batch
    organisation: Organisation
    chunk: Chunk | None
    attempts: tuple[Attempt, ...]
    events: tuple[LineEvent, ...]
    delivery: Delivery | None
    connection: AfasConnection | None
    held_by: int | None
    ahead: Line | None


def story(session: Session, line: Line) -> Story:
    """What is known of the line."""
    batch, organisation = batches.head(session, line.batch_id)
    first = session.objects.get(Batch, batch.after_id) if batch.after_id else None
    attempts = contents.of(session, line.chunk_id)[1] if line.chunk_id else []
    events = session.objects.scalars(select(LineEvent).where(LineEvent.line_id == line.id).order_by(LineEvent.id))
    return Story(
        line,
        batch,
        organisation,
        session.objects.get(Chunk, line.chunk_id) if line.chunk_id else None,
        tuple(one for one in attempts if line.id in one.lines),
        tuple(events),
        session.objects.get(Delivery, batch.owner_id),
        session.objects.get(AfasConnection, batch.owner_id),
        first.id if first is not None and first.state != "finished" else None,
        order.ahead_of(session, line.id),
    )
