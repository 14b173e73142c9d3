"""The realization river's door for Celery."""

from typing import Any

from tasks.realization import deliver as delivery
from tasks.realization import status as standing
from tasks.realization import submit as intake
from tasks.realization.deliver import Hands
from tasks.realization.intake import messages
from tasks.realization.received import Lines
from tasks.realization.submit import SubmitRejected
from workers.celery import app
from workers.ledger.realization.batches import UnknownBatchError
from workers.rows import errors
from workers.sending import send, sent
from workers.texts import text

QUEUE = "realization"
LONGEST_PAUSE = 60  #: seconds between two tries at a database that is away
STRATEGY, REQUEST = "tasks.realization.received:strategy", "tasks.realization.received:Request"


def send_chunk(chunk: int, seconds: float) -> None:
    """One message for a chunk that is in the ledger."""
    sent("realization.deliver_chunk", seconds, chunk=chunk)


HANDS = Hands(
    chunk=send_chunk,
    mail=lambda mail: send("housekeeping.send_mail", mail=mail),
    reply=lambda reply: send("housekeeping.send_reply", reply=reply),
)


@app.task(
    name="realization.submit",
    bind=True,
    Strategy=STRATEGY,
    Request=REQUEST,
    keeps=QUEUE,
    throws=(SubmitRejected,),
    max_retries=None,
    # Until its rows are committed the message is all that there is of a batch; twice it makes the same one.
    acks_late=True,
    reject_on_worker_lost=True,
)
def submit(self: Any, /, *args: Any, **message: Any) -> dict[str, int]:
    """Take in a batch of lines, or keep the message with the reason why not."""
    if args:
        message["args"] = args
    try:
        return intake.take_or_keep(message, self.request.id, HANDS)
    except errors("OperationalError"):
        pause = min(2 ** min(self.request.retries, LONGEST_PAUSE), LONGEST_PAUSE)
    # Out here, for the error's own text may show values.
    shown = {"argsrepr": "()", "kwargsrepr": self.request.kwargsrepr}
    # To our queue, for its sender may have said that it came by another.
    raise self.retry(args=(), kwargs=message, countdown=pause, queue=QUEUE, **shown)


@app.task(name="realization.status", Strategy=STRATEGY, Request=REQUEST, throws=(ValueError, UnknownBatchError))
def status(*args: Any, **asked: Any) -> dict[str, Any]:
    """Where `batch` stands, and its lines after the line `after`, at most `limit` of them."""
    if args:
        asked["args"] = args
    if wrong := messages.faults("realization.status", asked, text):
        raise ValueError("; ".join(wrong))
    found = standing.answer(**asked)
    return found | {"lines": Lines(found["lines"])}


@app.task(name="realization.deliver_chunk", ignore_result=True)
def deliver_chunk(chunk: int) -> None:
    """Do what the chunk needs next: at most one call that writes."""
    delivery.deliver(chunk, HANDS)
