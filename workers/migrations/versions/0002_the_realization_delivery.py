"""The realization delivery."""

import sqlalchemy as sa
from alembic import op

import workers.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "environment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("metainfo", workers.columns.ExactJson(), nullable=True),
        sa.Column("asked_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environment")),
        sa.UniqueConstraint("address", name=op.f("uq_environment_address")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "rejected_intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("message", workers.columns.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_intake")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("environment_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("reply_task", sa.String(), nullable=True),
        sa.Column("reply_queue", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("finished_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("braked_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("brake_text", sa.String(), nullable=True),
        sa.Column("counted_from", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("prospects", workers.columns.Json(), nullable=True),
        sa.CheckConstraint(
            "action IN ('insert', 'update', 'delete', 'approve', 'unapprove', 'ready', 'reject')",
            name=op.f("ck_batch_action"),
        ),
        sa.CheckConstraint("state IN ('open', 'waiting', 'finished')", name=op.f("ck_batch_state")),
        sa.ForeignKeyConstraint(["after_id"], ["batch.id"], name=op.f("fk_batch_after_id")),
        sa.ForeignKeyConstraint(["environment_id"], ["environment.id"], name=op.f("fk_batch_environment_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_batch_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_batch_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_batch_organisation_id_reference")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index("ix_batch_owner_id_state", ["owner_id", "state"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("environment_id", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("stop", sa.String(), nullable=True),
        sa.Column("stopped_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("resumed_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("largest_lag", sa.Double(), nullable=False),
        sa.Column("shown_within", sa.Double(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("cautious_until", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["environment_id"], ["environment.id"], name=op.f("fk_delivery_environment_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_delivery_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_delivery")),
    )
    op.create_table(
        "read_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("ended_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("asked", workers.columns.Json(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_read_back_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_back")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("environment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("lease_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["environment_id"], ["environment.id"], name=op.f("fk_slot_environment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("environment_id", "number", name=op.f("uq_slot_environment_id_number")),
    )
    op.create_table(
        "chunk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fruitless", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Boolean(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("lease_id", sa.Integer(), nullable=True),
        sa.Column("due_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("hint_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("waits_since", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("wants_slot_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'leased', 'to_read_back', 'done', 'failed')", name=op.f("ck_chunk_state")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_chunk_batch_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_chunk_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunk")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_chunk_batch_id_position")),
    )
    with op.batch_alter_table("chunk", schema=None) as batch_op:
        batch_op.create_index("ix_chunk_hint_at", ["hint_at"], unique=False)
        batch_op.create_index("ix_chunk_owner_id_state", ["owner_id", "state"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("lines", workers.columns.Json(), nullable=False),
        sa.Column("afas_ids", workers.columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_notice_batch_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_notice_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_batch_id", ["batch_id"], unique=False)

    op.create_table(
        "outbox_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("sent_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_outbox_reply_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_reply")),
        sa.UniqueConstraint("batch_id", "revision", name=op.f("uq_outbox_reply_batch_id_revision")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chunk_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("lines", workers.columns.Json(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("begun_at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("answered_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("late_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("session_guid", sa.String(), nullable=True),
        sa.Column("named", sa.Integer(), nullable=True),
        sa.Column("retry_after", sa.Double(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["chunk_id"], ["chunk.id"], name=op.f("fk_attempt_chunk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_chunk_id", ["chunk_id"], unique=False)

    op.create_table(
        "line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("chunk_id", sa.Integer(), nullable=True),
        sa.Column("environment_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("xp_re", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("holds_key", sa.Boolean(), nullable=False),
        sa.Column("fields", workers.columns.ExactJson(), nullable=False),
        sa.Column("force", sa.Boolean(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("employee", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("afas_id", sa.String(), nullable=True),
        sa.Column("session_guid", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("matter", sa.String(), nullable=True),
        sa.Column("goes_as", sa.String(), nullable=True),
        sa.Column("witnessed", sa.Boolean(), nullable=False),
        sa.Column("wish", sa.Boolean(), nullable=False),
        sa.Column("seen_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("missed_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("before", workers.columns.Json(), nullable=True),
        sa.Column("looked_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.Column("settled_at", workers.columns.Moment(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'suspect', 'applied', 'refused', 'invalid', "
            "'in_doubt', 'conflict', 'cancelled')",
            name=op.f("ck_line_state"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_line_batch_id")),
        sa.ForeignKeyConstraint(["chunk_id"], ["chunk.id"], name=op.f("fk_line_chunk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_line_batch_id_position")),
    )
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.create_index("ix_line_chunk_id", ["chunk_id"], unique=False)
        batch_op.create_index("ix_line_environment_id_afas_id", ["environment_id", "afas_id"], unique=False)
        batch_op.create_index("ix_line_environment_id_date", ["environment_id", "date"], unique=False)
        batch_op.create_index("ix_line_environment_id_key", ["environment_id", "key"], unique=False)
        batch_op.create_index(
            "uq_line_environment_id_key",
            ["environment_id", "key"],
            unique=True,
            postgresql_where=sa.text("holds_key"),
            sqlite_where=sa.text("holds_key"),
        )

    op.create_table(
        "line_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("at", workers.columns.Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=True),
        sa.Column("read_back_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_line_event_line_id")),
        sa.ForeignKeyConstraint(["read_back_id"], ["read_back.id"], name=op.f("fk_line_event_read_back_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_event")),
    )
    with op.batch_alter_table("line_event", schema=None) as batch_op:
        batch_op.create_index("ix_line_event_line_id", ["line_id"], unique=False)

    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_outbox_mail_batch_id"), "batch", ["batch_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_mail_batch_id"), type_="foreignkey")
        batch_op.drop_column("batch_id")

    with op.batch_alter_table("line_event", schema=None) as batch_op:
        batch_op.drop_index("ix_line_event_line_id")

    op.drop_table("line_event")
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_line_environment_id_key", postgresql_where=sa.text("holds_key"), sqlite_where=sa.text("holds_key")
        )
        batch_op.drop_index("ix_line_environment_id_key")
        batch_op.drop_index("ix_line_environment_id_date")
        batch_op.drop_index("ix_line_environment_id_afas_id")
        batch_op.drop_index("ix_line_chunk_id")

    op.drop_table("line")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_chunk_id")

    op.drop_table("attempt")
    op.drop_table("outbox_reply")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_batch_id")

    op.drop_table("notice")
    with op.batch_alter_table("chunk", schema=None) as batch_op:
        batch_op.drop_index("ix_chunk_owner_id_state")
        batch_op.drop_index("ix_chunk_hint_at")

    op.drop_table("chunk")
    op.drop_table("slot")
    op.drop_table("read_back")
    op.drop_table("delivery")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_owner_id_state")

    op.drop_table("batch")
    op.drop_table("rejected_intake")
    op.drop_table("installation")
    op.drop_table("environment")
