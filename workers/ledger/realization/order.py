"""Operations on one line of AFAS, which run one at a time, in the order received."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from workers.ledger.realization.models import Batch, Chunk, Line
from workers.ledger.realization.work import UNFINISHED


def behind(session: Session, chunk_id: int, shown: Mapping[int, str]) -> dict[int, dt.datetime | None]:
    """Lines of the chunk that an operation received earlier means too: when the last had ended, None: it has not.

    `shown`: the folded keys that AFAS showed of lines; an earlier one may name them by these, or by the ledger's.
    """
    first = aliased(Line)
    same = or_(first.afas_id == Line.afas_id, first.key == Line.key)
    earlier = (first.environment_id == Line.environment_id, same, first.id < Line.id)
    going = func.max(case((first.state.in_(UNFINISHED), 1), else_=0))
    found = select(Line.id, going, func.max(first.settled_at)).join(first, and_(*earlier))
    rows = session.execute(found.where(Line.chunk_id == chunk_id, first.state != "invalid").group_by(Line.id))
    known = {line: None if open_ else ended for line, open_, ended in rows if open_ or ended}
    return known | dict.fromkeys(_behind_a_key(session, chunk_id, shown))


def _behind_a_key(session: Session, chunk_id: int, shown: Mapping[int, str]) -> list[int]:
    """Lines behind one that is named by its key alone, and so gets its Id with its own first look."""
    named, mine = aliased(Line), Line.chunk_id == chunk_id
    row = (named.environment_id == Line.environment_id, named.afas_id == Line.afas_id, named.key.is_not(None))
    told = session.execute(select(Line.id, named.key).join(named, and_(*row)).where(mine).distinct())
    keys = {*shown.items(), *((line, str(key)) for line, key in told)}
    if not keys:
        return []
    nameless = (Line.afas_id.is_(None), Line.state.in_(UNFINISHED), Line.key.in_({key for _, key in keys}))
    environment = select(Batch.environment_id).join(Chunk, Chunk.batch_id == Batch.id).where(Chunk.id == chunk_id)
    first = select(Line.key, func.min(Line.id)).where(Line.environment_id == environment.scalar_subquery(), *nameless)
    earliest = {key: line for key, line in session.execute(first.group_by(Line.key))}  # noqa: C416 - rows are no pairs
    return [line for line, key in keys if earliest.get(key, line) < line]
