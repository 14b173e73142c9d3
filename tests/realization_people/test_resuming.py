"""A stopped organisation and a restored database go on at a person's word, and trust nothing that was known before."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete

from tasks.realization import closing, resuming
from tasks.realization.humans import RefusedError
from tests.realization_people.builders import GUID, OTHER, Desk, ago, good, line
from workers import marks, settings
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization import deliveries
from workers.ledger.realization.acts import Attempt, Delivery, Installation
from workers.ledger.realization.models import Chunk
from workers.staff.lookup import UnknownOrganisationError
from workers.staff.models import AfasConnection

ANSWERED: dict[str, Any] = {"reach": "answered", "status": 500, "own": True, "text": "fout", "judged": True}


def stopped(desk: Desk, matter: str = "invisible", lines: Sequence[int] = ()) -> None:
    desk.change(Delivery, stop=matter, stopped_at=now(), proven=True, single=True, lease_id=7)
    with transaction() as session:
        closing.stopped(session, desk.owner, matter, lines, [])


def test_a_resume_ends_the_stop_and_begins_with_nothing_proven(desk: Desk) -> None:
    batch = desk.batch(good(1))
    stopped(desk)
    desk.change(Chunk, holds=True, due_at=now(900))
    done = resuming.resume(GUID)
    found, [chunk] = desk.delivery(), desk.chunks(batch)
    assert (found.stop, found.stopped_at, found.proven, found.single) == (None, None, False, False)
    assert found.resumed_at is not None
    assert found.lease_id is None, "a read-back that was under way counts no more"
    assert (chunk.holds, chunk.due_at) == (False, None)
    assert done is not None
    assert (done.chunks, len(done.mails)) == ((chunk.id,), 1)
    assert "gaat verder" in desk.mails()[-1].subject


def test_what_the_wrong_view_judged_absent_is_in_doubt_again(desk: Desk) -> None:
    batch = desk.batch(good(4))
    desk.ends(batch, {"L1": {"state": "suspect", "witnessed": True}, "L3": {"state": "applied"}}, None)
    desk.attempt(batch, ["L1", "L2", "L3"], **ANSWERED)
    stopped(desk)
    resuming.resume(GUID)
    assert desk.states(batch) == ["in_doubt", "in_doubt", "applied", "pending"]


@pytest.mark.parametrize("told", [True, False])
def test_a_line_that_may_be_there_twice_and_is_looked_for_no_more_is_told_once(desk: Desk, *, told: bool) -> None:
    batch = desk.batch(good(2))
    applied = {"state": "applied", "afas_id": "20201"}
    desk.ends(batch, {"L1": applied, "L2": applied | {"witnessed": True}}, None)
    desk.attempt(batch, ["L1", "L2"], judged=True)
    for key in ("L1", "L2"):
        desk.attempt(batch, [key], 60, purpose="canary", **ANSWERED | {"status": 201, "text": None})
    stopped(desk, "census", [desk.line(batch, "L1").id] if told else [])
    resuming.resume(GUID)
    assert [one.matter for one in desk.notices()] == ["stop.census", *([] if told else ["unwatched"]), "went_on"]
    if not told:
        assert "verwijder er dan een" in desk.mails()[-2].body
        assert desk.notices()[1].lines == [desk.line(batch, "L1").id]
        assert desk.notices()[1].afas_ids == ["20201"]


def test_an_organisation_that_goes_singly_goes_together_again_and_nothing_is_in_doubt(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.attempt(batch, ["L1"], **ANSWERED)
    desk.change(Delivery, single=True)
    assert resuming.resume(GUID)
    assert (desk.delivery().single, desk.states(batch)) == (False, ["pending"])


def test_nothing_that_goes_is_resumed(desk: Desk) -> None:
    assert resuming.resume(GUID) is None
    desk.batch(good(1))
    desk.change(Delivery, proven=True)
    assert resuming.resume(GUID.upper()) is None
    assert desk.delivery().proven


def test_an_unknown_organisation_is_told(desk: Desk) -> None:
    assert desk.owner
    with pytest.raises(UnknownOrganisationError):
        resuming.resume(OTHER)


def test_a_worker_that_saw_the_old_trust_begins_anew(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.holds(batch)
    stopped(desk)
    resuming.resume(GUID)
    assert desk.chunks(batch)[0].lease_id is None


def test_a_restored_database_is_not_resumed_but_adopted(desk: Desk) -> None:
    desk.batch(good(1))
    stopped(desk, "continuity")
    with pytest.raises(RefusedError, match="adopt"):
        resuming.resume(GUID)
    assert desk.delivery().stop == "continuity"
    resuming.adopt()
    assert desk.delivery().stop is None


def test_after_an_adoption_every_unfinished_line_is_in_doubt_behind_one_call(desk: Desk) -> None:
    batch = desk.batch(good(6), size=3)
    states: dict[str, dict[str, Any]] = {
        "L1": {"state": "applied"},
        "L2": {"state": "sent"},
        "L3": {"state": "suspect", "goes_as": "canary", "witnessed": True},
        "L4": {"state": "in_doubt", "matter": "lost"},
        "L5": {"state": "refused"},
    }
    desk.ends(batch, states, None)
    lines, closed = resuming.adopt()
    assert desk.states(batch) == ["applied", "in_doubt", "in_doubt", "in_doubt", "refused", "in_doubt"]
    ids = [one.id for one in desk.lines(batch)]
    calls = desk.rows(Attempt)
    assert [(call.purpose, call.lines, call.answered_at, call.judged) for call in calls] == [
        ("adopted", [ids[2]], None, False),
        ("adopted", [ids[1], ids[3], ids[5]], None, False),
    ]
    assert all(abs(call.begun_at - ago(0)) < dt.timedelta(minutes=1) for call in calls)
    assert (lines, closed.chunks) == (4, tuple(chunk.id for chunk in desk.chunks(batch)))
    assert {(chunk.state, chunk.fresh, chunk.holds) for chunk in desk.chunks(batch)} == {("pending", 0, False)}
    assert {(one.matter, one.goes_as, one.witnessed) for one in desk.lines(batch)} == {(None, None, False)}


def test_for_seven_days_each_connection_is_careful_also_one_whose_first_batch_was_lost(desk: Desk) -> None:
    desk.batch(good(1))
    other = desk.organisation(OTHER)
    resuming.adopt()
    careful = {one.organisation_id: one.cautious_until for one in desk.rows(Delivery)}
    assert set(careful) == {desk.owner, other}
    week = dt.timedelta(days=7)
    assert all(until and abs(until - ago(0) - week) < dt.timedelta(minutes=1) for until in careful.values())


def test_the_marks_are_written_anew_at_the_number_of_the_ledger_and_above_all_of_before(desk: Desk) -> None:
    desk.batch(good(1))
    for adoptions in (0, 4):
        marks.rise(marks.Mark("ABCDE", adoptions, 900))
        resuming.adopt()
        highest = max(attempt.id for attempt in desk.rows(Attempt))
        assert marks.read()[0] == marks.Mark("ABCDE", adoptions + 1, highest)
    (settings.current().home / "mark.json").unlink()
    resuming.adopt()
    assert marks.read()[0] == marks.Mark("ABCDE", 6, highest + 1)


def test_another_installations_mark_gives_way_to_an_adoption(desk: Desk) -> None:
    desk.batch(good(1))
    marks.rise(marks.Mark("OTHER", 3, 900))
    resuming.adopt()
    assert marks.read()[0] == marks.Mark("ABCDE", 4, 1)


def test_a_finished_batch_is_none_of_an_adoptions_business(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.all_are(batch, "applied")
    with transaction() as session:
        closing.close(session, batch)
    resuming.adopt()
    assert (desk.head(batch).state, desk.states(batch), desk.rows(Attempt)) == ("finished", ["applied"] * 2, [])


def test_a_batch_that_waited_is_open_again_after_an_adoption(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "in_doubt", "failed", matter="lost")
    with transaction() as session:
        closing.close(session, batch)
    resuming.adopt()
    assert desk.head(batch).state == "open"


def test_a_worker_of_the_old_time_writes_no_more(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.holds(batch)
    resuming.adopt()
    assert desk.chunks(batch)[0].lease_id is None


def test_twice_adopted_is_in_doubt_for_longer_and_nothing_else(desk: Desk) -> None:
    batch = desk.batch(good(2))
    resuming.adopt()
    resuming.adopt()
    assert desk.states(batch) == ["in_doubt", "in_doubt"]
    with transaction() as session:
        assert deliveries.mark(session)[1] == len(desk.rows(Attempt)) == 2


def test_an_installation_that_never_took_a_line_has_nothing_to_adopt(desk: Desk) -> None:
    with transaction() as session:
        session.execute(delete(Installation))
    with pytest.raises(RefusedError, match="niets over te nemen"):
        resuming.adopt()
    assert desk.rows(Delivery) == []


def test_an_adoption_that_can_keep_its_marks_nowhere_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.batch([line("L1")])
    (settings.current().home / "mark.json").mkdir()
    monkeypatch.setattr(marks, "SECONDS", 0.2)
    with pytest.raises(RefusedError, match="merkteken"):
        resuming.adopt()
    assert desk.rows(Attempt) == []
    assert [one.adoptions for one in desk.rows(Installation)] == [0]


def test_a_connection_with_an_address_that_is_not_allowed_is_passed_over(desk: Desk) -> None:
    desk.change(AfasConnection, environment="https://elsewhere.example/ProfitRestServices")
    resuming.adopt()
    assert desk.rows(Delivery) == []
