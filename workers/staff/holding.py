"""What Staff holds of an organisation now."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from workers.database import Session
from workers.staff.lookup import organisation_id
from workers.staff.models import PaymentMethod, Register, Turnover, TurnoverGroup, TurnoverPayment

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
        .where(Register.organisation_id == organisation_id(session, guid))
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
        for register, turnover, group, payment, method in session.objects.execute(chosen)
    ]
