"""What a register-day has held, one run after the other."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select

from workers.database import Session
from workers.ledger.models import DayState, RegisterDay
from workers.staff.lookup import organisation_id
from workers.staff.models import Register


def values(session: Session, guid: str, register: str, date: dt.date) -> list[Mapping[str, object]]:
    """Every value that a register-day has had, oldest first, with the run that wrote it and what stood there before."""
    rows = session.objects.scalars(
        select(RegisterDay)
        .join(Register, Register.id == RegisterDay.register_id)
        .where(
            Register.organisation_id == organisation_id(session, guid),
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
