"""What comes in: a batch with its chunks and lines in one transaction, or a message that could not be read."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workers.columns import now
from workers.database import Session, table_of
from workers.ledger.realization import deliveries
from workers.ledger.realization.acts import Installation
from workers.ledger.realization.models import Batch, BatchState, Chunk, ChunkState, Environment, Line, RejectedIntake
from workers.rows import insert_many

AT_ONCE = 1000  #: values in one IN


@dataclass(frozen=True)
class Head:
    """A batch without its lines; `reply`: task and queue that its outcome goes to, `after`: a batch to end first."""

    organisation: int
    owner: int
    environment: int
    reference: str
    action: str
    digest: str
    reply: tuple[str | None, str | None] = (None, None)
    after: int | None = None


class NewLine(NamedTuple):
    """A line as it comes in; the names are columns of Line. `message`: why it is invalid, None: it is not."""

    position: int
    xp_re: str | None
    key: str | None
    holds_key: bool
    fields: Mapping[str, Any]
    force: bool
    date: dt.date | None
    employee: str | None
    state: str
    afas_id: str | None
    message: str | None


class Held(NamedTuple):
    """Whose a key is: its line's batch, state and AFAS's Ids."""

    batch: int
    state: str
    afas_id: str | None


class Applied(NamedTuple):
    """An operation of ours that AFAS took: on which line (its Id, and its key folded), and what it said."""

    afas_id: str
    key: str | None
    date: dt.date | None
    action: str
    fields: Mapping[str, Any]


class Counts(NamedTuple):
    """What a batch is made of; `lines` counts invalid ones too."""

    lines: int
    chunks: int
    invalid: int


def environment(session: Session, address: str) -> int:
    """Id of the environment at `address`, made once."""
    flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
    session.execute(flavour.insert(Environment).values(address=address).on_conflict_do_nothing())
    return session.scalars(select(Environment.id).where(Environment.address == address)).one()


def address(session: Session, environment: int) -> str:
    """Where the environment is."""
    return session.scalars(select(Environment.address).where(Environment.id == environment)).one()


def installation(session: Session, candidate: str) -> str:
    """The installation's name: `candidate` when it has none yet."""
    flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
    session.execute(flavour.insert(Installation).values(id=1, name=candidate).on_conflict_do_nothing())
    return session.scalars(select(Installation.name).where(Installation.id == 1)).one()


def metainfo(session: Session, environment: int) -> tuple[Any, float | None]:
    """AFAS's own list of fields (null: none was ever had), and the seconds since it was asked (None: never)."""
    found = session.execute(
        select(Environment.metainfo, Environment.asked_at, now()).where(Environment.id == environment)
    ).one()
    return found[0], None if found[1] is None else (found[2] - found[1]).total_seconds()


def save_metainfo(session: Session, environment: int, ago: float, **values: Any) -> None:
    """Keep AFAS's list (`metainfo`), asked `ago` seconds ago."""
    session.execute(update(Environment).where(Environment.id == environment).values(asked_at=now(-ago), **values))


def lock(session: Session, environment: int) -> None:
    """One intake of an environment writes at a time; rows that refer to it are not held up."""
    session.execute(select(Environment.id).where(Environment.id == environment).with_for_update(key_share=True))


def find(session: Session, organisation: int, reference: str) -> tuple[int, str] | None:
    """Id and digest of the organisation's batch with that reference."""
    wanted = (Batch.organisation_id == organisation, Batch.reference == reference)
    found = session.execute(select(Batch.id, Batch.digest).where(*wanted)).first()
    return (found.id, found.digest) if found else None


def counts(session: Session, batch: int) -> Counts:
    """What the batch is made of by now."""
    lines = select(func.count(), func.count().filter(Line.state == "invalid")).where(Line.batch_id == batch)
    total, invalid = session.execute(lines).one()
    chunks = session.scalars(select(func.count()).select_from(Chunk).where(Chunk.batch_id == batch)).one()
    return Counts(total, chunks, invalid)


def held(session: Session, environment: int, keys: Iterable[str]) -> dict[str, Held]:
    """Those of `keys` (folded) that an unfinished or applied insert of the environment has."""
    columns = (Line.key, Line.batch_id, Line.state, Line.afas_id)
    found: dict[str, Held] = {}
    for some in _parts(keys):
        mine = (Line.environment_id == environment, Line.holds_key, Line.key.in_(some))
        rows = session.execute(select(*columns).where(*mine))
        found |= {str(key): Held(batch, state, afas_id) for key, batch, state, afas_id in rows}
    return found


def applied(session: Session, environment: int, ids: Iterable[str], keys: Iterable[str]) -> list[Applied]:
    """What we did, oldest first, to the lines with these Ids, and those that hold these keys (folded)."""
    wanted = set(ids)
    for some in _parts(keys):
        shown = (Line.environment_id == environment, Line.holds_key, Line.key.in_(some), Line.state == "applied")
        wanted |= {id_ for id_ in session.scalars(select(Line.afas_id).where(*shown)) if id_ is not None}
    columns = (Line.afas_id, Line.key, Line.date, Batch.action, Line.fields, Line.settled_at, Line.id)
    rows: list[Any] = []
    for some in _parts(wanted):
        mine = (Line.environment_id == environment, Line.afas_id.in_(some), Line.state == "applied")
        rows += session.execute(select(*columns).join(Batch, Batch.id == Line.batch_id).where(*mine))
    rows.sort(key=lambda row: (row.settled_at is not None, row.settled_at, row.id))
    return [Applied(*row[:5]) for row in rows]


def keep(
    session: Session, head: Head, lines: Sequence[NewLine], chunks: Sequence[Sequence[int]], sweep_seconds: float
) -> list[int]:
    """Write a batch with its lines, and which of them each chunk is to hold: the ids of the batch and of the chunks.

    Raises one of rows.errors("IntegrityError").
    """
    deliveries.ensure(session, head.owner, head.environment)
    batch = _batch(session, head)
    common = {"batch_id": batch, "owner_id": head.owner, "state": ChunkState.PENDING, "hint_at": now(sweep_seconds)}
    made = [Chunk(position=position, fresh=len(some), **common) for position, some in enumerate(chunks, 1)]
    session.objects.add_all(made)
    session.objects.flush()
    places = {line: chunk.id for chunk, some in zip(made, chunks, strict=True) for line in some}
    columns = ("batch_id", "environment_id", "witnessed", "wish", "chunk_id", *NewLine._fields)
    same = (batch, head.environment, False, False)
    rows = ((*same, places.get(number), *line) for number, line in enumerate(lines))
    insert_many(session, table_of(Line), columns, rows)
    return [batch, *(chunk.id for chunk in made)]


def _batch(session: Session, head: Head) -> int:
    made = Batch(
        organisation_id=head.organisation,
        owner_id=head.owner,
        environment_id=head.environment,
        reference=head.reference,
        action=head.action,
        digest=head.digest,
        after_id=head.after,
        reply_task=head.reply[0],
        reply_queue=head.reply[1],
        state=BatchState.OPEN,
        created_at=now(),
    )
    session.objects.add(made)
    session.objects.flush()
    return made.id


def reject(session: Session, reason: str, message: Any, **said: str | None) -> None:
    """Keep a message that is no submit; `said`: task_id, organisation and reference, where it has them."""
    session.execute(insert(RejectedIntake).values(at=now(), reason=reason, message=message, **said))


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some
