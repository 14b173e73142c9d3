"""Alembic's entry: migrate online, in one transaction, on the engine of this process."""

from alembic import context
from sqlalchemy import text

from workers import leases
from workers.database import Base, engine
from workers.ledger import models as ledger_models
from workers.staff import models as staff_models

__all__ = ["leases", "ledger_models", "staff_models"]  # imported for the tables that they register

with engine().connect() as connection:
    if connection.dialect.name == "postgresql":
        # Upgrades that come at once wait for each other; SQLite's writers do so by themselves.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('afasconnector db upgrade'))"))
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
