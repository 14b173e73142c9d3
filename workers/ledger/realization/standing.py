"""Where a chunk, its batch and its organisation stand: asked at once."""

import datetime as dt
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from workers.columns import now
from workers.database import Session, table_of
from workers.ledger.realization.acts import Delivery
from workers.ledger.realization.models import Batch, Chunk
from workers.ledger.realization.work import OPEN, Held
from workers.rows import split
from workers.staff.models import AfasConnection


class Standing(NamedTuple):
    """Where a chunk, its batch and its organisation stand `now`; `shows`: there is a read-back connector.

    Of the batch's other chunks that still try: how many lines they have which were never tried and do not go last
    (`fresh`), whether they have some that were sent and maybe not tried (`untold`). `held`: another chunk of the
    organisation has a watched call open. `braked`: the batch sends nothing.
    """

    chunk: Chunk
    delivery: Delivery
    now: dt.datetime
    prospects: dict[str, Any] | None
    shows: bool
    fresh: int
    untold: bool
    held: bool
    braked: bool


def standing(session: Session, held: Held, most_fruitless: int) -> Standing:
    """All of it as it is in this transaction; a chunk with `most_fruitless` attempts in a row tries no more."""
    asked = {"chunk": held.id, "most_fruitless": most_fruitless}
    row = session.execute(_standing(), asked).one()
    return Standing(*split(row, Chunk, Delivery), *row[-7:])


@cache
def _standing() -> Select[Any]:
    # One question: each one more takes as long as to decide what comes of it.
    other, watched = aliased(Chunk), aliased(Chunk)
    others = (other.batch_id == Chunk.batch_id, other.id != Chunk.id, other.state.in_(OPEN))
    tries = (*others, other.fruitless < bindparam("most_fruitless"))
    fresh = select(func.coalesce(func.sum(other.fresh), 0)).where(*tries)
    untold = exists().where(*others, other.untold)
    held = exists().where(watched.owner_id == Chunk.owner_id, watched.holds, watched.id != Chunk.id)
    shows = AfasConnection.read_back.is_not(None)
    return (
        select(table_of(Chunk), table_of(Delivery))
        .add_columns(now(), Batch.prospects, shows, fresh.scalar_subquery(), untold, held, Batch.braked_at.is_not(None))
        .join(Batch, Batch.id == Chunk.batch_id)
        .join(Delivery, Delivery.organisation_id == Chunk.owner_id)
        .join(AfasConnection, AfasConnection.organisation_id == Chunk.owner_id)
        .where(Chunk.id == bindparam("chunk"))
    )
