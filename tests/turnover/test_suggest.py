"""What an unknown code probably means."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.turnover.suggest import Suggestion, SuggestionKind, suggest

CODES = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("code", "existing"),
    [("2606", "02606"), ("002606", "2606"), ("26 06", "2606"), ("2606", " 2606 "), ("k1", "K1"), ("0", "00")],
)
def test_a_code_that_differs_by_zeros_blanks_or_case_suggests_the_existing_one(code: str, existing: str) -> None:
    found = suggest(code, [("9999", "Kantine"), (existing, "Automaat Utrecht")])
    assert found == Suggestion(SuggestionKind.SPELLING, "Automaat Utrecht", existing)


@given(code=CODES, zeros=st.integers(0, 3), blanks=st.integers(0, 2))
def test_every_other_spelling_of_a_code_leads_to_it(code: str, zeros: int, blanks: int) -> None:
    other = "0" * zeros + code.swapcase() + " " * blanks
    found = suggest(other, [(code, "Kassa")])
    assert found == (None if other == code else Suggestion(SuggestionKind.SPELLING, "Kassa", code))


@pytest.mark.parametrize(("code", "existing"), [("2606", "2607"), ("2606", "26060"), ("10", "1"), ("0", "2606")])
def test_another_code_is_not_suggested(code: str, existing: str) -> None:
    assert suggest(code, [(existing, "Automaat")]) is None


@pytest.mark.parametrize("without", [None, "", "  "])
def test_the_only_register_without_external_id_is_suggested(without: str | None) -> None:
    found = suggest("2606", [("2600", "Kantine"), (without, "Nieuwe automaat")])
    assert found == Suggestion(SuggestionKind.WITHOUT_ID, "Nieuwe automaat")


def test_of_two_registers_without_external_id_the_one_that_names_the_code_is_suggested() -> None:
    found = suggest("2606", [(None, "Automaat 12606"), (None, "Automaat 2606, Utrecht")])
    assert found == Suggestion(SuggestionKind.WITHOUT_ID, "Automaat 2606, Utrecht")


def test_two_equal_candidates_suggest_nothing() -> None:
    assert suggest("2606", [(None, "Kantine"), (None, "Bar")]) is None
    assert suggest("2606", [(None, "Bar 2606"), (None, "Kantine 2606")]) is None


def test_another_spelling_goes_before_a_register_without_external_id() -> None:
    found = suggest("2606", [(None, "Automaat 2606"), ("02606", "Bar")])
    assert found == Suggestion(SuggestionKind.SPELLING, "Bar", "02606")


@pytest.mark.parametrize("code", ["", "  "])
def test_the_empty_code_suggests_nothing(code: str) -> None:
    assert suggest(code, [(None, "Kantine"), ("0", "Nul")]) is None


def test_a_code_with_signs_is_compared_as_text() -> None:
    assert suggest("2.06", [(None, "Kassa 2606"), (None, "Bar")]) is None
    assert suggest("(", [(None, "Kassa ("), (None, "Bar")]) == Suggestion(SuggestionKind.WITHOUT_ID, "Kassa (")
