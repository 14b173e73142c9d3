"""What a crash, a lost message or a pause left behind is taken up again."""

from tasks.turnover import asking, closing
from tasks.turnover.import_ import Hands
from workers.database import transaction
from workers.ledger import outbox, runs
from workers.ledger.heartbeat import beat
from workers.settings import current
from workers.staff import pause


def sweep(hands: Hands) -> None:
    """Enqueue what the database says is unfinished and due: runs and mails; log what was not; probe what is paused."""
    beat("sweep")
    for run in runs.hints_due(current().sweep_seconds):
        hands.start(run)
    for run_id in runs.unlogged(current().sweep_seconds):
        closing.log_end(run_id)
    for mail in outbox.due():
        hands.mail(mail)
    with transaction() as session:
        probes = pause.probes_due(session)
    for organisation_id in probes:
        asking.probe(organisation_id)
