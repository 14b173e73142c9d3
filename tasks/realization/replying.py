"""A reply to whoever sent a batch, as its task takes it."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from tasks.realization import telling
from tasks.realization.status import MOST_LINES
from workers.database import reading
from workers.ledger.realization import batches

TOLD = ("applied", "refused", "invalid", "in_doubt", "conflict", "cancelled")


def task_id(batch: int, revision: int) -> UUID:
    """The id of the reply's task: the same whenever it is sent again."""
    return uuid5(uuid5(NAMESPACE_URL, f"afasconnector:batch:{batch}"), str(revision))


def arguments(batch: int, revision: int) -> dict[str, Any]:
    """The keyword arguments of the reply: what is true of the batch now. Raises UnknownBatchError."""
    with reading() as session:
        found, organisation = batches.head(session, batch)
        by, counts = telling.reader(session, found.environment_id), batches.counts(session, batch)
        return {
            "batch": batch,
            "revision": revision,
            "reference": found.reference,
            "organisation": organisation.guid,
            **{state: counts[state] for state in TOLD},
            "lines": [telling.told(line, by) for line in batches.lines(session, batch, 0, MOST_LINES)],
        }
