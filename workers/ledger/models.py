"""Tables of the ledger: turnover runs with their sources and register-days, calls, and the mail outbox."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workers.columns import Json, Moment, Money
from workers.database import Base
from workers.ledger.realization.models import Batch


class RunState(StrEnum):
    """A run's life; `waiting` has a `due_at`, the last three are ends."""

    DUE = "due"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    DONE_WITH_FAILURES = "done_with_failures"
    FAILED = "failed"


class DayState(StrEnum):
    """What became of a register-day; only `pending` is still to be done."""

    PENDING = "pending"
    WRITTEN = "written"
    UNCHANGED = "unchanged"
    PARKED = "parked"
    FAILED = "failed"
    VANISHED = "vanished"


class SourceState(StrEnum):
    """Whether a run has read a source: the whole window, or nothing."""

    DUE = "due"
    READ = "read"
    FAILED = "failed"


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value.value) for value in values)})", name=column)


class TurnoverRun(Base):
    """One import of one organisation (the owner of the connection) over whole days, both ends included.

    `day`: the local day it was made for. `registers`: only these codes, null: all. `logged_at`: when the log file got
    its end. `hint_at`: when the sweep may enqueue it again, after `hints` times so far.
    """

    __tablename__ = "turnover_run"
    __table_args__ = (
        _one_of("state", RunState),
        CheckConstraint("kind IN ('scheduled', 'manual')", name="kind"),
        CheckConstraint("date_from <= date_to", name="window"),
        Index(
            "uq_turnover_run_scheduled",
            "organisation_id",
            "day",
            unique=True,
            postgresql_where=text("kind = 'scheduled'"),
            sqlite_where=text("kind = 'scheduled'"),
        ),
        Index("ix_turnover_run_organisation_id_state", "organisation_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    day: Mapped[dt.date]
    date_from: Mapped[dt.date]
    date_to: Mapped[dt.date]
    registers: Mapped[list[str] | None] = mapped_column(Json)
    retry_of_id: Mapped[int | None] = mapped_column(ForeignKey("turnover_run.id"))
    state: Mapped[str] = mapped_column(default=RunState.DUE)
    message: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_id: Mapped[int | None]
    due_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    hint_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    hints: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    logged_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class SourceRead(Base):
    """One source of a run: what was read, for the closing proof. Amounts are euros with the organisation's sign.

    `amount` = its register-days + `undated` (rows without a readable date) + `other` (rows not ours to write).
    `known_days`: register-days in the window that an earlier run wrote. `pruned`: euros of the unchanged ones that are
    no longer kept. `accounts`: {unknown account number: what AFAS calls it}.
    """

    __tablename__ = "source_read"
    __table_args__ = (_one_of("state", SourceState), UniqueConstraint("run_id", "source"))
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("turnover_run.id"))
    source: Mapped[str]
    address: Mapped[str]
    registers: Mapped[list[str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(default=SourceState.DUE)
    kind: Mapped[str | None]
    message: Mapped[str | None]
    notice: Mapped[str | None]
    rows: Mapped[int] = mapped_column(default=0)
    rounded: Mapped[int] = mapped_column(default=0)
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    other: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    undated: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    known_days: Mapped[int] = mapped_column(default=0)
    pruned_days: Mapped[int] = mapped_column(default=0)
    pruned: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    complaints: Mapped[list[str]] = mapped_column(Json, default=list)
    accounts: Mapped[dict[str, str]] = mapped_column(Json, default=dict)


class RegisterDay(Base):
    """One register and date of a run. `payments` and `old_payments`: {account number: amount as text}.

    `sign`: what AFAS's own amounts were multiplied by.
    `reason`: why it is parked or failed (register, payment_method, coupling, amount, date, error).
    Thousands are written a night, under a fence that locks their run: foreign keys would only double the time.
    """

    __tablename__ = "register_day"
    __table_args__ = (
        _one_of("state", DayState),
        UniqueConstraint("source_read_id", "register_external_id", "date"),
        Index("ix_register_day_run_id_state", "run_id", "state"),
        Index(
            "ix_register_day_history",
            "register_external_id",
            "date",
            postgresql_where=text("state = 'written'"),
            sqlite_where=text("state = 'written'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int]
    source_read_id: Mapped[int]
    register_external_id: Mapped[str]
    register_id: Mapped[int | None]
    date: Mapped[dt.date]
    state: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Money)
    payments: Mapped[dict[str, str] | None] = mapped_column(Json)
    sign: Mapped[int]
    old_amount: Mapped[Decimal | None] = mapped_column(Money)
    old_payments: Mapped[dict[str, str] | None] = mapped_column(Json)
    written_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None]
    message: Mapped[str | None]


class CallLog(Base):
    """One HTTP call to AFAS; times in seconds. AFAS keeps no record of successful calls, so this is the only one."""

    __tablename__ = "call_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("turnover_run.id"))
    address: Mapped[str]
    connector: Mapped[str]
    skip: Mapped[int | None]
    take: Mapped[int | None]
    rows: Mapped[int | None]
    status: Mapped[int | None]
    duration: Mapped[float]
    server_time: Mapped[str | None]
    reference: Mapped[str | None]
    error: Mapped[str | None]


class OutboxMail(Base):
    """One mail, recipients separated by a comma (empty: nobody is known yet); a row before it is sent.

    `batch_id`: the realization batch that it tells of.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (UniqueConstraint("run_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("turnover_run.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey(Batch.id))
    message_id: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    lease_id: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    error: Mapped[str | None]


class Heartbeat(Base):
    """When a periodic task last ran: a silent beat is seen here, whatever its process says."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
