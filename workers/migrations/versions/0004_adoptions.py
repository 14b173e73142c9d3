"""How often the ledger was adopted, by which the marks of before are known."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite would add it behind the table's constraints.
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("installation", recreate="always" if on_sqlite else "never") as table:
        table.add_column(sa.Column("adoptions", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("installation") as table:
        table.drop_column("adoptions")
