"""Tables of realization delivery: calls and their answers, read-backs, trust, parallel calls, and what is told."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workers.columns import Json, Moment
from workers.database import Base


class Delivery(Base):
    """What an organisation's read-backs are worth, and whether it sends; `stop` is what stopped it (null: nothing).

    `largest_lag` and `shown_within` are seconds: the longest wait until a line was shown, and the shortest in which one
    was. `failures`: refused connections in a row. `lease_id`: the read-back that is under way. `cautious_until`: after
    an adoption each batch is read back before its first sending.
    """

    __tablename__ = "delivery"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    environment_id: Mapped[int] = mapped_column(ForeignKey("environment.id"))
    proven: Mapped[bool] = mapped_column(default=False)
    single: Mapped[bool] = mapped_column(default=False)
    stop: Mapped[str | None]
    stopped_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    resumed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    largest_lag: Mapped[float] = mapped_column(default=0)
    shown_within: Mapped[float | None]
    failures: Mapped[int] = mapped_column(default=0)
    cautious_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    lease_id: Mapped[int | None]


class Slot(Base):
    """One of an environment's parallel calls, held under a lease by a chunk of `owner_id`."""

    __tablename__ = "slot"
    __table_args__ = (UniqueConstraint("environment_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    environment_id: Mapped[int] = mapped_column(ForeignKey("environment.id"))
    number: Mapped[int]
    owner_id: Mapped[int | None]
    lease_id: Mapped[int | None]


class Attempt(Base):
    """One HTTP call; its id is the installation's attempt number and never returns. `lines`: ids in the body's order.

    Without `answered_at` it has begun and is not settled. `duration` in seconds, `named`: lines that a success named.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_chunk_id", "chunk_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    chunk_id: Mapped[int] = mapped_column(ForeignKey("chunk.id"))
    purpose: Mapped[str]
    lines: Mapped[list[int]] = mapped_column(Json)
    fence: Mapped[int]
    begun_at: Mapped[dt.datetime] = mapped_column(Moment)
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    late_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    judged: Mapped[bool] = mapped_column(default=False)
    reach: Mapped[str | None]
    status: Mapped[int | None]
    own: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str | None]
    reference: Mapped[str | None]
    session_guid: Mapped[str | None]
    named: Mapped[int | None]
    retry_after: Mapped[float | None]
    duration: Mapped[float | None]


class ReadBack(Base):
    """One read-back of an organisation: what was asked, and what came of it."""

    __tablename__ = "read_back"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    begun_at: Mapped[dt.datetime] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    rows: Mapped[int | None]
    error: Mapped[str | None]


class LineEvent(Base):
    """What a read-back or a person made of a line; what calls made of it stands in their attempts. `by`: the person."""

    __tablename__ = "line_event"
    __table_args__ = (Index("ix_line_event_line_id", "line_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    at: Mapped[dt.datetime] = mapped_column(Moment)
    state: Mapped[str]
    matter: Mapped[str | None]
    read_back_id: Mapped[int | None] = mapped_column(ForeignKey("read_back.id"))
    note: Mapped[str | None]
    by: Mapped[str | None]


class Notice(Base):
    """Something a human is told of a delivery, once: `matter`, and the lines and AFAS's Ids that it is about."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_batch_id", "batch_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    matter: Mapped[str]
    lines: Mapped[list[int]] = mapped_column(Json)
    afas_ids: Mapped[list[str]] = mapped_column(Json)


class Installation(Base):
    """Whose database this is: a word that made keys begin with, and by which another's is known. One row.

    `adoptions`: how often it was taken for the one that sends, although it was older than AFAS.
    """

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    adoptions: Mapped[int] = mapped_column(server_default="0")
