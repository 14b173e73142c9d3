"""What of an organisation's deliveries people were told: that they stand still, why, and that they go again."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, insert, or_, select
from sqlalchemy.orm import aliased

from workers.columns import now
from workers.database import Session
from workers.ledger.realization.acts import Delivery, Notice
from workers.ledger.realization.models import Batch, BatchState, Chunk, Line
from workers.ledger.realization.work import OPEN
from workers.staff.models import AfasConnection
from workers.staff.pause import TIMED

WENT_ON = "went_on"
STOP, PAUSE = "stop.", "pause."  #: what the matter of a notice begins with that is told of a whole organisation


def tell(session: Session, owner: int, matter: str, lines: Sequence[int], afas_ids: Sequence[str]) -> int:
    """Keep what a person is told of the organisation's deliveries: the notice's id."""
    row = {"at": now(), "owner_id": owner, "matter": matter, "lines": list(lines), "afas_ids": list(afas_ids)}
    return session.execute(insert(Notice).values(**row).returning(Notice.id)).scalar_one()


class Told(NamedTuple):
    """That an organisation stands still, as people were told `at`; `lines`: those that it was noticed by."""

    at: dt.datetime
    matter: str
    lines: list[int]


def told(session: Session, owner: int) -> list[Told]:
    """What the organisation was told to stand still for since it last went, in that order; empty: it goes."""
    return [Told(*row) for row in session.execute(_told(), {"owner": owner})]


@cache
def _told() -> Select[dt.datetime, str, list[int]]:
    went = aliased(Notice)
    of_all = (went.owner_id == bindparam("owner"), went.batch_id.is_(None), went.matter == WENT_ON)
    since = select(func.coalesce(func.max(went.id), 0)).where(*of_all).scalar_subquery()
    halts = (Notice.owner_id == bindparam("owner"), Notice.batch_id.is_(None), Notice.id > since, _of_a_halt())
    return select(Notice.at, Notice.matter, Notice.lines).where(*halts).order_by(Notice.id)


def over(session: Session, halts: Sequence[Told]) -> bool:
    """Whether the organisation has truly gone again since it was told to stand still, by the lines that met with it.

    One of them came through, at AFAS's word, after the last was told; or none is left that waits for it.
    """
    if not halts:
        return False
    lines = sorted({line for halt in halts for line in halt.lines})
    since = halts[-1].at
    through = and_(or_(Line.settled_at > since, Line.seen_at > since), Line.state != "cancelled")
    waits = and_(Chunk.state.in_(OPEN), Batch.state == BatchState.OPEN)
    found = select(through, waits).where(Line.id.in_(lines), Chunk.id == Line.chunk_id, Batch.id == Line.batch_id)
    rows = session.execute(found).all()
    return any(row[0] for row in rows) or not any(row[1] for row in rows)


def stopped_for(session: Session, owner: int) -> set[int]:
    """The lines that were told with the organisation's last stop."""
    stops = (Notice.owner_id == owner, Notice.batch_id.is_(None), Notice.matter.startswith(STOP))
    return set(session.scalar(select(Notice.lines).where(*stops).order_by(Notice.id.desc()).limit(1)) or ())


def _of_a_halt() -> ColumnElement[bool]:
    return or_(Notice.matter.startswith(STOP), Notice.matter.startswith(PAUSE))


def going(session: Session) -> list[int]:
    """Organisations with deliveries that neither stop nor pause now."""
    return list(session.scalars(_going()))


@cache
def _going() -> Select[int]:
    own = AfasConnection.organisation_id == Delivery.organisation_id
    paused = exists().where(own, AfasConnection.pause_kind.is_not(None))
    return select(Delivery.organisation_id).where(Delivery.stop.is_(None), ~paused)


def keys(session: Session, lines: Sequence[int], most: int) -> list[str]:
    """The external keys of the first of these lines; a line without one by its number."""
    rows = session.execute(select(Line.id, Line.xp_re).where(Line.id.in_(list(lines)[:most])).order_by(Line.id))
    return [key or f"#{line}" for line, key in rows]


def recipients(session: Session, owner: int) -> tuple[str, ...]:
    """Whom the organisation's connection is told to: its own addresses, and those of the ones that use it too."""
    lists = session.scalars(
        select(AfasConnection.mail_to)
        .where(or_(AfasConnection.organisation_id == owner, AfasConnection.same_as_id == owner))
        .order_by(AfasConnection.same_as_id.is_not(None), AfasConnection.organisation_id)
    )
    return tuple(dict.fromkeys(address for addresses in lists for address in addresses))


def outlasts(session: Session, owner: int, kind: str, seconds: float) -> bool:
    """Whether the organisation's present pause is the graver or the longer one, so that a new one changes nothing."""
    held = session.execute(
        select(AfasConnection.pause_kind, AfasConnection.paused_until > now(seconds)).where(
            AfasConnection.organisation_id == owner
        )
    ).one()
    if held[0] is None or kind not in TIMED:
        return False
    return held[0] not in TIMED or bool(held[1])
