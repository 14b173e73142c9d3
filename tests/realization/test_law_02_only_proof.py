"""Law 2: only proof moves a line."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tasks.realization.chunks import next_step
from tasks.realization.trust import View, same, view
from tasks.realization.words import Answer, Line, LineState, Matter, Reach, ReadBack, Row
from tests.realization.builders import LATER, LIMITS, LOST, NOON, SECOND, SURE, Story, created, error, row

ABSENT_FROM = NOON - SECOND + LIMITS.in_doubt_after


def test_a_success_applies_the_lines_that_it_names_and_no_other() -> None:
    story = Story("aaa")
    story.send([0, 1, 2], created(story.lines[2], story.lines[0]))
    assert story.states() == ["applied", "sent", "applied"]
    assert [line.afas_ids for line in story.lines] == [("20000",), (), ("20002",)]


def test_a_success_of_one_line_needs_no_name() -> None:
    assert Story("a").send([0], Answer(NOON, status=201, own=True)).states() == ["applied"]


def test_a_success_is_recorded_by_whoever_has_it() -> None:
    story = Story("a").send([0], LOST).sees([], ABSENT_FROM + SECOND)
    assert story.states() == ["suspect"]
    assert story.send([0], created(story.lines[0])).states() == ["applied"]


def test_a_success_moves_no_line_that_has_its_end() -> None:
    story = Story("a")
    story.chunk = replace(story.chunk, lines=(story.lines[0]._replace(state=LineState.REFUSED),))
    assert story.send([0], created(story.lines[0])).states() == ["refused"]


def test_names_are_matched_trimmed_and_in_any_case() -> None:
    story = Story("aa")
    story.send([0, 1], Answer(NOON, status=201, own=True, named=((" k0 ", "1"), ("k1", "2"))))
    assert [line.afas_ids for line in story.lines] == [("1",), ("2",)]


def test_after_a_success_no_line_goes_back() -> None:
    story = Story("aa")
    story.send([0, 1], created(story.lines[0])).sees([0])
    assert story.states() == ["applied", "in_doubt"]
    assert [one.matter for one in story.ruling.told] == [Matter.UNNAMED]
    assert next_step(story.chunk, story.turn()) is None
    assert story.sees([0, 1]).states() == ["applied", "applied"]


def test_presence_needs_no_trust() -> None:
    story = Story("a").send([0], LOST)
    found = View(ABSENT_FROM, {"k0": (row(story.lines[0]),)}, stop=None)
    assert story.judged(found).states() == ["applied"]


def test_a_row_of_a_line_that_we_deleted_proves_neither_presence_nor_absence() -> None:
    story = Story("aaa").send([0, 1], LOST)
    old = row(story.lines[0])._replace(gone=True)
    late, other = ABSENT_FROM + SECOND, row(story.lines[2])._replace(gone=True)
    assert story.judged(View(late, {"k0": (old,), "k2": (other,)})).states() == ["in_doubt", "in_doubt", "pending"]
    assert not any(call.judged for call in story.chunk.attempts)
    assert story.judged(View(late, {"k0": (old, row(story.lines[0]))})).lines[0].afas_ids == ("20000",)
    assert story.lines[0].matter is None


def test_what_is_seen_before_the_call_had_ended_moves_nothing() -> None:
    story = Story("aa").send([0, 1], LOST).sees([0], ABSENT_FROM - SECOND)
    assert story.states() == ["in_doubt", "in_doubt"]


def test_an_incomplete_read_back_is_worth_nothing() -> None:
    assert view(ReadBack(LATER, complete=False), [], SURE) is None


def test_absence_counts_only_the_lag_after_the_answer() -> None:
    story = Story("aaa").send([0, 1, 2], error()).sees([0], NOON + SECOND / 2)
    assert story.states() == ["applied", "sent", "sent"]
    assert story.sees([0], NOON + SECOND).states() == ["applied", "suspect", "suspect"]


@pytest.mark.parametrize(
    "answer",
    [
        LOST,
        None,
        Answer(NOON, status=502),
        Answer(NOON, status=504),
        Answer(NOON, status=503),
        Answer(NOON, status=429),
        Answer(NOON, status=302),
        Answer(NOON, status=200),
        Answer(NOON, status=201),
        Answer(NOON, status=500),
        error("De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."),
    ],
)
def test_absence_after_an_unknown_outcome_counts_only_from_absent_from(answer: Answer | None) -> None:
    story = Story("ab").send([0, 1], answer)
    before = story.states()
    assert story.sees([], ABSENT_FROM + SECOND / 2).states() == before
    assert story.sees([], ABSENT_FROM + SECOND).states() == ["suspect", "in_doubt"]


def test_absence_waits_for_every_call_that_carried_the_line() -> None:
    story = Story("a").send([0], LOST).sees([], ABSENT_FROM + SECOND)
    late = ABSENT_FROM + timedelta(minutes=5)
    story.send([0], error(at=late))
    calls = (replace(story.chunk.attempts[0], late_at=late), story.chunk.attempts[1])
    story.chunk = replace(story.chunk, attempts=calls)
    assert story.sees([], late + SECOND).states() == ["suspect"]
    assert story.sees([], late + LIMITS.in_doubt_after + SECOND).states() == ["refused"]


def test_a_row_that_differs_leaves_its_line_in_doubt_and_it_is_never_sent() -> None:
    story = Story("ab").send([0, 1], LOST)
    other = row(story.lines[0])._replace(values={"EmId": "z"})
    story.sees([1], ABSENT_FROM + SECOND, [other])
    assert story.states() == ["in_doubt", "applied"]
    assert [one.matter for one in story.ruling.told] == [Matter.KEY_COLLISION]
    assert next_step(story.chunk, story.turn()) is None


def test_a_line_that_stands_there_already_is_applied_and_not_sent() -> None:
    assert Story("a").sees([0]).states() == ["applied"]


@pytest.mark.parametrize(
    ("shown", "equal"),
    [
        ({"EmId": " E1 ", "Qu": Decimal("4.0"), "DaTi": date(2026, 11, 20), "ItCd": "300"}, True),
        ({}, True),
        ({"EmId": "E2"}, False),
        ({"Qu": Decimal(5)}, False),
        ({"DaTi": date(2026, 11, 21)}, False),
        ({"ItCd": "0300"}, False),
        ({"EmId": None}, False),
    ],
)
def test_a_row_is_the_line_by_those_fields_that_are_shown(shown: dict[str, object], *, equal: bool) -> None:
    values = {"EmId": "e1", "Qu": Decimal("4.00"), "DaTi": date(2026, 11, 20), "ItCd": "300"}
    assert same(Line(1, "K", values), Row("7", "K", shown)) == equal  # type: ignore[arg-type]
    assert same(Line(1, "K"), Row("7", "K", {"EmId": "given by AFAS"}))


def test_not_executed_gives_lines_back_to_what_they_were() -> None:
    for answer in (Answer(NOON, Reach.UNREACHABLE), Answer(NOON, status=401), Answer(NOON, status=413)):
        assert Story("ab").send([0, 1], answer).states() == ["pending", "pending"]
    story = Story("ab").send([0, 1], error()).sees([0])
    assert story.send([1], Answer(LATER, status=404)).states() == ["applied", "suspect"]
