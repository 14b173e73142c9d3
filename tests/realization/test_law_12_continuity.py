"""Law 12: a restored or copied database is older than AFAS."""

import pytest

from tasks.realization.calls import adopted
from tasks.realization.chunks import next_attempt, next_step
from tasks.realization.continuity import Continuity, Mark, continuity
from tasks.realization.decisions import Ask
from tests.realization.builders import LIMITS, NOON, SECOND, Story, created

OURS = Mark("ABCDE", 0, 7)


@pytest.mark.parametrize(
    ("outside", "said"),
    [
        ([OURS, OURS], Continuity.SEND),
        ([OURS, None], Continuity.WRITE),
        ([Mark("ABCDE", 0, 6), OURS], Continuity.WRITE),
        ([Mark("ABCDE", 0, 8), OURS], Continuity.STOP),
        ([Mark("OTHER", 0, 1), OURS], Continuity.STOP),
        ([None, Mark("ABCDE", 0, 8)], Continuity.STOP),
        ([Mark("ABCDE", 1, 2), None], Continuity.STOP),
        ([Mark("AAAAA", 0, 1), None], Continuity.STOP),
        ([None, None], Continuity.WRITE),
    ],
)
def test_another_installation_or_a_higher_number_outside_stops(outside: list[Mark | None], said: Continuity) -> None:
    assert continuity(OURS, outside) == said


def test_marks_of_before_an_adoption_stop_nothing() -> None:
    after = Mark("ABCDE", 1, 9)
    assert continuity(after, [Mark("ABCDE", 0, 12), after]) == Continuity.WRITE


def adopted_story(employees: str = "abc") -> Story:
    story = Story(employees)
    story.chunk = adopted(story.chunk, 9, NOON)
    return story


def test_after_an_adoption_every_unfinished_line_is_in_doubt_and_none_goes() -> None:
    story = Story("abc")
    story.send([0], created(story.lines[0]))
    story.chunk = adopted(story.chunk, 9, NOON)
    assert story.states() == ["applied", "in_doubt", "in_doubt"]
    assert next_attempt(story.chunk, story.turn(NOON)) is None


def test_an_adoption_counts_from_its_own_moment() -> None:
    story = adopted_story()
    at = NOON + LIMITS.in_doubt_after + LIMITS.lag
    assert next_step(story.chunk, story.turn(NOON)) == Ask(at)
    assert story.sees([], at - SECOND / 2).states() == ["in_doubt"] * 3
    assert story.sees([1], at).states() == ["suspect", "applied", "in_doubt"]


def test_the_order_of_adopted_lines_proves_nothing() -> None:
    assert not adopted_story("a" * 13).sees([12]).ruling.single
