"""What the ledger need not keep for ever: calls and unchanged register-days. Every value that was written stays."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import delete, select, update

from workers.columns import now
from workers.database import transaction
from workers.ledger.models import CallLog, DayState, RegisterDay, SourceRead, TurnoverRun

KEPT = 90 * 86_400  #: seconds: whoever closes a quarter can still look at its last nights


def prune() -> None:
    """Forget calls, and unchanged register-days of ended runs, that are older than KEPT; sums stay with the source."""
    with transaction() as session:
        session.execute(delete(CallLog).where(CallLog.at < now(-KEPT)))
        ended = select(TurnoverRun.id).where(TurnoverRun.finished_at < now(-KEPT))
        old = delete(RegisterDay).where(RegisterDay.run_id.in_(ended), RegisterDay.state == DayState.UNCHANGED)
        gone: dict[int, list[Decimal]] = defaultdict(list)
        # Summed from what this very statement deleted: whoever prunes at the same time deletes other rows.
        for source, amount in session.execute(old.returning(RegisterDay.source_read_id, RegisterDay.amount)):
            gone[source].append(amount)
        for source, amounts in gone.items():
            sums = {
                "pruned_days": SourceRead.pruned_days + len(amounts),
                "pruned": SourceRead.pruned + sum(amounts, Decimal(0)),
            }
            session.execute(update(SourceRead).where(SourceRead.id == source).values(**sums))
