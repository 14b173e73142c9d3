"""An office on a migrated database of each kind, with a simulator beside it."""

from collections.abc import Iterator

import pytest

from tests.realization_delivery.builders import Office, good
from tests.realization_delivery.histories_stage import Stage, stage
from tests.simulator import Simulator
from workers import settings


@pytest.fixture
def afas() -> Iterator[Simulator]:
    """AFAS."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def office(afas: Simulator, sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An organisation that may deliver."""
    assert sqlite
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("AFAS_READ_TIMEOUT", "2")
    # Nobody listens there: a broker of this machine is none of our business.
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    made = Office(afas)
    made.organisation()
    return made


@pytest.fixture
def small(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Chunks of a hundred lines, and read-backs that proved themselves."""
    monkeypatch.setenv("CHUNK_LINES", "100")
    settings.current.cache_clear()
    office.submits([good(1000)], reference="pathfinder")
    office.works()
    return office


@pytest.fixture
def here(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Where histories are told."""
    assert sqlite
    return stage(monkeypatch)
