"""Law 4: a suspect goes once more alone, and its own error is its verdict once it is seen to be absent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tasks.realization.chunks import next_attempt, next_step
from tasks.realization.decisions import Ask, Send, Wait
from tasks.realization.trust import holds
from tasks.realization.words import Matter, Purpose
from tests.realization.builders import LATER, LIMITS, LOST, NOON, SECOND, Story, created, error

LOCKED = "General message: Record is blocked by another user"


def suspects(employees: str = "aaa") -> Story:
    return Story(employees).send(range(len(employees)), error("a | b")).sees([0], NOON + SECOND)


def test_a_suspect_goes_alone() -> None:
    story = suspects()
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.SUSPECT)


def test_an_error_of_many_lines_refuses_none_and_names_none() -> None:
    assert suspects().states() == ["applied", "suspect", "suspect"]
    assert [line.message for line in suspects().lines] == ["", "", ""]


def test_a_suspect_is_refused_with_its_own_text_only_after_a_read_back_that_misses_it() -> None:
    story = suspects().send([1], error("own text", LATER), Purpose.SUSPECT)
    assert story.states() == ["applied", "suspect", "suspect"]
    assert story.sees([0], LATER).states() == ["applied", "suspect", "suspect"]
    story.sees([0], LATER + SECOND)
    assert story.states() == ["applied", "refused", "suspect"]
    assert (story.lines[1].message, story.lines[1].reference) == ("own text", "f" * 32)


def test_a_refused_line_needs_neither_witness_nor_census() -> None:
    story = Story("ab").send([0, 1], error()).sees([0], NOON + SECOND).send([1], error(at=LATER), Purpose.CANARY)
    assert story.sees([], LATER + SECOND).states() == ["applied", "refused"]


def test_an_error_after_the_commit_is_no_refusal() -> None:
    story = suspects().send([1], error("afterwards", LATER), Purpose.SUSPECT)
    assert story.sees([0, 1], LATER + SECOND).states(1) == ["applied"]


def test_a_line_that_was_alone_already_is_not_sent_again_to_learn_why() -> None:
    assert Story("a").send([0], error()).sees([], NOON + SECOND).states() == ["refused"]


def test_a_suspect_is_not_sent_twice_before_its_answer_was_read_back() -> None:
    story = Story("a").send([0], error(LOCKED))
    at = NOON + timedelta(minutes=1)
    assert next_step(story.chunk, story.turn(at)) == Ask(NOON + LIMITS.lag)


def test_a_suspect_that_was_answered_goes_no_more_until_it_was_read_back() -> None:
    story = suspects().send([1], error(at=LATER), Purpose.SUSPECT)
    assert next_attempt(story.chunk, story.turn()) == Send((2,), Purpose.SUSPECT)
    story.send([2], error(at=LATER), Purpose.SUSPECT)
    assert next_attempt(story.chunk, story.turn()) is None


def test_the_next_suspect_waits_until_an_applied_one_was_shown() -> None:
    story = suspects()
    story.send([1], created(story.lines[1], at=LATER), Purpose.SUSPECT)
    assert holds(story.chunk, story.trust)
    assert next_step(story.chunk, story.turn(LATER, held=True)) == Ask(LATER, urgent=True)
    story.sees([0, 1], LATER + SECOND)
    assert not holds(story.chunk, story.trust)
    assert next_attempt(story.chunk, story.turn()) == Send((2,), Purpose.SUSPECT)


def test_the_next_suspect_waits_for_one_in_flight_or_in_doubt_but_not_for_a_refused_one() -> None:
    assert holds(suspects().send([1], None, Purpose.SUSPECT).chunk, suspects().trust)
    assert holds(suspects().send([1], replace(LOST, at=LATER), Purpose.SUSPECT).chunk, suspects().trust)
    assert not holds(suspects().send([1], error(at=LATER), Purpose.SUSPECT).chunk, suspects().trust)


def test_no_suspect_or_pathfinder_goes_while_another_is_watched() -> None:
    story = suspects()
    assert next_step(story.chunk, story.turn(held=True)) == Wait(None)


def test_a_passing_error_is_tried_again_after_5_s_5_minutes_and_an_hour_and_is_then_refused() -> None:
    story = Story("a")
    at = NOON
    for pause in (5, 300, 3600):
        story.send([0], error(LOCKED, at), Purpose.SUSPECT).sees([], at + SECOND)
        assert story.states() == ["suspect"]
        due = at + timedelta(seconds=pause)
        assert next_step(story.chunk, story.turn(due - SECOND)) == Wait(due)
        assert next_attempt(story.chunk, story.turn(due)) == Send((0,), Purpose.CANARY)
        at = due
    assert story.send([0], error(LOCKED, at), Purpose.SUSPECT).sees([], at + SECOND).states() == ["refused"]


def test_a_passing_error_to_the_end_refuses_no_line_that_an_earlier_call_may_have_left_unseen() -> None:
    def locked(story: Story, shown: list[int]) -> Story:
        for hour in range(1, 5):
            at = LATER + timedelta(hours=hour)
            assert story.states(1) == ["suspect"]
            story.send([1], error(LOCKED, at), Purpose.CANARY).sees(shown, at + SECOND)
        return story

    unseen = locked(Story("ab").send([0, 1], error()).sees([0], NOON + SECOND), [0])
    assert (unseen.states(1), unseen.lines[1].matter) == (["in_doubt"], Matter.LOCKED)
    assert [one.matter for one in unseen.ruling.told] == [Matter.LOCKED]
    assert locked(Story("aa").send([0, 1], error()).sees([0], NOON + SECOND), [0]).states(1) == ["refused"]


def test_a_line_that_is_applied_after_a_passing_error_tells_of_none() -> None:
    story = Story("a").send([0], error(LOCKED), Purpose.SUSPECT).sees([], NOON + SECOND)
    assert story.lines[0].message == LOCKED
    story.send([0], created(story.lines[0], at=LATER), Purpose.CANARY)
    assert (story.states(), story.lines[0].message, story.lines[0].reference) == (["applied"], "", None)


@pytest.mark.parametrize(
    "words",
    [
        LOCKED,
        "De regel is vergrendeld door een andere gebruiker",
        "Het record is in gebruik door een ander",
        "record is locked by another session",
        "Transaction was chosen as deadlock victim",
    ],
)
def test_what_another_user_holds_passes(words: str) -> None:
    assert Story("a").send([0], error(words)).sees([], NOON + SECOND).states() == ["suspect"]


def test_exists_already_is_a_refusal_only_with_a_witness() -> None:
    text = "De externe sleutel bestaat al."
    story = Story("ab").send([0, 1], error()).sees([], NOON + SECOND).send([0], error(text, LATER), Purpose.CANARY)
    assert story.sees([], LATER + SECOND).states(0) == ["in_doubt"]
    assert [one.matter for one in story.ruling.told] == [Matter.EXISTS]
    story = suspects().send([1], error(text, LATER), Purpose.SUSPECT).sees([0], LATER + SECOND)
    assert story.states(1) == ["refused"]


def test_the_time_out_text_refuses_nothing() -> None:
    story = suspects().send([1], error("maximum execution time exceeded", LATER), Purpose.SUSPECT)
    assert story.sees([0], LATER + SECOND).states(1) == ["in_doubt"]


def test_suspects_wait_for_all_fresh_lines_of_the_batch() -> None:
    story = suspects()
    assert next_attempt(story.chunk, story.turn(fresh_left=1)) is None
