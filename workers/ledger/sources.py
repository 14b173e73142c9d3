"""The sources of a run, and how far each was read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from workers import leases
from workers.database import Session, transaction
from workers.ledger.models import SourceRead, SourceState, TurnoverRun


def open_sources(run_id: int, lease: int, found: Sequence[tuple[str, str, list[str]]]) -> dict[str, int]:
    """Ids of the run's sources still to be read, by label; `found`: (label, address, register codes) of all there are.

    They are recorded at the first call; a source that appears later belongs to the next run.
    """
    with transaction() as session:
        leases.fenced(session, TurnoverRun, run_id, lease)
        known = session.objects.scalars(select(SourceRead).where(SourceRead.run_id == run_id)).all()
        if not known:
            known = [
                SourceRead(run_id=run_id, source=label, address=address, registers=codes, state=SourceState.DUE)
                for label, address, codes in found
            ]
            session.objects.add_all(known)
            session.objects.flush()
        return {row.source: row.id for row in known if row.state == SourceState.DUE}


def record(session: Session, source_read_id: int, **values: Any) -> None:
    """Write what is known of a source: state, rows, amounts, message."""
    session.execute(update(SourceRead).where(SourceRead.id == source_read_id).values(**values))


def give_up(session: Session, run_id: int, message: str) -> None:
    """All sources of the run that are still due end failed; one that tried keeps its own last error as its message."""
    due = (SourceRead.run_id == run_id, SourceRead.state == SourceState.DUE)
    session.execute(update(SourceRead).where(*due, SourceRead.message.is_(None)).values(message=message))
    session.execute(update(SourceRead).where(*due).values(state=SourceState.FAILED))


def zero_totals() -> dict[str, Any]:
    """The totals of a source of which nothing is read yet."""
    nothing = Decimal(0)
    return {"rows": 0, "rounded": 0, "amount": nothing, "other": nothing, "undated": nothing, "complaints": []}
