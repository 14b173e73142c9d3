"""The ledger at a glance: each organisation's last run, and mails that are not out."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from workers.database import Session
from workers.ledger.models import OutboxMail, TurnoverRun
from workers.ledger.realization.models import Batch
from workers.staff.models import Organisation


@dataclass(frozen=True)
class Unsent:
    """Mails in the outbox: that nobody is to get, that SMTP refused (with the last reason), and that wait at all.

    `refused`: who did not get the newest mail of an organisation that is out, and why; None: everybody got all of them.
    """

    nobody: int
    failing: int
    waiting: int
    error: str | None
    refused: str | None


def last_runs(session: Session) -> list[tuple[str, int, str, dt.datetime | None]]:
    """(organisation, run id, state, end) of each organisation's newest run."""
    newest = select(func.max(TurnoverRun.id)).group_by(TurnoverRun.organisation_id)
    rows = session.execute(
        select(Organisation.name, TurnoverRun.id, TurnoverRun.state, TurnoverRun.finished_at)
        .join(Organisation, Organisation.id == TurnoverRun.organisation_id)
        .where(TurnoverRun.id.in_(newest))
        .order_by(Organisation.name)
    )
    return [(name, run, str(state), ended) for name, run, state, ended in rows]


def unsent_mails(session: Session) -> Unsent:
    """What the outbox still holds."""
    rows = session.execute(
        select(OutboxMail.recipient, OutboxMail.error).where(OutboxMail.sent_at.is_(None)).order_by(OutboxMail.id)
    ).all()
    errors = [row.error for row in rows if row.error]
    nobody = sum(not row.recipient for row in rows)
    return Unsent(nobody, len(errors), len(rows) - nobody, errors[-1] if errors else None, _refused(session))


def _refused(session: Session) -> str | None:
    newest = (
        select(func.max(OutboxMail.id))
        .outerjoin(TurnoverRun, TurnoverRun.id == OutboxMail.run_id)
        .outerjoin(Batch, Batch.id == OutboxMail.batch_id)
        .where(OutboxMail.sent_at.is_not(None))
        .group_by(func.coalesce(TurnoverRun.organisation_id, Batch.organisation_id))
    )
    chosen = (OutboxMail.id.in_(newest), OutboxMail.error.is_not(None))
    return session.scalar(select(OutboxMail.error).where(*chosen).order_by(OutboxMail.id.desc()).limit(1))
