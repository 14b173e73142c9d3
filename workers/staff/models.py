"""Tables of Staff: the set-up of an organisation, and its turnover."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workers.columns import Json, Moment, Money
from workers.database import Base

IMPORT_CLASS = "AFAS omzetimport"  #: the one import class that is ours


class Organisation(Base):
    """A customer's organisation in Staff; `guid` is lower case without braces."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class AfasConnection(Base):
    """How an organisation reaches AFAS: credentials of its own, or those of the organisation it is the same as.

    `token` and `client_secret` are sealed, bound to the organisation's guid. `paused_until` null: not paused.
    """

    __tablename__ = "afas_connection"
    __table_args__ = (
        CheckConstraint("(same_as_id IS NULL) = (environment IS NOT NULL)", name="own_or_same_as"),
        CheckConstraint(
            "environment IS NULL OR (token IS NULL) = (client_id IS NOT NULL AND client_secret IS NOT NULL)",
            name="one_credential",
        ),
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    environment: Mapped[str | None]
    token: Mapped[str | None]
    client_id: Mapped[str | None]
    client_secret: Mapped[str | None]
    mail_to: Mapped[list[str]] = mapped_column(Json, default=list)
    read_back: Mapped[dict[str, Any] | None] = mapped_column(Json)
    delete_style: Mapped[str] = mapped_column(default="id")
    paused_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    pause_kind: Mapped[str | None]
    pause_reason: Mapped[str | None]


class AccessToken(Base):
    """The OAuth access token that all workers of an organisation share, sealed; one of them renews it at a time."""

    __tablename__ = "access_token"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    token: Mapped[str | None]
    ends_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    lease_id: Mapped[int | None]


class TurnoverSetting(Base):
    """How an organisation's turnover is imported. `daily_at` is local time, `sign` 1 or -1.

    `active_since`: since when `active` is true without a break; an hour of the day before then was never missed.
    """

    __tablename__ = "turnover_setting"
    __table_args__ = (CheckConstraint("sign IN (1, -1)", name="sign"), CheckConstraint("days_back >= 0", name="days"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    active: Mapped[bool]
    active_since: Mapped[dt.datetime | None] = mapped_column(Moment)
    daily_at: Mapped[dt.time] = mapped_column(Time)
    days_back: Mapped[int]
    turnover_group: Mapped[str]
    other_turnover_groups: Mapped[list[str]] = mapped_column(Json)
    sign: Mapped[int]
    default_turnover_account: Mapped[str | None]


class Register(Base):
    """A register (kassa); `external_id` is its code in AFAS, null while nobody gave it one."""

    __tablename__ = "register"
    __table_args__ = (UniqueConstraint("organisation_id", "external_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    external_id: Mapped[str | None]
    name: Mapped[str]


class TurnoverGroup(Base):
    """A turnover group (omzetgroep)."""

    __tablename__ = "turnover_group"
    __table_args__ = (UniqueConstraint("organisation_id", "external_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    external_id: Mapped[str | None]
    name: Mapped[str]


class RegisterTurnoverGroup(Base):
    """A register's turnover groups in their order: the first with a fitting external id takes the turnover."""

    __tablename__ = "register_turnover_group"
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    turnover_group_id: Mapped[int] = mapped_column(ForeignKey("turnover_group.id"), primary_key=True)
    position: Mapped[int]


class PaymentMethod(Base):
    """A payment method (betaalwijze); `external_id` is the account number in AFAS."""

    __tablename__ = "payment_method"
    __table_args__ = (UniqueConstraint("organisation_id", "external_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    external_id: Mapped[str | None]
    name: Mapped[str]


class ImportSetting(Base):
    """A register's page Inrichting/Koppelingen/Omzetimport; `password` is sealed, null: the organisation's credential.

    `fields` maps register, date, amount (or credit and debit), account and account_number to AFAS field ids.
    """

    __tablename__ = "import_setting"
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    import_class: Mapped[str]
    uri: Mapped[str]
    password: Mapped[str | None]
    default_turnover_account: Mapped[str | None]
    fields: Mapped[dict[str, str]] = mapped_column(Json)


class Turnover(Base):
    """One register-day's turnover. `run_id`: the import that wrote it; `vanished_run_id`: the one that told its end."""

    __tablename__ = "turnover"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's form
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    turnover_group_id: Mapped[int] = mapped_column(ForeignKey("turnover_group.id"))
    amount: Mapped[Decimal] = mapped_column(Money)
    run_id: Mapped[int | None]
    vanished_run_id: Mapped[int | None]


class TurnoverPayment(Base):
    """The part of a register-day's turnover that was paid by one method; the parts add up to the turnover."""

    __tablename__ = "turnover_payment"
    __table_args__ = (
        ForeignKeyConstraint(["register_id", "date"], ["turnover.register_id", "turnover.date"]),
        {"sqlite_with_rowid": False},
    )
    register_id: Mapped[int] = mapped_column(primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    payment_method_id: Mapped[int] = mapped_column(ForeignKey("payment_method.id"), primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Money)
