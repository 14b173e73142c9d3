"""A database in which connections to this machine are allowed, and a worker of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.realization_submit.builders import organisation
from tests.realization_submit.worker import Scene, worker
from workers import settings


@pytest.fixture
def ledger(database: str, here: None) -> None:
    """A migrated database, once of each kind."""
    assert database
    assert here is None


@pytest.fixture
def small_ledger(sqlite: str, here: None) -> None:
    """The same on SQLite alone, for what no database can make another."""
    assert sqlite
    assert here is None


@pytest.fixture
def here(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment of AFAS may stand on this machine."""
    assert home
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    settings.current.cache_clear()


@pytest.fixture
def scene(home: Path, small_ledger: None, broker: str) -> Iterator[Scene]:
    """A worker on the queues realization and turnover, and an organisation."""
    assert small_ledger is None
    organisation()
    with worker(home, broker) as made:
        yield made
