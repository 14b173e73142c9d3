"""What every test may ask for: a home of its own, and a migrated database in it, on both kinds of server."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Dialect, Engine, create_engine

from tests import postgresql
from workers import database as databases
from workers import migrations, settings, texts

MIGRATED = "migrated"
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
def migrated_postgresql(
    postgresql_server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a migrated database, to be a template."""
    with postgresql_server.database(MIGRATED) as url:
        with _environment(tmp_path_factory.mktemp("home"), DATABASE_URL=url):
            migrations.upgrade()
        yield MIGRATED


@pytest.fixture
def sqlite(home: Path, migrated_sqlite: Path) -> str:
    """A migrated SQLite database at its default place in the home; gives its kind."""
    shutil.copy(migrated_sqlite, home / "afasconnector.db")
    return "sqlite"


@pytest.fixture
def on_postgresql(home: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated PostgreSQL database of its own; gives its kind."""
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    template: str = request.getfixturevalue("migrated_postgresql")
    key = Fernet.generate_key().decode()
    with (
        server.database(f"test_{uuid4().hex}", template) as url,
        _environment(home, DATABASE_URL=url, SECRET_KEYS=key),
    ):
        yield "postgresql"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """A migrated database, once of each kind; gives its kind."""
    kind: str = request.getfixturevalue({"sqlite": "sqlite", "postgresql": "on_postgresql"}[request.param])
    return kind
