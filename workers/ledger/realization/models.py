"""Tables of realization intake: batches, their chunks and lines, and what is answered to whoever sent them."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workers.columns import ExactJson, Json, Moment
from workers.database import Base


class ChunkState(StrEnum):
    """A chunk's life; `failed`: its tries are used up, its lines stay as they are."""

    PENDING = "pending"
    LEASED = "leased"
    TO_READ_BACK = "to_read_back"
    DONE = "done"
    FAILED = "failed"


class BatchState(StrEnum):
    """A batch's life; `waiting`: only a human can move it."""

    OPEN = "open"
    WAITING = "waiting"
    FINISHED = "finished"


LINE_STATES = ("pending", "sent", "suspect", "applied", "refused", "invalid", "in_doubt", "conflict", "cancelled")
ACTIONS = ("insert", "update", "delete", "approve", "unapprove", "ready", "reject")


def one_of(column: str, values: Any) -> CheckConstraint:
    """A CHECK that `column` has one of `values`."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)


class Environment(Base):
    """What AFAS sees: one address; several organisations may share it. Keys of lines are unique in it.

    `metainfo`: AFAS's own list of fields as it answered at `asked_at`.
    """

    __tablename__ = "environment"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    metainfo: Mapped[Any | None] = mapped_column(ExactJson)
    asked_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Batch(Base):
    """What a service enqueued. `owner_id`: the organisation whose connection delivers it; `digest`: of its content.

    `after_id`: the batch of the same file that finishes first. `braked_at`: paused for many equal refusals, by
    `brake_text`; refusals count since `counted_from`. `revision`: of the last reply. `counts` of lines are queries.
    """

    __tablename__ = "batch"
    __table_args__ = (
        one_of("state", BatchState),
        one_of("action", ACTIONS),
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_batch_owner_id_state", "owner_id", "state"),
        Index("ix_batch_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_batch_after_id", "after_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    environment_id: Mapped[int] = mapped_column(ForeignKey("environment.id"))
    reference: Mapped[str]
    action: Mapped[str]
    state: Mapped[str]
    digest: Mapped[str]
    after_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    reply_task: Mapped[str | None]
    reply_queue: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    braked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    brake_text: Mapped[str | None]
    counted_from: Mapped[dt.datetime | None] = mapped_column(Moment)
    prospects: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Chunk(Base):
    """At most 500 lines of one batch. `fresh`: its pending lines that do not go last; `holds`: a watched call is open.

    `untold`: it has lines that were sent, of which no answer and no read-back has told yet whether AFAS tried them.
    `waits_since`: from when on it wants a read-back, which is not put off when `urgent`; `wants_slot_at`: since when it
    wants to send and all parallel calls are taken; it may want both. `looks`: read-backs in a row that moved nothing of
    it. `hint_at`: when the sweep enqueues it again, after `hints` times.
    """

    __tablename__ = "chunk"
    __table_args__ = (
        one_of("state", ChunkState),
        UniqueConstraint("batch_id", "position"),
        Index("ix_chunk_owner_id_state", "owner_id", "state"),
        Index("ix_chunk_hint_at", "hint_at"),
        Index("ix_chunk_wants_slot_at", "wants_slot_at"),
        # As each of them writes the condition of whoever asks.
        Index("ix_chunk_holds", "owner_id", postgresql_where=text("holds"), sqlite_where=text("holds = 1")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    fruitless: Mapped[int] = mapped_column(default=0)
    fresh: Mapped[int] = mapped_column(default=0)
    untold: Mapped[bool] = mapped_column(default=False)
    holds: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    looks: Mapped[int] = mapped_column(default=0)
    lease_id: Mapped[int | None]
    due_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    hint_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    hints: Mapped[int] = mapped_column(default=0)
    waits_since: Mapped[dt.datetime | None] = mapped_column(Moment)
    wants_slot_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Line(Base):
    """One record (nacalculatieregel). `fields`: as it goes to AFAS; `key`: `xp_re` folded; `afas_id`: comma-separated.

    `holds_key`: an insert that is unfinished or applied, whose key no other insert of the environment may have.
    `date` and `employee`: its DaTi and EmId, for read-backs. `before`: what a change found in AFAS (`looked_at`).
    The rest is the core's: `matter`, `goes_as`, `witnessed`, `seen_at`, `missed_at`; `wish`: cancelled once absent.
    """

    __tablename__ = "line"
    __table_args__ = (
        one_of("state", LINE_STATES),
        UniqueConstraint("batch_id", "position"),
        Index("ix_line_chunk_id", "chunk_id"),
        Index("ix_line_environment_id_date", "environment_id", "date"),
        Index("ix_line_environment_id_afas_id", "environment_id", "afas_id"),
        Index("ix_line_environment_id_key", "environment_id", "key"),
        Index(
            "uq_line_environment_id_key",
            "environment_id",
            "key",
            unique=True,
            postgresql_where=text("holds_key"),
            sqlite_where=text("holds_key"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    chunk_id: Mapped[int | None] = mapped_column(ForeignKey("chunk.id"))
    environment_id: Mapped[int]
    position: Mapped[int]
    xp_re: Mapped[str | None]
    key: Mapped[str | None]
    holds_key: Mapped[bool]
    fields: Mapped[dict[str, Any]] = mapped_column(ExactJson)
    force: Mapped[bool]
    date: Mapped[dt.date | None]
    employee: Mapped[str | None]
    state: Mapped[str]
    afas_id: Mapped[str | None]
    session_guid: Mapped[str | None]
    message: Mapped[str | None]
    reference: Mapped[str | None]
    matter: Mapped[str | None]
    goes_as: Mapped[str | None]
    witnessed: Mapped[bool] = mapped_column(default=False)
    wish: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    missed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    looked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class RejectedIntake(Base):
    """A message that could not be read as a submit, kept with its reason; `message`: its arguments as they came."""

    __tablename__ = "rejected_intake"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    task_id: Mapped[str | None]
    organisation: Mapped[str | None]
    reference: Mapped[str | None]
    reason: Mapped[str]
    message: Mapped[Any] = mapped_column(Json)


class OutboxReply(Base):
    """One reply to whoever sent a batch, a revision each; its task id is made of both."""

    __tablename__ = "outbox_reply"
    __table_args__ = (UniqueConstraint("batch_id", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    revision: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    lease_id: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    error: Mapped[str | None]
