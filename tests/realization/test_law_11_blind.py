"""Law 11 where the read-back connector is gone: nothing can show any more what a call left behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tasks.realization.chunks import next_attempt
from tasks.realization.decisions import Send
from tasks.realization.words import Answer, LineState, Purpose, Trust
from tests.realization.builders import LATER, LOST, NOON, SURE, Story, error


@pytest.mark.parametrize(("staff", "goes"), [("a", False), ("aa", True)])
def test_without_a_connector_nothing_goes_again_that_only_an_unwitnessed_view_called_absent(
    staff: str, *, goes: bool
) -> None:
    story = Story(staff, SURE).send(range(len(staff)), LOST)
    story.sees([1] if goes else [], NOON + timedelta(hours=1))
    assert story.states()[0] == "suspect"
    assert next_attempt(story.chunk, story.turn()) is not None
    story.trust = replace(story.trust, read_back=False)
    assert (next_attempt(story.chunk, story.turn()) is not None) == goes


def test_without_a_connector_a_persons_word_holds_also_when_somebody_has_the_record_open() -> None:
    story = Story("a", Trust(read_back=False)).send([0], LOST)
    assert story.states() == ["in_doubt"]
    said = story.lines[0]._replace(state=LineState.SUSPECT, goes_as=Purpose.CANARY, witnessed=True, matter=None)
    calls = tuple(replace(call, judged=True) for call in story.chunk.attempts)
    story.chunk = replace(story.chunk, lines=(said,), attempts=calls)
    story.send([0], error("geblokkeerd door een andere gebruiker", LATER), Purpose.CANARY)
    assert story.states() == ["suspect"]
    assert next_attempt(story.chunk, story.turn(LATER + timedelta(hours=1))) is not None


def said_absent(story: Story, number: int) -> None:
    line = story.lines[number]._replace(state=LineState.SUSPECT, goes_as=Purpose.CANARY, witnessed=True, matter=None)
    story.chunk = replace(story.chunk, lines=tuple(line if one.id == line.id else one for one in story.lines))


def test_without_a_connector_a_persons_word_about_one_line_needs_none_about_the_others_of_its_call() -> None:
    story = Story("ab", Trust(read_back=False)).send([0, 1], LOST)
    said_absent(story, 1)
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.CANARY)


def test_without_a_connector_what_was_too_large_may_still_be_there_from_an_earlier_call() -> None:
    story = Story("a", SURE).send([0], LOST).sees([], NOON + timedelta(hours=1))
    story.trust = replace(story.trust, read_back=False)
    assert story.send([0], Answer(LATER, status=413, text="too large"), Purpose.CANARY).states() == ["in_doubt"]
