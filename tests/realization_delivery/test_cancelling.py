"""What a person cancelled is not sent any more: cancelled once AFAS has nothing of it for certain, else in doubt."""

from tasks.realization import humans
from tasks.realization.back import After
from tasks.realization.deliver import hand_on
from tasks.realization.humans import Word
from tests.realization_delivery.builders import Office, good


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
