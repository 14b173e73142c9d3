"""When a periodic task last ran."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.models import Heartbeat


def beat(name: str) -> None:
    """The task `name` runs now."""
    with transaction() as session:
        flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
        row = flavour.insert(Heartbeat).values(name=name, at=now())
        session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now()}))


def ages() -> dict[str, float]:
    """Seconds since each periodic task last ran."""
    with reading() as session:
        rows: list[tuple[str, dt.datetime, dt.datetime]] = [
            (name, at, clock) for name, at, clock in session.execute(select(Heartbeat.name, Heartbeat.at, now()))
        ]
    return {name: (clock - at).total_seconds() for name, at, clock in rows}
