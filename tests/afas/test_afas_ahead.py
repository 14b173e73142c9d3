"""AFAS is asked for the next slice while one is worked on; nothing else is to be seen of it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.afas.helpers import LOOPBACK, MAPPING, MONDAY, NAME, Kept, bookings, opened
from tests.simulator import Simulator
from workers.afas.ahead import Ahead, Planned, Queue
from workers.afas.answer import Answer
from workers.afas.auth import MemoryTokens, OAuth
from workers.afas.calls import Call
from workers.afas.client import Client
from workers.afas.days import Slice, read_days
from workers.afas.errors import Never, TryLater
from workers.afas.getconnector import Source
from workers.secrets import Secret

PATIENCE = 20.0  #: seconds; a machine under load is slow, a call that hangs lasts longer
DAYS = 8
ROWS = f"connectors/{NAME}"
PLANNED = Planned("https://afas.test", Secret("-"), NAME, {})


@pytest.fixture(autouse=True)
def _eight_days(afas: Simulator) -> None:
    afas.connectors[NAME].replace(bookings([3] * DAYS))


def slices(client: Client, days: int = DAYS) -> Iterator[Slice[Kept]]:
    """One day, then three, three and one: ten rows go into an answer."""
    return read_days(Source(client, NAME, MAPPING, cells=34), MONDAY, MONDAY + timedelta(days=days - 1), Kept)


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def asked(afas: Simulator) -> list[str]:
    return [one.query["filtervalues"][:10] for one in afas.asked if one.path == ROWS]


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("afas")]


def test_the_next_two_slices_are_asked_for_before_anybody_wants_them(afas: Simulator, client: Client) -> None:
    reading = slices(client)
    next(reading)
    until(lambda: len(asked(afas)) > 2)
    assert asked(afas) == ["2026-03-02", "2026-03-03", "2026-03-06"]


def test_after_a_full_answer_nothing_is_read_that_was_asked_ahead_and_every_call_is_logged(
    afas: Simulator, client: Client, calls: list[Call]
) -> None:
    afas.connectors[NAME].replace(bookings([3] * 4 + [9] * 4))
    found = list(slices(client))
    assert sorted(amount for one in found for amount in one.folded.amounts) == [
        Decimal(number) / 100 for number in range(1, 49)
    ]
    assert all(one.rows < 11 for one in found)
    assert len([call for call in calls if call.connector == NAME]) == len(asked(afas)) > len(found)


@pytest.mark.parametrize("status", [503, None])
def test_what_follows_a_call_that_failed_is_not_sent(status: int | None) -> None:
    def fails() -> Answer:
        if status is None:
            raise TryLater("reset", "-")
        return Answer("afas.test", status, {}, b"{}")

    queue = Queue(lambda _: None)
    for exchange in (fails, lambda: Answer("afas.test", 200, {}, b"{}")):
        queue.add(PLANNED, exchange)
    taken = [queue.take(PLANNED.url, PLANNED.token), queue.take(PLANNED.url, PLANNED.token)]
    assert [one.sent() for one in taken if one] == [True, False]
    queue.close()


def test_after_an_error_nothing_more_is_sent(afas: Simulator, client: Client, calls: list[Call]) -> None:
    afas.fault("status_503", path=ROWS, after=1, times=None)
    with pytest.raises(TryLater):
        list(slices(client))
    assert len(asked(afas)) == 2
    assert [call.status for call in calls if call.connector == NAME] == [200, 503]


def test_an_error_waits_for_no_answer_that_nobody_wants(afas: Simulator) -> None:
    afas.fault("truncated", path=ROWS, after=1)
    afas.fault("slow", path=ROWS, after=2, seconds=10 * PATIENCE)
    begun = time.monotonic()
    calls: list[Call] = []
    with opened(afas.url, calls.append, replace(LOOPBACK, read_timeout=5 * PATIENCE)) as client:
        reading = slices(client)
        next(reading)
        until(lambda: len(asked(afas)) > 2)
        with pytest.raises(TryLater) as error:
            next(reading)
        assert error.value.kind == "broken"
    assert time.monotonic() - begun < 3 * PATIENCE
    assert [call.error for call in calls if call.connector == NAME] == [None, "broken", "reset"]


def test_a_call_that_nobody_reads_is_logged_with_its_error(afas: Simulator, client: Client, calls: list[Call]) -> None:
    afas.connectors[NAME].replace(bookings([3, *[9] * 3, *[1] * 4]))
    afas.fault("status_503", path=ROWS, after=2)
    reading = slices(client)
    found = [next(reading)]
    # What is not sent yet when its slice turns out too long is not sent any more.
    until(lambda: len(asked(afas)) > 2)
    found += reading
    assert sum(one.rows for one in found) == 34
    assert [call.error for call in calls if call.status == 503] == ["busy"]


def test_a_fold_is_made_when_its_rows_are_here(afas: Simulator, client: Client) -> None:
    made: list[date] = []

    def fold(first: date, last: date, filtered: bool) -> Kept:  # noqa: FBT001 - the fold's signature
        made.append(first)
        return Kept(first, last, filtered)

    reading = read_days(Source(client, NAME, MAPPING, cells=34), MONDAY, MONDAY + timedelta(days=DAYS - 1), fold)
    next(reading)
    until(lambda: len(asked(afas)) > 2 and afas.asked[-1].status > 0)
    assert made == [MONDAY]


def test_every_slice_is_asked_for_once_and_none_beyond_the_window(
    afas: Simulator, client: Client, calls: list[Call]
) -> None:
    found = list(slices(client))
    assert sum(one.rows for one in found) == 3 * DAYS
    assert asked(afas) == [one.first.isoformat() for one in found]
    assert [call.rows for call in calls if call.connector == NAME] == [one.rows for one in found]
    assert max(one.parallel for one in afas.asked) == 1


def test_whoever_stops_early_waits_for_no_answer_and_leaves_no_thread(afas: Simulator) -> None:
    afas.fault("slow", path=ROWS, after=1, times=None, seconds=10 * PATIENCE)
    begun = time.monotonic()
    calls: list[Call] = []
    with opened(afas.url, calls.append, replace(LOOPBACK, read_timeout=5 * PATIENCE)) as client:
        next(slices(client))
        until(lambda: len(asked(afas)) > 1)
        assert threads()
    assert time.monotonic() - begun < 2 * PATIENCE
    assert not threads()
    assert [call.error for call in calls if call.connector == NAME] == [None, "reset"]


def test_a_client_that_ended_opens_no_connection_any_more(afas: Simulator) -> None:
    with opened(afas.url) as client:
        pass
    with pytest.raises(TryLater) as error:
        next(slices(client))
    assert error.value.kind == "reset"
    assert afas.asked == []


def test_an_error_comes_after_the_slices_before_it(afas: Simulator, client: Client) -> None:
    afas.fault("status_403", path=ROWS, after=1)
    reading = slices(client)
    assert next(reading).first == MONDAY
    with pytest.raises(TryLater) as error:
        next(reading)
    assert error.value.kind == "forbidden"


def test_a_connection_that_is_reset_meanwhile_is_tried_once_more(
    afas: Simulator, client: Client, calls: list[Call]
) -> None:
    afas.fault("reset", path=ROWS, after=1)
    assert sum(one.rows for one in slices(client)) == 3 * DAYS
    assert [call.error for call in calls if call.error] == ["reset"]


def test_a_token_that_ends_meanwhile_is_renewed_once(afas: Simulator, calls: list[Call]) -> None:
    credential = OAuth(afas.client_id, Secret(afas.client_secret), MemoryTokens())
    days = 20
    afas.connectors[NAME].replace(bookings([3] * days))
    with Client(afas.url, credential, calls.append, LOOPBACK) as client:
        reading = slices(client, days)
        next(reading)
        until(lambda: len(asked(afas)) > 2 and afas.asked[-1].status > 0)
        # Two answers are here; the two calls after them go with the old token.
        afas.revoke()
        assert sum(one.rows for one in reading) == 3 * (days - 1)
    assert afas.tokens_issued == 2
    assert [call.status for call in calls].count(401) in (1, 2)


def test_a_token_that_ends_before_a_call_in_line_is_sent_is_no_error(afas: Simulator, calls: list[Call]) -> None:
    afas.fault("slow", path=ROWS, after=1, seconds=0.5)
    tokens = MemoryTokens()
    with Client(afas.url, OAuth(afas.client_id, Secret(afas.client_secret), tokens), calls.append, LOOPBACK) as client:
        reading = slices(client)
        next(reading)
        until(lambda: len(asked(afas)) > 1)
        afas.revoke()
        tokens.renew(tokens.current()[0], lambda: (Secret("ends-at-once"), 0.0))  # type: ignore[index]
        assert sum(one.rows for one in reading) == 3 * (DAYS - 1)
    assert afas.tokens_issued == 2


def test_a_token_that_can_not_be_had_is_told_after_the_slice_at_hand(afas: Simulator, calls: list[Call]) -> None:
    tokens = MemoryTokens()
    with Client(afas.url, OAuth(afas.client_id, Secret(afas.client_secret), tokens), calls.append, LOOPBACK) as client:
        reading = slices(client)
        next(reading)
        until(lambda: len(asked(afas)) > 1 and afas.asked[-1].status > 0)
        tokens.renew(tokens.current()[0], lambda: (Secret("ends-at-once"), 0.0))  # type: ignore[index]
        afas.switches.invalid_client_status = 401
        afas.fault("status_401", path="oauth", times=None)
        with pytest.raises(Never) as error:
            list(reading)
    assert error.value.kind == "unauthorised"


def test_the_time_in_which_an_answer_lies_there_unread_is_not_counted() -> None:
    with ThreadPoolExecutor(1) as thread:
        ahead = Ahead(thread, PLANNED, lambda: Answer("afas.test", 200, {}, b"{}"))
        assert ahead.sent()
        there = time.perf_counter()
        until(lambda: time.perf_counter() > there + 0.05)
        wanted = time.perf_counter()
        assert ahead.answer().status == 200
    assert ahead.seen.idle >= wanted - there
    assert ahead.seen.begun <= there


def test_the_time_in_which_a_call_waits_for_the_one_before_it_is_not_counted() -> None:
    go_on = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(go_on.wait, PATIENCE)
        ahead = Ahead(thread, PLANNED, lambda: Answer("afas.test", 200, {}, b"{}"))
        free = time.perf_counter()
        go_on.set()
        ahead.answer()
    assert ahead.seen.begun >= free


def test_the_time_that_somebody_waits_for_an_answer_is_counted() -> None:
    go_on = threading.Event()

    def answer() -> Answer:
        assert go_on.wait(PATIENCE)
        return Answer("afas.test", 200, {}, b"{}")

    with ThreadPoolExecutor(1) as thread:
        ahead = Ahead(thread, PLANNED, answer)
        threading.Timer(0.05, go_on.set).start()
        ahead.answer()
    assert ahead.seen.idle == 0
