"""Alembic, configured in code: the schema's versions, and whether the database has the one that this code needs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from workers.database import engine, reading
from workers.texts import text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0004"  #: the schema version that this code needs (a constant, for Alembic takes half a second to import)


class DatabaseMissing(Exception):  # noqa: N818 - named for what the user sees
    """Raised when the database that a command needs is not there or has another schema version; names the remedy."""


def config() -> "Config":
    """Alembic's configuration, without a file."""
    from alembic.config import Config  # noqa: PLC0415 - as HEAD

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade() -> None:
    """Bring the database to this code's schema; a SQLite file is made when absent, readable by its owner alone."""
    if engine().dialect.name == "sqlite" and (path := engine().url.database):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    from alembic import command  # noqa: PLC0415 - as HEAD

    command.upgrade(config(), "head")


def require() -> None:
    """Raises DatabaseMissing unless the database is there with this code's schema. Creates nothing."""
    shown = engine().url.render_as_string(hide_password=True)
    if engine().dialect.name == "sqlite" and not Path(engine().url.database or "").is_file():
        raise DatabaseMissing(text("database.missing", address=shown))
    try:
        with reading() as session:
            migrated = inspect(session.connection).has_table("alembic_version")
            found = session.scalar(sql("SELECT version_num FROM alembic_version")) if migrated else None
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseMissing(text("database.unreachable", address=shown, reason=reason)) from None
    if found != HEAD:
        raise DatabaseMissing(text("database.version", address=shown, found=found or "-", needed=HEAD))
