"""Laws 9 and 10: a line that is found twice is told with all its Ids; every line is in one state at every moment."""

from tasks.realization.chunks import counts
from tasks.realization.words import Answer, LineState, Matter
from tests.realization.builders import LATER, LOST, NOON, SECOND, Story, created, error, row


def test_a_line_that_is_shown_more_than_once_is_applied_with_all_its_ids() -> None:
    story = Story("ab").send([0, 1], LOST)
    story.sees([0, 1], LATER, [row(story.lines[0], 7)])
    line = story.lines[0]
    assert (line.state, line.afas_ids) == (LineState.APPLIED, ("20000", "20007"))
    assert line.message == "duplicate: 20000, 20007"
    assert [(one.matter, one.afas_ids) for one in story.ruling.told] == [(Matter.DUPLICATE, ("20000", "20007"))]


def test_a_line_applied_by_its_answer_and_shown_twice_is_told_once() -> None:
    story = Story("a")
    story.send([0], created(story.lines[0])).sees([0], LATER, [row(story.lines[0], 7)])
    assert story.lines[0].afas_ids == ("20000", "20007")
    assert story.ruling.told
    assert not story.sees([0], LATER + SECOND, [row(story.lines[0], 7)]).ruling.told


def test_a_late_success_that_names_another_id_of_a_line_that_was_shown_adds_it_to_the_message() -> None:
    story = Story("a").send([0], LOST).sees([0])
    answer = Answer(LATER, status=201, own=True, named=((story.lines[0].key, "20007"),))
    story.send([0], answer)
    assert story.lines[0].afas_ids == ("20000", "20007")
    assert story.lines[0].message == "duplicate: 20000, 20007"
    assert [one.matter for one in story.ruling.told] == [Matter.DUPLICATE]


def test_two_rows_that_a_line_may_be_are_both_named_though_one_differs() -> None:
    story = Story("a").send([0], LOST)
    other = row(story.lines[0], 7)
    other.values["EmId"] = "z"  # type: ignore[index]
    assert story.sees([0], LATER, [other]).lines[0].state == LineState.APPLIED


def test_the_nine_states_add_up_to_the_batch() -> None:
    story = Story("abc").send([0, 1], error()).sees([0], NOON + SECOND)
    found = counts(story.lines)
    assert len(found) == 9
    assert sum(found.values()) == 3
    assert (found[LineState.APPLIED], found[LineState.SUSPECT], found[LineState.PENDING]) == (1, 1, 1)
