"""The call log: every HTTP call to AFAS, the only record there is of the successful ones."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Insert, insert

from workers.columns import now
from workers.database import Session, table_of, transaction
from workers.ledger.models import CallLog

FACTS = ("connector", "skip", "take", "rows", "status", "duration", "server_time", "reference", "error")


def add(organisation_id: int, address: str, facts: dict[str, object]) -> None:
    """Keep one call, of no run: `facts` are the columns that FACTS names."""
    with transaction(single=True) as session:
        keep(session, organisation_id, None, address, [facts])


def keep(
    session: Session, organisation_id: int, run_id: int | None, address: str, made: Sequence[dict[str, object]]
) -> None:
    """Keep calls to `address`, each with the columns that FACTS names."""
    shared = {"organisation_id": organisation_id, "run_id": run_id, "address": address}
    if made:
        session.execute(_insert(), [shared | facts for facts in made])


@cache
def _insert() -> Insert:
    return insert(table_of(CallLog)).values(at=now())
