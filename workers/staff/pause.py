"""The pause of an organisation that AFAS or a fault keeps waiting."""

from functools import cache

from sqlalchemy import Select, select, update

from workers.columns import now
from workers.database import Session
from workers.staff.models import AfasConnection

BUSY = "busy"  #: the pause that AFAS asked for with retry_after
UNREACHABLE = "unreachable"  #: AFAS could not be reached: whoever was held up tries again, ever later
TIMED = (BUSY, UNREACHABLE)  #: pauses that end by their time alone; all others when a probe finds them mended
PROBE_SECONDS = 900  #: between two probes of a paused organisation


def pause(session: Session, organisation_id: int, kind: str, reason: str, seconds: float) -> None:
    """Pause the organisation for `seconds`, or until a probe succeeds; `reason` is one line for the administrator."""
    values = {"paused_until": now(seconds), "pause_kind": kind, "pause_reason": reason}
    session.execute(update(AfasConnection).where(AfasConnection.organisation_id == organisation_id).values(**values))


def pause_reason(session: Session, organisation_id: int) -> str | None:
    """Why the organisation is paused; None when it is not."""
    return session.scalar(select(AfasConnection.pause_reason).where(AfasConnection.organisation_id == organisation_id))


def unpause(session: Session, organisation_id: int, *spared: str) -> None:
    """End the organisation's pause, if it has one and its kind is not `spared`."""
    values = {"paused_until": None, "pause_kind": None, "pause_reason": None}
    kind = AfasConnection.pause_kind
    paused = (AfasConnection.organisation_id == organisation_id, kind.is_not(None), kind.not_in(spared))
    session.execute(update(AfasConnection).where(*paused).values(**values))


def probes_due(session: Session) -> list[int]:
    """Organisations whose pause is to be probed now; each is given its next time, so that one process probes it.

    A pause that ends by its time alone ends here.
    """
    found = session.execute(_due()).all()
    for organisation, kind in found:
        if kind in TIMED:
            unpause(session, organisation)
        else:
            session.execute(
                update(AfasConnection)
                .where(AfasConnection.organisation_id == organisation)
                .values(paused_until=now(PROBE_SECONDS))
            )
    return [organisation for organisation, kind in found if kind not in TIMED]


@cache
def _due() -> Select[int, str | None]:
    due = (AfasConnection.pause_kind.is_not(None), AfasConnection.paused_until <= now())
    found = select(AfasConnection.organisation_id, AfasConnection.pause_kind).where(*due)
    return found.with_for_update(skip_locked=True)
