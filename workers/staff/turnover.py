"""Turnover in Staff: what a register-day holds now, and its replacement as a whole."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, cast, delete, func, literal_column, select, type_coerce, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger, Text

from workers.database import insert_many, table_of
from workers.staff.models import PaymentMethod, Turnover, TurnoverPayment

STEPS = Decimal(10_000)  #: per euro, as digests count
Key = tuple[int, dt.date]  #: register id and date


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


class _Steps(FunctionElement[int]):
    """An amount as a whole number of ten-thousandths, in SQL."""

    type = BigInteger()
    inherit_cache = True


@compiles(_Steps, "postgresql")
def _steps_postgresql(element: _Steps, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} * 10000 AS BIGINT)"


@compiles(_Steps, "sqlite")
def _steps_sqlite(element: _Steps, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


Digest = tuple[int | None, int, str]  #: turnover group, ten-thousandths in all, and per method `id:ten-thousandths`


def digest(group: int | None, amount: Decimal, payments: Mapping[int, Decimal]) -> Digest:
    """What is compared of a register-day that is to be written."""
    parts = [f"{method}:{int(payments[method] * STEPS)}" for method in sorted(payments)]
    return group, int(amount * STEPS), ",".join(parts)


def is_same(one: Digest, other: Digest) -> bool:
    """Whether two register-days hold the same; a database may give the parts in any order."""
    if one == other:
        return True
    return one[:2] == other[:2] and sorted(one[2].split(",")) == sorted(other[2].split(","))


def digests(session: Session, register_ids: Collection[int], first: dt.date, last: dt.date) -> dict[Key, Digest]:
    """The digest of every register-day that these registers hold, computed from the very rows that stand there."""
    same_day = (TurnoverPayment.register_id == Turnover.register_id, TurnoverPayment.date == Turnover.date)
    part = (
        TurnoverPayment.payment_method_id.cast(Text) + literal_column("':'") + _Steps(TurnoverPayment.amount).cast(Text)
    )
    parts = select(func.aggregate_strings(part, ",")).where(*same_day).scalar_subquery()
    as_text = type_coerce if session.get_bind().dialect.name == "sqlite" else cast
    rows = session.execute(
        select(
            Turnover.register_id,
            as_text(Turnover.date, Text),
            Turnover.turnover_group_id,
            _Steps(Turnover.amount),
            parts,
        ).where(Turnover.register_id.in_(register_ids), Turnover.date.between(first, last))
    ).all()
    dates = {text: dt.date.fromisoformat(text) for text in {row[1] for row in rows}}
    return {(register, dates[text]): (group, amount, paid or "") for register, text, group, amount, paid in rows}


def held(session: Session, keys: Collection[Key]) -> dict[Key, Held]:
    """What the register-days `keys` hold now, locked until the transaction ends; absent ones are left out."""
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
        session.connection().execute(delete(table_of(TurnoverPayment)).where(*that_day), gone)
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
    driver = session.connection().dialect.loaded_dbapi.Error
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
    session.connection().execute(update(table_of(Turnover)).where(*that_day).values(**values), rows)
