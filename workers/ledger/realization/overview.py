"""Deliveries at a glance: what stands still, what waits for a person, and what could not be told or taken in."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import and_, func, select

from workers.columns import now
from workers.database import Session
from workers.ledger.realization.acts import Delivery, Notice
from workers.ledger.realization.models import Batch, BatchState, Line, OutboxReply, RejectedIntake
from workers.ledger.realization.work import UNFINISHED
from workers.staff.models import Organisation

LATELY = 7 * 86_400.0  #: seconds that a rejected intake, or a notice that stops nothing, is shown


class Stopped(NamedTuple):
    """An organisation whose deliveries stand still, and why."""

    organisation: str
    guid: str
    matter: str
    since: dt.datetime | None


class Waiting(NamedTuple):
    """A batch that only a person can move; `brake`: AFAS's text for which it is paused. `in_doubt`: lines."""

    organisation: str
    batch: int
    brake: str | None
    in_doubt: int


class Troubles(NamedTuple):
    """How many there are, and what the last one said."""

    number: int
    last: str | None


def stopped(session: Session) -> list[Stopped]:
    """Organisations that are stopped."""
    rows = session.execute(
        select(Organisation.name, Organisation.guid, Delivery.stop, Delivery.stopped_at)
        .join(Delivery, Delivery.organisation_id == Organisation.id)
        .where(Delivery.stop.is_not(None))
        .order_by(Organisation.name)
    )
    return [Stopped(name, guid, matter or "", since) for name, guid, matter, since in rows]


def waiting(session: Session) -> list[Waiting]:
    """Batches that wait for a person."""
    doubt = and_(Line.batch_id == Batch.id, Line.state == "in_doubt")
    rows = session.execute(
        select(Organisation.name, Batch.id, Batch.brake_text, func.count(Line.id))
        .join(Organisation, Organisation.id == Batch.organisation_id)
        .outerjoin(Line, doubt)
        .where(Batch.state == BatchState.WAITING)
        .group_by(Organisation.name, Batch.id, Batch.brake_text)
        .order_by(Batch.id)
    )
    return [Waiting(name, batch, brake, int(doubted)) for name, batch, brake, doubted in rows]


def under_way(session: Session) -> int:
    """Lines of open batches that have not ended."""
    moving = select(func.count()).select_from(Line).join(Batch, Batch.id == Line.batch_id)
    return session.scalar(moving.where(Batch.state == BatchState.OPEN, Line.state.in_(UNFINISHED))) or 0


def notices(session: Session) -> list[tuple[str, str, int]]:
    """(organisation, matter, lines) of what was noticed lately and stops nothing."""
    rows = session.execute(
        select(Organisation.name, Notice.matter, Notice.lines)
        .join(Organisation, Organisation.id == Notice.owner_id)
        .where(Notice.batch_id.is_(None), Notice.matter == "census", Notice.at > now(-LATELY))
        .order_by(Notice.id)
    )
    return [(name, matter, len(lines)) for name, matter, lines in rows]


def unsent_replies(session: Session) -> Troubles:
    """Replies that were tried and are not out."""
    failing = (OutboxReply.sent_at.is_(None), OutboxReply.error.is_not(None))
    last = select(OutboxReply.error).where(*failing).order_by(OutboxReply.id.desc()).limit(1)
    count = session.scalar(select(func.count()).where(*failing).select_from(OutboxReply)) or 0
    return Troubles(count, session.scalar(last))


def rejected(session: Session) -> Troubles:
    """Intakes that were rejected lately."""
    late = RejectedIntake.at > now(-LATELY)
    last = select(RejectedIntake.reason).where(late).order_by(RejectedIntake.id.desc()).limit(1)
    count = session.scalar(select(func.count()).select_from(RejectedIntake).where(late)) or 0
    return Troubles(count, session.scalar(last))
