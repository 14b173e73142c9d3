"""Before the first call the line is read back; what names no line has its end, and what is sent was looked at."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.realization import fields
from tasks.realization.changes import KEEPS
from tasks.realization.decisions import Ask, Send, Told, Wait
from tasks.realization.images import Names, images, known, wanted
from tasks.realization.intake.demands import KnownLine
from tasks.realization.words import Action, Answer, Line, LineState, Matter, Purpose, ReadBack, Row, Trust, Value
from tests.realization.builders import LIMITS, LOST, NOON, SECOND, error
from tests.realization.changes_story import ASKED, LOOKED, OLD, Changes, shown

FRESH = Purpose.FRESH
BLIND = Trust(read_back=False)
OWN = "U" + "A1B2C3D4" * 4  #: a field that an environment made itself
HALF_PAST_EIGHT = datetime(2026, 11, 20, 8, 30)  # noqa: DTZ001 - AFAS shows no zone
PUTS = [action for action in Action if action not in {Action.INSERT, Action.DELETE}]


@pytest.mark.parametrize("action", [*PUTS, Action.DELETE])
def test_no_line_is_sent_before_it_was_looked_at(action: Action) -> None:
    story = Changes(2, action)
    assert story.next() == Ask(NOON, urgent=True)
    assert isinstance(story.looked().next(), Send)


@pytest.mark.parametrize("action", [*PUTS, Action.DELETE])
def test_an_image_that_may_lag_behind_what_its_sender_saw_does_not_count(action: Action) -> None:
    story = Changes(1, action)
    story.chunk = replace(story.chunk, received_at=LOOKED)
    assert story.next(LOOKED) == Wait(LOOKED + LIMITS.lag)
    assert story.shows([], LOOKED).lines[0].looked_at is None
    assert story.shows([shown(0)], LOOKED + LIMITS.lag).lines[0].before == shown(0)
    assert isinstance(story.next(), Send)


def test_without_a_connector_nothing_waits_for_a_lag() -> None:
    story = Changes(1, trust=BLIND)
    story.chunk = replace(story.chunk, received_at=NOON)
    assert isinstance(story.next(NOON), Send)


@pytest.mark.parametrize("action", PUTS)
def test_changes_that_were_looked_at_go_together_in_order(action: Action) -> None:
    story = Changes(501, action).looked()
    assert story.next() == Send(tuple(range(500)), FRESH)


def test_deletions_go_one_a_call() -> None:
    assert Changes(2, Action.DELETE).looked().next() == Send((0,), FRESH)
    assert Changes(2, Action.DELETE, asked=ASKED).looked().next() == Send((0,), FRESH)


def test_an_organisation_whose_view_is_broken_changes_one_line_a_call() -> None:
    assert Changes(2, trust=Trust(proven=True, single=True)).looked().next() == Send((0,), FRESH)


def test_an_image_counts_for_five_minutes() -> None:
    story = Changes().looked()
    assert isinstance(story.next(LOOKED + KEEPS), Send)
    assert story.next(LOOKED + KEEPS + SECOND) == Ask(LOOKED + KEEPS + SECOND, urgent=True)
    assert timedelta(minutes=5) == KEEPS


def test_a_line_that_was_not_sent_yet_takes_the_newer_image() -> None:
    story = Changes().looked().shows([shown(0, {"Qu": None}, NOON)], NOON)
    assert (story.lines[0].state, story.lines[0].looked_at) == (LineState.PENDING, NOON)
    assert story.lines[0].before == shown(0, {"Qu": None}, NOON)


def test_an_id_that_no_read_back_shows_goes_alone_after_those_that_are_shown() -> None:
    story = Changes(3).shows([shown(0), shown(2)])
    assert story.states() == ["pending"] * 3
    assert story.next() == Send((0, 2), FRESH)
    assert story.sent([0, 2], LOST).next() == Send((1,), FRESH)


def test_what_afas_says_of_an_unseen_id_is_its_verdict() -> None:
    story = Changes().shows().sent([0], error("unknown line"))
    assert (story.states(), story.lines[0].message) == (["refused"], "unknown line")
    assert Changes().shows().sent([0], Answer(NOON, status=200, own=True)).states() == ["applied"]
    assert Changes().shows().sent([0], error("Out of memory")).states() == ["pending"]


def test_an_unseen_id_of_unknown_outcome_stays_in_doubt_and_is_told() -> None:
    story = Changes().shows().sent([0], LOST)
    late = NOON - SECOND + LIMITS.in_doubt_after + LIMITS.lag
    assert story.next() == Ask(late)
    assert story.shows([], late).states() == ["in_doubt"]
    assert story.ruling.told == (Told(Matter.LOST, (0,), ("100",)),)
    assert story.next(late) is None


def test_an_unseen_id_that_somebody_held_is_looked_for_again_before_it_goes_again() -> None:
    story = Changes().shows().sent([0], error("deadlock"))
    due = NOON + 5 * SECOND
    assert (story.states(), story.next(NOON)) == (["suspect"], Wait(due))
    assert story.shows([], due).next(due) == Send((0,), FRESH)
    assert story.shows([shown(0)], due).lines[0].before == shown(0)


@pytest.mark.parametrize("asked", [{"Ap": True, "Ds": "not shown"}, {}])
def test_a_change_that_a_read_back_could_not_prove_goes_alone(asked: dict[str, str]) -> None:
    story = Changes(2, asked=asked).looked()
    assert story.next() == Send((0,), FRESH)


def test_an_xp_re_that_shows_one_line_gets_its_id() -> None:
    story = Changes(afas_ids=(), key=" k0").shows([shown(0)])
    assert (story.states(), story.lines[0].afas_ids) == (["pending"], ("100",))
    assert story.next() == Send((0,), FRESH)


def test_an_xp_re_that_names_no_line_is_refused_by_us() -> None:
    story = Changes(afas_ids=()).shows([shown(1)])
    assert story.states() == ["invalid"]
    assert story.ruling.told == (Told(Matter.ABSENT, (0,)),)
    assert story.next() is None


def test_an_xp_re_that_names_two_lines_names_none() -> None:
    for action in (Action.UPDATE, Action.DELETE):
        story = Changes(1, action, afas_ids=()).shows([shown(0), shown(5, key="k0 ")])
        assert (story.states(), story.lines[0].message) == (["invalid"], "ambiguous: 100, 105")
        assert story.lines[0].afas_ids == ()
        assert [one.matter for one in story.ruling.told] == [Matter.AMBIGUOUS]


@pytest.mark.parametrize("ids", [("100",), ()])
def test_a_line_that_is_not_there_before_its_deletion_is_refused(ids: tuple[str, ...]) -> None:
    story = Changes(1, Action.DELETE, afas_ids=ids).shows([])
    assert story.states() == ["refused"]
    assert [one.matter for one in story.ruling.told] == [Matter.ABSENT]


def test_lines_are_asked_for_by_their_id_else_by_their_xp_re() -> None:
    story = Changes(3)
    first, second, third = story.lines
    lines = (first, second._replace(afas_ids=(), key=" Ab"), third._replace(state=LineState.APPLIED))
    story.chunk = replace(story.chunk, lines=lines)
    assert wanted(story.chunk) == Names(frozenset({"100"}), frozenset({"ab"}))


def test_a_read_back_that_did_not_ask_for_a_line_says_nothing_of_it() -> None:
    story = Changes(1, Action.DELETE)
    chunk = story.chunk
    story.chunk = replace(chunk, lines=())
    other = wanted(story.chunk)
    story.chunk = chunk
    assert not images(ReadBack(NOON), other).covers(story.lines[0])  # type: ignore[union-attr]
    assert images(ReadBack(NOON, complete=False), other) is None


def test_what_two_rows_of_one_id_contradict_each_other_in_is_not_shown() -> None:
    story = Changes().shows([shown(0, {"Pr": True}), shown(0, {"Pr": True, "Qu": None}, NOON)])
    assert story.lines[0].before == Row("100", "K0", {"Ap": False, "Pr": True})


def test_a_line_waits_for_an_earlier_operation_and_is_looked_at_anew_after_it() -> None:
    story = Changes(2, ahead=True).looked()
    assert story.next() == Wait(None)
    assert [line.looked_at for line in story.lines] == [None, None]
    ended = LOOKED + LIMITS.lag / 2
    story = Changes(looked_at=LOOKED, before=shown(0), ahead_ended=ended)
    assert story.next() == Ask(NOON, urgent=True)
    assert story.next(LOOKED) == Wait(ended + LIMITS.lag)
    assert story.shows([shown(0, {}, NOON)], ended).lines[0].looked_at == LOOKED
    assert story.shows([shown(0, {}, NOON)], ended + LIMITS.lag).lines[0].before == shown(0, {}, NOON)


def test_a_line_that_waits_for_another_holds_up_no_other() -> None:
    story = Changes(2).looked()
    story.chunk = replace(story.chunk, lines=(story.lines[0]._replace(ahead=True), story.lines[1]))
    assert story.next() == Send((1,), FRESH)


def test_without_a_read_back_connector_lines_go_one_by_one_and_unlooked_at() -> None:
    story = Changes(4, trust=BLIND)
    assert story.next() == Send((0,), FRESH)
    story.sent([0], Answer(NOON, status=200, own=True)).sent([1], error("own text")).sent([2], LOST)
    assert story.states() == ["applied", "refused", "in_doubt", "pending"]
    assert story.lines[2].matter == Matter.LOST
    assert story.sent([3], error("deadlock")).next() == Wait(NOON + 5 * SECOND)
    assert story.next(NOON + 5 * SECOND) == Send((3,), FRESH)


def test_the_before_image_tells_the_rules_of_intake_what_the_line_is() -> None:
    day = date(2026, 11, 20)
    row = shown(0, {"DaTi": day, "Pr": True})
    line = Line(1, "K", afas_ids=("100",), before=row)
    assert known(line) == KnownLine("100", day, approved=False, ready=True)
    assert known(Line(1, "K")) == KnownLine()
    assert known(Line(1, "K", before=Row("1", "K", {"Ap": "perhaps"}))) == KnownLine()


def test_a_stopped_organisation_changes_nothing() -> None:
    assert Changes(trust=Trust(stopped=True)).looked().next() == Wait(None)


def test_what_was_looked_at_is_kept_with_its_time() -> None:
    line = Changes().looked().lines[0]
    assert (line.before, line.looked_at, line.asked) == (shown(0, modified=OLD), LOOKED, ASKED)


@pytest.mark.parametrize("name", ["DaTi", "Qu", "Ap", "Ds", OWN])
@pytest.mark.parametrize("one", [NOON.date(), HALF_PAST_EIGHT, Decimal("1.50"), True, "1", "text", "2026-11-20", None])
def test_an_image_comes_back_from_the_ledger_as_afas_showed_it(name: str, one: Value) -> None:
    row = shown(0, {name: one}, NOON)
    again = fields.row(json.loads(json.dumps(fields.columns(row))))
    assert again == row
    assert type(again.values[name]) is type(one)
