"""What nothing but a person can move is told, and goes on by itself once that person has done something."""

from typing import Any

import pytest
from sqlalchemy import select

from tasks.realization import humans, story, submit, sweeping
from tasks.realization import retry as retrying
from tasks.realization.humans import Word
from tests.realization_delivery.builders import READ_BACK, SWEEP, Office, good
from workers.database import reading, transaction
from workers.ledger.models import OutboxMail
from workers.ledger.realization.models import OutboxReply
from workers.staff.models import AfasConnection

PATH = "connectors/ptrealization"
OTHER = "6f07c4dd-0c63-4430-a2af-b9d2b5497698"
REPLY = {"task": "staff.done", "queue": "staff"}


@pytest.fixture
def timeless(office: Office) -> Office:
    """An office whose read-backs show no modified time: nobody can tell what became of a call that got lost."""
    office.organisation(OTHER)
    with transaction() as session:
        for connection in session.objects.scalars(select(AfasConnection)):
            connection.read_back = {name: value for name, value in READ_BACK.items() if name != "modified"}
    office.submits([good(n) for n in range(5)], reference="there")
    office.works()
    return office


def asks(office: Office, organisation: str, lines: list[dict[str, Any]], action: str, reference: str) -> int:
    message = {"organisation": organisation, "action": action, "lines": lines, "reference": reference}
    taken: int = submit.take_or_keep(message | {"reply_to": REPLY}, reference, office.hands())["batch"]
    return taken


def goes_on(office: Office, seconds: float) -> None:
    """Messages are taken and sweeps made for so long."""
    until = office.elapsed + seconds
    while office.elapsed < until:
        sweeping.sweep(office.hands())
        while office.messages and min(office.messages)[0] <= office.elapsed + SWEEP:
            office.takes()
        office.passes(SWEEP)


def mails(batch: int) -> list[str]:
    with reading() as session:
        bodies = select(OutboxMail.body).where(OutboxMail.batch_id == batch).order_by(OutboxMail.id)
        return list(session.scalars(bodies))


def revisions(batch: int) -> list[int]:
    with reading() as session:
        return list(session.scalars(select(OutboxReply.revision).where(OutboxReply.batch_id == batch)))


def in_doubt(office: Office, named: dict[str, Any]) -> int:
    """A batch whose change of the line got lost, which nothing shows."""
    office.afas.fault(path=PATH, kind="cut", commits=0, goes_on=False)
    batch = office.submits([{**named, "Ds": "anders"}], "update", "lost")
    goes_on(office, 3000)
    assert office.batch(batch).state == "waiting"
    return batch


def line_of(office: Office, batch: int) -> int:
    return next(line.id for line in office.lines() if line.batch_id == batch)


def test_lines_whose_tries_are_used_up_are_told_and_a_retry_takes_them_up(timeless: Office) -> None:
    office = timeless
    with transaction() as session:
        for connection in session.objects.scalars(select(AfasConnection)):
            connection.read_back = dict(READ_BACK)
    office.afas.fault(path=PATH, kind="cut", commits=0, goes_on=False, times=None)
    batch = asks(office, "6f07c4dd-0c63-4430-a2af-b9d2b5497697", [{"XpRe": "K-1", "Qu": "7.00"}], "update", "U")
    office.works()
    assert [chunk["state"] for chunk in office.chunks()][-1] == "failed"
    assert (office.batch(batch).state, revisions(batch)) == ("waiting", [1])
    [body] = mails(batch)
    assert "1 × nog niet verstuurd" in body
    assert f"afasconnector realization retry {batch}" in body
    said = story.show(f"#{line_of(office, batch)}")[-1].what
    assert "acht pogingen" in said
    assert f"realization retry {batch}" in said
    office.afas.faults.clear()
    retrying.retry(batch, "els")
    office.works()
    assert (office.batch(batch).state, len(mails(batch))) == ("finished", 1)


@pytest.mark.parametrize("organisation", ["6f07c4dd-0c63-4430-a2af-b9d2b5497697", OTHER])
@pytest.mark.parametrize("by", ["Id", "XpRe"])
def test_what_stands_behind_a_line_in_doubt_is_told_and_goes_on_once_that_is_settled(
    timeless: Office, organisation: str, by: str
) -> None:
    office = timeless
    [id_] = [str(number) for number, line in office.afas.book.lines.items() if line.values["XpRe"] == "K-1"]
    first = in_doubt(office, {"XpRe": "K-1"} if by == "XpRe" else {"Id": id_, "DaTi": "2026-11-20"})
    named: dict[str, Any] = {"XpRe": "K-1"} if by == "XpRe" else {"Id": id_}
    second = asks(office, organisation, [{**named, "force": True}], "delete", "D")
    third = asks(office, OTHER, [{**named, "DaTi": "2026-11-20"}], "approve", "A")
    goes_on(office, 3600)
    assert [office.batch(one).state for one in (second, third)] == ["waiting", "waiting"]
    assert [revisions(one) for one in (second, third)] == [[1], [1]]
    asked = f"regel #{line_of(office, first)} van batch {first}"
    for one in (second, third):
        [body] = mails(one)
        assert asked in body
        assert asked in story.show(f"#{line_of(office, one)}")[-1].what
    assert office.there()["K-1"] == 1
    office.passes(1300)
    humans.resolve(first, f"#{line_of(office, first)}", Word("applied", "gezien", "els"), lambda _o, _l: {})
    goes_on(office, 240)
    assert (office.there()["K-1"], office.batch(second).state) == (0, "finished")
    assert office.batch(third).state == "finished"
    assert (len(mails(second)), revisions(second)) == (1, [1, 2])


def test_a_batch_that_goes_on_behind_a_settled_line_is_open_again(timeless: Office) -> None:
    office = timeless
    first = in_doubt(office, {"XpRe": "K-1"})
    second = asks(office, OTHER, [{"XpRe": "K-1"}], "approve", "A")
    goes_on(office, 600)
    assert office.batch(second).state == "waiting"
    humans.resolve(first, f"#{line_of(office, first)}", Word("applied", "gezien", "els"), lambda _o, _l: {})
    office.afas.fault(path=PATH, kind="cut", commits=0, goes_on=False)
    goes_on(office, 180)
    assert office.batch(second).state == "open"


def test_a_line_behind_another_of_its_own_batch_that_waits_is_told_with_it(timeless: Office) -> None:
    office = timeless
    office.afas.fault(path=PATH, kind="cut", commits=0, goes_on=False)
    lines = [{"XpRe": "K-1", "Ds": "anders"}, {"XpRe": "K-1", "Ds": "weer anders"}]
    batch = asks(office, OTHER, lines, "update", "both")
    goes_on(office, 3000)
    assert (office.batch(batch).state, revisions(batch)) == ("waiting", [1])
    [body] = mails(batch)
    assert f"regel #{line_of(office, batch)} van batch {batch}" in body


def test_what_stands_behind_a_line_that_still_moves_is_not_told(timeless: Office) -> None:
    office = timeless
    office.afas.fault(path=PATH, kind="cut", commits=0, goes_on=False)
    office.submits([{"XpRe": "K-1", "Ds": "anders"}], "update", "lost")
    second = asks(office, OTHER, [{"XpRe": "K-1"}], "approve", "A")
    goes_on(office, 900)
    assert (office.batch(second).state, mails(second), revisions(second)) == ("open", [], [])
