"""A shop before a simulator on a real socket, in the SQLite database of the home; pauses are short."""

from collections.abc import Iterator

import pytest

from tasks.cli import importing
from tasks.turnover import pace
from tests.simulator import Simulator
from tests.turnover.builders import Shop, connector
from workers import settings, texts


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator(connectors=[connector()]) as simulator:
        yield simulator


@pytest.fixture
def shop(sqlite: str, afas: Simulator, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """One register, 2600, and three payment methods."""
    assert sqlite
    monkeypatch.setattr(pace, "SHORTEST", 0.0001)
    monkeypatch.setattr(importing, "LOOK_AGAIN", 0.01)
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    settings.current.cache_clear()
    texts.use("nl")
    made = Shop(afas)
    made.organisation()
    for code in ("1000", "1310", "8000"):
        made.method(code)
    made.register("2600")
    return made
