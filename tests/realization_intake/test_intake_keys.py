"""Keys and digests (delivery, law 8)."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.realization.intake import keys
from tests.realization_intake.builders import ANY_LINE, LINE, law


@law
@given(position=st.integers(1, 10**9))
def test_a_made_key_can_be_used_and_holds_only_letters_digits_and_a_dash(position: int) -> None:
    word = keys.random_word
    key = keys.made(word(keys.INSTALLATION_LENGTH), word(keys.TOKEN_LENGTH), position)
    assert keys.is_key(key)
    assert re.fullmatch(r"[A-Z0-9]{15}-[0-9]+", key)


def test_two_random_words_differ() -> None:
    assert len({keys.random_word(10) for _ in range(100)}) == 100


@law
@given(key=st.text())
def test_a_usable_key_has_the_length_that_afas_keeps_and_no_outer_blanks(key: str) -> None:
    assert keys.is_key(key) == (0 < len(key) <= 40 and key.isprintable() and key.strip() == key)


@law
@given(key=st.text())
def test_keys_are_compared_without_outer_blanks_and_case(key: str) -> None:
    assert keys.fold(f" {key} ") == keys.fold(key) == keys.fold(keys.fold(key))


@pytest.mark.parametrize(
    "other",
    [
        [{**LINE, "Qu": "4.0"}],
        [{**LINE, "Qu": "5.00"}],
        [{**LINE, "Ds": ""}],
        [LINE, LINE],
        [],
        [{name: value for name, value in LINE.items() if name != "Qu"}],
        [str(LINE)],
        [list(LINE.items())],
    ],
)
def test_other_content_has_another_digest(other: list[Any]) -> None:
    assert keys.digest("insert", other) != keys.digest("insert", [LINE])


def test_a_digest_knows_the_action_and_the_order_of_the_lines() -> None:
    lines = [LINE, {**LINE, "XpRe": "2"}]
    assert keys.digest("update", lines) != keys.digest("insert", lines) != keys.digest("insert", lines[::-1])


def test_a_number_counts_as_its_text() -> None:
    texts = {keys.digest("insert", [{"Qu": value}]) for value in ("4.00", Decimal("4.00"))}
    assert len(texts) == 1
    assert keys.digest("insert", [{"Ch": True}]) != keys.digest("insert", [{"Ch": "true"}])
    assert keys.digest("insert", [{"Ds": ["1"]}]) != keys.digest("insert", [{"Ds": '["1"]'}])


@law
@given(lines=st.lists(ANY_LINE, max_size=3))
def test_any_json_has_a_digest_and_always_the_same(lines: list[object]) -> None:
    assert keys.digest("insert", lines) == keys.digest("insert", lines)
    assert re.fullmatch("[0-9a-f]{64}", keys.digest("insert", lines))


def test_a_file_is_its_own_reference_for_each_action() -> None:
    assert keys.file_reference(b"a", "insert") == keys.file_reference(b"a", "insert")
    assert len({keys.file_reference(data, action) for data in (b"a", b"b") for action in ("insert", "update")}) == 4
