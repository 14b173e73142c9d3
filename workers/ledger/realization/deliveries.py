"""What an organisation's read-backs are worth, and what stops its deliveries."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Insert, Select, Update, bindparam, exists, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workers import leases
from workers.columns import among, now
from workers.database import Session, table_of, transaction
from workers.ledger.realization.acts import Attempt, Delivery, Installation, LineEvent, Notice
from workers.ledger.realization.models import Line
from workers.rows import split


def ensure(session: Session, owner: int, environment: int) -> None:
    """The organisation's row, made once; another environment than before has nothing proven."""
    row = {"owner": owner, "environment": environment}
    session.execute(_new(session.connection.dialect.name), row)
    session.execute(_moved(), row)


@cache
def _new(dialect: str) -> Insert:
    flavour = postgresql if dialect == "postgresql" else sqlite
    row: dict[str, Any] = {"organisation_id": bindparam("owner"), "environment_id": bindparam("environment")}
    made = flavour.insert(Delivery).values(**row, proven=False, single=False, largest_lag=0, failures=0)
    new: Insert = made.on_conflict_do_nothing()
    return new


@cache
def _moved() -> Update:
    environment: BindParameter[int] = bindparam("environment")
    moved = (Delivery.organisation_id == bindparam("owner"), Delivery.environment_id != environment)
    fresh = {"environment_id": environment, "proven": False, "largest_lag": 0, "shown_within": None}
    return update(Delivery).where(*moved).values(**fresh)


def get(session: Session, owner: int, *, lock: bool = False) -> Delivery:
    """The organisation's row; with `lock` nobody else changes it until the transaction ends."""
    found: Delivery = split(session.execute(_one(lock=lock), {"owner": owner}).one(), Delivery)[0]
    return found


@cache
def _one(*, lock: bool) -> Select[Any]:
    wanted = select(table_of(Delivery)).where(Delivery.organisation_id == bindparam("owner"))
    return wanted.with_for_update() if lock else wanted


def save(session: Session, owner: int, **values: Any) -> None:
    """Write what changed of it."""
    if values:
        session.execute(update(Delivery).where(Delivery.organisation_id == owner).values(**values))


def stop(session: Session, owner: int, matter: str) -> bool:
    """The organisation sends nothing more, until a person resumes; whether it did until now."""
    going = (Delivery.organisation_id == owner, Delivery.stop.is_(None))
    stopped = update(Delivery).where(*going).values(stop=matter, stopped_at=now())
    return session.execute(stopped.returning(Delivery.organisation_id)).first() is not None


def reads(session: Session, owner: int) -> bool:
    """Whether a read-back of the organisation is under way."""
    return bool(session.scalar(_reads(), {"owner": owner}))


@cache
def _reads() -> Select[bool]:
    return select(exists().where(Delivery.organisation_id == bindparam("owner"), ~leases.free(Delivery)))


def claim_reading(owner: int) -> int | None:
    """The lease of the organisation's one read-back at a time; None while another is under way."""
    with transaction() as session:
        return leases.claim(session, Delivery, owner)


def told(session: Session, owner: int, batch: int | None, matter: str, about: tuple[list[int], list[str]]) -> None:
    """Keep what a human is to be told; `about`: ids of lines, and AFAS's Ids."""
    row = {"at": now(), "owner_id": owner, "batch_id": batch, "matter": matter, "lines": about[0], "afas_ids": about[1]}
    session.execute(insert(Notice).values(**row))


def events(session: Session, lines: Collection[int], state: str, matter: str | None, **how: Any) -> None:
    """Keep what a read-back or a person made of lines, which are in `state` since; `how`: LineEvent's other columns."""
    if lines:
        same, table = {"state": state, "matter": matter, **how}, table_of(LineEvent)
        values = [literal(value, table.c[name].type) for name, value in same.items()]
        # One moment of the clock for all of them.
        each = select(Line.id, select(now()).scalar_subquery(), *values).where(among(Line.id, lines)).order_by(Line.id)
        session.execute(insert(table).from_select(["line_id", "at", *same], each))


def installation(session: Session) -> str | None:
    """The installation's name; None before the first intake."""
    return session.scalar(_installation())


@cache
def _installation() -> Select[str]:
    return select(Installation.name)


def mark(session: Session) -> tuple[str, int, int]:
    """The installation's name, its adoptions and its highest attempt number; "" and 0 before the first of each."""
    name, adoptions, attempt = session.execute(_mark()).one()
    return name or "", adoptions or 0, attempt or 0


@cache
def _mark() -> Select[str | None, int | None, int | None]:
    name, adoptions = (select(one).scalar_subquery() for one in (Installation.name, Installation.adoptions))
    return select(name, adoptions, select(func.max(Attempt.id)).scalar_subquery())


def adopted(session: Session, times: int) -> None:
    """The ledger is taken for the one that sends, for so many times now."""
    session.execute(update(Installation).values(adoptions=times))


def failed(session: Session, owner: int) -> int:
    """One more failure to reach AFAS: how many there were in a row before it."""
    more = update(Delivery).where(Delivery.organisation_id == owner).values(failures=Delivery.failures + 1)
    return session.execute(more.returning(Delivery.failures)).scalar_one() - 1


def reached(session: Session, owner: int) -> None:
    """AFAS was reached: no failure to reach it stands before the next."""
    session.execute(_reached(), {"owner": owner})


@cache
def _reached() -> Update:
    delivery = table_of(Delivery)
    failed = (delivery.c.organisation_id == bindparam("owner"), delivery.c.failures != 0)
    return update(delivery).where(*failed).values(failures=0)
