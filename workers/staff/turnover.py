"""Turnover in Staff: what a register-day holds now, and its replacement as a whole."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, delete, func, literal_column, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from workers.database import engine, insert_many, table_of
from workers.staff.models import PaymentMethod, Turnover, TurnoverPayment

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


def own_text() -> Callable[[Decimal], str]:
    """How the database itself writes an amount of four decimals as text: SQLite keeps whole ten-thousandths."""
    return _steps if engine().dialect.name == "sqlite" else str


def _steps(amount: Decimal) -> str:
    return str(amount.scaleb(4))


def line(
    key: Key, group: int | None, amount: Decimal, payments: Mapping[int, Decimal], own: Callable[[Decimal], str]
) -> str:
    """A register-day that is to be written, as one line: register, date, group, amount, and per method its part."""
    parts = ",".join([f"{method}={own(payments[method])}" for method in sorted(payments)])
    return f"{key[0]}:{key[1].isoformat()}:{group}:{own(amount)}:{parts}"


def standing(session: Session, register_ids: Collection[int], first: dt.date, last: dt.date) -> set[str]:
    """The line of every register-day that these registers hold, made of the very rows that stand there."""
    asked = {"registers": list(register_ids), "first": first, "last": last}
    return set((session.scalar(_lines(engine().dialect.name), asked) or "").split(";")) - {""}


@cache
def _lines(dialect: str) -> Select[str]:
    """All lines as one text: a row each would cost more than all the rest."""
    day = Turnover.date if dialect == "sqlite" else func.to_char(Turnover.date, "YYYY-MM-DD")
    part = _text(TurnoverPayment.payment_method_id) + literal_column("'='") + _text(TurnoverPayment.amount)
    same_day = (TurnoverPayment.register_id == Turnover.register_id, TurnoverPayment.date == Turnover.date)
    parts = select(func.aggregate_strings(part, ",")).where(*same_day).correlate(Turnover).scalar_subquery()
    found: ColumnElement[str] = func.coalesce(parts, "")
    for value in (Turnover.amount, Turnover.turnover_group_id, day, Turnover.register_id):
        found = _text(value) + literal_column("':'") + found
    chosen = Turnover.register_id.in_(bindparam("registers", expanding=True))
    days = Turnover.date.between(bindparam("first"), bindparam("last"))
    return select(func.aggregate_strings(found, ";")).where(chosen, days)


def _text(value: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return cast(value, Text)


def compared(held: AbstractSet[str], wanted: Mapping[str, Key]) -> tuple[frozenset[Key], set[int]]:
    """The register-days among `wanted` that are held just so, and the registers that hold others than those."""
    missing, other = wanted.keys() - held, held - wanted.keys()
    if missing and other:
        # A database may give the parts in any order.
        ordered = {_ordered(found): found for found in other}
        again = {found for found in missing if _ordered(found) in ordered}
        missing, other = missing - again, other - {ordered[_ordered(found)] for found in again}
    same = frozenset(key for found, key in wanted.items() if found not in missing)
    return same, {int(found.partition(":")[0]) for found in other}


def _ordered(found: str) -> str:
    head, _, parts = found.rpartition(":")
    return f"{head}:{sorted(parts.split(','))}"


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
