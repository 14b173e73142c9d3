"""The end of a batch: told once, when nothing of it moves any more without a person."""

from threading import Barrier, Thread
from typing import Any

import pytest

from tasks.realization import closing
from tasks.realization.closing import Closed
from tests.realization_people.builders import BAD, OTHER, Desk, good, line
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization import batches
from workers.ledger.realization.models import Batch, Chunk
from workers.staff.models import AfasConnection

REPLY: dict[str, Any] = {"reply": ("staff.realization_done", "staff")}
REFUSED: dict[str, Any] = {"state": "refused", "message": BAD, "reference": "f" * 32}


def close(batch: int, **how: Any) -> Closed | None:
    with transaction() as session:
        return closing.close(session, batch, **how)


def test_a_batch_whose_lines_have_all_ended_is_finished_with_its_first_revision(desk: Desk) -> None:
    batch = desk.batch(good(3), **REPLY)
    desk.all_are(batch, "applied")
    closed = close(batch)
    found = desk.head(batch)
    assert (found.state, found.revision) == ("finished", 1)
    assert found.finished_at is not None
    assert [(reply.batch_id, reply.revision) for reply in desk.replies()] == [(batch, 1)]
    assert closed == Closed((), (desk.replies()[0].id,), ())


def test_the_end_is_told_once(desk: Desk) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.ends(batch, {"L1": REFUSED, "L2": {"state": "applied"}})
    assert close(batch)
    assert close(batch) is None
    assert (len(desk.mails()), len(desk.replies()), desk.head(batch).revision) == (1, 1, 1)


@pytest.mark.parametrize("state", ["pending", "sent", "suspect", "in_doubt"])
def test_while_a_line_can_move_by_itself_the_batch_goes_on(desk: Desk, state: str) -> None:
    batch = desk.batch(good(2))
    desk.ends(batch, {"L1": {"state": "applied"}, "L2": {"state": state}}, "pending")
    assert close(batch) is None
    assert desk.head(batch).state == "open"


def test_while_a_watched_call_may_still_stop_the_organisation_the_batch_goes_on(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "applied", "to_read_back")
    desk.change(Chunk, holds=True)
    assert close(batch) is None


@pytest.mark.parametrize(
    ("values", "chunks"),
    [
        ({"state": "in_doubt", "matter": "lost"}, "to_read_back"),
        ({"state": "in_doubt"}, "done"),
        ({"state": "pending"}, "failed"),
        ({"state": "suspect"}, "failed"),
    ],
)
def test_what_only_a_person_can_move_waits(desk: Desk, values: dict[str, Any], chunks: str) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.ends(batch, {"L1": {"state": "applied"}, "L2": values}, chunks)
    assert close(batch)
    assert (desk.head(batch).state, desk.head(batch).finished_at) == ("waiting", None)
    assert len(desk.replies()) == 1


@pytest.mark.parametrize("state", ["applied", "refused", "invalid", "conflict", "cancelled"])
def test_each_of_five_states_is_an_end(desk: Desk, state: str) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, state)
    close(batch)
    assert desk.head(batch).state == "finished"


@pytest.mark.parametrize(
    ("state", "told"),
    [("applied", 0), ("cancelled", 0), ("refused", 1), ("invalid", 1), ("in_doubt", 1), ("conflict", 1)],
)
def test_one_mail_for_a_batch_that_ends_with_lines_not_applied(desk: Desk, state: str, told: int) -> None:
    batch = desk.batch(good(2))
    desk.ends(batch, {"L1": {"state": "applied"}, "L2": {"state": state, "message": BAD}})
    closed = close(batch)
    assert closed is not None
    assert [mail.id for mail in desk.mails()] == list(closed.mails)
    assert [(mail.batch_id, mail.recipient) for mail in desk.mails()] == [(batch, "beheer@voorbeeld.nl")] * told


def test_a_line_that_afas_has_twice_is_told_although_it_is_applied(desk: Desk) -> None:
    batch = desk.batch(good(1))
    twice = {"matter": "duplicate", "message": "duplicate: 20201, 20202", "afas_id": "20201, 20202"}
    desk.all_are(batch, "applied", **twice)
    close(batch)
    assert "meer dan eens" in desk.mails()[0].body


def test_an_intake_without_a_valid_line_ends_at_once(desk: Desk) -> None:
    batch = desk.batch([line("L1", DaTi=None)])
    assert close(batch)
    assert desk.head(batch).state == "finished"
    assert "DaTi" in desk.mails()[0].body


def test_two_chunks_that_end_at_once_end_the_batch_once(desk: Desk) -> None:
    batch = desk.batch(good(2), size=1, **REPLY)
    desk.ends(batch, {"L1": REFUSED, "L2": {"state": "applied"}}, None)
    barrier, closed = Barrier(2), list[Closed | None]()

    def one(chunk: int) -> None:
        barrier.wait()
        with transaction() as session:
            session.objects.get_one(Chunk, chunk).state = "done"
            session.objects.flush()
            closed.append(closing.close(session, batch))

    threads = [Thread(target=one, args=(chunk.id,)) for chunk in desk.chunks(batch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in closed) == 1
    assert (len(desk.replies()), len(desk.mails())) == (1, 1)


def test_batches_of_the_same_file_go_on_when_the_first_is_finished(desk: Desk) -> None:
    first = desk.batch(good(1))
    second = desk.batch([line("X1")], "update", after=first)
    desk.all_are(first, "applied")
    closed = close(first)
    assert closed is not None
    assert closed.chunks == tuple(chunk.id for chunk in desk.chunks(second))


def test_a_batch_that_waits_keeps_the_next_one_waiting_and_says_so(desk: Desk) -> None:
    first = desk.batch(good(1))
    second = desk.batch([line("X1")], "update", after=first)
    desk.all_are(first, "in_doubt", matter="lost")
    closed = close(first)
    assert closed is not None
    assert closed.chunks == ()
    assert f"wachten ook batches: {second}." in desk.mails()[0].body


def test_a_batch_is_told_to_its_own_organisation_else_to_the_connections(desk: Desk) -> None:
    for to, recipient in (["eigen@voorbeeld.nl"], "eigen@voorbeeld.nl"), ([], "beheer@voorbeeld.nl"):
        guid = OTHER if to else OTHER.replace("0b", "1b")
        same = {"environment": None, "token": None, "read_back": None, "same_as_id": desk.owner}
        member = desk.organisation(guid, **same, mail_to=to)
        batch = desk.batch([line(f"{guid[:4]}")], organisation=member)
        desk.all_are(batch, "refused", message=BAD)
        close(batch)
        assert desk.mails()[-1].recipient == recipient


def test_a_brake_is_told_once_and_the_batch_waits(desk: Desk) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.ends(batch, {"L1": REFUSED}, None)
    with transaction() as session:
        assert closing.braked(session, batch, BAD)
        assert closing.braked(session, batch, BAD) is None
    found = desk.head(batch)
    assert (found.state, found.brake_text, found.revision) == ("waiting", BAD, 1)
    [mail] = desk.mails()
    assert f"realization cancel {batch}" in mail.body
    assert BAD in mail.body
    desk.ends(batch, {"L2": REFUSED})
    assert close(batch)
    assert (desk.head(batch).state, desk.head(batch).revision) == ("finished", 2)


def test_whoever_moved_a_batch_by_hand_gets_no_mail_but_the_service_its_reply(desk: Desk) -> None:
    batch = desk.batch(good(1), **REPLY)
    desk.all_are(batch, "refused", message=BAD)
    assert close(batch, by_hand=True)
    assert (desk.mails(), len(desk.replies())) == ([], 1)


def test_the_end_after_a_persons_deed_is_the_next_revision(desk: Desk) -> None:
    batch = desk.batch(good(1), **REPLY)
    desk.all_are(batch, "refused", message=BAD)
    close(batch)
    with transaction() as session:
        batches.reopened(session, batch)
    assert close(batch)
    assert [reply.revision for reply in desk.replies()] == [1, 2]
    assert len({mail.message_id for mail in desk.mails()}) == 2


def test_the_sweep_ends_what_a_crash_left_open(desk: Desk) -> None:
    batch, other = desk.batch(good(1)), desk.batch([line("X1")])
    desk.all_are(batch, "applied")
    with transaction() as session:
        closing.look_around(session)
    assert [desk.head(one).state for one in (batch, other)] == ["finished", "open"]


def test_a_connection_without_addresses_keeps_its_mail(desk: Desk) -> None:
    desk.change(AfasConnection, mail_to=[])
    batch = desk.batch(good(1))
    desk.all_are(batch, "refused", message=BAD)
    close(batch)
    assert desk.mails()[0].recipient == ""


def test_a_batch_ended_long_ago_stays_as_it_is(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "applied")
    desk.change(Batch, state="finished", finished_at=now(-1000), revision=3)
    assert close(batch) is None
    assert desk.head(batch).revision == 3
