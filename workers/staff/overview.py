"""The organisations at a glance."""

from dataclasses import dataclass

from sqlalchemy import select

from workers.database import Session
from workers.staff.models import AfasConnection, Organisation


@dataclass(frozen=True)
class Glance:
    """One organisation; `classic`: it signs with a classic token, which AFAS ends in 2027."""

    name: str
    classic: bool
    pause_reason: str | None


def organisations(session: Session) -> list[Glance]:
    """All organisations, by name."""
    rows = session.execute(
        select(Organisation.name, AfasConnection.token, AfasConnection.pause_reason)
        .outerjoin(AfasConnection, AfasConnection.organisation_id == Organisation.id)
        .order_by(Organisation.name)
    )
    return [Glance(name, token is not None, reason) for name, token, reason in rows]
