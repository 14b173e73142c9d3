"""A shop with three payment methods and one register, in a real database, before a simulator on a real socket."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text as sql

from tests.postgresql import Server
from tests.simulator import Simulator
from tests.turnover.builders import Shop, connector
from workers import database as databases
from workers import settings
from workers.database import Base, transaction


@pytest.fixture(scope="session")
def kept_postgresql(postgresql_server: Server, migrated_postgresql: str) -> Iterator[str]:
    """The address of one database for all tests of a process: making one costs more than most of these tests do."""
    with postgresql_server.database(f"kept_{uuid4().hex}", migrated_postgresql) as url:
        yield url


@pytest.fixture
def on_postgresql(home: Path, kept_postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kept database as if it were new; gives its kind."""
    assert home.is_dir()
    monkeypatch.setenv("DATABASE_URL", kept_postgresql)
    monkeypatch.setenv("SECRET_KEYS", Fernet.generate_key().decode())
    databases.forget_engine()
    settings.current.cache_clear()
    _empty()
    yield "postgresql"
    databases.engine().dispose()


def _empty() -> None:
    with transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
        counters = session.scalars(sql("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")).all()
        for counter in counters:
            session.execute(sql(f"SELECT setval('{counter}', 1, false)"))


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator(connectors=[connector()]) as simulator:
        yield simulator


@pytest.fixture
def shop(database: str, afas: Simulator, monkeypatch: pytest.MonkeyPatch) -> Shop:
    assert database
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    settings.current.cache_clear()
    made = Shop(afas)
    made.organisation()
    for code in ("1000", "1310", "8000"):
        made.method(code)
    made.register("2600")
    return made
