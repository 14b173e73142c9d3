"""What a person cancelled is not sent any more: cancelled once AFAS has nothing of it for certain, else in doubt."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from tasks.realization import humans, reach, resuming
from tasks.realization.back import After
from tasks.realization.case import Case
from tasks.realization.decisions import Send
from tasks.realization.deliver import hand_on
from tasks.realization.humans import Word
from tests.realization_delivery.builders import GUID, Office, good
from workers.afas.posting import Record
from workers.afas.reply import Reply
from workers.afas.updateconnector import UpdateConnector
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization.acts import Delivery


def cancels(office: Office, batch: int) -> None:
    done = humans.cancel(batch, "els")
    hand_on([After(None, closed=done.work)], office.hands())


def lost(office: Office, commits: int) -> int:
    """A batch of one employee, whose only call got lost when AFAS had done so much of it; judged by a read-back."""
    office.submits([good(9)], reference="before")
    office.works()
    office.afas.fault("reset", path="connectors/ptrealization", commits=commits)
    batch = office.submits([good(n, EmId="1001") for n in range(3)])
    while not any(line.goes_as for line in office.lines()):
        assert office.messages or office._sweep()
        office.takes()
    return batch


def test_a_line_that_only_a_second_call_could_prove_absent_waits_for_a_person(office: Office) -> None:
    batch = lost(office, 0)
    cancels(office, batch)
    calls = len(office.afas.calls)
    office.works()
    assert len(office.afas.calls) == calls
    assert office.states() == {"applied": 1, "in_doubt": 3}
    assert [line.matter for line in office.lines()] == [None, *["wished"] * 3]
    assert office.batch(batch).state == "waiting"
    humans.resolve(batch, "K-1", Word("absent", "not there", "els", forced=True), lambda *_: {})
    assert office.states() == {"applied": 1, "in_doubt": 2, "cancelled": 1}


def test_a_line_that_a_witness_proves_absent_is_cancelled(office: Office) -> None:
    batch = lost(office, 1)
    cancels(office, batch)
    office.works()
    assert office.states() == {"applied": 2, "cancelled": 2}
    assert office.batch(batch).state == "finished"


def during_the_call_of(key: str, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """`deed` is done while the next call is out that carries the line alone."""
    writes = reach.write

    def write(to: UpdateConnector, opened: Case, step: Send, record: Record) -> Reply:
        reply = writes(to, opened, step, record)
        if [line.key for line in opened.chunk.lines if line.id in step.lines] == [key]:
            monkeypatch.setattr(reach, "write", writes)
            deed()
        return reply

    monkeypatch.setattr(reach, "write", write)


@pytest.mark.parametrize("during", [True, False])
def test_a_line_is_not_cancelled_on_an_error_that_may_have_come_after_its_commit(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, during: bool
) -> None:
    office.submits([good(9)], reference="before")
    office.works()
    office.passes(60)
    office.afas.fault("locked", carrying="K-1", first=2, lines=1)
    office.afas.fault("error_after_commit", carrying="K-1", after=1)
    batch = office.submits([good(n, EmId="1001") for n in range(3)])
    if during:
        during_the_call_of("K-1", monkeypatch, lambda: cancels(office, batch))
    else:
        calls: list[None] = []
        during_the_call_of("K-1", monkeypatch, lambda: calls.append(None))
        while not calls:
            office.takes()
        cancels(office, batch)
    office.works()
    assert office.states() == {"applied": 4}
    assert office.there() == {"K-0": 1, "K-1": 1, "K-2": 1, "K-9": 1}


def test_what_a_wrong_view_missed_is_looked_for_once_more_after_the_resume(office: Office) -> None:
    office.afas.switches.hidden_employees = ("1001",)
    batch = lost(office, 3)
    with transaction() as session:
        session.execute(update(Delivery).values(stop="invisible", stopped_at=now()))
    cancels(office, batch)
    office.afas.switches.hidden_employees = ()
    office.passes(3600)
    resuming.resume(GUID)
    office.works()
    assert office.states() == {"applied": 4}
