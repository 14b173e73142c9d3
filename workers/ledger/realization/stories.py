"""All that the ledger knows of one line: its batch and chunk, the calls that carried it, and what became of it."""

from dataclasses import dataclass

from sqlalchemy import select

from workers.database import Session
from workers.ledger.realization import batches, contents, order
from workers.ledger.realization.acts import Attempt, Delivery, LineEvent
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.staff.models import AfasConnection, Organisation


@dataclass(frozen=True)
class Setting:
    """A batch, whose it is, and how deliveries stand there."""

    batch: Batch
    organisation: Organisation
    delivery: Delivery | None
    connection: AfasConnection | None


@dataclass(frozen=True)
class Story(Setting):
    """A line, where it belongs, and what happened to it; `held_by`: an unfinished batch that goes before its own.

    `ahead`: an unfinished operation on the same line that goes before it.
    """

    line: Line
    chunk: Chunk | None
    attempts: tuple[Attempt, ...]
    events: tuple[LineEvent, ...]
    held_by: int | None
    ahead: Line | None


def setting(session: Session, batch_id: int) -> Setting:
    """The batch and where it stands. Raises UnknownBatchError."""
    batch, organisation = batches.head(session, batch_id)
    delivery = session.objects.get(Delivery, batch.owner_id)
    return Setting(batch, organisation, delivery, session.objects.get(AfasConnection, batch.owner_id))


def story(session: Session, line: Line) -> Story:
    """What is known of the line."""
    about = setting(session, line.batch_id)
    first = session.objects.get(Batch, about.batch.after_id) if about.batch.after_id else None
    attempts = contents.of(session, line.chunk_id)[1] if line.chunk_id else []
    events = session.objects.scalars(select(LineEvent).where(LineEvent.line_id == line.id).order_by(LineEvent.id))
    return Story(
        **vars(about),
        line=line,
        chunk=session.objects.get(Chunk, line.chunk_id) if line.chunk_id else None,
        attempts=tuple(one for one in attempts if line.id in one.lines),
        events=tuple(events),
        held_by=first.id if first is not None and first.state != "finished" else None,
        ahead=order.ahead_of(session, line.id),
    )
