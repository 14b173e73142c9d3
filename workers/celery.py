"""The Celery app and its signals. `celery -A workers` finds it; tasks are named in celeryconfig."""

import gc
import sys
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, heartbeat_sent, worker_init, worker_process_init

from workers import home, settings
from workers.texts import text

app = Celery("workers")
app.config_from_object("celeryconfig")
app.Task.Request = "workers.received:Request"


def warnings(values: settings.Settings) -> list[str]:
    """Return a line for each setting that is allowed and yet worth a word to whoever starts or checks something."""
    if values.afas_read_timeout >= values.afas_server_timeout:
        return []
    read, server = (f"{seconds:g}" for seconds in (values.afas_read_timeout, values.afas_server_timeout))
    return [text("running.read_timeout", value=read, server=server)]


@celeryd_init.connect
def _refuse_or_begin(**_: Any) -> None:
    """End with code 2, a line for each reason, when this worker could do nothing but fail."""
    from workers import database, migrations  # noqa: PLC0415 - a command that only sends needs no database

    try:
        home.secret_keys(settings.current())
        migrations.require()
    except (settings.SettingsError, migrations.DatabaseMissing) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    finally:
        database.forget_engine()
    for line in warnings(settings.current()):
        sys.stderr.write(f"{line}\n")


@worker_init.connect
def _know_tables(**_: Any) -> None:
    """Learn how objects become rows before pool processes are forked: else each would, and keep it, for itself."""
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415 - as above

    configure_mappers()


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    """Let a pool process never speak over the connections of the process that it was forked from."""
    from workers import database  # noqa: PLC0415 - as above

    database.forget_engine()
    # What the parent had loaded never becomes garbage: looking for it takes a quarter of a second each time.
    gc.freeze()


@heartbeat_sent.connect
def _show_life(sender: Any, **_: Any) -> None:
    """Touch `heartbeat/<worker name>` in the home: a container is healthy while that file is young."""
    sign = settings.current().home / "heartbeat" / sender.eventer.hostname
    sign.parent.mkdir(parents=True, exist_ok=True)
    sign.touch()
