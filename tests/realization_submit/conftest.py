"""A database in which connections to this machine are allowed."""

import pytest

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
