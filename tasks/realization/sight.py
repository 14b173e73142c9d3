"""What AFAS shows of inserted lines at this moment, asked anew for a person's decision."""

from collections.abc import Mapping, Sequence

from tasks.realization import reach
from tasks.realization.images import Names
from tasks.realization.reach import Question
from tasks.realization.words import folded
from workers.database import reading
from workers.ledger.realization import humans


def shows(owner: int, lines: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """{line: AFAS's Ids that it is shown under}, none for a line that is not shown. Raises AfasError, SecretError."""
    with reading() as session:
        asked = humans.came_in(session, lines)
    days = [line.date for line, _ in asked if line.date is not None]
    keys = frozenset(line.xp_re or "" for line, _ in asked)
    question = Question(
        (min(days), max(days)) if days else None,
        min(moment for _, moment in asked),
        len(asked),
        # By the key itself as well, whatever its date is by now.
        Names(frozenset(), frozenset()),
        keys,
    )
    found = reach.read_back(owner, question)
    return {
        line.id: tuple(row.afas_id for row in found if folded(row.key) == folded(line.xp_re or "")) for line, _ in asked
    }
