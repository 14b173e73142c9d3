"""Laws 2 to 6 for changes and deletions: only proof moves a line, and a later hand is never overwritten."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.realization.calls import adopted
from tasks.realization.changes import KEEPS
from tasks.realization.chunks import MAX_FRUITLESS
from tasks.realization.decisions import Ask, Send, Told, Wait
from tasks.realization.trust import doubted, holds
from tasks.realization.words import Action, Answer, LineState, Matter, Purpose, Reach, Row, Value
from tests.realization.builders import LATER, LIMITS, LOST, NOON, SECOND, error
from tests.realization.changes_story import ASKED, OLD, Changes, done, shown, succeeded

FRESH = Purpose.FRESH
AFTER = NOON + SECOND  #: the lag after an answer
ABSENT_FROM = NOON - SECOND + LIMITS.in_doubt_after
SETTLED = ABSENT_FROM + LIMITS.lag
LOCKED = "Record is blocked by another user"
HAND = {"Qu": Decimal(9)}
OWN = "U" + "A1B2C3D4" * 4  #: a field that an environment made itself
HALF_PAST_EIGHT = datetime(2026, 11, 20, 8, 30)  # noqa: DTZ001 - AFAS shows no zone


def lost(row: Row | None = None, action: Action = Action.APPROVE) -> Changes:
    """One line whose call has an unknown outcome."""
    before = row or shown(0)
    return Changes(1, action).shows([before]).sent([0], LOST)


def test_a_success_applies_the_lines_whose_ids_it_names() -> None:
    story = Changes(3, key="the same").looked().sent([0, 1, 2], succeeded(2, 0))
    assert story.states() == ["applied", "sent", "applied"]
    assert [line.afas_ids for line in story.lines] == [("100",), ("101",), ("102",)]


def test_a_success_of_one_line_needs_no_name() -> None:
    for action in (Action.UPDATE, Action.DELETE):
        assert Changes(1, action).looked().sent([0], Answer(NOON, status=200, own=True)).states() == ["applied"]


def test_a_success_moves_no_line_that_has_its_end() -> None:
    story = lost().shows([shown(0, HAND, NOON)], SETTLED)
    assert story.states() == ["conflict"]
    assert story.sent([0], succeeded(0)).states() == ["conflict"]


def test_a_line_that_a_success_does_not_name_is_read_back_and_never_sent_again() -> None:
    story = Changes(2).looked().sent([0, 1], succeeded(0))
    assert story.next() == Ask(AFTER)
    assert story.shows([shown(1)], AFTER).states() == ["applied", "in_doubt"]
    assert [one.matter for one in story.ruling.told] == [Matter.UNNAMED]
    assert story.next(AFTER) is None
    assert story.shows([shown(1)], LATER).states() == ["applied", "in_doubt"]
    assert story.shows([done(1)], LATER).states() == ["applied", "applied"]


def test_after_an_unknown_outcome_what_is_as_asked_is_applied_from_absent_from_on() -> None:
    assert lost().shows([done(0)], ABSENT_FROM - SECOND).states() == ["in_doubt"]
    assert lost().shows([done(0)], ABSENT_FROM).states() == ["applied"]


def test_after_an_unknown_outcome_an_unmoved_line_is_sent_again() -> None:
    story = lost()
    assert story.next(NOON) == Ask(SETTLED)
    assert story.shows([shown(0)], SETTLED - SECOND).states() == ["in_doubt"]
    assert story.shows([shown(0)], SETTLED).states() == ["pending"]
    assert story.ruling.judged == {1: False}
    assert story.next(SETTLED) == Send((0,), FRESH)


@pytest.mark.parametrize(
    "row",
    [
        shown(0, HAND, NOON),  # somebody changed it
        shown(0, {}, NOON),  # somebody changed it and changed it back, or changed what is not shown
        None,  # somebody deleted it
    ],
)
def test_after_an_unknown_outcome_a_line_that_somebody_moved_is_a_conflict_and_told(row: Row | None) -> None:
    story = lost().shows([row] if row else [], SETTLED)
    assert story.states() == ["conflict"]
    assert story.ruling.told == (Told(Matter.MOVED, (0,), ("100",)),)
    assert story.next(SETTLED) is None


def test_without_a_modified_time_an_unmoved_line_stays_in_doubt_and_is_told() -> None:
    before = shown(0, modified=None)
    for row in (before, shown(0, HAND, None)):
        story = lost(before).shows([row], SETTLED)
        assert story.states() == ["in_doubt"]
        assert [one.matter for one in story.ruling.told] == [Matter.LOST]
        assert story.next(SETTLED) is None
    assert lost(before).shows([shown(0, ASKED, None)], SETTLED).states() == ["applied"]


def test_a_moved_line_with_a_field_that_is_not_shown_stays_in_doubt_and_is_told() -> None:
    asked: dict[str, Value] = {**ASKED, "Ds": "not shown"}
    story = Changes(asked=asked).looked().sent([0], LOST)
    assert story.shows([done(0)], SETTLED).states() == ["in_doubt"]
    assert [one.matter for one in story.ruling.told] == [Matter.LOST]
    assert Changes(asked=asked).looked().sent([0], LOST).shows([shown(0)], SETTLED).states() == ["pending"]


def test_a_line_in_doubt_that_was_told_moves_only_when_it_is_seen_as_asked() -> None:
    before = shown(0, modified=None)
    story = lost(before).shows([before], SETTLED)
    assert story.shows([shown(0)], LATER).states() == ["in_doubt"]
    assert story.ruling.told == ()
    assert story.shows([shown(0, ASKED, None)], LATER).states() == ["applied"]
    assert story.lines[0].matter is None


@pytest.mark.parametrize(
    ("asked", "before", "now", "applied"),
    [
        ({"Qu": Decimal("4.0")}, {}, {"Qu": Decimal("4.00")}, True),
        ({"EmId": "e1"}, {"EmId": "E2"}, {"EmId": " E1 "}, True),
        ({"Ds": "Text"}, {"Ds": "text"}, {"Ds": "text"}, False),
        ({"Ds": "Text"}, {"Ds": "text"}, {"Ds": "Text"}, True),
        ({"Ds": ""}, {"Ds": "text"}, {"Ds": None}, True),
        ({"Ds": ""}, {"Ds": "text"}, {"Ds": "other"}, False),
        ({"Ap": True, "Qu": Decimal(2)}, {}, {"Ap": True}, False),
        ({"ExDa": "2026-11-19"}, {}, {"ExDa": date(2026, 11, 19)}, True),
        ({"ExDa": "2026-11-19T00:00:00Z"}, {}, {"ExDa": date(2026, 11, 19)}, True),
        ({"ExDa": "2026-11-19T09:30:00"}, {}, {"ExDa": date(2026, 11, 19)}, False),
        ({"ExDa": "19-11-2026"}, {}, {"ExDa": date(2026, 11, 19)}, False),
        ({"StTi": "08:30:00"}, {}, {"StTi": HALF_PAST_EIGHT}, True),
        ({"StTi": "2026-11-20T08:30"}, {}, {"StTi": HALF_PAST_EIGHT}, True),
        ({"StTi": "09:30:00"}, {}, {"StTi": HALF_PAST_EIGHT}, False),
        ({"StTi": "2026-11-20"}, {}, {"StTi": HALF_PAST_EIGHT}, False),
        ({OWN: "1.5"}, {}, {OWN: Decimal("1.50")}, True),
        ({OWN: "1,5"}, {}, {OWN: Decimal("1.50")}, False),
        ({OWN: "true"}, {}, {OWN: True}, True),
        ({OWN: "0"}, {}, {OWN: True}, False),
        ({"Ap": True}, {}, {"Ap": "1"}, True),
        ({"Ap": True}, {}, {"Ap": "0"}, False),
    ],
)
def test_as_asked_is_every_field_that_was_set(
    asked: dict[str, Value], before: dict[str, Value], now: dict[str, Value], *, applied: bool
) -> None:
    story = Changes(asked=asked).shows([shown(0, before)]).sent([0], LOST).shows([shown(0, now, NOON)], SETTLED)
    assert (story.states() == ["applied"]) == applied


def test_nothing_asked_is_nothing_proved() -> None:
    assert Changes(asked={}).looked().sent([0], LOST).shows([shown(0, {}, NOON)], SETTLED).states() == ["conflict"]


def test_a_line_that_is_gone_after_our_call_is_deleted() -> None:
    assert lost(action=Action.DELETE).shows([], SETTLED).states() == ["applied"]
    story = Changes(1, Action.DELETE).looked().sent([0], error("afterwards"))
    assert story.shows([], AFTER).states() == ["applied"]
    assert story.lines[0].message == ""


def test_a_line_that_is_still_there_is_deleted_again_only_when_nobody_moved_it() -> None:
    assert lost(action=Action.DELETE).shows([shown(0)], SETTLED).states() == ["pending"]
    assert lost(action=Action.DELETE).shows([shown(0, HAND, NOON)], SETTLED).states() == ["conflict"]
    before = shown(0, modified=None)
    assert lost(before, Action.DELETE).shows([before], SETTLED).states() == ["in_doubt"]


def test_a_deletion_that_afas_answered_with_an_error_is_refused_with_its_text() -> None:
    story = Changes(1, Action.DELETE).looked().sent([0], error("own text"))
    assert story.states() == ["sent"]
    assert story.shows([shown(0)], AFTER).states() == ["refused"]
    assert (story.lines[0].message, story.lines[0].reference) == ("own text", "f" * 32)


def test_of_an_answered_error_the_first_ten_unmoved_are_suspect_and_the_rest_is_open() -> None:
    story = Changes(20).looked().sent(range(20), error())
    assert story.shows([shown(line) for line in range(20)], AFTER - SECOND / 2).states() == ["sent"] * 20
    rows = [done(line) if line in {0, 3} else shown(line) for line in range(20)]
    story.shows(rows, AFTER)
    applied, suspects, rest = [0, 3], [1, 2, *range(4, 12)], range(12, 20)
    assert set(story.states(*applied)) == {"applied"}
    assert set(story.states(*suspects)) == {"suspect"}
    assert set(story.states(*rest)) == {"pending"}
    assert all(line.witnessed for line in story.lines if line.id in suspects)
    assert story.ruling.judged == {1: True}


def test_a_line_that_somebody_moved_meanwhile_is_a_conflict_after_an_answered_error_too() -> None:
    story = Changes(2).looked().sent([0, 1], error()).shows([shown(0), shown(1, HAND, NOON)], AFTER)
    assert story.states() == ["suspect", "conflict"]


def test_open_lines_go_before_suspects_and_suspects_alone() -> None:
    story = Changes(12).looked().sent(range(12), error()).shows([shown(line) for line in range(12)], AFTER)
    assert story.next(AFTER) == Send((10, 11), FRESH)
    story.sent([10, 11], succeeded(10, 11, at=AFTER))
    assert story.next(AFTER, fresh_left=1, held=True) == Send((0,), FRESH)


def test_a_suspect_is_refused_by_its_own_error_once_it_is_seen_unmoved() -> None:
    story = Changes(2).looked().sent([0, 1], error("a | b")).shows([done(0), shown(1)], AFTER)
    story.sent([1], error("own text", LATER))
    assert story.states() == ["applied", "suspect"]
    assert story.shows([shown(1)], LATER).states() == ["applied", "suspect"]
    assert story.shows([shown(1)], LATER + SECOND).states() == ["applied", "refused"]
    assert story.lines[1].message == "own text"


def test_an_error_after_the_change_is_no_refusal() -> None:
    assert Changes().looked().sent([0], error("afterwards")).shows([done(0)], AFTER).states() == ["applied"]


def test_a_line_that_somebody_moved_is_not_refused_but_a_conflict_with_afas_text() -> None:
    story = Changes().looked().sent([0], error("own text")).shows([shown(0, HAND, NOON)], AFTER)
    assert (story.states(), story.lines[0].message) == (["conflict"], "own text")


def test_exists_already_is_a_refusal_of_a_change() -> None:
    assert Changes().looked().sent([0], error("bestaat al")).shows([shown(0)], AFTER).states() == ["refused"]
    assert Changes().shows().sent([0], error("bestaat al")).states() == ["refused"]


def test_a_passing_error_is_tried_again_on_a_new_image_and_is_then_refused() -> None:
    story, at = Changes().looked(), NOON
    for pause in (5, 300, 3600):
        story.sent([0], error(LOCKED, at)).shows([shown(0)], at + SECOND)
        due = at + timedelta(seconds=pause)
        assert story.states() == ["suspect"]
        assert story.next(due - SECOND) == Wait(due)
        if timedelta(seconds=pause) > KEEPS:
            assert story.next(due) == Ask(due, urgent=True)
        assert story.shows([shown(0)], due).next(due) == Send((0,), FRESH)
        at = due
    assert story.sent([0], error(LOCKED, at)).shows([shown(0)], at + SECOND).states() == ["refused"]


def test_what_somebody_moved_before_a_repeat_is_a_conflict() -> None:
    story = Changes().looked().sent([0], error(LOCKED)).shows([shown(0)], AFTER)
    assert story.shows([shown(0, HAND, AFTER)], AFTER + SECOND).states() == ["conflict"]
    story = lost().shows([shown(0)], SETTLED)
    assert story.next(SETTLED + KEEPS + SECOND) == Ask(SETTLED + KEEPS + SECOND, urgent=True)
    assert story.shows([shown(0, HAND, SETTLED)], LATER).states() == ["conflict"]


def test_an_image_from_before_the_verdict_says_nothing() -> None:
    story = Changes().looked().sent([0], error(LOCKED)).shows([shown(0)], AFTER)
    assert story.shows([shown(0, HAND, NOON)], NOON + SECOND / 2).states() == ["suspect"]
    assert story.lines[0].looked_at == AFTER


def test_an_error_of_the_whole_call_refuses_nothing_and_pauses_the_organisation() -> None:
    story = Changes(12).looked().sent(range(12), error("Out of memory"))
    assert story.ruling.pause is not None
    story.shows([*(shown(line) for line in range(10)), done(10), shown(11, HAND, NOON)], AFTER)
    assert story.states() == ["pending"] * 10 + ["applied", "conflict"]
    before = shown(0, modified=None)
    story = Changes().shows([before]).sent([0], error("Out of memory"))
    assert story.shows([before], AFTER).states() == ["pending"]


def test_after_413_an_attempt_carries_half_and_one_line_alone_is_refused() -> None:
    story = Changes(4).looked().sent(range(4), Answer(NOON, status=413, text="too large"))
    assert story.next() == Send((0, 1), FRESH)
    story = lost().shows([shown(0)], SETTLED).sent([0], Answer(SETTLED, status=413, text="too large"))
    assert (story.states(), story.lines[0].message) == (["refused"], "too large")


def test_not_executed_gives_lines_back_with_their_image() -> None:
    for answer in (Answer(NOON, Reach.UNREACHABLE), Answer(NOON, status=401), Answer(NOON, Reach.NOT_SENT)):
        story = Changes(2).looked().sent([0, 1], answer)
        assert story.states() == ["pending", "pending"]
        assert story.next() == Send((0, 1), FRESH)


def test_a_chunk_whose_tries_have_ended_still_looks_and_sends_no_more() -> None:
    story = lost()
    story.chunk = replace(story.chunk, fruitless=MAX_FRUITLESS)
    assert story.next() == Ask(SETTLED)
    assert story.shows([shown(0)], SETTLED).next(SETTLED) is None
    assert story.states() == ["pending"]


def test_while_a_call_is_out_nothing_else_goes() -> None:
    story = Changes(2).looked().sent([0], None)
    assert story.next() == Ask(SETTLED)


def test_changes_hold_no_insert_back() -> None:
    story = Changes(2).looked().sent([0, 1], error()).shows([done(0), shown(1)], AFTER)
    step = story.next(AFTER)
    assert isinstance(step, Send)
    story.send(step.lines, succeeded(1, at=AFTER), step.purpose)
    assert not holds(story.chunk, story.trust)


def test_what_a_stop_put_in_doubt_is_judged_anew_by_its_image() -> None:
    story = Changes(2).looked().sent([0, 1], error()).shows([shown(0), shown(1)], AFTER)
    story.chunk = doubted(story.chunk)
    assert story.next(AFTER) == Ask(AFTER)
    assert story.shows([shown(0), done(1)], LATER).states() == ["suspect", "applied"]


def test_in_an_adopted_ledger_a_change_is_as_asked_or_unmoved_or_told() -> None:
    story = Changes(4).shows([shown(line) for line in range(3)])
    story.chunk = adopted(story.chunk, 1, NOON)
    assert story.next() == Ask(NOON + LIMITS.in_doubt_after + LIMITS.lag)
    story.shows([done(0), shown(1), shown(2, HAND, NOON), shown(3)], SETTLED + SECOND)
    assert story.states() == ["applied", "pending", "conflict", "in_doubt"]
    assert story.lines[3].matter == Matter.LOST
    story = Changes(1, Action.DELETE)
    story.chunk = adopted(story.chunk, 1, NOON)
    assert story.shows([], SETTLED + SECOND).states() == ["in_doubt"]


def test_a_success_of_a_worker_that_lost_its_lease_is_recorded() -> None:
    story = lost().shows([shown(0)], SETTLED)
    assert story.states() == [LineState.PENDING]
    assert story.sent([0], succeeded(0)).states() == ["applied"]
    assert (story.lines[0].matter, story.lines[0].before) == (None, shown(0, modified=OLD))
