"""Law 1, the decisions: when a sending closes, and since when what it left behind is absent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tasks.realization.calls import Clock, absent_from, clock, ended_at
from tasks.realization.chunks import next_attempt, next_step
from tasks.realization.decisions import Ask
from tasks.realization.words import Answer, Attempt, Reach
from tests.realization.builders import LIMITS, NOON, SECOND, Story, error

WITHIN = timedelta(seconds=90)


@pytest.mark.parametrize(
    ("elapsed", "gone", "said"),
    [
        (WITHIN, False, Clock.GO),
        (WITHIN, True, Clock.GO),
        (WITHIN + SECOND, False, Clock.CLOSE),
        (WITHIN + SECOND, True, Clock.LATE),
    ],
)
def test_a_sending_past_its_limit_closes_or_is_late_when_it_has_left(
    elapsed: timedelta, *, gone: bool, said: Clock
) -> None:
    assert clock(elapsed, WITHIN, gone=gone) == said


def test_a_sending_that_was_closed_gives_its_lines_back() -> None:
    story = Story("ab").send([0, 1], Answer(NOON, Reach.NOT_SENT))
    assert story.states() == ["pending", "pending"]
    assert next_attempt(story.chunk, story.turn()) is not None


def test_a_worker_that_finds_an_attempt_not_settled_never_posts_but_reads_back() -> None:
    story = Story("ab").send([0], None)
    assert next_step(story.chunk, story.turn(NOON)) == Ask(NOON - SECOND + LIMITS.in_doubt_after + LIMITS.lag)


def test_a_late_sending_is_absent_later_by_as_much() -> None:
    attempt = Attempt(1, (0,), NOON)
    late = replace(attempt, late_at=NOON + timedelta(minutes=10))
    assert absent_from(attempt, LIMITS) == NOON + timedelta(minutes=20)
    assert absent_from(late, LIMITS) == NOON + timedelta(minutes=30)


def test_only_an_answer_of_afas_ends_a_call_before_absent_from() -> None:
    attempt = Attempt(1, (0,), NOON)
    at = NOON + SECOND
    assert ended_at(replace(attempt, answer=error(at=at)), LIMITS) == at
    for answer in (Answer(at, Reach.LOST), Answer(at, status=502), Answer(at, status=500, text="<html>"), None):
        assert ended_at(replace(attempt, answer=answer), LIMITS) == NOON + LIMITS.in_doubt_after
