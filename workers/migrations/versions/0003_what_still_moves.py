"""Indexes by which chunks that still move are found among all that ever were."""

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_batch_after_id", "batch", ["after_id"])
    op.create_index("ix_batch_owner_id_created_at", "batch", ["owner_id", "created_at"])
    op.create_index(
        "ix_chunk_holds", "chunk", ["owner_id"], postgresql_where=text("holds"), sqlite_where=text("holds = 1")
    )
    op.create_index("ix_chunk_wants_slot_at", "chunk", ["wants_slot_at"])


def downgrade() -> None:
    op.drop_index("ix_chunk_wants_slot_at", "chunk")
    op.drop_index("ix_chunk_holds", "chunk")
    op.drop_index("ix_batch_owner_id_created_at", "batch")
    op.drop_index("ix_batch_after_id", "batch")
