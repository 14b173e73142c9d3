"""`db upgrade`: make the database, or bring it to this version's schema."""

from cyclopts import App

from tasks.cli import show
from workers import migrations
from workers.database import engine
from workers.texts import text

app = App(name="db", help=text("cli.db"), result_action="return_value")


@app.command(help=text("cli.db.upgrade"))
def upgrade() -> int:
    """Migrate to the newest schema."""
    migrations.upgrade()
    show.tell(
        text("cli.db.upgraded", address=engine().url.render_as_string(hide_password=True), version=migrations.HEAD)
    )
    return 0
