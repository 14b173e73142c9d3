"""`up`: everything on one machine."""

from cyclopts import App

from workers import settings
from workers.texts import text

app = App(name="up", help=text("cli.up"), result_action="return_value")


@app.default
def up() -> int:
    """Run broker, workers, beat and Flower until SIGTERM or Ctrl-C."""
    from workers.up import up as supervise  # noqa: PLC0415 - POSIX only, while the other commands run on Windows too

    return supervise(settings.current())
