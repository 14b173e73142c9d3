"""Laws of delivery that the acting part keeps, beside the pure core: each of them alone, with ledger and simulator."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from tasks.realization import case, humans, post, reach, sweeping
from tasks.realization.decisions import Send
from tests.realization_delivery.builders import DAY, Office, bad, calls, good
from workers import leases, settings
from workers.database import reading, transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import contents, readbacks, slots, standing, work
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.staff.models import AfasConnection

PAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
EVER = (dt.date(2000, 1, 1), dt.date(2100, 1, 1))
SOON = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def filled(office: Office) -> Office:
    """An office with four lines that were applied and shown."""
    office.submits([good(n) for n in range(4)], reference="before")
    office.works()
    return office


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Every call that writes comes back after `deed`."""
    write = reach.write

    def written(*args: Any) -> Any:
        reply = write(*args)
        deed()
        return reply

    monkeypatch.setattr(reach, "write", written)


def taken_over(chunk: int) -> Callable[[], None]:
    def deed() -> None:
        with transaction() as session:
            work.take_fence(session, chunk, 60)

    return deed


def census(office: Office, **other: Any) -> int:
    """How many lines a read-back must show; of all days and intakes, whenever they were applied."""
    asked: dict[str, Any] = {"days": EVER, "since": PAST, "before": SOON} | other
    return len(readbacks.census(office.id, **asked))


# Law 1.


def test_a_call_that_a_crash_left_open_is_settled_as_lost_and_never_posted_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        session.objects.get_one(AfasConnection, office.id).read_back = None

    def dies(_to: object, _opened: object, _step: object, record: Any) -> None:
        record.begin()
        raise Killed

    office.submits([good(0)])
    chunk = office.messages.pop()[1]
    with monkeypatch.context() as patch:
        patch.setattr(reach, "write", dies)
        with pytest.raises(Killed):
            office.delivers(chunk)
    office.works()
    assert [(line.state, line.matter) for line in office.lines()] == [("in_doubt", "lost")]
    assert [call.reach for call in calls()] == ["lost"]
    assert not office.there()


# Law 2.


def test_a_success_is_recorded_though_its_worker_was_fenced_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submits([good(0)])
    chunk = office.messages.pop()[1]
    meanwhile(monkeypatch, taken_over(chunk))
    office.delivers(chunk)
    assert [line.state for line in office.lines()] == ["applied"]


def test_an_error_is_not_recorded_by_a_worker_that_was_fenced_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submits([bad(0)])
    chunk = office.messages.pop()[1]
    meanwhile(monkeypatch, taken_over(chunk))
    office.delivers(chunk)
    assert [line.state for line in office.lines()] == ["sent"]
    assert [call.answered_at for call in calls()] == [None]


def test_a_line_that_was_cancelled_before_its_answer_is_recorded_is_not_sent_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = office.submits([good(0)])
    cancelled = list[int]()

    def deed() -> None:
        if not cancelled:
            cancelled.append(humans.cancel(batch, "els").wished)

    meanwhile(monkeypatch, deed)
    office.afas.fault("status_401", path="connectors/", times=1)
    office.works()
    assert cancelled == [1]
    assert [line.state for line in office.lines()] == ["cancelled"]
    assert not office.there()


@pytest.mark.parametrize(
    "moved", [{"state": "cancelled"}, {"wish": True}, {"holds_key": False}, {"witnessed": True}, {"matter": "locked"}]
)
def test_whatever_a_person_moves_while_a_call_is_open_is_noticed(office: Office, moved: dict[str, Any]) -> None:
    office.submits([good(0), good(1)])
    held = work.claim(office.messages.pop()[1])
    assert held is not None
    rows = case.opened(held).rows
    with transaction() as session:
        assert contents.unmoved(session, held.id, rows)
        session.execute(update(Line).where(Line.id == rows[1].id).values(**moved))
        assert not contents.unmoved(session, held.id, rows)


@pytest.mark.parametrize("sleeps", [0.0, leases.LEASE_SECONDS + 1.0])
def test_a_worker_that_wakes_sends_nothing_that_a_person_cancelled_meanwhile(office: Office, sleeps: float) -> None:
    batch = office.submits([good(0), good(1)])
    held = work.claim(office.messages.pop()[1])
    assert held is not None
    opened = case.opened(held)
    assert isinstance(opened.step, Send)
    office.passes(sleeps)
    # A line that only a person can settle keeps the chunk from being done.
    with transaction() as session:
        doubt = {"state": "in_doubt", "matter": "locked"}
        session.execute(update(Line).where(Line.id == opened.rows[1].id).values(**doubt))
    assert humans.cancel(batch, "els").lines == 1
    with slots.Place(held, 5, lambda: None) as place, pytest.raises(LeaseLostError):
        post.send(opened, opened.step, place)
    assert not office.there()
    assert not calls()


@pytest.mark.parametrize("state", ["cancelled", "in_doubt", "applied", "sent"])
def test_a_call_does_not_begin_with_a_line_that_waits_no_more(office: Office, state: str) -> None:
    office.submits([good(0), good(1)])
    held = work.claim(office.messages.pop()[1])
    assert held is not None
    lines = [row.id for row in case.opened(held).rows]
    with transaction() as session:
        session.execute(update(Line).where(Line.id == lines[1]).values(state=state))
        assert work.begin(session, held, "fresh", lines, watched=False) is None
        assert work.begin(session, held, "fresh", lines[:1], watched=False) is not None


def test_a_suspect_is_not_cancelled_while_its_call_is_under_way(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = office.submits([good(n, **({"PrId": "X1", "EmId": "1001"} if n == 1 else {})) for n in range(4)])
    write, meanwhile_ = reach.write, list[tuple[str, bool]]()

    def written(to: Any, opened: Any, step: Any, record: Any) -> Any:
        reply = write(to, opened, step, record)
        if step.purpose == "suspect" and not meanwhile_:
            humans.cancel(batch, "els")
            meanwhile_.extend((line.state, line.wish) for line in office.lines() if line.id in step.lines)
        return reply

    monkeypatch.setattr(reach, "write", written)
    office.works()
    assert meanwhile_ == [("suspect", True)]


# Law 6.


def test_a_chunk_whose_tries_have_ended_holds_up_no_suspect_of_its_batch(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHUNK_LINES", "1")
    settings.current.cache_clear()
    office.submits([good(0), good(1)])
    held = work.claim(office.messages[0][1])
    assert held is not None
    with transaction() as session:
        assert standing.standing(session, held, 8).fresh == 1
        session.execute(update(Chunk).where(Chunk.id != held.id).values(fruitless=8))
        assert standing.standing(session, held, 8).fresh == 0


# Law 7.


def test_what_a_dead_worker_held_is_taken_up_by_the_sweep_and_what_a_live_one_holds_is_not(office: Office) -> None:
    office.submits([good(0)])
    held = work.claim(office.messages.pop()[1])
    assert held is not None
    with transaction() as session:
        session.execute(update(Chunk).values(hint_at=PAST))
    sweeping.sweep(office.hands())
    assert not office.messages
    office.passes(leases.LEASE_SECONDS + 1)
    with transaction() as session:
        session.execute(update(Chunk).values(hint_at=PAST))
    sweeping.sweep(office.hands())
    assert [chunk for _, chunk in office.messages] == [held.id]
    office.works()
    assert office.there() == {"K-0": 1}


def test_no_attempt_begins_under_a_lease_that_was_lost(office: Office) -> None:
    office.submits([good(0)])
    held = work.claim(office.messages.pop()[1])
    assert held is not None
    taken_over(held.id)()
    with pytest.raises(LeaseLostError), transaction() as session:
        work.begin(session, held, "fresh", [office.lines()[0].id], watched=False)
    assert not calls()


# Law 8.


def test_operations_on_one_line_go_one_after_another_in_the_order_received(filled: Office) -> None:
    before = len(filled.afas.calls)
    filled.submits([{"XpRe": "K-1", "Qu": "5.00"}], "update", "first")
    filled.submits([{"XpRe": "K-1", "Qu": "6.00"}], "update", "second")
    first, second = (chunk for _, chunk in filled.messages)
    filled.messages.clear()
    filled.delivers(second)
    filled.delivers(second)
    assert len(filled.afas.calls) == before
    filled.messages.append((filled.elapsed, first))
    filled.works()
    assert [line.state for line in filled.lines()] == ["applied"] * 6
    assert {str(line.values["Qu"]) for line in filled.afas.book.lines.values() if line.values["XpRe"] == "K-1"} == {
        "6.00"
    }


def test_an_unfinished_or_applied_line_holds_its_key_and_a_refused_one_does_not(office: Office) -> None:
    office.afas.fault("reset", path="connectors/ptrealization", commits=0, goes_on=False)
    office.submits([good(0)])
    office.delivers(office.messages.pop()[1])
    assert [(line.state, line.holds_key) for line in office.lines()] == [("in_doubt", True)]
    office.submits([bad(1)], reference="other")
    office.works()
    assert {(line.state, line.holds_key) for line in office.lines()} == {("applied", True), ("refused", False)}


# Law 11 (b).


def test_the_census_holds_what_was_proved_applied_longer_ago_than_the_lag(filled: Office) -> None:
    settled = [line.settled_at for line in filled.lines() if line.settled_at]
    assert census(filled) == 4
    assert census(filled, before=min(settled)) == 0


def test_the_census_holds_no_line_of_other_days_or_earlier_intakes(filled: Office) -> None:
    assert census(filled, days=(DAY + dt.timedelta(days=1), EVER[1])) == 0
    with reading() as session:
        came_in = session.objects.query(Batch).one().created_at
    assert census(filled, since=came_in) == 4
    assert census(filled, since=came_in + dt.timedelta(seconds=1)) == 0


def test_the_census_holds_no_line_with_an_open_operation_and_none_that_was_deleted_through_us(filled: Office) -> None:
    filled.submits([{"XpRe": "K-0"}], "delete", "deletion")
    assert census(filled) == 3
    filled.works()
    assert "K-0" not in filled.there()
    assert census(filled) == 3


def test_the_census_holds_no_line_that_somebody_forgot(filled: Office) -> None:
    humans.forget("K-2", "piet")
    assert census(filled) == 3


# Law 11 (d).


def test_one_watched_call_of_an_organisation_is_open_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUNK_LINES", "1")
    settings.current.cache_clear()
    office.submits([good(0), good(1)])
    first, second = (work.claim(chunk) for _, chunk in office.messages)
    assert first is not None
    assert second is not None
    one, other = (line.id for line in office.lines())
    with transaction() as session:
        assert work.begin(session, first, "canary", [one], watched=True)
    with transaction() as session:
        assert work.begin(session, second, "canary", [other], watched=True) is None
    with transaction() as session:
        assert work.begin(session, second, "fresh", [other], watched=False)
