"""One reply of the outbox to the queue that its batch named: sent, or put off with its reason."""

from kombu import Queue
from kombu.exceptions import KombuError, OperationalError

from tasks.realization import replying
from workers import leases
from workers.celery import app
from workers.ledger.realization import replies


def send_reply(reply_id: int) -> bool:
    """Send the reply if it is due and nobody else does; whether the broker has it."""
    if (claimed := replies.claim(reply_id)) is None:
        return False
    reply, lease = claimed
    with leases.holding(lease):
        try:
            arguments = replying.arguments(reply.batch, reply.revision)
            app.send_task(
                reply.task,
                kwargs=arguments,
                # By name alone: a queue of another service is none of our queues.
                queue=Queue(reply.queue),  # type: ignore[arg-type]  # the stubs know names alone
                task_id=str(replying.task_id(reply.batch, reply.revision)),
                ignore_result=True,
                argsrepr="()",
                kwargsrepr=f"{{'batch': {reply.batch}, 'revision': {reply.revision}}}",
            )
        except (OperationalError, KombuError, OSError, ValueError) as error:
            replies.put_off(reply, lease, f"{type(error).__name__}: {error}".partition("\n")[0])
            return False
        replies.sent(reply, lease)
    return True
