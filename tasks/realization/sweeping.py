"""What a crash, a lost message or a pause left behind in the realization river is taken up again."""

from tasks.realization import closing
from tasks.realization.back import After
from tasks.realization.deliver import Hands, hand_on
from workers.database import transaction
from workers.ledger.realization import replies, waiting
from workers.settings import current


def sweep(hands: Hands) -> None:
    """Enqueue chunks and replies that are unfinished and due; tell what nobody told."""
    with transaction() as session:
        closed = closing.look_around(session)
    hand_on([After(None, closed=closed)], hands)
    for reply in replies.due():
        hands.reply(reply)
    for chunk in waiting.hints_due(current().sweep_seconds):
        hands.chunk(chunk, 0.0)
