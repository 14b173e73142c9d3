"""What a chunk holds: its attempts, and its lines as plain rows, of which a call carries hundreds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Update, bindparam, select, update

from workers.database import Session, table_of
from workers.ledger.realization.acts import Attempt
from workers.ledger.realization.models import Batch, Line
from workers.rows import all_of, update_many

SEPARATOR = ", "  #: between the Ids of a line that AFAS has more than once


def of(session: Session, chunk_id: int) -> tuple[list[Line], list[Attempt]]:
    """The chunk's lines in order, and every attempt, oldest first."""
    # No objects: they come by the hundred with every message.
    of_it = {"chunk": chunk_id}
    attempts = all_of(session.execute(_attempts(), of_it), Attempt)
    return all_of(session.execute(_lines(), of_it), Line), attempts


@cache
def _lines() -> Select[Any]:
    table = table_of(Line)
    return select(table).where(table.c.chunk_id == bindparam("chunk")).order_by(table.c.position)


@cache
def _attempts() -> Select[Any]:
    table = table_of(Attempt)
    return select(table).where(table.c.chunk_id == bindparam("chunk")).order_by(table.c.id)


def sent(row: Line) -> Line:
    """A pending line's row as `work.begin` leaves it."""
    return cast("Line", cast("Any", row)._replace(state="sent"))


def unmoved(session: Session, chunk_id: int, rows: Iterable[Line]) -> bool:
    """Whether the chunk's lines are what they were when `rows` were loaded: people move some while a call is open."""
    found = session.execute(_moved(), {"chunk": chunk_id})
    known = {(row.id, row.state, row.wish, row.holds_key, row.witnessed, row.matter) for row in rows}
    return set(map(tuple, found)) == known


@cache
def _moved() -> Select[Any]:
    line = table_of(Line).c
    moved = (line.id, line.state, line.wish, line.holds_key, line.witnessed, line.matter)
    return select(*moved).where(line.chunk_id == bindparam("chunk"))


def save_lines(session: Session, changes: Sequence[Mapping[str, Any]]) -> None:
    """Write lines as they are from now on: mappings with `id` and the same columns each."""
    update_many(session, table_of(Line), changes)


def save_attempt(session: Session, number: int, **values: Any) -> None:
    """Write what is known of an attempt."""
    if values:
        session.execute(_save(tuple(values)), {"attempt": number} | {f"new_{name}": values[name] for name in values})


@cache
def _save(names: tuple[str, ...]) -> Update:
    attempt = table_of(Attempt)
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(attempt).where(attempt.c.id == bindparam("attempt")).values(new)


def free_keys(session: Session, environment: int, afas_ids: Collection[str], keys: Collection[str]) -> None:
    """Lines that were deleted through us free their keys; one that AFAS had several times does with the last of them.

    `keys`, folded, are those that the deleted lines had.
    """
    if not afas_ids:
        return
    held = (Line.environment_id == environment, Line.holds_key)
    session.execute(update(Line).where(*held, Line.afas_id.in_(afas_ids)).values(holds_key=False))
    doubled = select(Line.id, Line.afas_id).where(*held, Line.key.in_(keys), Line.afas_id.contains(SEPARATOR))
    gone = [
        id_ for id_, ids in session.execute(doubled) if ids and _deleted(session, environment, ids.split(SEPARATOR))
    ]
    session.execute(update(Line).where(Line.id.in_(gone)).values(holds_key=False))


def _deleted(session: Session, environment: int, afas_ids: Collection[str]) -> bool:
    """Whether each of these was deleted through us."""
    mine = (Line.environment_id == environment, Line.afas_id.in_(afas_ids), Line.state == "applied")
    deleted = select(Line.afas_id).join(Batch, Batch.id == Line.batch_id).where(*mine, Batch.action == "delete")
    return set(session.scalars(deleted)) >= set(afas_ids)
