"""Law 3: the first ten missing are suspects; too many before a visible line, and order or view are broken."""

from tasks.realization.chunks import next_attempt
from tasks.realization.decisions import Send
from tasks.realization.missing import group, resolved
from tasks.realization.trust import View, view
from tasks.realization.words import Attempt, Chunk, Line, LineState, Matter, Purpose, ReadBack, Trust
from tests.realization.builders import LATER, LOST, NOON, SECOND, Story, created, error, row
from tests.realization.properties import lines_of


def test_fewer_than_ten_missing_were_all_tried() -> None:
    story = Story("a" * 20).send(range(20), error()).sees(range(9, 20))
    assert story.states() == ["suspect"] * 9 + ["applied"] * 11


def test_of_more_than_ten_missing_the_first_ten_are_suspects_in_the_order_they_were_sent() -> None:
    story = Story("a" * 20).send([*range(10, 20), *range(10)], error()).sees([10, 11])
    assert story.states(*range(12, 20), 0, 1) == ["suspect"] * 10
    assert story.states(*range(2, 10)) == ["in_doubt"] * 8


def test_of_ten_missing_none_was_left_untried() -> None:
    story = Story("a" * 12).send(range(12), error()).sees([0, 1])
    assert {line.goes_as for line in story.lines[2:]} == {Purpose.SUSPECT}


def test_more_than_ten_missing_before_a_visible_line_are_told_and_go_one_by_one() -> None:
    for answer in (error(), LOST):
        story = Story("a" * 13).send(range(13), answer).sees([0, 12])
        assert story.ruling.single
        assert [one.matter for one in story.ruling.told] == [Matter.ORDER]
        assert story.states() == ["applied", "suspect", *["in_doubt"] * 10, "applied"]
        assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.CANARY)


def test_ten_missing_before_a_visible_line_break_nothing() -> None:
    story = Story("a" * 13).send(range(13), error()).sees([0, 1, 12])
    assert not story.ruling.single


def test_no_witness_counts_where_the_order_is_broken() -> None:
    story = Story("a" * 14).send(range(14), LOST).sees([13])
    story.send([0], created(story.lines[0], at=LATER), Purpose.CANARY).sees([0, 13], LATER + SECOND)
    assert story.states(0, 1) == ["applied", "suspect"]
    assert "pending" not in story.states()


def test_no_witness_counts_while_the_organisation_sends_one_line_a_call() -> None:
    line = lines_of("a")[0]
    found = view(ReadBack(LATER, (row(line),)), [line], Trust(proven=True, single=True))
    assert found is not None
    assert found.witnesses == frozenset()


def test_where_the_view_is_broken_the_organisation_sends_one_line_a_call() -> None:
    story = Story("abc")
    story.trust = type(story.trust)(proven=True, single=True)
    assert next_attempt(story.chunk, story.turn()) == Send((0,), Purpose.FRESH)


def test_after_a_success_nothing_goes_singly_even_when_the_view_is_broken() -> None:
    story = Story("a" * 13)
    story.send(range(13), error().__class__(LATER, status=201, own=True)).sees([12], LATER + SECOND)
    assert story.ruling.single
    assert story.states() == ["in_doubt"] * 12 + ["applied"]
    assert next_attempt(story.chunk, story.turn()) is None


def test_in_a_broken_view_no_witness_counts_for_the_first_canary_either() -> None:
    lines = [Line(n, f"K{n}", {"EmId": "a"}, LineState.SENT if n < 12 else LineState.APPLIED) for n in range(13)]
    call = Attempt(1, tuple(range(13)), NOON, answer=error("own"))
    view = View(LATER, witnesses=frozenset("a"))
    found = group(Chunk(1, tuple(lines), (call,)), call, view)
    assert found.broken
    assert not any(line.witnessed for line in resolved(found, view))
