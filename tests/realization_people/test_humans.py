"""A person's word on lines: believed when it can be true, kept with who said it, and never sent on by itself."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tasks.realization import closing, humans, mapping
from tasks.realization.chunks import Turn, next_attempt
from tasks.realization.decisions import Send
from tasks.realization.humans import Look, RefusedError, Word
from tasks.realization.words import Purpose, Trust
from tests.realization_people.builders import BAD, Desk, ago, good, line, nobody_looks
from workers import settings
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization import contents
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.staff.models import AfasConnection

REPLY: dict[str, Any] = {"reply": ("staff.realization_done", "staff")}


def shows(*ids: str) -> Look:
    def look(_owner: int, lines: Sequence[int]) -> Mapping[int, Sequence[str]]:
        return dict.fromkeys(lines, ids)

    return look


def word(verdict: str = "applied", **more: Any) -> Word:
    return Word(verdict, "gezien in AFAS", "els", **more)


def in_doubt(desk: Desk, begun: float = 7200, **head: Any) -> int:
    """A batch whose first line waits for a person."""
    batch = desk.batch(good(2), **head)
    desk.all_are(batch, "applied")
    desk.ends(batch, {"L1": {"state": "in_doubt", "matter": "lost"}})
    desk.attempt(batch, ["L1"], begun)
    with transaction() as session:
        closing.close(session, batch)
    return batch


def test_a_line_that_is_there_is_applied_with_its_id_and_the_batch_ends_anew(desk: Desk) -> None:
    batch = in_doubt(desk, **REPLY)
    closed = humans.resolve(batch, "L1", word(), shows("20200"))
    first = desk.line(batch, "L1")
    assert (first.state, first.afas_id, first.matter, first.holds_key) == ("applied", "20200", None, True)
    assert first.settled_at is not None
    assert first.seen_at is not None
    assert (desk.head(batch).state, desk.head(batch).revision, len(closed.replies)) == ("finished", 2, 1)
    assert len(desk.mails()) == 1, "whoever settled it knows"
    [event] = desk.events()
    assert (event.state, event.matter, event.by, event.note) == ("applied", "resolved", "els", "gezien in AFAS")


def test_a_line_that_is_there_twice_says_so(desk: Desk) -> None:
    batch = in_doubt(desk)
    humans.resolve(batch, "L1", word(), shows("20200", "20201"))
    first = desk.line(batch, "L1")
    assert (first.afas_id, first.matter, first.message) == ("20200, 20201", "duplicate", "duplicate: 20200, 20201")


def test_an_absent_insert_goes_alone_and_watched_and_is_free_to_go(desk: Desk) -> None:
    batch = in_doubt(desk)
    closed = humans.resolve(batch, "L1", word("absent"), shows())
    first = desk.line(batch, "L1")
    assert (first.state, first.goes_as, first.witnessed, first.matter) == ("suspect", "canary", False, None)
    [chunk] = desk.chunks(batch)
    assert (chunk.state, closed.chunks, desk.head(batch).state) == ("pending", (chunk.id,), "open")
    with reading() as session:
        known = mapping.chunk(chunk, session.objects.get_one(Batch, batch), *contents.of(session, chunk.id), {})
    turn = Turn(ago(0), Trust(proven=True), mapping.limits(settings.current(), dt.timedelta(seconds=1)))
    assert next_attempt(known, turn) == Send((first.id,), Purpose.CANARY)


def test_the_call_of_a_line_settled_by_hand_still_holds_up_its_other_lines(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.all_are(batch, "in_doubt", matter="lost")
    desk.attempt(batch, ["L1", "L2"])
    humans.resolve(batch, "L1", word("absent"), shows())
    chunk = desk.chunks(batch)[0]
    with reading() as session:
        _, attempts = contents.of(session, chunk.id)
    assert not attempts[0].judged


def test_an_absent_change_is_looked_at_anew_before_it_goes(desk: Desk) -> None:
    batch = desk.batch([{"Id": "20200", "XpRe": "L1", "DaTi": "2026-11-20", "Qu": "8"}], "update")
    desk.all_are(batch, "in_doubt", matter="lost", before={"Id": "20200"}, looked_at=now())
    desk.attempt(batch, ["L1"])
    humans.resolve(batch, "L1", word("absent"), nobody_looks)
    [first] = desk.lines(batch)
    assert (first.state, first.before, first.looked_at) == ("pending", None, None)


def test_a_wish_to_cancel_is_honoured_when_the_line_is_absent(desk: Desk) -> None:
    batch = in_doubt(desk)
    desk.change(Line, Line.xp_re == "L1", wish=True)
    humans.resolve(batch, "L1", word("absent"), shows())
    first = desk.line(batch, "L1")
    assert (first.state, first.holds_key, desk.head(batch).state) == ("cancelled", False, "finished")


@pytest.mark.parametrize("verdict", ["applied", "absent"])
def test_a_line_that_may_still_arrive_is_not_settled_not_even_by_force(desk: Desk, verdict: str) -> None:
    batch = in_doubt(desk, begun=60)
    for forced in (False, True):
        with pytest.raises(RefusedError, match="nog in AFAS aankomen"):
            humans.resolve(batch, "L1", word(verdict, forced=forced), nobody_looks)
    assert desk.line(batch, "L1").state == "in_doubt"


def test_a_later_call_counts_as_well(desk: Desk) -> None:
    batch = in_doubt(desk)
    desk.attempt(batch, ["L1"], 60)
    with pytest.raises(RefusedError, match="nog in AFAS aankomen"):
        humans.resolve(batch, "L1", word(), nobody_looks)


def test_a_call_that_afas_never_saw_holds_up_nobody(desk: Desk) -> None:
    batch = in_doubt(desk)
    desk.attempt(batch, ["L1"], 60, reach="unreachable")
    humans.resolve(batch, "L1", word(), shows("20200"))
    assert desk.line(batch, "L1").state == "applied"


@pytest.mark.parametrize(("verdict", "seen"), [("applied", ()), ("absent", ("20200",))])
def test_a_fresh_read_back_has_to_agree_unless_the_person_insists(
    desk: Desk, verdict: str, seen: tuple[str, ...]
) -> None:
    batch = in_doubt(desk)
    with pytest.raises(RefusedError, match="--force"):
        humans.resolve(batch, "L1", word(verdict), shows(*seen))
    assert desk.events() == []
    humans.resolve(batch, "L1", word(verdict, forced=True), nobody_looks)
    assert [(event.matter, event.by, event.note) for event in desk.events()] == [("forced", "els", "gezien in AFAS")]
    assert desk.line(batch, "L1").state != "in_doubt"


def test_a_word_without_a_view_is_no_proof_for_the_census(desk: Desk) -> None:
    batch = in_doubt(desk)
    humans.resolve(batch, "L1", word(forced=True), nobody_looks)
    assert desk.line(batch, "L1").seen_at is None


def test_without_a_read_back_connector_the_persons_word_is_all_there_is(desk: Desk) -> None:
    batch = in_doubt(desk)
    desk.change(AfasConnection, read_back=None)
    humans.resolve(batch, "L1", word("absent"), nobody_looks)
    line = desk.line(batch, "L1")
    assert (line.state, line.witnessed, line.looked_at) == ("suspect", True, None)


@pytest.mark.parametrize("state", ["pending", "sent", "suspect", "applied", "refused", "cancelled", "conflict"])
def test_only_a_line_in_doubt_can_be_settled(desk: Desk, state: str) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, state)
    with pytest.raises(RefusedError, match="niet onzeker"):
        humans.resolve(batch, "L1", word(), nobody_looks)


def test_a_line_that_a_worker_has_in_hand_is_not_settled(desk: Desk) -> None:
    batch = in_doubt(desk)
    desk.holds(batch)
    with pytest.raises(RefusedError, match="afgeleverd"):
        humans.resolve(batch, "L1", word("absent"), shows())
    assert desk.line(batch, "L1").state == "in_doubt"


def test_a_line_is_named_by_its_key_in_any_case_or_its_number(desk: Desk) -> None:
    batch = desk.batch([line("na-12"), line("77")])
    first = desk.line(batch, "na-12")
    with reading() as session:
        assert humans.one(session, " NA-12 ").id == humans.one(session, f"#{first.id}", batch).id == first.id
        with pytest.raises(RefusedError, match="geen regel"):
            humans.one(session, "weg")


def test_a_name_that_is_two_lines_is_refused_with_both_numbers(desk: Desk) -> None:
    first = desk.batch([line("X1")])
    second = desk.batch([{"Id": "20200", "XpRe": "X1", "DaTi": "2026-11-20", "Qu": "8"}], "update")
    ids = f"{desk.lines(first)[0].id}, {desk.lines(second)[0].id}"
    with reading() as session:
        with pytest.raises(RefusedError, match=ids):
            humans.one(session, "X1")
        assert humans.one(session, "X1", second).batch_id == second


def test_what_was_not_sent_is_cancelled_and_the_rest_is_a_wish(desk: Desk) -> None:
    batch = desk.batch(good(7), **REPLY)
    desk.ends(
        batch,
        {
            "L2": {"state": "suspect", "witnessed": True},
            "L3": {"state": "suspect", "witnessed": False},
            "L4": {"state": "sent"},
            "L5": {"state": "in_doubt"},
            "L6": {"state": "applied"},
            "L7": {"state": "refused", "message": BAD},
        },
        None,
    )
    done = humans.cancel(batch, "els")
    assert desk.states(batch) == ["cancelled", "cancelled", "suspect", "sent", "in_doubt", "applied", "refused"]
    assert [one.wish for one in desk.lines(batch)] == [False, False, True, True, True, False, False]
    assert (done.lines, done.wished) == (2, 3)
    assert not any(one.holds_key for one in desk.lines(batch)[:2])
    assert desk.chunks(batch)[0].fresh == 0
    assert desk.head(batch).state == "open"
    assert [(event.matter, event.state) for event in desk.events()] == [
        *[("cancelled", "cancelled")] * 2,
        ("wished", "in_doubt"),
        ("wished", "sent"),
        ("wished", "suspect"),
    ]


def test_a_word_without_a_note_is_none(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.ends(batch, {"L1": {"state": "in_doubt"}}, None)
    with pytest.raises(RefusedError, match="--note"):
        humans.resolve(batch, "L1", Word("applied", " ", "els"), lambda *_: {})
    assert desk.states(batch) == ["in_doubt"]


def test_a_batch_of_which_nothing_was_sent_is_over_at_once_and_answers(desk: Desk) -> None:
    batch = desk.batch(good(3), size=1, **REPLY)
    done = humans.cancel(batch, "els")
    assert (desk.head(batch).state, len(done.work.replies), done.work.chunks) == ("finished", 1, ())
    assert {chunk.state for chunk in desk.chunks(batch)} == {"done"}
    assert desk.mails() == []


def test_a_cancel_ends_a_brake(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.ends(batch, {"L1": {"state": "refused", "message": BAD}}, None)
    with transaction() as session:
        closing.braked(session, batch, BAD)
    humans.cancel(batch, "els")
    assert (desk.head(batch).braked_at, desk.head(batch).state, desk.head(batch).revision) == (None, "finished", 2)


def test_a_worker_about_to_send_begins_anew_and_one_that_has_sent_goes_on(desk: Desk) -> None:
    about, sending = desk.batch([line("A1"), line("A2")]), desk.batch([line("B1"), line("B2")])
    desk.holds(about)
    lease = desk.holds(sending)
    desk.ends(sending, {"B1": {"state": "sent"}}, None)
    desk.attempt(sending, ["B1"], 1, answered_at=None, reach=None)
    for batch in (about, sending):
        humans.cancel(batch, "els")
    assert desk.chunks(about)[0].lease_id is None
    assert desk.chunks(sending)[0].lease_id == lease
    assert desk.states(sending) == ["sent", "cancelled"]


def test_there_may_be_nothing_to_cancel(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "applied")
    with pytest.raises(RefusedError, match="niets meer te annuleren"):
        humans.cancel(batch, "els")


def test_a_line_deleted_by_hand_frees_its_key_and_stays_applied(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "applied", afas_id="20200")
    assert humans.forget("L1", "els") == desk.lines(batch)[0].id
    again = desk.batch(good(1))
    assert (desk.states(batch), desk.states(again)) == (["applied"], ["pending"])


@pytest.mark.parametrize("state", ["pending", "sent", "in_doubt", "refused"])
def test_only_an_applied_line_can_be_forgotten(desk: Desk, state: str) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, state)
    held = desk.lines(batch)[0].holds_key
    with pytest.raises(RefusedError, match="vergeten"):
        humans.forget("L1", "els")
    assert desk.lines(batch)[0].holds_key == held


def test_forgetting_an_unfinished_chunk_changes_no_count(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.ends(batch, {"L1": {"state": "applied"}}, None)
    desk.change(Chunk, fresh=1)
    humans.forget("L1", "els")
    assert desk.states(batch) == ["applied", "pending"]
    assert desk.chunks(batch)[0].fresh == 1
