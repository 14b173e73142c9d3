"""The mail outbox: a mail is a row before it is sent, and is sent by one process, once."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, insert, select

from workers import leases
from workers.columns import now
from workers.database import Session, transaction
from workers.ledger.models import OutboxMail

LONGEST_PAUSE = 900  #: seconds between two tries; they double up to here


@dataclass(frozen=True)
class Mail:
    """A mail to be sent; `recipients` has at least one address."""

    id: int
    message_id: str
    recipients: tuple[str, ...]
    subject: str
    body: str


def add(session: Session, run_id: int, message_id: str, recipients: tuple[str, ...], told: tuple[str, str]) -> int:
    """Put a run's mail into the outbox; `told`: subject and body. Nobody to send it to: it is kept all the same."""
    row = {"run_id": run_id, "message_id": message_id, "recipient": ",".join(recipients), "created_at": now()}
    row |= {"subject": told[0], "body": told[1], "due_at": now()}
    return session.execute(insert(OutboxMail).values(**row).returning(OutboxMail.id)).scalar_one()


def claim(mail_id: int) -> tuple[Mail, int] | None:
    """The mail and the lease under which it may be sent; None when it was sent, is being sent, or is not due."""
    with transaction() as session:
        lease = leases.claim(session, OutboxMail, mail_id, _due, attempts=leases.one_more(OutboxMail))
        if lease is None:
            return None
        row = session.objects.scalars(select(OutboxMail).where(OutboxMail.id == mail_id)).one()
        return Mail(row.id, row.message_id, tuple(row.recipient.split(",")), row.subject, row.body), lease


def sent(mail: Mail, lease: int, refused: str | None) -> None:
    """The mail is out; `refused`: who did not get it all the same, and why."""
    with transaction() as session:
        leases.fenced(session, OutboxMail, mail.id, lease, sent_at=now(), due_at=None, error=refused, lease_id=None)


def put_off(mail: Mail, lease: int, error: str, *, final: bool) -> None:
    """The mail stays in the outbox, for the next try or (`final`: refused for good) until somebody looks."""
    with transaction() as session:
        attempts = session.scalars(select(OutboxMail.attempts).where(OutboxMail.id == mail.id)).one()
        due_at = None if final else now(min(30 * 2 ** min(attempts, 10), LONGEST_PAUSE))
        leases.fenced(session, OutboxMail, mail.id, lease, error=error, due_at=due_at, lease_id=None)


def due() -> list[int]:
    """Mails that wait for being sent."""
    with transaction() as session:
        return list(session.scalars(select(OutboxMail.id).where(_due(), leases.free(OutboxMail))))


def _due() -> ColumnElement[bool]:
    return and_(OutboxMail.sent_at.is_(None), OutboxMail.due_at <= now(), OutboxMail.recipient != "")
