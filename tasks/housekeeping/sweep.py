"""What a crash, a lost message or a pause left behind is taken up again, and what is long past is forgotten."""

from collections.abc import Callable

from tasks.housekeeping.isolated import each
from tasks.turnover import asking, closing
from tasks.turnover.import_ import Hands
from workers.database import transaction
from workers.ledger import heartbeat, outbox, unfinished
from workers.ledger.pruning import prune
from workers.settings import current
from workers.staff import pause

DAY = 86_400  #: seconds


def sweep(hands: Hands) -> None:
    """Enqueue what the database says is unfinished and due: runs and mails; log what was not; probe what is paused."""
    heartbeat.beat("sweep")
    seconds = current().sweep_seconds
    steps: list[Callable[[], None]] = [
        lambda: each(unfinished.hints_due(seconds), hands.start),
        lambda: each(unfinished.unlogged(seconds), closing.log_end),
        lambda: each(outbox.due(), hands.mail),
        _probe,
        _prune,
    ]
    each(steps, lambda step: step())


def _probe() -> None:
    with transaction() as session:
        probes = pause.probes_due(session)
    each(probes, asking.probe)


def _prune() -> None:
    """Once a day."""
    if heartbeat.ages().get("prune", DAY) >= DAY:
        prune()
        heartbeat.beat("prune")
