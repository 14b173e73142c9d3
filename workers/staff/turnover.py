"""Turnover in Staff: what a register-day holds now, and its replacement as a whole."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, reduce
from operator import add
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, delete, func, literal_column, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute

from workers.columns import among
from workers.database import Session, engine, table_of
from workers.rows import insert_many
from workers.staff.models import PaymentMethod, Turnover, TurnoverPayment

Key = tuple[int, dt.date]  #: register id and date
#: Turnover group id, euros in all, and euros per payment method id.
Value = tuple[int, Decimal, dict[int, Decimal]]
Standing = dict[int, dict[dt.date, Value]]  #: by register id

_STANDING = msgspec.json.Decoder(Standing)


@dataclass(frozen=True, slots=True)
class Content:
    """What a register-day is to hold: euros in all, and per payment method id, adding up to it."""

    register_id: int
    date: dt.date
    turnover_group_id: int
    amount: Decimal
    payments: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Held:
    """What a register-day held: euros in all, and per account number of its payment methods."""

    amount: Decimal
    payments: dict[str, Decimal]


def standing(session: Session, register_ids: Collection[int], first: dt.date, last: dt.date) -> Standing:
    """What these registers hold in these days, out of the very rows that stand there; one without any is left out."""
    asked = {"registers": register_ids, "first": first, "last": last}
    found = session.execute(_standing(engine().dialect.name), asked)
    by_register = ",".join(f'"{register}":{{{held}}}' for register, held in found)
    return _STANDING.decode(f"{{{by_register}}}")


@cache
def _standing(dialect: str) -> Select[int, str]:
    """Per register the inside of one JSON object: a row for each register-day would cost more than all the rest."""
    sqlite = dialect == "sqlite"
    day = Turnover.date if sqlite else func.to_char(Turnover.date, "YYYY-MM-DD")
    # SQLite keeps whole ten-thousandths.
    scale = "e-4" if sqlite else ""
    part = _joined('"', TurnoverPayment.payment_method_id, '":', TurnoverPayment.amount, scale)
    same_day = (TurnoverPayment.register_id == Turnover.register_id, TurnoverPayment.date == Turnover.date)
    parts = select(func.aggregate_strings(part, ",")).where(*same_day).correlate(Turnover).scalar_subquery()
    own = ('"', day, '":[', Turnover.turnover_group_id, ",", Turnover.amount, f"{scale},{{")
    chosen = among(Turnover.register_id, "registers")
    days = Turnover.date.between(bindparam("first"), bindparam("last"))
    found = _joined(*own, func.coalesce(parts, ""), "}]")
    own_days = func.aggregate_strings(found, ",")
    return select(Turnover.register_id, own_days).where(chosen, days).group_by(Turnover.register_id)


def _joined(*parts: str | ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    texts = (literal_column(f"'{part}'") if isinstance(part, str) else cast(part, Text) for part in parts if part != "")
    return reduce(add, texts)


def held(session: Session, keys: Collection[Key]) -> dict[Key, Held]:
    """What the register-days `keys` hold now; absent ones are left out. A transaction has them locked until it ends."""
    chosen = _around(Turnover, keys)
    totals = session.execute(
        select(Turnover.register_id, Turnover.date, Turnover.amount).where(chosen).with_for_update()
    )
    result = {(register, day): Held(amount, {}) for register, day, amount in totals if (register, day) in keys}
    if not result:
        return {}
    payments = session.execute(
        select(TurnoverPayment.register_id, TurnoverPayment.date, PaymentMethod.external_id, TurnoverPayment.amount)
        .join(PaymentMethod, PaymentMethod.id == TurnoverPayment.payment_method_id)
        .where(_around(TurnoverPayment, keys))
    )
    for register, day, code, amount in payments:
        if (register, day) in result:
            result[register, day].payments[str(code)] = amount
    return result


def _around(table: type[Turnover | TurnoverPayment], keys: Collection[Key]) -> ColumnElement[bool]:
    registers, days = {register for register, _ in keys}, {day for _, day in keys}
    return and_(table.register_id.in_(registers), table.date.between(min(days), max(days)))


def replace(session: Session, contents: Sequence[Content], run_ids: Mapping[Key, int]) -> dict[Key, Held]:
    """Write each register-day whole in place of what stood there; returns what stood there, where something did."""
    keys = {(content.register_id, content.date) for content in contents}
    before = held(session, keys)
    gone = [{"r": register, "d": day} for register, day in before]
    if gone:
        that_day = (TurnoverPayment.register_id == bindparam("r"), TurnoverPayment.date == bindparam("d"))
        session.execute(delete(table_of(TurnoverPayment)).where(*that_day), gone)
        _update(session, [content for content in contents if (content.register_id, content.date) in before], run_ids)
    new = [content for content in contents if (content.register_id, content.date) not in before]
    _insert(
        session,
        Turnover,
        ("register_id", "date", "turnover_group_id", "amount", "run_id"),
        ((c.register_id, c.date, c.turnover_group_id, c.amount, run_ids[c.register_id, c.date]) for c in new),
    )
    _insert(
        session,
        TurnoverPayment,
        ("register_id", "date", "payment_method_id", "amount"),
        ((c.register_id, c.date, method, part) for c in contents for method, part in c.payments.items()),
    )
    return before


def _insert(
    session: Session, model: type[Turnover | TurnoverPayment], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows; what the driver raises comes as SQLAlchemy's own, which tells a refusal from a lost lock."""
    driver = session.connection.dialect.loaded_dbapi.Error
    try:
        insert_many(session, table_of(model), columns, rows)
    except driver as error:
        raise DBAPIError.instance(f"INSERT INTO {model.__tablename__}", None, error, driver) from error


def _update(session: Session, contents: Sequence[Content], run_ids: Mapping[Key, int]) -> None:
    that_day = (Turnover.register_id == bindparam("r"), Turnover.date == bindparam("d"))
    values: dict[str, Any] = {name: bindparam(name) for name in ("turnover_group_id", "amount", "run_id")} | {
        "vanished_run_id": None
    }
    rows = [
        {
            "r": content.register_id,
            "d": content.date,
            "turnover_group_id": content.turnover_group_id,
            "amount": content.amount,
            "run_id": run_ids[content.register_id, content.date],
        }
        for content in contents
    ]
    session.execute(update(table_of(Turnover)).where(*that_day).values(**values), rows)
