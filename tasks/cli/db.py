"""`db upgrade`: make the database, or bring it to this version's schema."""

from cyclopts import App
from sqlalchemy.exc import DatabaseError

from tasks.cli import show
from workers import migrations
from workers.database import engine
from workers.texts import text

app = App(name="db", help=text("cli.db"), result_action="return_value")


@app.command(help=text("cli.db.upgrade"))
def upgrade() -> int:
    """Migrate to the newest schema. Raises DatabaseMissing when the server or the file can't be had."""
    address = engine().url.render_as_string(hide_password=True)
    try:
        migrations.upgrade()
    except (DatabaseError, OSError) as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise migrations.DatabaseMissing(text("database.unreachable", address=address, reason=reason)) from error
    show.tell(text("cli.db.upgraded", address=address, version=migrations.HEAD))
    return 0
