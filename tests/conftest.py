"""What every test may ask for: a home of its own, and a migrated database in it, on both kinds of server."""

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from cryptography.fernet import Fernet
from sqlalchemy import Dialect, Engine, create_engine

from tests import postgresql
from workers import database as databases
from workers import embedded, migrations, settings, texts

OBJECTS = 20_000  #: made and not yet gone, before garbage is looked for
_COMPILED: dict[Any, Any] = {}
_DIALECTS: dict[str, Dialect] = {}

# How long an example takes tells of the machine, and of who else works on it, and nothing of the law.
_UNHURRIED = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("unhurried", _UNHURRIED)
hypothesis.settings.load_profile("unhurried")
# Here, for whoever names it may name no folder.
hypothesis.settings.register_profile("soak", _UNHURRIED)


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As in a run that a shell put in the background: the processes that a test interrupts would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take longest begins first: else the others wait for it at the end."""
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("timeout")), default=0))


def pytest_collection_finish() -> None:
    """Nothing of what is loaded by now is garbage: to look for some, again and again, takes a tenth of a run."""
    gc.freeze()
    gc.set_threshold(OBJECTS)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name what fails at once: a run that is cut off ends without its summary."""
    if report.failed:
        print(f"\n{report.nodeid} failed ({report.when})")


def _engine(url: str, **given: Any) -> Engine:
    """An engine that knows all statements of earlier ones: to compile them anew takes longer than most tests."""
    # They are kept by the dialect that compiled them.
    made = create_engine(url, execution_options={"compiled_cache": _COMPILED}, **given)
    made.dialect = _DIALECTS.setdefault(made.dialect.name, made.dialect)
    return made


def _fresh() -> None:
    databases.forget_engine()
    settings.current.cache_clear()
    texts.use("nl")


@contextmanager
def _environment(home: Path, **values: str) -> Iterator[None]:
    """The settings of this process are these alone meanwhile; processes that it starts inherit them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in settings.Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
            patch.delenv(f"{name.upper()}_FILE", raising=False)
        for name, value in {"AFASCONNECTOR_HOME": str(home), **values}.items():
            patch.setenv(name, value)
        patch.setattr(databases, "create_engine", _engine)
        _fresh()
        try:
            yield
        finally:
            if databases.engine.cache_info().currsize:
                databases.engine().dispose()
            _fresh()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty home, the only setting of this test."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    with _environment(path):
        yield path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """This worker's own PostgreSQL; it fails the test when there is none to be had."""
    with postgresql.server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    with _environment(home):
        migrations.upgrade()
    return home / "afasconnector.db"


@pytest.fixture(scope="session")
def kept_postgresql(postgresql_server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one migrated database for all tests of a process: to make one costs more than most of them do.

    Who changes its schema changes it back.
    """
    with postgresql_server.database("kept") as url:
        with _environment(tmp_path_factory.mktemp("home"), DATABASE_URL=url):
            migrations.upgrade()
        yield url


@pytest.fixture
def sqlite(home: Path, migrated_sqlite: Path) -> str:
    """A migrated SQLite database at its default place in the home; gives its kind."""
    shutil.copy(migrated_sqlite, home / "afasconnector.db")
    return "sqlite"


@pytest.fixture
def on_postgresql(home: Path, kept_postgresql: str) -> Iterator[str]:
    """A migrated PostgreSQL database in which nothing is yet; gives its kind."""
    with _environment(home, DATABASE_URL=kept_postgresql, SECRET_KEYS=Fernet.generate_key().decode()):
        _empty()
        yield "postgresql"


def _empty() -> None:
    tables = [f"DELETE FROM {table.name}" for table in reversed(databases.Base.metadata.sorted_tables)]
    numbers = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
    with databases.transaction() as session:
        session.connection.exec_driver_sql("; ".join([*tables, numbers]))


@pytest.fixture(scope="session")
def kept_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one embedded broker for all tests of a process."""
    made = embedded.broker(tmp_path_factory.mktemp("broker"))
    child = embedded.started(made)
    yield made.url
    child.process.kill()
    child.process.wait()
    for kept in made.program.keeps:
        os.close(kept)


@pytest.fixture
def broker(kept_broker: str) -> str:
    """The address of a broker in which nothing is yet."""
    with redis.Redis.from_url(kept_broker) as client:
        client.flushall()
    return kept_broker


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """A migrated database, once of each kind; gives its kind."""
    kind: str = request.getfixturevalue({"sqlite": "sqlite", "postgresql": "on_postgresql"}[request.param])
    return kind
