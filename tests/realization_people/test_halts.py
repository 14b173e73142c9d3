"""An organisation that stands still, and that goes again: told once each."""

from typing import Any

import pytest

from tasks.realization import closing, deliver, resuming
from tasks.realization.closing import Pausing
from tasks.realization.deliver import Hands
from tests.realization_people.builders import BAD, GUID, OTHER, Desk, good
from workers import settings
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization import deliveries
from workers.ledger.realization.acts import Attempt, Delivery
from workers.ledger.realization.models import Batch, Chunk
from workers.staff import pause as pauses
from workers.staff.models import AfasConnection

HOUR = 3600.0
REPLY: dict[str, Any] = {"reply": ("staff.realization_done", "staff")}


@pytest.fixture(autouse=True)
def administrator(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk
    monkeypatch.setenv("ADMIN_MAIL", "staff@voorbeeld.nl")
    settings.current.cache_clear()


def pause(
    desk: Desk, kind: str = "whole_call", seconds: float = HOUR, reason: str = "AFAS weigert alles"
) -> int | None:
    with transaction() as session:
        return closing.paused(session, desk.owner, Pausing(kind, reason, seconds))


def goes(desk: Desk) -> int | None:
    with transaction() as session:
        pauses.unpause(session, desk.owner)
        return closing.went_on(session, desk.owner)


def looks_around() -> None:
    with transaction() as session:
        closing.look_around(session)


def held(desk: Desk) -> AfasConnection:
    [found] = desk.rows(AfasConnection, AfasConnection.organisation_id == desk.owner)
    return found  # type: ignore[no-any-return]


def test_a_stop_is_told_to_the_organisation_and_the_administrator_with_lines_and_remedy(desk: Desk) -> None:
    batch = desk.batch(good(30))
    lines = [line.id for line in desk.lines(batch)]
    with transaction() as session:
        mail = closing.stopped(session, desk.owner, "invisible", lines, ["20201"])
    [found] = desk.mails()
    assert (found.id, found.recipient) == (mail, "beheer@voorbeeld.nl,staff@voorbeeld.nl")
    assert "gestopt" in found.subject
    for told in ("toont hem na een kwartier nog niet", "L1, L2", "en nog 10", "20201", "realization resume 6f07c4dd"):
        assert told in found.body
    assert desk.notices()[0].lines == lines


def test_whoever_uses_the_connection_is_told_too(desk: Desk) -> None:
    same = {"environment": None, "token": None, "read_back": None, "same_as_id": desk.owner}
    desk.organisation(OTHER, **same, mail_to=["lid@voorbeeld.nl", "beheer@voorbeeld.nl"])
    pause(desk)
    assert desk.mails()[0].recipient == "beheer@voorbeeld.nl,lid@voorbeeld.nl,staff@voorbeeld.nl"


def test_a_stop_that_nobody_wrote_a_text_for_is_told_all_the_same(desk: Desk) -> None:
    with transaction() as session:
        closing.stopped(session, desk.owner, "moonlight", [], [])
    assert "moonlight" in desk.mails()[0].body


def test_a_pause_is_told_once_and_its_end_once(desk: Desk) -> None:
    assert pause(desk)
    assert pause(desk) is None
    assert held(desk).pause_reason == "AFAS weigert alles"
    assert goes(desk)
    assert goes(desk) is None
    assert [mail.subject.rpartition(" ")[2] for mail in desk.mails()] == ["gepauzeerd", "verder"]
    assert pause(desk), "the next pause is told again"


def test_each_cause_is_told_once_until_the_organisation_goes(desk: Desk) -> None:
    assert pause(desk, "unreachable")
    assert pause(desk, "unauthorised"), "a person has to mend this one"
    assert pause(desk, "unauthorised") is None
    with transaction() as session:
        pauses.unpause(session, desk.owner)
    assert pause(desk, "unreachable") is None
    assert goes(desk)
    assert pause(desk, "unauthorised")
    assert len(desk.mails()) == 4


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ({}, 0),
        ({"L3": {"state": "applied", "settled_at": now(60)}}, 0),
        ({"L1": {"state": "cancelled", "settled_at": now(60)}}, 0),
        ({"L1": {"state": "applied", "settled_at": now(-60)}}, 0),
        ({"L1": {"state": "refused", "settled_at": now(60)}}, 1),
        ({"L2": {"state": "in_doubt", "seen_at": now(60)}}, 1),
    ],
)
def test_an_organisation_goes_again_once_a_line_that_met_with_the_pause_came_through(
    desk: Desk, since: dict[str, Any], told: int
) -> None:
    batch = desk.batch(good(3))
    met = tuple(desk.line(batch, key).id for key in ("L1", "L2"))
    with transaction() as session:
        closing.paused(session, desk.owner, Pausing("not_found", "404", HOUR, met))
        pauses.unpause(session, desk.owner)
    desk.ends(batch, since, None)
    with transaction() as session:
        assert len(closing.look_around(session).mails) == told


@pytest.mark.parametrize("how", ["its chunk tries no more", "its batch waits for a person"])
def test_a_pause_whose_lines_wait_for_it_no_more_is_over_with_its_time(desk: Desk, how: str) -> None:
    batch = desk.batch(good(2))
    met = tuple(line.id for line in desk.lines(batch))
    with transaction() as session:
        closing.paused(session, desk.owner, Pausing("not_found", "404", HOUR, met))
        pauses.unpause(session, desk.owner)
        assert closing.look_around(session).mails == ()
    if how == "its chunk tries no more":
        desk.change(Chunk, state="failed")
    else:
        desk.change(Batch, braked_at=now(), state="waiting")
    with transaction() as session:
        closing.look_around(session)
    assert [mail.subject.endswith("gaat verder") for mail in desk.mails()].count(True) == 1


def test_the_mail_of_a_pause_names_no_lines_for_it_is_not_about_them(desk: Desk) -> None:
    batch = desk.batch(good(2))
    with transaction() as session:
        met = tuple(line.id for line in desk.lines(batch))
        closing.paused(session, desk.owner, Pausing("not_found", "404", HOUR, met))
    assert "L1" not in desk.mails()[0].body


def test_a_short_pause_is_kept_and_told_to_nobody(desk: Desk) -> None:
    assert pause(desk, "unreachable", 2) is None
    assert held(desk).pause_kind == "unreachable"
    assert goes(desk) is None
    assert desk.mails() == []


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("busy", HOUR), ("unreachable", 2), "busy"),
        (("unreachable", 2), ("busy", HOUR), "busy"),
        (("unauthorised", HOUR), ("busy", 2 * HOUR), "unauthorised"),
        (("busy", HOUR), ("unauthorised", 900), "unauthorised"),
    ],
)
def test_the_longer_or_graver_pause_stays(
    desk: Desk, first: tuple[str, float], second: tuple[str, float], kept: str
) -> None:
    pause(desk, *first)
    pause(desk, *second)
    assert held(desk).pause_kind == kept


def test_a_pause_of_a_stopped_organisation_adds_no_mail(desk: Desk) -> None:
    with transaction() as session:
        closing.stopped(session, desk.owner, "invisible", [], [])
    assert pause(desk) is None
    assert len(desk.mails()) == 1


def test_the_sweep_tells_that_a_pause_is_over(desk: Desk) -> None:
    desk.batch(good(1))
    pause(desk)
    with transaction() as session:
        assert closing.look_around(session).mails == ()
        pauses.unpause(session, desk.owner)
    with transaction() as session:
        assert len(closing.look_around(session).mails) == 1
        assert closing.look_around(session).mails == ()


def test_a_stopped_organisation_does_not_go_again_by_itself(desk: Desk) -> None:
    desk.batch(good(1))
    with transaction() as session:
        closing.stopped(session, desk.owner, "invisible", [], [])
    desk.change(Delivery, stop="invisible", stopped_at=now())
    with transaction() as session:
        assert closing.look_around(session).mails == ()


def test_what_stops_nothing_is_told_as_such(desk: Desk) -> None:
    batch = desk.batch(good(1))
    with transaction() as session:
        closing.noticed(session, desk.owner, "census", [desk.lines(batch)[0].id], [])
        assert closing.went_on(session, desk.owner) is None
    [mail] = desk.mails()
    assert "realization forget" in mail.body
    assert "realization resume" not in mail.body


def test_a_foreign_text_breaks_no_mail(desk: Desk) -> None:
    pause(desk, reason="één\nSubject: twee\r\n" + "x" * 1000)
    [mail] = desk.mails()
    assert "\nSubject" not in mail.body
    assert max(map(len, mail.body.splitlines())) < 600


def test_a_batch_of_an_organisation_that_is_stopped_waits_for_a_person_once_no_call_is_open(desk: Desk) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.ends(batch, {"L2": {"state": "refused", "message": BAD}}, None)
    call = desk.attempt(batch, ["L1"], 60, answered_at=None)
    desk.change(Delivery, stop="invisible", stopped_at=now())
    looks_around()
    assert (desk.head(batch).state, desk.replies()) == ("open", [])
    desk.change(Attempt, Attempt.id == call, answered_at=now(), reach="lost")
    looks_around()
    looks_around()
    assert (desk.head(batch).state, len(desk.replies())) == ("waiting", 1)
    assert not [mail for mail in desk.mails() if mail.batch_id == batch]
    resuming.resume(GUID)
    assert desk.head(batch).state == "open"


def test_an_open_call_that_must_have_ended_and_a_read_back_that_is_under_way(desk: Desk) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.attempt(batch, ["L1"], 7200, answered_at=None)
    desk.change(Delivery, stop="invisible", stopped_at=now())
    lease = deliveries.claim_reading(desk.owner)
    looks_around()
    assert desk.head(batch).state == "open", "the read-back may still show a line"
    desk.change(Delivery, Delivery.lease_id == lease, lease_id=None)
    looks_around()
    assert desk.head(batch).state == "waiting", "no call lasts two hours"


@pytest.mark.parametrize("how", [{"stop": "invisible", "stopped_at": now()}, {"single": True}])
def test_a_batch_that_was_paused_for_its_refusals_still_waits_after_a_resume(desk: Desk, how: dict[str, Any]) -> None:
    batch = desk.batch(good(2), **REPLY)
    with transaction() as session:
        closing.braked(session, batch, BAD)
    desk.change(Delivery, **how)
    resuming.resume(GUID)
    looks_around()
    assert desk.head(batch).state == "waiting"


def test_a_batch_that_finished_during_a_stop_is_told_once(desk: Desk) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.ends(batch, {"L1": {"state": "applied"}, "L2": {"state": "refused", "message": BAD}}, None)
    desk.change(Delivery, stop="invisible", stopped_at=now())
    looks_around()
    resuming.resume(GUID)
    [chunk] = desk.chunks(batch)
    deliver.deliver(chunk.id, Hands(lambda *_: None, lambda _: None, lambda _: None))
    assert (desk.head(batch).state, desk.head(batch).revision) == ("finished", 1)
    assert len([mail for mail in desk.mails() if mail.batch_id == batch]) == 1


def test_a_batch_that_would_wait_without_the_stop_as_well_has_its_mail(desk: Desk) -> None:
    batch = desk.batch(good(2), **REPLY)
    desk.ends(batch, {"L1": {"state": "in_doubt", "matter": "unnamed"}, "L2": {"state": "refused", "message": BAD}})
    desk.change(Delivery, stop="invisible", stopped_at=now())
    looks_around()
    assert desk.head(batch).state == "waiting"
    assert len([mail for mail in desk.mails() if mail.batch_id == batch]) == 1
