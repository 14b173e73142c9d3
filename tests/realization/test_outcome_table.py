"""The outcome table: what an answer means, what it makes of its lines, and how long the organisation rests."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tasks.realization.chunks import next_attempt, next_step
from tasks.realization.decisions import Pause, Send, Wait
from tasks.realization.settle import LONGEST_PAUSE, Setting, settle
from tasks.realization.verdict import Meaning, meaning
from tasks.realization.words import Answer, Attempt, Matter, Purpose, Reach, Trust
from tests.realization.builders import LIMITS, LOST, NOON, SECOND, SURE, Story, created, error

BLIND = Trust(read_back=False)
TABLE = [
    (Answer(NOON, Reach.UNREACHABLE), Meaning.UNREACHABLE, "pending", True),
    (Answer(NOON, Reach.NOT_SENT), Meaning.NOT_SENT, "pending", False),
    (Answer(NOON, status=401), Meaning.UNAUTHORISED, "pending", True),
    (Answer(NOON, status=403), Meaning.UNAUTHORISED, "pending", True),
    (Answer(NOON, status=404), Meaning.NOT_FOUND, "pending", True),
    (Answer(NOON, status=413), Meaning.TOO_LARGE, "pending", False),
    (Answer(NOON, status=201, own=True), Meaning.APPLIED, "sent", False),
    (Answer(NOON, status=200, own=True), Meaning.APPLIED, "sent", False),
    (error(), Meaning.ERRORS, "sent", False),
    (error("Out of memory"), Meaning.WHOLE_CALL, "sent", True),
    (error("maximale tijdsduur"), Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=503), Meaning.BUSY, "in_doubt", True),
    (Answer(NOON, status=429), Meaning.BUSY, "in_doubt", True),
    (LOST, Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=502), Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=504), Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=302), Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=400, own=True), Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=201), Meaning.UNKNOWN, "in_doubt", False),
    (Answer(NOON, status=500), Meaning.UNKNOWN, "in_doubt", False),
]


@pytest.mark.parametrize(("answer", "meant", "state", "pauses"), TABLE)
def test_what_an_answer_makes_of_its_lines(answer: Answer, *, meant: Meaning, state: str, pauses: bool) -> None:
    story = Story("ab").send([0, 1], answer)
    assert meaning(answer) == meant
    assert story.states() == [state, state]
    assert (story.ruling.pause is not None) == pauses


def paused(answer: Answer, failures: int = 0) -> Pause:
    story = Story("ab")
    attempt = Attempt(1, (0, 1), NOON, answer=answer)
    ruling = settle(replace(story.chunk, attempts=(attempt,)), attempt, Setting(LIMITS, SURE, failures))
    assert ruling.pause is not None
    return ruling.pause


def test_a_refused_connection_is_tried_again_after_2_s_doubling_to_15_minutes() -> None:
    waits = [paused(Answer(NOON, Reach.UNREACHABLE), failures).until for failures in (0, 1, 2, 8, 9, 5000)]
    seconds = [2, 4, 8, 512, 900, 900]
    assert waits == [NOON + timedelta(seconds=wait) for wait in seconds]
    assert timedelta(seconds=900) == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("asked", "until"),
    [(7200.0, NOON + timedelta(hours=2)), (5.0, NOON + LIMITS.in_doubt_after), (None, NOON + LIMITS.in_doubt_after)],
)
def test_a_busy_afas_rests_as_long_as_it_asks_and_never_less_than_to_absent_from(
    asked: float | None, until: datetime
) -> None:
    assert paused(Answer(NOON, status=503, retry_after=asked)).until == until


def test_what_somebody_must_mend_has_no_end_of_its_own() -> None:
    assert paused(Answer(NOON, status=401)) == Pause(Meaning.UNAUTHORISED, None)


def test_without_a_read_back_connector_lines_go_one_by_one() -> None:
    story = Story("abc", BLIND)
    assert next_attempt(story.chunk, story.turn(held=True)) == Send((0,), Purpose.FRESH)
    story.send([0], created(story.lines[0])).send([1], error("own text"))
    assert story.states() == ["applied", "refused", "pending"]
    assert story.lines[1].message == "own text"


def test_without_a_read_back_connector_a_lost_answer_waits_for_a_human_and_is_told() -> None:
    story = Story("a", BLIND).send([0], LOST)
    assert story.states() == ["in_doubt"]
    assert [one.matter for one in story.ruling.told] == [Matter.LOST]
    assert next_step(story.chunk, story.turn()) is None


def test_without_a_read_back_connector_a_passing_error_is_tried_again_after_the_fresh_lines() -> None:
    story = Story("ab", BLIND).send([0], error("deadlock"))
    due = NOON + 5 * SECOND
    assert next_attempt(story.chunk, story.turn(due, fresh_left=1)) == Send((1,), Purpose.FRESH)
    story.send([1], error())
    assert next_step(story.chunk, story.turn(NOON)) == Wait(due)
    assert next_attempt(story.chunk, story.turn(due)) == Send((0,), Purpose.SUSPECT)


def test_without_a_read_back_connector_a_whole_call_error_brings_its_line_back() -> None:
    story = Story("a", BLIND).send([0], error("Out of memory"))
    assert story.states() == ["pending"]
    assert story.ruling.pause is not None
