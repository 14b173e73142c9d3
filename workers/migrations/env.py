"""Alembic's entry: migrate online, in one transaction, on the engine of this process."""

from alembic import context
from sqlalchemy import text

from workers import leases
from workers.database import Base, engine
from workers.ledger import models as ledger_models
from workers.ledger.realization import acts as realization_acts
from workers.ledger.realization import models as realization_models
from workers.staff import models as staff_models

#: Imported for the tables that they register.
__all__ = ["leases", "ledger_models", "realization_acts", "realization_models", "staff_models"]

with engine().connect() as connection:
    if connection.dialect.name == "postgresql":
        # Upgrades that come at once wait for each other; SQLite's writers do so by themselves.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('afasconnector db upgrade'))"))
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
