"""A simulator with one GetConnector, and a client that logs its calls."""

from collections.abc import Iterator

import pytest

from tests.afas.helpers import bookings, opened, turnover
from tests.simulator import Simulator
from workers.afas.calls import Call
from workers.afas.client import Client


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator(connectors=[turnover(bookings([3, 2]))]) as simulator:
        yield simulator


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def client(afas: Simulator, calls: list[Call]) -> Iterator[Client]:
    with opened(afas.url, calls.append) as client:
        yield client
