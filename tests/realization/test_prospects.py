"""What is expected of a batch's other lines: how many go at once, and which go last."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tasks.realization import fields
from tasks.realization.chunks import Turn, next_attempt, next_step
from tasks.realization.decisions import Send, Wait
from tasks.realization.prospects import ALLOWED, CAREFUL, LEAST, SPARE, UNKNOWN, Prospects, prospects, shared
from tasks.realization.words import Purpose
from tests.realization.builders import LATER, NOON, SECOND, Story, error

MOST = 500


def failed(count: int) -> list[dict[str, str]]:
    """Lines that have nothing in common."""
    return [{"EmId": str(number), "PrId": f"P{number}"} for number in range(count)]


def turn(story: Story, found: Prospects, *, fresh_left: int = 1) -> Turn:
    return replace(story.turn(fresh_left=fresh_left), prospects=found)


@given(st.integers(0, 5000), st.integers(0, 500), st.integers(0, 20_000))
def test_an_attempt_is_cut_where_errors_are_many_and_never_below_its_least(applied: int, bad: int, left: int) -> None:
    found = prospects(applied, failed(bad), [])
    size = found.size(MOST, left)
    if bad < 10:
        assert size == MOST
    else:
        share = bad / (applied + bad)
        assert size <= max(LEAST, round(ALLOWED / share))
        assert size >= min(MOST, max(LEAST, round(CAREFUL / share)))
        assert size <= found.size(MOST, left + 100) <= MOST


def test_the_last_attempts_of_a_batch_carry_fewer_errors_for_all_else_waits_for_what_they_leave() -> None:
    found = Prospects(share=0.05)
    assert [found.size(MOST, left) for left in (20_000, 2_240, 1_600, 960, 0)] == [140, 140, 114, 80, 80]


@given(st.integers(1, MOST), st.integers(1, MOST), st.integers(0, 20_000), st.integers(0, 10**6))
def test_parts_are_equal_and_fit_into_an_attempt_and_are_at_most_a_little_larger_than_wanted(
    lines: int, most: int, left: int, millionths: int
) -> None:
    found = Prospects(millionths / 10**6)
    portion, size = found.portion(lines, most, left), found.size(most, left)
    parts = -(-lines // portion)
    assert 1 <= portion <= min(lines, most)
    assert portion - lines / parts < 1
    assert min(lines, size / 2) <= portion <= (1 + SPARE) * size + 1


def test_a_rest_of_a_quarter_of_an_attempt_goes_with_it_and_a_larger_one_makes_equal_parts() -> None:
    found = Prospects(share=0.05)
    assert found.size(MOST, 20_000) == 140
    assert [found.portion(lines, MOST, 20_000) for lines in (175, 176, 500)] == [175, 88, 125]


def test_a_chunk_that_was_too_large_is_not_made_larger_by_few_errors() -> None:
    assert prospects(990, failed(10), []).size(62, 20_000) == 62
    assert UNKNOWN.size(62, 20_000) == 62


def test_three_failed_lines_with_one_code_make_it_a_reason_and_two_do_not() -> None:
    lines = [{"EmId": "A ", "PrId": "1"}, {"EmId": "a", "PrId": "2"}, {"PrId": "1"}]
    assert shared(lines) == []
    assert shared([*lines, {"EmId": "a", "ItCd": None}]) == [("EmId", "a")]


def test_errors_with_a_known_reason_say_nothing_of_the_other_lines() -> None:
    bad = [{"EmId": "a"} for _ in range(40)]
    assert prospects(100, bad, []).size(MOST, 400) == LEAST
    assert prospects(100, bad, [("EmId", "a")]).size(MOST, 400) == MOST


def test_lines_with_a_code_that_failed_go_after_all_others_and_by_so_few_that_none_is_left_untried() -> None:
    story, found = Story("a" * 14 + "bb"), Prospects(0.0, frozenset({("EmId", "a")}))
    assert next_attempt(story.chunk, turn(story, found)) == Send((14, 15), Purpose.FRESH)
    story.send([14, 15], error()).sees([14, 15], NOON + SECOND)
    assert next_step(story.chunk, turn(story, found)) == Wait(None)
    assert next_attempt(story.chunk, turn(story, found, fresh_left=0)) == Send(tuple(range(10)), Purpose.FRESH)


def test_what_a_call_left_behind_is_looked_at_before_a_suspect_goes() -> None:
    story = Story("aabb").send([0, 1], error()).sees([0], NOON + SECOND)
    assert next_attempt(story.chunk, replace(story.turn(), fresh_left=1)) == Send((2, 3), Purpose.FRESH)
    story.send([2, 3], error(at=LATER))
    assert next_attempt(story.chunk, story.turn()) is None
    assert story.sees([0, 2, 3], LATER + SECOND).states() == ["applied", "suspect", "applied", "applied"]
    assert next_attempt(story.chunk, replace(story.turn(), untold=True)) is None
    assert next_attempt(story.chunk, story.turn()) == Send((1,), Purpose.SUSPECT)


CODES = st.frozensets(st.tuples(st.text(), st.text()))


@given(st.builds(Prospects, st.floats(0, 1), CODES), CODES)
def test_prospects_are_kept_as_they_are(found: Prospects, taken: frozenset[tuple[str, str]]) -> None:
    kept = fields.expected(found, taken)
    assert fields.prospects(kept).suspicious == found.suspicious
    assert abs(fields.prospects(kept).share - found.share) < 1e-6
    assert fields.taken(kept) == taken
    assert fields.taken(None) == set()


def test_of_a_batch_of_which_nothing_was_tried_the_best_is_expected() -> None:
    assert fields.prospects(None) == UNKNOWN
