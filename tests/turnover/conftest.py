"""A shop with three payment methods and one register, in a real database, before a simulator on a real socket."""

from collections.abc import Iterator

import pytest

from tests.simulator import Simulator
from tests.turnover.builders import Shop, connector
from workers import settings


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
