"""Register-days that are new in Staff, written by the database itself out of the ledger: nothing of them is fetched."""

from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Insert,
    Integer,
    Numeric,
    Text,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from workers.columns import among, now
from workers.database import Session, table_of
from workers.ledger.models import DayState, RegisterDay
from workers.staff.models import PaymentMethod, Register, Turnover, TurnoverPayment

MOST_LETTERS = 19  #: of an amount: one more, and SQLite's integer might not hold it
NO_ACCOUNT = '%"":%'  #: in payments: an amount that names no account number


class Fresh(NamedTuple):
    """A register-day that was taken to be written."""

    id: int
    run_id: int
    register_id: int


def take(session: Session, ids: Collection[int], register_ids: Collection[int], sign: int) -> list[Fresh]:
    """Record as written those of `ids` that are pending, of these registers, with this sign, and not in Staff yet.

    Left out: those with an amount that names no account number, and of registers whose code has changed.
    """
    chosen = {"ids": ids, "registers": register_ids, "own_sign": sign}
    found = session.execute(_take(), chosen)
    return [Fresh(key, run, register) for key, run, register in found]


def write(session: Session, ids: Collection[int], group: int) -> None:
    """Write turnover, in this turnover group, and payments of register-days that were taken.

    Raises IntegrityError for an account number without payment method, and an amount not as the ledger writes it.
    """
    session.execute(_turnover(), {"ids": ids, "own_group": group})
    session.execute(_payments(session.connection.dialect.name), {"ids": ids})


@cache
def _take() -> ReturningUpdate[int, int, int]:
    table = table_of(RegisterDay)
    ready = (
        among(RegisterDay.id, "ids"),
        RegisterDay.state == DayState.PENDING,
        RegisterDay.sign == bindparam("own_sign"),
        among(RegisterDay.register_id, "registers"),
        type_coerce(RegisterDay.payments, Text).not_like(NO_ACCOUNT),
        exists().where(
            Register.id == RegisterDay.register_id, Register.external_id == RegisterDay.register_external_id
        ),
        ~exists().where(Turnover.register_id == RegisterDay.register_id, Turnover.date == RegisterDay.date),
    )
    values = {"state": DayState.WRITTEN.value, "written_at": now(), "message": None, "reason": None}
    return update(table).where(*ready).values(**values).returning(table.c.id, table.c.run_id, table.c.register_id)


@cache
def _turnover() -> Insert:
    held = {
        "register_id": RegisterDay.register_id,
        "date": RegisterDay.date,
        "turnover_group_id": bindparam("own_group", type_=Integer),
        "amount": RegisterDay.amount,
        "run_id": RegisterDay.run_id,
    }
    chosen = select(*held.values()).where(among(RegisterDay.id, "ids"))
    return insert(table_of(Turnover)).from_select(list(held), chosen)


@cache
def _payments(dialect: str) -> Insert:
    """What cannot be written right is null, which no column of a payment takes."""
    texts = type_coerce(RegisterDay.payments, Text)
    each = func.json_each(texts) if dialect == "sqlite" else func.json_each_text(cast(texts, JSON))
    part = each.table_valued("key", "value").alias("part")
    value: ColumnElement[str] = part.c.value
    exact = cast(func.replace(value, ".", ""), Integer) if dialect == "sqlite" else cast(value, Numeric(19, 4))
    held = {
        "register_id": RegisterDay.register_id,
        "date": RegisterDay.date,
        "payment_method_id": PaymentMethod.id,
        "amount": case((value.like("%.____") & (func.length(value) <= MOST_LETTERS), exact)),
    }
    method = (PaymentMethod.organisation_id == Register.organisation_id) & (PaymentMethod.external_id == part.c.key)
    chosen = (
        select(*held.values())
        .select_from(RegisterDay)
        .join(Register, Register.id == RegisterDay.register_id)
        .join(part, true())
        .outerjoin(PaymentMethod, method)
        .where(among(RegisterDay.id, "ids"))
    )
    return insert(table_of(TurnoverPayment)).from_select(list(held), chosen)
