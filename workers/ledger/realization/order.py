"""Operations on one line of AFAS, which run one at a time, in the order received."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from workers.database import Session
from workers.ledger.realization.models import Batch, BatchState, Chunk, Line
from workers.ledger.realization.work import OPEN, UNFINISHED


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
def stands() -> ColumnElement[bool]:
    """Condition on Line: an earlier operation on the same line has not ended, and only a person can move that one."""
    first = aliased(Line)
    return or_(*(exists().where(same, _waits_for_a_person(first)) for same in _goes_before(first)))


class Ahead(NamedTuple):
    """The first operation of a batch that a person has to move, and how many `lines` stand behind that batch's."""

    batch: int
    line: int
    lines: int


def ahead(session: Session, batch_id: int) -> list[Ahead]:
    """What lines of the batch stand behind: each counts for the earliest."""
    earliest: dict[int, tuple[int, int]] = {}
    for line, first, batch in session.execute(_ahead(), {"batch": batch_id}):
        earliest[line] = min((first, batch), earliest.get(line, (first, batch)))
    firsts: dict[int, list[int]] = {}
    for first, batch in earliest.values():
        firsts.setdefault(batch, []).append(first)
    return [Ahead(batch, min(those), len(those)) for batch, those in sorted(firsts.items())]


@cache
def _ahead() -> CompoundSelect[Any]:
    first = aliased(Line)
    waits = (Line.batch_id == bindparam("batch"), Line.state.in_(("pending", "suspect")), _waits_for_a_person(first))
    found = select(Line.id, first.id, first.batch_id).where(*waits)
    return union_all(*(found.where(same) for same in _goes_before(first)))


def ahead_of(session: Session, line_id: int) -> Line | None:
    """The earliest operation that has not ended and that goes before this change; None: there is none."""
    every = session.scalars(_ahead_of(), {"line": line_id}).all()
    return session.objects.get(Line, min(every)) if every else None


@cache
def _ahead_of() -> CompoundSelect[Any]:
    first = aliased(Line)
    change = (Line.id == bindparam("line"), Batch.id == Line.batch_id, Batch.action != "insert")
    found = select(first.id).where(*change)
    return union_all(*(found.where(same) for same in _goes_before(first)))


def _goes_before(first: type[Line]) -> list[ColumnElement[bool]]:
    """Conditions, of which one holds where `first` is an unfinished operation on the same line as Line, and earlier.

    By its Id, its key, or the key by which the ledger knows its Id. AFAS may show one that the ledger does not know.
    """
    named = aliased(Line)
    going = and_(first.environment_id == Line.environment_id, first.id < Line.id, first.state.in_(UNFINISHED))
    known = (named.environment_id == Line.environment_id, named.afas_id == Line.afas_id)
    # One value, by which an index is asked: joined, either database reads all lines for each. The plain columns would
    # have the wrong index asked: that of keys for the lowest, that of Ids for all that have none.
    key = select(func.min(named.key.concat(""))).where(*known).correlate(Line).scalar_subquery()
    nameless = func.coalesce(first.afas_id, "") == ""
    return [and_(going, same) for same in (*_same(first, Line), and_(nameless, first.key == key))]


def _waits_for_a_person(first: type[Line]) -> ColumnElement[bool]:
    chunk, batch = aliased(Chunk), aliased(Batch)
    tries = exists().where(chunk.id == first.chunk_id, chunk.state.in_(OPEN))
    waits = exists().where(batch.id == first.batch_id, batch.state == BatchState.WAITING)
    return or_(and_(first.state == "in_doubt", first.matter.is_not(None)), ~tries, waits)


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
