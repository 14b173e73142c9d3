"""Operations on one line of AFAS, which run one at a time, in the order received."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, select, union_all
from sqlalchemy.orm import aliased

from workers.database import Session
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.ledger.realization.work import UNFINISHED


def behind(session: Session, chunk_id: int, shown: Mapping[int, str]) -> dict[int, dt.datetime | None]:
    """Lines of the chunk that an operation received earlier means too: when the last had ended, None: it has not.

    `shown`: the folded keys that AFAS showed of lines; an earlier one may name them by these, or by the ledger's.
    """
    rows = session.execute(_earlier(), {"chunk": chunk_id})
    known = {line: None if open_ else ended for line, open_, ended in rows if open_ or ended}
    return known | dict.fromkeys(_behind_a_key(session, chunk_id, shown))


@cache
def _earlier() -> Select[int, Any, dt.datetime | None]:
    """Each line of the `chunk` that an earlier operation means: whether one has not ended, and when the last did."""
    first = aliased(Line)
    going = case((first.state.in_(UNFINISHED), 1), else_=0).label("going")
    found = select(Line.id, going, first.settled_at).where(
        Line.chunk_id == bindparam("chunk"), first.state != "invalid"
    )
    earlier = and_(first.environment_id == Line.environment_id, first.id < Line.id)
    every = union_all(*(found.join(first, and_(earlier, same)) for same in _same(first, Line))).subquery()
    return select(every.c.id, func.max(every.c.going), func.max(every.c.settled_at)).group_by(every.c.id)


def _same(first: type[Line], line: type[Line]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions, of which one holds where two operations mean the same line.

    A question for each: for both in one PostgreSQL takes neither's index, and reads all lines for every single one.
    """
    return first.afas_id == line.afas_id, first.key == line.key


def _behind_a_key(session: Session, chunk_id: int, shown: Mapping[int, str]) -> list[int]:
    """Lines behind one that is named by its key alone, and so gets its Id with its own first look."""
    told = session.execute(_keys(), {"chunk": chunk_id})
    keys = {*shown.items(), *((line, key) for line, key in told if key is not None)}
    if not keys:
        return []
    asked = {"chunk": chunk_id, "keys": sorted({key for _, key in keys})}
    earliest = {key: line for key, line in session.execute(_nameless(), asked)}  # noqa: C416 - rows are no pairs
    return [line for line, key in keys if earliest.get(key, line) < line]


@cache
def all_behind() -> ColumnElement[bool]:
    """Condition on Chunk: each of its lines that could go is meant by an earlier operation that has not ended.

    By the same name, that is: who names by its key what the other names by its Id comes in vain.
    """
    line, first = aliased(Line), aliased(Line)
    going = and_(first.environment_id == line.environment_id, first.id < line.id, first.state.in_(UNFINISHED))
    could = and_(line.chunk_id == Chunk.id, line.state.in_(("pending", "suspect")))
    return ~exists().where(could, *(~exists().where(going, same) for same in _same(first, line)))


@cache
def _keys() -> Select[int, str | None]:
    """The keys, if any, that the ledger knows of lines which those of the `chunk` name by their Id.

    Asked for those that are there, or for each once, SQLite takes the index of keys, and reads all of it for each line.
    """
    named = aliased(Line)
    row = (named.environment_id == Line.environment_id, named.afas_id == Line.afas_id)
    return select(Line.id, named.key).join(named, and_(*row)).where(Line.chunk_id == bindparam("chunk"))


@cache
def _nameless() -> Select[str | None, int]:
    """The earliest operation for each of the `keys` in the environment of the `chunk` that has no Id yet."""
    environment = select(Batch.environment_id).join(Chunk, Chunk.batch_id == Batch.id)
    its = environment.where(Chunk.id == bindparam("chunk")).scalar_subquery()
    keys = Line.key.in_(bindparam("keys", expanding=True))
    nameless = (Line.environment_id == its, Line.afas_id.is_(None), Line.state.in_(UNFINISHED), keys)
    return select(Line.key, func.min(Line.id)).where(*nameless).group_by(Line.key)
