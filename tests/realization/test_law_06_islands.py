"""Law 6: chunks are islands, and what a chunk tries is counted."""

from dataclasses import replace
from datetime import timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.realization.chunks import MAX_FRUITLESS, Looked, dealt, fruitless, next_attempt, next_step, read_back_now
from tasks.realization.decisions import Send
from tasks.realization.words import Answer, Attempt, Matter, Purpose, Reach
from tests.realization.builders import LATER, LIMITS, LOST, NOON, SECOND, SURE, Story, created, error

TOO_LARGE = Answer(NOON, status=413, text="too large")


@given(st.integers(0, 60), st.integers(1, 9))
def test_a_batch_is_dealt_over_as_few_chunks_as_hold_it_and_neighbours_go_apart(count: int, size: int) -> None:
    chunks = dealt(range(count), size)
    assert sorted(line for chunk in chunks for line in chunk) == list(range(count))
    assert len(chunks) == ceil(count / size)
    assert all(list(chunk) == sorted(chunk) for chunk in chunks)
    lengths = {len(chunk) for chunk in chunks}
    assert max(lengths, default=0) <= size
    assert max(lengths, default=0) - min(lengths, default=0) <= 1
    if len(chunks) > 1:
        assert not any(line + 1 in chunk for chunk in chunks for line in chunk)


def test_errors_of_one_person_s_lines_fall_to_all_chunks_alike() -> None:
    wrong = set(range(300, 400))
    assert {len(wrong & set(chunk)) for chunk in dealt(range(2000), 500)} == {25}


def test_all_open_lines_go_in_order_at_most_a_chunk() -> None:
    story = Story("abc")
    assert next_attempt(story.chunk, story.turn()) == Send((0, 1, 2), Purpose.FRESH)
    narrow = replace(story.turn(), limits=replace(LIMITS, chunk_lines=2))
    assert next_attempt(story.chunk, narrow) == Send((0, 1), Purpose.FRESH)


def test_after_413_an_attempt_carries_half_down_to_one_line() -> None:
    story = Story("a" * 5)
    for room in (2, 1):
        size = len(story.chunk.attempts[-1].lines) // 2 if story.chunk.attempts else 5
        story.send(range(size), TOO_LARGE)
        assert next_attempt(story.chunk, story.turn()) == Send(tuple(range(room)), Purpose.FRESH)
    assert story.send([0], TOO_LARGE).states() == ["refused"] + ["pending"] * 4
    assert (story.lines[0].message, story.lines[0].matter) == ("too large", Matter.OVERSIZE)
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.FRESH)


def test_413_refuses_no_line_that_an_earlier_call_may_have_left_unseen() -> None:
    story = Story("a").send([0], LOST).sees([], LATER)
    assert story.send([0], replace(TOO_LARGE, at=LATER), Purpose.CANARY).states() == ["in_doubt"]


@pytest.mark.parametrize(
    "answer",
    [
        TOO_LARGE,
        Answer(NOON, Reach.NOT_SENT),
        Answer(NOON, Reach.UNREACHABLE),
        Answer(NOON, status=401),
        Answer(NOON, status=404),
        Answer(NOON, status=503),
        error("Record is locked by another user"),
        error("Out of memory"),
    ],
)
def test_what_is_no_fault_of_the_chunk_counts_nothing(answer: Answer) -> None:
    assert fruitless(3, Attempt(1, (0,), NOON, answer=answer), moved=False) == 3


def test_a_canary_counts_nothing_and_a_lost_answer_one() -> None:
    assert fruitless(3, Attempt(1, (0,), NOON, Purpose.CANARY, LOST), moved=False) == 3
    assert fruitless(3, Attempt(1, (0,), NOON, answer=LOST), moved=False) == 4


def test_an_attempt_that_moved_a_line_sets_the_count_back() -> None:
    assert fruitless(7, Attempt(1, (0,), NOON, answer=LOST), moved=True) == 0


def test_a_read_back_says_once_of_each_attempt_whether_it_moved_a_line() -> None:
    story = Story("ab").send([0, 1], LOST).sees([], LATER)
    assert story.ruling.judged == {1: False}
    assert story.sees([], LATER).ruling.judged == {}
    assert Story("ab").send([0, 1], LOST).sees([1], LATER).ruling.judged == {1: True}
    assert Story("ab").send([0, 1], error()).sees([], LATER).ruling.judged == {1: True}
    story = Story("ab")
    assert story.send([0, 1], created(*story.lines)).ruling.judged == {1: True}


def test_eight_fruitless_attempts_end_the_tries_of_a_chunk_and_not_its_lines() -> None:
    story = Story("ab")
    story.chunk = replace(story.chunk, fruitless=MAX_FRUITLESS - 1)
    assert isinstance(next_step(story.chunk, story.turn()), Send)
    story.chunk = replace(story.chunk, fruitless=MAX_FRUITLESS)
    assert next_step(story.chunk, story.turn()) is None
    assert story.states() == ["pending", "pending"]


def test_the_shared_read_back_lets_fresh_chunks_pass_for_five_minutes() -> None:
    last = Looked(NOON, NOON + timedelta(minutes=4))
    assert read_back_now(NOON, NOON, last, others_send=False)
    assert not read_back_now(NOON + timedelta(minutes=5) - SECOND, NOON, last, others_send=True)
    assert read_back_now(NOON + timedelta(minutes=5), NOON, last, others_send=True)


def test_a_read_back_passes_fresh_chunks_when_the_last_is_long_ago_beside_what_it_took() -> None:
    last = Looked(NOON, NOON + SECOND)
    assert read_back_now(NOON, NOON, None, others_send=True)
    assert not read_back_now(NOON + 1.9 * SECOND, NOON, last, others_send=True)
    assert read_back_now(NOON + 2 * SECOND, NOON, last, others_send=True)


def test_a_stopped_organisation_sends_nothing() -> None:
    story = Story("ab", replace(SURE, stopped=True))
    assert next_attempt(story.chunk, story.turn()) is None
