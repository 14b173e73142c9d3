"""A ledger that is older than AFAS sends nothing, also when it was restored while a call was about to go."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update

from tasks.realization import reach
from tests.realization_delivery.builders import Office, calls, good
from workers import marks
from workers.database import reading, transaction
from workers.ledger.realization import deliveries, work
from workers.ledger.realization.acts import Attempt, Delivery

LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
PAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def installation() -> str:
    with reading() as session:
        return deliveries.installation(session) or ""


def test_the_mark_is_raised_after_the_commit_and_before_the_first_byte(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[marks.Mark | None, int, int]] = []
    write = reach.write

    def written(to: Any, opened: Any, step: Any, record: Any) -> Any:
        def begin() -> None:
            record.begin()
            seen.append((marks.read()[0], calls()[-1].id, len(office.afas.book.lines)))

        return write(to, opened, step, type(record)(begin, record.late))

    monkeypatch.setattr(reach, "write", written)
    office.submits([good(0)])
    office.works()
    assert seen[0] == (marks.Mark(installation(), 1), 1, 0)


@pytest.mark.parametrize(("name", "number"), [("ZZZZZ", 0), (None, 99)])
def test_a_foreign_or_higher_mark_outside_stops_all_sending_until_an_adoption(
    office: Office, name: str | None, number: int
) -> None:
    office.submits([good(0)])
    marks.adopt(marks.Mark(name or installation(), number))
    office.delivers(office.messages.pop()[1])
    assert not calls()
    assert not office.there()
    with reading() as session:
        assert session.objects.get_one(Delivery, office.id).stop == "continuity"


def restored_before(monkeypatch: pytest.MonkeyPatch, step: str, by: int) -> None:
    """Until `step`, a function of `work` or `marks`, the ledger forgets what it sent; the marks stay `by` above it."""
    where: Any = {"begin": work, "rise": marks}[step]
    real = getattr(where, step)

    def late(*args: Any, **named: Any) -> Any:
        with reading() as session:
            number = deliveries.mark(session)[1]
        marks.adopt(marks.Mark(installation(), number + by))
        return real(*args, **named)

    monkeypatch.setattr(where, step, late)


@pytest.mark.parametrize(("step", "by"), [("begin", 1), ("begin", 2), ("rise", 0), ("rise", 5)])
def test_a_call_that_was_about_to_go_when_the_ledger_was_restored_stops_all_sending(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str, by: int
) -> None:
    office.submits([good(0)])
    chunk = office.messages.pop()[1]
    with monkeypatch.context() as patch:
        restored_before(patch, step, by)
        office.delivers(chunk)
    office.delivers(chunk)
    assert [call.reach for call in calls()] == ["not_sent"]
    assert not office.there()
    with reading() as session:
        assert session.objects.get_one(Delivery, office.id).stop == "continuity"


def test_who_sleeps_before_a_call_begins_sends_nothing_once_the_ledger_is_restored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = reach.write

    def slept(*args: Any) -> Any:
        marks.adopt(marks.Mark(installation(), 99))
        return write(*args)

    office.submits([good(0)])
    monkeypatch.setattr(reach, "write", slept)
    office.delivers(office.messages.pop()[1])
    assert not calls()
    assert not office.there()


def test_a_mark_that_another_call_raised_further_meanwhile_hinders_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = marks.rise

    def overtaken(mark: marks.Mark) -> Any:
        higher = mark._replace(attempt=mark.attempt + 1)
        with transaction() as session:
            mine = session.objects.get_one(Attempt, mark.attempt)
            made = {"chunk_id": chunks[1], "purpose": mine.purpose, "lines": [office.lines()[1].id]}
            session.objects.add(Attempt(id=higher.attempt, fence=mine.fence, begun_at=PAST, **made))
        assert real(higher)
        return real(mark)

    for number in range(2):
        office.submits([good(number)], reference=f"batch {number}")
    chunks = [message[1] for message in office.messages]
    with monkeypatch.context() as patch:
        patch.setattr(marks, "rise", overtaken)
        office.delivers(chunks[0])
    assert office.there() == {"K-0": 1}
    office.works()
    assert office.there() == {"K-0": 1, "K-1": 1}


def test_after_an_adoption_a_batch_is_read_back_before_its_first_sending(office: Office) -> None:
    office.submits([good(n) for n in range(4)], reference="before")
    office.works()
    asked = len(office.afas.calls)
    with transaction() as session:
        session.execute(update(Delivery).values(cautious_until=LATER))
    office.submits([good(7)], reference="later")
    office.delivers(office.messages.pop()[1])
    assert len(office.afas.calls) == asked
    assert office.lines()[-1].looked_at is not None
    office.works()
    assert office.there()["K-7"] == 1
