"""Random histories of delivery: recipe and ledger as they are, AFAS in memory. Nothing is lost, doubled, left lying."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from tests.realization_delivery.histories import History
from tests.realization_delivery.histories_drawn import histories
from tests.realization_delivery.histories_stage import Stage, stage


@pytest.fixture
def told(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Where histories are told."""
    assert sqlite
    with stage(monkeypatch) as made:
        yield made


@settings(
    deadline=None, max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(history=histories())
def test_every_line_is_there_once_or_told_whatever_happens(told: Stage, history: History) -> None:
    told.tells(history)
