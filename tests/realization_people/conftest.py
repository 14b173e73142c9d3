"""A desk in a real database."""

import pytest

from tests.realization_people.builders import Desk


@pytest.fixture
def desk(database: str) -> Desk:
    """One organisation, on each kind of database."""
    assert database
    made = Desk()
    made.organisation()
    return made


@pytest.fixture
def small_desk(sqlite: str) -> Desk:
    """The same on SQLite alone, for what no database can make another."""
    assert sqlite
    made = Desk()
    made.organisation()
    return made
