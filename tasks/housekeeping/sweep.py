"""What a crash, a lost message or a pause left behind is taken up again."""

from tasks.housekeeping.isolated import each
from tasks.turnover import asking, closing
from tasks.turnover.import_ import Hands
from workers.database import transaction
from workers.ledger import outbox, unfinished
from workers.ledger.heartbeat import beat
from workers.settings import current
from workers.staff import pause


def sweep(hands: Hands) -> None:
    """Enqueue what the database says is unfinished and due: runs and mails; log what was not; probe what is paused."""
    beat("sweep")
    each(unfinished.hints_due(current().sweep_seconds), hands.start)
    each(unfinished.unlogged(current().sweep_seconds), closing.log_end)
    each(outbox.due(), hands.mail)
    with transaction() as session:
        probes = pause.probes_due(session)
    each(probes, asking.probe)
