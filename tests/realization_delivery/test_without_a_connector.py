"""Without a read-back connector a person's word is all there is: it is asked for once of each line, and holds."""

from collections.abc import Iterator
from functools import partial

import pytest

from tasks.realization import resuming
from tests.realization_delivery import histories_stage
from tests.realization_delivery.histories import History
from tests.realization_delivery.histories_people import LOOKS, Story
from tests.realization_delivery.histories_stage import Stage, stage

STAFF = ("a", "a", "a")
BLIND = {"staff": STAFF, "read_back": False, "shows": frozenset[str](), "chunk_lines": 3, "parallel": 1}


class Spoken(Story):
    """A history in which somebody looks up each line in doubt when nothing moves any more."""

    words = 0
    adopts = False

    def runs(self) -> None:
        """Until there is none."""
        if self.adopts:
            self._services, self._unsent = self._services[:0], []
            self._does(lambda: resuming.adopt()[1])
            self._rests()
            self._unsent = self._batches()
        self._rests()
        while doubted := [one for one in self.ledger.lines() if one.state == "in_doubt"]:
            self.words += 1
            assert self.words <= len(STAFF), ("asked again", self.ledger.told())
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


@pytest.fixture
def here(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    assert sqlite
    monkeypatch.setattr(histories_stage, "Story", Spoken)
    with stage(monkeypatch) as made:
        yield made


def test_after_lost_answers_each_line_needs_one_word_and_nothing_stops(here: Stage) -> None:
    story = here.tells(History(**BLIND, faults=("lost_before", "lost_after", "lost_before")))  # type: ignore[arg-type]
    assert [line.state for line in story.ledger.lines()] == ["applied"] * 3
    assert {notice.matter for notice in story.ledger.notices(0)} == {"lost"}


def test_what_comes_in_after_an_adoption_is_looked_for_by_a_person(
    here: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Spoken, "adopts", True)
    story = here.tells(History(**BLIND))  # type: ignore[arg-type]
    assert [line.state for line in story.ledger.lines()] == ["applied"] * 3
