"""A ledger that is older than AFAS sends nothing, also when it was restored while a call was about to go."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from tasks.realization import marking, reach, resuming
from tests.realization_delivery.builders import Office, calls, good
from workers import marks
from workers.database import reading, transaction
from workers.ledger.realization import deliveries, work
from workers.ledger.realization.acts import Attempt, Delivery
from workers.ledger.realization.models import Chunk, Line
from workers.staff.models import AfasConnection

LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
PAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def ledger() -> marks.Mark:
    with reading() as session:
        return marks.Mark(*deliveries.mark(session))


def stop(office: Office) -> str | None:
    with reading() as session:
        return session.objects.get_one(Delivery, office.id).stop


def delivers_once(office: Office) -> None:
    """One line, by one message."""
    office.submits([good(0)])
    office.delivers(office.messages.pop()[1])


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
    assert seen[0] == (ledger()._replace(attempt=1), 1, 0)


@pytest.mark.parametrize(("name", "number"), [("ZZZZZ", 0), (None, 99)])
def test_a_foreign_or_higher_mark_outside_stops_all_sending_until_an_adoption(
    office: Office, name: str | None, number: int
) -> None:
    office.submits([good(0)])
    marks.rise(marks.Mark(name or ledger().installation, 0, number))
    office.delivers(office.messages.pop()[1])
    assert not calls()
    assert not office.there()
    assert stop(office) == "continuity"


def restored_before(monkeypatch: pytest.MonkeyPatch, step: str, by: int, skips: int) -> None:
    """Until `step`, a function of `work` or `marks`, the ledger forgets what it sent; the marks stay `by` above it.

    It gives numbers that are higher than those by so many.
    """
    where: Any = {"begin": work, "rise": marks}[step]
    real = getattr(where, step)

    def late(*args: Any, **named: Any) -> Any:
        mark = ledger()
        marks.change(lambda _: mark._replace(attempt=mark.attempt + by))
        if skips:
            session, beyond = args[0], Attempt.id > mark.attempt
            made = {"chunk_id": 1, "purpose": "fresh", "lines": [], "begun_at": PAST, "fence": 0}
            session.execute(insert(Attempt).values(id=mark.attempt + by + skips, judged=False, own=False, **made))
            session.execute(delete(Attempt).where(beyond))
        return real(*args, **named)

    monkeypatch.setattr(where, step, late)


@pytest.mark.parametrize(
    ("step", "by", "skips"), [("begin", 1, 0), ("begin", 2, 0), ("begin", 1, 30), ("rise", 0, 0), ("rise", 5, 0)]
)
def test_a_call_that_was_about_to_go_when_the_ledger_was_restored_stops_all_sending(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str, by: int, skips: int
) -> None:
    office.submits([good(0)])
    chunk = office.messages.pop()[1]
    with monkeypatch.context() as patch:
        restored_before(patch, step, by, skips)
        office.delivers(chunk)
    office.delivers(chunk)
    assert [call.reach for call in calls()] == ["not_sent"]
    assert not office.there()
    assert stop(office) == "continuity"


def forgets(number: int) -> None:
    """The ledger is restored to a backup without this call."""
    with transaction() as session:
        session.execute(delete(Attempt).where(Attempt.id == number))
        session.execute(update(Line).values(state="pending"))


@pytest.mark.parametrize("others", [None, 0, 31])
def test_a_call_that_the_ledger_has_forgotten_before_its_mark_is_not_made(
    office: Office, monkeypatch: pytest.MonkeyPatch, others: int | None
) -> None:
    """Also when others have gone on meanwhile, whose numbers are as high as its own, or higher."""
    real = marks.rise

    def late(mark: marks.Mark) -> Any:
        monkeypatch.setattr(marks, "rise", real)
        forgets(mark.attempt)
        if others is not None:
            with transaction() as session:
                chunk = session.scalars(select(Chunk.id)).one()
                made = {"chunk_id": chunk, "purpose": "fresh", "lines": [], "begun_at": PAST, "fence": 0}
                session.objects.add(Attempt(id=mark.attempt + others, answered_at=PAST, reach="lost", **made))
        return real(mark)

    monkeypatch.setattr(marks, "rise", late)
    delivers_once(office)
    assert office.there() == {}
    assert [call.id for call in calls()] == ([] if others is None else [1 + others])
    assert marks.read()[0] == ledger()._replace(adoptions=1, attempt=1), "nobody sends before an adoption"


@pytest.mark.parametrize("again", [False, True])
def test_an_answer_to_a_call_that_the_ledger_has_forgotten_is_not_taken_for_that_of_another(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    write = reach.write

    def slow(*args: Any) -> Any:
        reply = write(*args)
        forgets(1)
        if again:
            with transaction() as session:
                chunk = session.scalars(select(Chunk.id)).one()
                session.objects.add(Attempt(id=1, chunk_id=chunk, purpose="fresh", lines=[1], begun_at=PAST, fence=0))
        return reply

    monkeypatch.setattr(reach, "write", slow)
    delivers_once(office)
    assert [(call.begun_at, call.answered_at) for call in calls()] == ([(PAST, None)] if again else [])
    assert [line.state for line in office.lines()] == ["pending"]
    assert marks.read()[0] == ledger()._replace(adoptions=1, attempt=1), "nobody sends before an adoption"


def test_an_answer_that_comes_after_an_adoption_stops_nobody_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = reach.write

    def slow(*args: Any) -> Any:
        monkeypatch.setattr(reach, "write", write)
        reply = write(*args)
        forgets(1)
        resuming.adopt()
        return reply

    monkeypatch.setattr(reach, "write", slow)
    delivers_once(office)
    office.works()
    assert stop(office) is None
    assert office.there() == {"K-0": 1}
    assert [line.state for line in office.lines()] == ["applied"]
    marking.forgotten(ledger()._replace(adoptions=0, attempt=99))
    assert marks.read()[0] == ledger()


def test_a_call_that_began_before_an_adoption_is_not_made_after_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = marks.rise

    def late(mark: marks.Mark) -> Any:
        monkeypatch.setattr(marks, "rise", real)
        resuming.adopt()
        return real(mark)

    monkeypatch.setattr(marks, "rise", late)
    delivers_once(office)
    assert office.there() == {}
    office.works()
    assert stop(office) is None
    assert office.there() == {"K-0": 1}
    assert marks.read()[0] == ledger()


def test_a_call_whose_mark_is_kept_nowhere_is_not_made(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "rise", lambda _: [])
    delivers_once(office)
    assert office.there() == {}
    assert [call.reach for call in calls()] == ["not_sent"]
    with reading() as session:
        assert "merkteken" in (session.objects.get_one(AfasConnection, office.id).pause_reason or "")


@pytest.mark.parametrize("other", [("AAAAA", 0, 0), (None, 0, 99), (None, 1, 0)])
def test_what_either_mark_was_before_it_was_raised_can_stop_a_call(
    office: Office, monkeypatch: pytest.MonkeyPatch, other: tuple[str | None, int, int]
) -> None:
    name, *rest = other

    def rise(mark: marks.Mark) -> list[marks.Mark | None]:
        return [None, marks.Mark(name or mark.installation, *rest)]

    monkeypatch.setattr(marks, "rise", rise)
    delivers_once(office)
    assert office.there() == {}
    assert [call.reach for call in calls()] == ["not_sent"]


def test_the_marks_are_asked_before_the_ledger_to_which_they_belong(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for where, name in ((marks, "read"), (deliveries, "mark")):
        real = getattr(where, name)

        def seen(*args: Any, real: Any = real, name: str = name) -> Any:
            asked.append(name)
            return real(*args)

        monkeypatch.setattr(where, name, seen)
    delivers_once(office)
    assert asked[:2] == ["read", "mark"]


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_call_of_which_nobody_can_tell_is_not_made_and_goes_at_once_when_somebody_can(
    office: Office, monkeypatch: pytest.MonkeyPatch, kind: type[DBAPIError]
) -> None:
    real = marks.rise

    def away(*_: object) -> bool:
        patch.setattr(deliveries, "mark", mark)
        raise kind("", {}, Exception("server closed the connection"))

    def late(own: marks.Mark) -> Any:
        patch.setattr(deliveries, "mark", away)
        return real(own)

    mark = deliveries.mark
    with monkeypatch.context() as patch:
        patch.setattr(marks, "rise", late)
        delivers_once(office)
    assert [call.reach for call in calls()] == ["not_sent"]
    assert office.there() == {}
    before = office.elapsed
    office.works()
    assert office.there() == {"K-0": 1}
    assert stop(office) is None
    assert office.elapsed - before < 120


def test_marks_that_an_adoption_did_not_reach_are_lower_afterwards(office: Office) -> None:
    office.submits([good(0)])
    elsewhere = ledger()._replace(attempt=900)
    marks.rise(elsewhere)
    office.delivers(office.messages.pop()[1])
    assert stop(office) == "continuity"
    resuming.adopt()
    marks.change(lambda _: elsewhere)
    office.works()
    assert stop(office) is None
    assert office.there() == {"K-0": 1}
    office.submits([good(1)], reference="later")
    office.works()
    assert marks.read()[0] == ledger()
    assert ledger().adoptions == 1


def test_who_sleeps_before_a_call_begins_sends_nothing_once_the_ledger_is_restored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = reach.write

    def slept(*args: Any) -> Any:
        marks.rise(ledger()._replace(attempt=99))
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
