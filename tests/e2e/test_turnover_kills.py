"""The import with real processes: killed workers, a killed broker, flushed queues; the outcome is the same."""

import datetime as dt
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.e2e.processes import Machine, machine, until
from tests.simulator import Simulator
from tests.turnover.builders import Shop, connector, held, row, rows_of, summed
from workers import settings
from workers.ledger.runs import clock

pytestmark = pytest.mark.xdist_group("second machine")
CODES = [str(2600 + number) for number in range(12)]
UNKNOWN = "2606"
SETTINGS = {
    "ALLOWED_HOSTS": "127.0.0.1",
    "SWEEP_SECONDS": "1",
    "DISPATCH_SECONDS": "1",
    "DATES_PER_MESSAGE": "1",
}


@pytest.fixture
def shop(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Twelve registers, one of them unknown, over ten days; the organisation's hour has passed."""
    assert sqlite
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    settings.current.cache_clear()
    with Simulator(connectors=[connector()]) as afas:
        made = Shop(afas)
        made.organisation(daily_at=dt.time(0), days_back=9)
        made.method("1000")
        for code in CODES:
            if code != UNKNOWN:
                made.register(code)
        today = clock().astimezone(settings.current().zone).date()
        days = [today - dt.timedelta(days=number) for number in range(10)]
        made.serves(*(row(code, day, f"{code}.{day.day:02}") for code in CODES for day in days))
        yield made


def kill(running: Machine, name: str) -> None:
    """The process of that name and all of its children, without a word."""
    with suppress(ProcessLookupError, KeyError):
        os.killpg(running.pid(name), signal.SIGKILL)


def flush(running: Machine) -> None:
    with suppress(RedisError):
        Redis.from_url(running.broker()).flushall()


def state() -> str:
    return str(rows_of("SELECT coalesce(max(state), 'none') FROM turnover_run")[0][0])


def test_killed_workers_and_a_flushed_broker_change_nothing_of_the_outcome(shop: Shop, home: Path) -> None:
    shop.afas.fault("slow", seconds=3, path="connectors/")
    with machine(home, **SETTINGS) as running:
        until(lambda: any("connectors/" in asked.path for asked in shop.afas.asked))
        kill(running, "worker-turnover")
        flush(running)
        until(lambda: rows_of("SELECT count(*) FROM register_day")[0][0] > 0, 90)
        for name in ("worker-turnover.registers", "broker", "worker-turnover.registers", "worker-housekeeping"):
            before = rows_of("SELECT count(*) FROM register_day WHERE state = 'written'")[0][0]
            kill(running, name)
            flush(running)
            until(lambda before=before: state() != "running" or _written() > before, 60)  # type: ignore[misc]
        until(lambda: state() not in ("none", "due", "running", "waiting"), 90)
    assert rows_of("SELECT kind, state, count(*) FROM turnover_run GROUP BY 1, 2") == [
        ("scheduled", "done_with_failures", 1)
    ]
    rows = [one for one in shop.afas.connectors[connector().name].rows if one["Verbijzonderingscode"] != UNKNOWN]
    assert held() == summed(rows)
    assert rows_of("SELECT state, count(*) FROM register_day GROUP BY 1 ORDER BY 1") == [
        ("parked", 10),
        ("written", 110),
    ]
    assert rows_of("SELECT count(*) FROM outbox_mail") == [(1,)]
    assert sum(map(sum, (parts.values() for parts in held().values()))) > Decimal(0)


def _written() -> int:
    return int(rows_of("SELECT count(*) FROM register_day WHERE state = 'written'")[0][0])
