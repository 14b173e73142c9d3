"""Without a read-back connector a person's word is all there is: it is asked for once of each line, and holds."""

from dataclasses import replace
from functools import partial

import pytest

from tasks.realization import resuming
from tests.realization_delivery import histories_stage
from tests.realization_delivery.histories import Change, History
from tests.realization_delivery.histories_people import LOOKS, Story
from tests.realization_delivery.histories_stage import Stage, stage

BLIND = History(staff=("a", "a", "a"), read_back=False, shows=frozenset(), chunk_lines=3, parallel=1)


class Spoken(Story):
    """A history in which somebody looks up each line in doubt when nothing moves any more."""

    words = 0

    def runs(self) -> None:
        """Until there is none."""
        self._rests()
        while doubted := [one for one in self.ledger.lines() if one.state == "in_doubt"]:
            self.words += 1
            assert self.words <= len(self.ledger.lines()), ("asked again", self.ledger.told())
            self.world.passes(self.world.now + LOOKS)
            self._says(doubted[0], forced=True)
            self._rests()
        assert not self.ledger.stopped()
        self.laws.at_the_end(overslept=False)

    def _rests(self) -> None:
        for message in list(self._unsent):
            self.world.starts(partial(self._submits, message))
        for _ in range(500):
            moved = self.world.step()
            self.laws.after_each_step(self.world.flying())
            if not moved:
                return
        raise AssertionError("never rests", self.ledger.told())


class Adopted(Spoken):
    """The same, after somebody took the empty ledger for the one that sends from now on."""

    def runs(self) -> None:
        """What services send comes in after that."""
        batches, self._unsent = self._unsent, []
        self._does(lambda: resuming.adopt()[1])
        self._rests()
        self._unsent = batches
        if self.history.changes:
            self._changes(0)
        super().runs()


class TakenAway(Spoken):
    """The same, but the connector is there until the first call's answer got lost."""

    def runs(self) -> None:
        """Until then, and after it."""
        for message in list(self._unsent):
            self.world.starts(partial(self._submits, message))
        while not any(one.answered_at for one in self.ledger.attempts()):
            assert self.world.step()
        self._configures(0)
        super().runs()


@pytest.fixture
def here(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Stage:
    assert sqlite
    monkeypatch.setattr(histories_stage, "Story", Spoken)
    return stage(monkeypatch)


def test_after_lost_answers_each_line_needs_one_word_and_nothing_stops(here: Stage) -> None:
    story = here.tells(replace(BLIND, faults=("lost_before", "lost_after", "lost_before")))
    assert [line.state for line in story.ledger.lines()] == ["applied"] * 3
    assert {notice.matter for notice in story.ledger.notices(0)} == {"lost"}


def test_of_a_call_with_many_lines_a_word_about_one_is_not_forgotten_for_the_others(
    here: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories_stage, "Story", TakenAway)
    story = here.tells(replace(BLIND, read_back=True, proven=True, faults=("lost_before", "locked")))
    assert [line.state for line in story.ledger.lines()] == ["applied"] * 3


@pytest.mark.parametrize("changes", [(), (Change("update", ((0, "Id"),), more=False),)])
def test_what_comes_in_after_an_adoption_is_looked_for_by_a_person(
    here: Stage, monkeypatch: pytest.MonkeyPatch, changes: tuple[Change, ...]
) -> None:
    monkeypatch.setattr(histories_stage, "Story", Adopted)
    story = here.tells(replace(BLIND, changes=changes, old=len(changes)))
    assert {line.state for line in story.ledger.lines()} == {"applied"}
    assert isinstance(story, Adopted)
    assert story.words == len(story.ledger.lines()) == 3 + len(changes)
