"""What Staff holds of an organisation, and what a register-day has held before."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.ledger.models import DayState, RegisterDay
from workers.staff.lookup import UnknownOrganisationError
from workers.staff.models import Organisation, PaymentMethod, Register, Turnover, TurnoverGroup, TurnoverPayment
from workers.texts import text

COLUMNS = ("register", "date", "turnover_group", "amount", "payment_method", "payment_amount")


@dataclass(frozen=True)
class Span:
    """Booking days and a register's code; None: no bound."""

    first: dt.date | None = None
    last: dt.date | None = None
    register: str | None = None


def payments(session: Session, guid: str, span: Span) -> list[Mapping[str, object]]:
    """A row a payment, by register and date, with the names of COLUMNS; codes where there are, else names.

    Raises UnknownOrganisationError.
    """
    chosen = (
        select(Register, Turnover, TurnoverGroup, TurnoverPayment, PaymentMethod)
        .join(Turnover, Turnover.register_id == Register.id)
        .join(TurnoverGroup, TurnoverGroup.id == Turnover.turnover_group_id)
        .outerjoin(
            TurnoverPayment,
            (TurnoverPayment.register_id == Turnover.register_id) & (TurnoverPayment.date == Turnover.date),
        )
        .outerjoin(PaymentMethod, PaymentMethod.id == TurnoverPayment.payment_method_id)
        .where(Register.organisation_id == _organisation(session, guid))
        .order_by(Register.external_id, Turnover.date, PaymentMethod.external_id)
    )
    if span.first is not None:
        chosen = chosen.where(Turnover.date >= span.first)
    if span.last is not None:
        chosen = chosen.where(Turnover.date <= span.last)
    if span.register is not None:
        chosen = chosen.where(Register.external_id == span.register.strip())
    return [
        {
            "register": register.external_id or register.name,
            "date": turnover.date,
            "turnover_group": group.external_id or group.name,
            "amount": turnover.amount,
            "payment_method": (method.external_id or method.name) if method else None,
            "payment_amount": payment.amount if payment else None,
        }
        for register, turnover, group, payment, method in session.execute(chosen)
    ]


def values(session: Session, guid: str, register: str, date: dt.date) -> list[Mapping[str, object]]:
    """Every value that a register-day has had, oldest first, with the run that wrote it and what stood there before."""
    rows = session.scalars(
        select(RegisterDay)
        .join(Register, Register.id == RegisterDay.register_id)
        .where(
            Register.organisation_id == _organisation(session, guid),
            RegisterDay.register_external_id == register.strip(),
            RegisterDay.date == date,
            RegisterDay.state == DayState.WRITTEN,
        )
        .order_by(RegisterDay.written_at, RegisterDay.id)
    )
    return [
        {
            "run": row.run_id,
            "written_at": row.written_at,
            "amount": row.amount,
            "payments": row.payments,
            "old_amount": row.old_amount,
            "old_payments": row.old_payments,
        }
        for row in rows
    ]


def _organisation(session: Session, guid: str) -> int:
    known = select(Organisation.id).where(Organisation.guid == guid.strip().strip("{}").lower())
    found = session.scalar(known)
    if found is None:
        raise UnknownOrganisationError(text("turnover.unknown_organisation", guid=guid))
    return found
