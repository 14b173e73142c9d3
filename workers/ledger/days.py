"""Register-days of a run: staged while a source is read, then each written, parked or failed, by itself."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Text,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from workers.columns import among, now
from workers.database import Session, reading, table_of
from workers.ledger.models import DayState, RegisterDay, SourceRead, SourceState
from workers.rows import insert_many, update_many
from workers.staff.models import Register, Turnover

STAGED = (
    "run_id",
    "source_read_id",
    "register_external_id",
    "register_id",
    "date",
    "state",
    "amount",
    "payments",
    "sign",
    "reason",
    "message",
)

ROWS_AT_ONCE = 1_000  #: that are fetched from the database

_PAYMENTS = msgspec.json.Decoder(dict[str, Decimal])  #: of the texts that `as_text` makes


@dataclass(frozen=True, slots=True)
class Staged:
    """A register-day as it lies in the ledger; `payments` are euros per account number as AFAS gave it.

    `sign`: what AFAS's own amounts were multiplied by.
    """

    id: int
    run_id: int
    register: str
    register_id: int | None
    date: dt.date
    amount: Decimal
    sign: int
    payments: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Register-days of one register that go to a worker in one message."""

    register: str
    dates: tuple[dt.date, ...]
    ids: tuple[int, ...]


def stage(session: Session, run_id: int, source_read_id: int, rows: Iterable[Sequence[object]]) -> None:
    """Keep register-days: rows of (code, register id, date, state, amount, payments, sign, reason, message)."""
    insert_many(session, table_of(RegisterDay), STAGED, ((run_id, source_read_id, *row) for row in rows))


def stage_quiet(
    session: Session, run_id: int, source_read_id: int, signs: Mapping[int, int], window: tuple[dt.date, dt.date]
) -> None:
    """Keep as unchanged all that Staff holds of these registers in the window: the database copies it by itself.

    `signs`: {register id: what AFAS's own amounts were multiplied by}.
    """
    for sign in set(signs.values()):
        registers = [register for register, own in signs.items() if own == sign]
        values = {"run": run_id, "source": source_read_id, "own_sign": sign, "registers": registers}
        session.execute(_copy(), values | {"first": window[0], "last": window[1]})


@cache
def _copy() -> Insert:
    copied: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
        "run_id": bindparam("run", type_=Integer),
        "source_read_id": bindparam("source", type_=Integer),
        "register_external_id": Register.external_id,
        "register_id": Turnover.register_id,
        "date": Turnover.date,
        "state": literal_column(f"'{DayState.UNCHANGED}'"),
        "amount": Turnover.amount,
        "sign": bindparam("own_sign", type_=Integer),
    }
    held = select(*copied.values()).join(Register, Register.id == Turnover.register_id)
    chosen = among(Turnover.register_id, "registers")
    days = Turnover.date.between(bindparam("first"), bindparam("last"))
    return insert(table_of(RegisterDay)).from_select(list(copied), held.where(chosen, days))


def as_text(payments: Mapping[str, Decimal]) -> dict[str, str]:
    """Payments as they are kept in JSON: exact, so as text."""
    return {account: format(amount, "f") for account, amount in payments.items()}


def unstage(session: Session, source_read_id: int) -> None:
    """Forget what a reading that did not come to its end had staged."""
    session.execute(delete(RegisterDay).where(RegisterDay.source_read_id == source_read_id))


def parcels(run_id: int, most: int) -> Iterator[Parcel]:
    """The run's pending register-days of the sources that are read whole: per register, at most `most` dates each.

    They come as they are asked for, so that a long window takes no more memory than a short one.
    """
    chosen = (
        select(RegisterDay.register_external_id, RegisterDay.date, RegisterDay.id)
        .join(SourceRead, SourceRead.id == RegisterDay.source_read_id)
        .where(
            RegisterDay.run_id == run_id,
            RegisterDay.state == DayState.PENDING,
            SourceRead.state == SourceState.READ,
        )
        .order_by(RegisterDay.register_external_id, RegisterDay.date)
    )
    with reading(streams=True) as session:
        rows = session.execute(chosen.execution_options(yield_per=ROWS_AT_ONCE))
        for register, found in groupby(rows, key=itemgetter(0)):
            while part := list(islice(found, most)):
                yield Parcel(register, tuple(day for _, day, _ in part), tuple(key for _, _, key in part))


def pending_ids(run_id: int, register: str, dates: Collection[dt.date]) -> list[int]:
    """Ids of those register-days that are still to be written."""
    with reading() as session:
        return list(
            session.scalars(
                select(RegisterDay.id).where(
                    RegisterDay.run_id == run_id,
                    RegisterDay.register_external_id == register,
                    RegisterDay.date.in_(dates),
                    RegisterDay.state == DayState.PENDING,
                )
            )
        )


def take(session: Session, ids: Collection[int], states: Collection[DayState]) -> list[Staged]:
    """Lock the register-days among `ids` that are still in `states`, until the transaction ends."""
    rows = session.execute(
        select(
            RegisterDay.id,
            RegisterDay.run_id,
            RegisterDay.register_external_id,
            RegisterDay.register_id,
            RegisterDay.date,
            RegisterDay.amount,
            RegisterDay.sign,
            type_coerce(RegisterDay.payments, Text),
        )
        .where(among(RegisterDay.id, ids), RegisterDay.state.in_(states))
        .order_by(RegisterDay.id)
        .with_for_update()
    )
    return [
        Staged(key, run, code, register, day, amount, sign, _PAYMENTS.decode(payments or "{}"))
        for key, run, code, register, day, amount, sign, payments in rows
    ]


def turn(session: Session, day: Staged) -> Staged:
    """The register-day with the other sign, in the ledger too, where what was read of its source turns with it."""
    payments = {name: -part for name, part in day.payments.items()}
    turned = replace(day, amount=-day.amount, sign=-day.sign, payments=payments)
    mine = select(RegisterDay.source_read_id).where(RegisterDay.id == day.id).scalar_subquery()
    read = update(SourceRead).where(SourceRead.id == mine)
    session.execute(read.values(amount=SourceRead.amount + 2 * turned.amount))
    values = {"amount": turned.amount, "sign": turned.sign, "payments": as_text(payments)}
    session.execute(update(RegisterDay).where(RegisterDay.id == day.id).values(**values))
    return turned


def written(
    session: Session,
    done: Sequence[tuple[Staged, int]],
    before: Mapping[int, tuple[Decimal, Mapping[str, Decimal]]],
) -> None:
    """Record as written: register-days, each with its register's id; `before`: what stood there, by register-day id."""
    table = table_of(RegisterDay)
    values = {"state": DayState.WRITTEN, "written_at": now(), "message": None, "reason": None}
    session.execute(update(table).where(among(RegisterDay.id, [day.id for day, _ in done])).values(**values))
    rows = []
    for day, register in done:
        if day.id in before or day.register_id != register:
            amount, payments = before.get(day.id, (None, None))
            old = None if payments is None else as_text(payments)
            rows.append({"id": day.id, "register_id": register, "old_amount": amount, "old_payments": old})
    update_many(session, table, rows)


def failed(session: Session, key: int, reason: str, message: str) -> None:
    """Record one register-day as failed."""
    values = {"state": DayState.FAILED, "reason": reason, "message": message}
    session.execute(update(RegisterDay).where(RegisterDay.id == key).values(**values))


def of_register(session: Session, source_read_id: int, register: str) -> list[tuple[int, dt.date]]:
    """Ids and dates of one register's days in one source of a run."""
    rows = session.execute(
        select(RegisterDay.id, RegisterDay.date).where(
            RegisterDay.source_read_id == source_read_id, RegisterDay.register_external_id == register
        )
    )
    return [(key, day) for key, day in rows]
