from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.simulator import Simulator, Switches
from tests.simulator_tests.client import Client, Rows, Serve, connector


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve rows as connector Omzet with some switches; gives the simulator and a client of it."""
    with ExitStack() as stack:

        def _serve(rows: Rows | None = None, **switches: object) -> tuple[Simulator, Client]:
            chosen = Switches()
            for name, value in switches.items():
                setattr(chosen, name, value)
            afas = stack.enter_context(Simulator([connector(rows or [])], switches=chosen))
            return afas, stack.enter_context(Client(afas))

        yield _serve
