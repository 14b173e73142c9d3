"""A braked batch sends nothing more; what it sent is judged all the same, and it is told once that is done."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from tasks.realization import case, closing, deliver, humans
from tasks.realization import retry as retrying
from tasks.realization.back import After
from tasks.realization.chunks import SAME_REFUSALS
from tests.realization_delivery.builders import Office, calls, good
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.models import OutboxMail
from workers.ledger.realization import deliveries, work
from workers.ledger.realization.models import Line, OutboxReply
from workers.texts import text

PATH = "connectors/ptrealization"
REPLY = {"task": "staff.done", "queue": "staff"}
SAID = "De waarde 'P9999' bij het veld 'Project' bestaat niet."


def refused(number: int) -> dict[str, object]:
    return good(number, PrId="P9999", EmId="1001")


def suspect_goes(office: Office) -> int:
    """A batch of which one line is suspect and has still to go by itself."""
    batch = office.submits([refused(1), *(good(n, EmId="1001") for n in range(2, 20))], reply_to=REPLY)
    while office.states()["suspect"] != 1:
        office.takes()
    return batch


def braked(office: Office, batch: int) -> None:
    """What happens at its hundredth refusal."""
    with transaction() as session:
        closed = closing.braked(session, batch, SAID)
    assert closed is not None
    deliver.hand_on([After(None, closed=closed)], office.hands())


def told() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(OutboxMail.subject).order_by(OutboxMail.id)))


def revisions(batch: int) -> list[int]:
    with reading() as session:
        return list(session.scalars(select(OutboxReply.revision).where(OutboxReply.batch_id == batch)))


def answer_is_lost(office: Office) -> None:
    """The suspect goes, and nobody learns what became of it."""
    office.afas.fault(path=PATH, kind="cut", commits=0, goes_on=False)
    sent = len(calls())
    while len(calls()) == sent:
        office.takes()


def worker_dies(office: Office) -> None:
    """The same, and there is nobody to say so."""
    [suspect] = [line for line in office.lines() if line.state == "suspect"]
    assert suspect.chunk_id
    office.messages.clear()
    held = work.claim(suspect.chunk_id)
    assert held
    with transaction() as session:
        assert work.begin(session, held, "suspect", [suspect.id], watched=True)


@pytest.mark.parametrize("happens", [answer_is_lost, worker_dies])
def test_a_watched_call_of_a_braked_batch_is_judged_and_lets_the_others_go(
    small: Office, happens: Callable[[Office], None]
) -> None:
    batch = suspect_goes(small)
    happens(small)
    sent = len(calls())
    braked(small, batch)
    assert (small.batch(batch).state, told()) == ("open", []), "nobody knows yet what its call left behind"
    other = small.submits([refused(50), good(51)], reference="other")
    small.works()
    assert small.batch(other).state == "finished"
    assert (small.batch(batch).state, revisions(batch)) == ("waiting", [1])
    assert sorted("gepauzeerd (batch" in subject for subject in told()) == [False, True]
    assert not [chunk for chunk in small.chunks() if chunk["holds"]]
    mine = {chunk["id"] for chunk in small.chunks() if chunk["batch_id"] == batch}
    assert not [call for call in calls()[sent:] if call.chunk_id in mine], "nothing more of it went"
    assert small.stops == []


@pytest.mark.parametrize("action", ["insert", "update"])
def test_a_braked_batch_rests_until_a_person_says_so_and_then_goes_on(small: Office, action: str) -> None:
    small.submits([good(n) for n in range(30)], reference="there")
    small.works()
    lines = [good(n) if action == "insert" else {"XpRe": f"K-{n}", "Qu": "9.00"} for n in range(100, 130)]
    lines = lines if action == "insert" else [{**line, "XpRe": f"K-{n}"} for n, line in enumerate(lines)]
    batch = small.submits(lines, action, "braked", reply_to=REPLY)
    sent = len(calls())
    braked(small, batch)
    assert (small.batch(batch).state, revisions(batch)) == ("waiting", [1]), "no call is out: told at once"
    small.works()
    small.passes(7200)
    small.works()
    assert len(calls()) == sent
    assert [chunk["hint_at"] for chunk in small.chunks()] == [None] * len(small.chunks()), "the sweep lets it be"
    retrying.retry(batch, "els")
    small.works()
    assert small.batch(batch).state == "finished"
    assert small.states() == {"applied": 31 + len(lines)}


def test_a_brake_for_refusals_without_a_text_says_that_afas_gave_none(small: Office) -> None:
    batch = small.submits([good(n) for n in range(SAME_REFUSALS + 1)])
    held = work.claim(small.messages[0][1])
    assert held
    opened = case.opened(held)
    with transaction() as session:
        unsaid = {"state": "refused", "matter": "unsaid", "settled_at": now()}
        session.execute(update(Line).where(Line.position <= SAME_REFUSALS).values(**unsaid))
        case._brake(session, opened)
    assert small.batch(batch).brake_text == text("batches.matter.unsaid")


def test_what_a_brake_kept_can_be_cancelled(small: Office) -> None:
    batch = suspect_goes(small)
    answer_is_lost(small)
    braked(small, batch)
    small.works()
    humans.cancel(batch, "els")
    small.works()
    assert (small.batch(batch).state, small.states()["cancelled"]) == ("finished", 1)


def test_a_brake_is_told_of_an_organisation_that_has_stopped_too(small: Office) -> None:
    """Its stop ends with a resume, and the brake stays."""
    batch = suspect_goes(small)
    answer_is_lost(small)
    braked(small, batch)
    with transaction() as session:
        deliveries.stop(session, small.id, "invisible")
    small.passes(2000)
    with transaction() as session:
        closing.look_around(session)
    assert [subject for subject in told() if "gepauzeerd (batch" in subject]
