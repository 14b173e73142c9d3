"""The call log: every HTTP call to AFAS, the only record there is of the successful ones."""

from sqlalchemy import insert

from workers.columns import now
from workers.database import transaction
from workers.ledger.models import CallLog

FACTS = ("connector", "skip", "take", "rows", "status", "duration", "server_time", "reference", "error")


def add(organisation_id: int, run_id: int | None, address: str, facts: dict[str, object]) -> None:
    """Keep one call: `facts` are the columns that FACTS names."""
    row = {"at": now(), "organisation_id": organisation_id, "run_id": run_id, "address": address}
    with transaction() as session:
        session.execute(insert(CallLog).values(**row, **facts))
