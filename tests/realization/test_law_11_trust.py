"""Law 11: pathfinder, census, witness, canary, lag."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tasks.realization.chunks import next_attempt, next_step
from tasks.realization.decisions import Ask, Send, Wait
from tasks.realization.trust import SHOWN_WITHIN, View, after, doubted, holds, lag, resumed, view, watched
from tasks.realization.words import Answer, Attempt, Line, LineState, Matter, Purpose, ReadBack, Trust
from tests.realization.builders import LATER, LOST, NOON, SECOND, SURE, Story, created, error, row
from tests.realization.properties import lines_of

NEW = Trust()


def applied(employees: str) -> tuple[ReadBack, list[Line]]:
    ours = [line._replace(state=LineState.APPLIED, afas_ids=(str(20000 + line.id),)) for line in lines_of(employees)]
    return ReadBack(LATER, tuple(map(row, ours)), tuple(ours)), ours


# (a) pathfinder and lag


def test_until_a_line_was_shown_lines_go_one_at_a_time() -> None:
    story = Story("abc", NEW)
    assert next_attempt(story.chunk, story.turn()) == Send((0,), Purpose.PATHFINDER)
    assert next_attempt(story.chunk, story.turn(held=True)) is None
    story.send([0], created(story.lines[0]), Purpose.PATHFINDER)
    assert holds(story.chunk, story.trust)
    assert next_step(story.chunk, story.turn(NOON, held=True)) == Ask(NOON, urgent=True)
    assert story.sees([0], NOON + SECOND).ruling.proven


@pytest.mark.parametrize(("first_look", "proven"), [(None, False), (NOON + SECOND, True)])
def test_a_line_that_was_looked_for_late_tells_of_the_lag_only_if_it_was_missed_before(
    first_look: datetime | None, *, proven: bool
) -> None:
    story = Story("ab", NEW).send([0], error("deadlock"), Purpose.PATHFINDER)
    story.send([0], created(story.lines[0]), Purpose.PATHFINDER)
    if first_look:
        story.sees([], first_look)
    ruling = story.sees([0], NOON + timedelta(minutes=10)).ruling
    assert ruling.proven == proven
    assert (ruling.shown_within is not None) == proven
    assert bool(ruling.lag) == proven
    assert not holds(story.chunk, story.trust)


def test_an_error_of_a_pathfinder_is_its_verdict_once_a_read_back_misses_it_and_the_next_one_does_not_wait() -> None:
    story = Story("ab", NEW).send([0], error("own"), Purpose.PATHFINDER)
    assert next_attempt(story.chunk, story.turn(NOON)) == Send((1,), Purpose.PATHFINDER)
    assert story.sees([], NOON + SECOND).states() == ["refused", "pending"]
    assert story.lines[0].message == "own"


def test_a_pathfinder_that_got_an_error_after_its_commit_is_applied() -> None:
    story = Story("ab", NEW).send([0], error("own"), Purpose.PATHFINDER)
    assert story.sees([0], NOON + SECOND).states() == ["applied", "pending"]


def test_while_a_pathfinder_is_in_doubt_the_next_line_goes() -> None:
    story = Story("ab", NEW).send([0], LOST, Purpose.PATHFINDER)
    assert not holds(story.chunk, story.trust)
    assert next_attempt(story.chunk, story.turn(NOON)) == Send((1,), Purpose.PATHFINDER)


def test_a_line_that_is_seen_before_its_call_had_ended_proves_nothing() -> None:
    story = Story("a", NEW).send([0], LOST, Purpose.PATHFINDER).sees([0], NOON + SECOND)
    assert not story.ruling.proven


@pytest.mark.parametrize("purpose", [Purpose.PATHFINDER, Purpose.CANARY, Purpose.SUSPECT])
def test_a_watched_line_that_stays_invisible_for_15_minutes_stops_the_organisation(purpose: Purpose) -> None:
    story = Story("ab")
    story.send([0], created(story.lines[0]), purpose)
    assert story.sees([], NOON + SHOWN_WITHIN - SECOND).ruling.stop is None
    stop = story.sees([], NOON + SHOWN_WITHIN).ruling.stop
    assert stop is not None
    assert (stop.matter, stop.lines, stop.afas_ids) == (Matter.INVISIBLE, (0,), ("20000",))


def test_an_ordinary_line_that_is_not_shown_stops_nothing_by_itself() -> None:
    story = Story("ab")
    assert story.send([0, 1], created(*story.lines)).sees([]).ruling.stop is None


def test_the_lag_is_three_times_the_largest_that_was_seen() -> None:
    story = Story("a", NEW)
    story.send([0], created(story.lines[0]), Purpose.PATHFINDER).sees([], NOON + SECOND).sees([0], NOON + 20 * SECOND)
    assert story.ruling.lag == 20 * SECOND
    trust = after(NEW, View(LATER), [story.ruling])
    assert (trust.proven, lag(trust, SECOND), lag(NEW, SECOND)) == (True, 60 * SECOND, SECOND)


def test_a_line_that_was_shown_at_the_first_question_says_nothing_of_the_lag() -> None:
    story, at = Story("a", NEW), NOON + timedelta(minutes=5)
    assert story.send([0], created(story.lines[0]), Purpose.PATHFINDER).sees([0], at).ruling.lag == timedelta(0)


def test_what_a_mended_view_shows_hours_later_was_no_lag() -> None:
    story = Story("a", NEW)
    story.send([0], created(story.lines[0]), Purpose.PATHFINDER).sees([], NOON + SECOND)
    assert story.sees([0], LATER).ruling.lag == timedelta(0)


# (b) census


def test_a_census_without_lines_is_no_fault() -> None:
    found = view(ReadBack(LATER), [], SURE)
    assert found is not None
    assert not found.stop
    assert not found.told


def test_up_to_three_lines_that_are_gone_are_told_and_their_employees_are_no_witnesses() -> None:
    read, ours = applied("aabbc")
    found = view(replace(read, rows=(read.rows[0], read.rows[2])), ours, SURE)
    assert found is not None
    assert not found.stop
    assert [one.lines for one in found.told] == [(1, 3, 4)]
    assert found.witnesses == frozenset()
    assert view(replace(read, rows=read.rows[:3] + read.rows[4:]), ours, SURE).witnesses == {"a", "c"}  # type: ignore[union-attr]


def test_four_lines_that_are_gone_stop_the_organisation_and_nothing_is_absent() -> None:
    read, ours = applied("abcdee")
    found = view(replace(read, rows=read.rows[4:]), ours, SURE)
    assert found is not None
    assert found.stop is not None
    assert found.witnesses == frozenset()
    story = Story("ee").send([0, 1], error()).judged(replace(found, rows={}))
    assert story.states() == ["sent", "sent"]


def test_a_line_of_the_census_counts_as_shown_by_its_id() -> None:
    read, ours = applied("a")
    found = view(replace(read, rows=(read.rows[0]._replace(key="by hand"),)), ours, SURE)
    assert found is not None
    assert not found.told


# (c) witness


def test_absence_needs_a_line_of_the_same_employee_in_the_same_read_back() -> None:
    story = Story(["a", "b", None, None] + ["a"] * 3).send(range(7), LOST).sees([0], LATER)
    assert [line.id for line in story.lines if line.goes_as] == [1]
    story.send([1], created(story.lines[1], at=LATER), Purpose.CANARY).sees([0, 1], LATER + SECOND)
    assert story.states() == ["applied", "applied", "suspect", "in_doubt", "pending", "pending", "pending"]


def test_a_line_without_employee_has_no_witness() -> None:
    found = view(ReadBack(LATER, (row(lines_of([None])[0]),)), lines_of([None]), SURE)
    assert found is not None
    assert found.witnesses == frozenset()


def test_a_row_that_is_not_ours_is_no_witness() -> None:
    stranger = row(lines_of("a")[0]._replace(key="theirs"))
    assert view(ReadBack(LATER, (stranger,)), lines_of("a"), SURE).witnesses == frozenset()  # type: ignore[union-attr]


# (d) canary


def ten_and_more(rest: str) -> Story:
    """Eleven and more missing: ten of employee a, then the rest; the first line is shown."""
    return Story("a" * 11 + rest).send(range(11 + len(rest)), error()).sees([0], NOON + SECOND)


def test_with_more_than_ten_missing_the_tenth_goes_before_its_turn() -> None:
    story = ten_and_more("ab")
    assert next_attempt(story.chunk, story.turn(fresh_left=1)) == Send((10,), Purpose.CANARY)
    assert next_step(story.chunk, story.turn(fresh_left=1, held=True)) == Wait(None)


def test_the_other_nine_wait_for_lines_that_were_never_tried_also_while_they_hold_lines_back() -> None:
    story = ten_and_more("bb").send([10], error(at=LATER), Purpose.CANARY).sees([0], LATER + SECOND)
    assert story.states(10, 11, 12) == ["refused", "in_doubt", "in_doubt"]
    assert next_attempt(story.chunk, story.turn(fresh_left=1)) is None
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.SUSPECT)


@pytest.mark.parametrize("answer", [error("deadlock", LATER), error("bestaat al", LATER), replace(LOST, at=LATER)])
def test_an_answer_of_the_canary_that_is_no_error_of_its_own_lets_nothing_go(answer: Answer) -> None:
    story = ten_and_more("ab").send([10], answer, Purpose.CANARY)
    assert story.states(11, 12) == ["in_doubt", "in_doubt"]


def test_after_an_error_of_the_canary_lines_with_a_witness_go_on_before_anything_is_read_back() -> None:
    story = ten_and_more("ab").send([10], error(at=LATER), Purpose.CANARY)
    assert story.states(10, 11, 12) == ["suspect", "pending", "in_doubt"]
    assert story.sees([0], LATER + SECOND).states(10, 11, 12) == ["refused", "pending", "in_doubt"]


def test_lines_without_a_witness_go_on_when_all_ten_had_an_error_of_their_own() -> None:
    story = ten_and_more("ab").send([10], error(at=LATER), Purpose.CANARY)
    for number in range(1, 10):
        assert story.states(12) == ["in_doubt"]
        story.send([number], error(at=LATER + timedelta(minutes=number)), Purpose.SUSPECT)
    assert story.states(12) == ["pending"]


@pytest.mark.parametrize(
    "trust", [replace(SURE, single=True), replace(SURE, stopped=True), resumed(SURE, LATER + SECOND)]
)
def test_on_the_word_of_a_view_that_was_found_wrong_no_error_lets_a_line_go(trust: Trust) -> None:
    story = ten_and_more("ab")
    story.trust = trust
    assert story.send([10], error(at=LATER), Purpose.CANARY).states(11) == ["in_doubt"]


def test_an_error_lets_nothing_go_where_the_order_is_broken() -> None:
    story = Story("a" * 16).send(range(16), error()).sees([0, 12], NOON + SECOND)
    for number in range(1, 12):
        story.send([number], error(at=LATER + timedelta(minutes=number)), Purpose.CANARY)
        story.trust = SURE
    assert set(story.states(13, 14, 15)) == {"in_doubt"}


def test_a_suspect_that_was_applied_is_judged_only_when_it_was_seen_once() -> None:
    story = ten_and_more("ab")
    story.send([10], created(story.lines[10], at=LATER), Purpose.CANARY).sees([0], LATER + SECOND)
    assert story.states(11, 12) == ["in_doubt", "in_doubt"]
    story.sees([0, 10], LATER + 2 * SECOND)
    assert story.states(11, 12) == ["pending", "in_doubt"]


def test_a_canary_that_is_seen_twice_stops_the_organisation() -> None:
    story = ten_and_more("ab")
    story.send([10], created(story.lines[10], at=LATER), Purpose.CANARY)
    story.sees([0, 10], LATER + SECOND, [row(story.lines[10], 500)])
    assert story.ruling.stop is not None
    assert (story.ruling.stop.matter, story.ruling.stop.afas_ids) == (Matter.SEEN_TWICE, ("20010", "20510"))
    assert story.states(11) == ["in_doubt"]


def test_a_canary_of_unknown_outcome_that_is_not_seen_stops_the_organisation() -> None:
    story = ten_and_more("ab").send([10], replace(LOST, at=LATER), Purpose.CANARY)
    assert story.sees([0], LATER + timedelta(seconds=1199)).ruling.stop is None
    story.sees([0], LATER + timedelta(seconds=1200))
    assert story.ruling.stop is not None
    assert story.ruling.stop.matter == Matter.CANARY_LOST
    assert story.states(10, 11) == ["in_doubt", "in_doubt"]


def test_after_an_unknown_outcome_the_first_missing_line_goes_first_witness_or_not() -> None:
    story = Story("aab").send(range(3), LOST).sees([0])
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.CANARY)
    assert story.states() == ["applied", "suspect", "in_doubt"]


def test_after_an_unknown_outcome_an_error_of_the_canary_proves_nothing() -> None:
    story = Story("aaab").send(range(4), LOST).sees([0]).send([1], error(at=LATER), Purpose.CANARY)
    story.sees([0], LATER + SECOND)
    assert story.states() == ["applied", "refused", "suspect", "in_doubt"]
    assert story.lines[2].goes_as == Purpose.CANARY


def test_after_an_unknown_outcome_lines_without_a_witness_go_singly_until_one_of_their_employee_was_seen() -> None:
    story = Story("abbcc").send(range(5), LOST).sees([0])
    story.send([1], created(story.lines[1], at=LATER), Purpose.CANARY).sees([0, 1], LATER + SECOND)
    assert story.states() == ["applied", "applied", "pending", "suspect", "in_doubt"]


def test_after_three_canaries_one_line_of_each_other_employee_goes_in_one_call() -> None:
    story = Story("abcddee" + "f").send(range(8), LOST).sees([])
    for number in range(3):
        at = LATER + timedelta(minutes=number)
        assert next_attempt(story.chunk, story.turn(at)) == Send((number,), Purpose.CANARY)
        story.send([number], created(story.lines[number], at=at), Purpose.CANARY)
        story.sees(range(number + 1), at + SECOND)
    assert next_attempt(story.chunk, story.turn()) == Send((3, 5, 7), Purpose.PROBE)
    at = LATER + timedelta(minutes=9)
    story.send([3, 5, 7], created(story.lines[3], story.lines[5], story.lines[7], at=at), Purpose.PROBE)
    assert holds(story.chunk, story.trust)
    story.sees([0, 1, 2, 3, 5], at + SECOND)
    assert story.states(4, 6) == ["pending", "pending"]
    assert holds(story.chunk, story.trust)
    assert story.sees([0, 1, 2, 3, 5], at + SHOWN_WITHIN).ruling.stop is not None


def test_a_probe_that_is_applied_without_a_name_and_stays_invisible_stops_the_organisation() -> None:
    story = Story("ab")
    story.send([0, 1], Answer(NOON, status=201, own=True), Purpose.PROBE)
    assert story.sees([0], NOON + SHOWN_WITHIN - SECOND).ruling.stop is None
    assert story.states() == ["applied", "sent"]
    assert holds(story.chunk, story.trust)
    stop = story.sees([0], NOON + SHOWN_WITHIN).ruling.stop
    assert stop is not None
    assert (stop.matter, stop.lines) == (Matter.INVISIBLE, (1,))


def test_no_second_canary_goes_while_the_first_waits_for_a_lock() -> None:
    story = Story("aaa").send(range(3), LOST).sees([])
    story.send([0], error("deadlock", LATER), Purpose.CANARY).sees([], LATER + SECOND)
    assert story.states() == ["suspect", "in_doubt", "in_doubt"]


def test_before_a_line_was_shown_a_fresh_one_goes_before_a_canary() -> None:
    story = Story("ab", NEW).send([0], LOST, Purpose.PATHFINDER).sees([])
    assert story.lines[0].goes_as == Purpose.CANARY
    assert next_attempt(story.chunk, story.turn(fresh_left=1)) == Send((1,), Purpose.PATHFINDER)


def test_in_a_read_back_that_stops_the_organisation_nothing_else_is_absent() -> None:
    story = Story("aaaa").send([0, 1], LOST).sees([], NOON + timedelta(minutes=20))
    story.send([0], created(story.lines[0], at=LATER), Purpose.CANARY)
    story.send([2, 3], error(at=LATER))
    story.sees([2], LATER + SHOWN_WITHIN)
    assert story.ruling.stop is not None
    assert story.states() == ["applied", "in_doubt", "applied", "sent"]


def test_when_one_of_the_ten_waits_for_a_human_the_rest_goes_one_by_one() -> None:
    story = ten_and_more("b").send([10], error("bestaat al", LATER), Purpose.CANARY)
    story.trust = replace(SURE, single=True)
    story.sees([0], LATER + SECOND)
    for number in range(1, 10):
        assert story.states(10, 11) == ["in_doubt", "in_doubt"]
        at = LATER + timedelta(minutes=number)
        story.send([number], error(at=at), Purpose.CANARY).sees([0], at + SECOND)
    assert story.states(10, 11) == ["in_doubt", "suspect"]
    assert story.lines[11].goes_as == Purpose.CANARY


def test_a_suspect_without_a_witness_goes_as_a_canary() -> None:
    story = Story("ab").send([0, 1], error()).sees([0], NOON + SECOND)
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.CANARY)


# stop and resume


def test_what_was_judged_before_a_stop_is_in_doubt_again() -> None:
    story = Story("aaab").send(range(4), LOST).sees([0])
    story.send([1], created(story.lines[1], at=LATER), Purpose.CANARY).sees([0, 1], LATER + SECOND)
    assert story.states() == ["applied", "applied", "pending", "suspect"]
    story.chunk = doubted(story.chunk)
    assert story.states() == ["applied", "applied", "in_doubt", "in_doubt"]
    story.trust = resumed(story.trust, LATER + timedelta(minutes=1))
    assert next_attempt(story.chunk, story.turn()) is None
    assert isinstance(next_step(story.chunk, story.turn()), Ask)


def test_what_was_never_sent_stays_pending_through_a_stop() -> None:
    assert doubted(Story("ab").chunk) == Story("ab").chunk
    story = Story("ab").send([0, 1], Answer(NOON, status=401))
    assert doubted(story.chunk) == story.chunk


def test_while_the_organisation_stands_still_presence_alone_is_judged() -> None:
    story = Story("aa", replace(SURE, stopped=True)).send([0, 1], error()).sees([0])
    assert story.states() == ["applied", "sent"]


def test_a_resume_starts_with_a_pathfinder_and_watches_no_older_call() -> None:
    trust = resumed(Trust(proven=True, single=True, stopped=True, largest_lag=SECOND), LATER)
    assert trust == Trust(resumed_at=LATER, largest_lag=SECOND)
    assert not watched(Attempt(1, (0,), NOON, Purpose.CANARY), trust)
    assert watched(Attempt(1, (0,), LATER, Purpose.CANARY), trust)


def test_after_a_resume_only_a_call_begun_since_proves_the_view() -> None:
    story = Story("ab", resumed(SURE, NOON + SECOND)).send([0], LOST, Purpose.PATHFINDER).sees([0])
    assert (story.states(0), story.ruling.proven) == (["applied"], False)
    story.send([1], created(story.lines[1], at=LATER), Purpose.PATHFINDER)
    assert story.sees([1], LATER + SECOND).ruling.proven


def test_a_stop_or_a_broken_order_lasts() -> None:
    assert after(SURE, View(LATER, stop=Story("a").ruling.stop), []) == SURE
    read, ours = applied("abcd")
    gone = view(replace(read, rows=()), ours, SURE)
    assert gone is not None
    assert after(SURE, gone, []).stopped
    broken = Story("a" * 13).send(range(13), error()).sees([0, 12]).ruling
    assert after(SURE, View(LATER), [broken]).single


def test_a_watched_call_whose_lines_all_were_shown_holds_nobody() -> None:
    """A read-back at `absent_from` shows the line, and only one the lag later would judge the call."""
    story = Story("ab").send([0, 1], error()).sees([0], NOON + SECOND)
    story.send([1], replace(LOST, at=LATER), Purpose.SUSPECT)
    story.sees([0, 1], LATER - SECOND + timedelta(seconds=1200))
    assert story.states() == ["applied", "applied"]
    assert not holds(story.chunk, story.trust)
