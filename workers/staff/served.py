"""What one connection does for all that it serves: where it leads, its daily import, and whom that is told to."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from workers.database import Session
from workers.staff.models import AfasConnection, Organisation, TurnoverSetting


@dataclass(frozen=True)
class Daily:
    """The daily import of a connection: at which local time, how many days back, and since when (null: unknown)."""

    organisation_id: int
    daily_at: dt.time
    days_back: int
    active_since: dt.datetime | None


def daily(session: Session) -> list[Daily]:
    """Every connection that serves an active organisation, by its owner.

    An active owner sets hour and days; else the earliest of the active organisations that are the same as it.
    """
    owner = func.coalesce(AfasConnection.same_as_id, AfasConnection.organisation_id)
    setting = (TurnoverSetting.daily_at, TurnoverSetting.days_back, TurnoverSetting.active_since)
    rows = session.execute(
        select(owner, *setting)
        .join(AfasConnection, AfasConnection.organisation_id == TurnoverSetting.organisation_id)
        .where(TurnoverSetting.active)
        .order_by(owner, AfasConnection.same_as_id.is_not(None), *setting)
    )
    found: dict[int, Daily] = {}
    for row in rows:
        found.setdefault(row[0], Daily(*row))
    return list(found.values())


def recipients(session: Session, guid: str) -> tuple[str, ...]:
    """Whom the runs of the connection's owner are told to: its own `mail_to`, then those of the active ones it serves.

    Each address once.
    """
    owner = select(Organisation.id).where(Organisation.guid == guid).scalar_subquery()
    served = and_(AfasConnection.same_as_id == owner, TurnoverSetting.active)
    lists = session.scalars(
        select(AfasConnection.mail_to)
        .outerjoin(TurnoverSetting, TurnoverSetting.organisation_id == AfasConnection.organisation_id)
        .where(or_(AfasConnection.organisation_id == owner, served))
        .order_by(AfasConnection.same_as_id.is_not(None), AfasConnection.organisation_id)
    )
    return tuple(dict.fromkeys(address for addresses in lists for address in addresses))


def leads(session: Session, organisation_id: int) -> tuple[int, str | None] | None:
    """The organisation whose connection serves this one, and the address it has; None: there is none.

    Both stay so until the transaction ends; other facts of a connection may change meanwhile.
    """
    serves, address = _connection(session, organisation_id) or (None, None)
    if serves is None:
        return None
    return (serves, address) if serves == organisation_id else _connection(session, serves)


def _connection(session: Session, organisation_id: int) -> tuple[int, str | None] | None:
    serves = func.coalesce(AfasConnection.same_as_id, AfasConnection.organisation_id)
    own = select(serves, AfasConnection.environment).where(AfasConnection.organisation_id == organisation_id)
    found = session.execute(own.with_for_update(read=True, key_share=True)).first()
    return (found[0], found[1]) if found else None
