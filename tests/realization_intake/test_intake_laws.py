"""What holds of every batch, whatever JSON it is made of."""

import json
import time
from string import Formatter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from tasks.realization.intake import keys
from tasks.realization.intake.actions import ACTIONS
from tasks.realization.intake.demands import Order
from tasks.realization.intake.rules import Judged, validate
from tasks.realization.intake.values import LONGEST_SHOWN, shown
from tests.realization_intake.builders import ANY_LINE, LINE, NAMES, SCALARS, insert, judge, law, order, wrong_fields
from workers.columns import ExactJson
from workers.texts import TEXTS, text

ORDERS = st.builds(lambda action, later: order(action, later=later), st.sampled_from(ACTIONS), st.booleans())
KEYS = st.text("AaB b1", min_size=1, max_size=3)


def verdict(judged: Judged) -> tuple[object, ...]:
    return judged.reasons, judged.hints, judged.force


@law
@given(lines=st.lists(ANY_LINE, max_size=4), by=ORDERS)
@example(lines=[{"Ds": ["\ud800"]}], by=order())
def test_every_line_of_any_json_gets_its_verdict_in_order(lines: list[object], by: object) -> None:
    judged = validate(lines, by, text)  # type: ignore[arg-type]
    assert [one.position for one in judged] == list(range(1, len(lines) + 1))
    for one in judged:
        assert one.invalid == bool(one.message)
        assert "\n" not in one.message
        # What is kept can be stored and shown by anything that knows text.
        (json.dumps(dict(one.fields), ensure_ascii=False, default=str) + one.message).encode()


@law
@given(before=st.lists(ANY_LINE, max_size=3), line=ANY_LINE, after=st.lists(ANY_LINE, max_size=3), by=ORDERS)
def test_a_line_is_judged_by_itself(before: list[object], line: object, after: list[object], by: object) -> None:
    alone = judge(line, by=by)  # type: ignore[arg-type]
    among = validate([*before, line, *after], by, text)[len(before)]  # type: ignore[arg-type]
    if not (among.reasons and "is al de sleutel" in among.reasons[-1].text):
        assert verdict(among) == verdict(alone)


@law
@given(bad=ANY_LINE)
def test_a_bad_line_makes_no_good_one_invalid(bad: object) -> None:
    good = {**LINE, "XpRe": "one-that-no-other-has"}
    assert not validate([bad, good, bad], order(), text)[1].invalid


@law
@given(names=st.lists(KEYS, max_size=6))
def test_no_two_valid_lines_share_a_key(names: list[str]) -> None:
    judged = validate([{**LINE, "XpRe": name} for name in names], order(), text)
    good = [keys.fold(one.key) for one in judged if not one.invalid and one.key]
    assert len(good) == len(set(good))
    assert set(good) == {keys.fold(name) for name in names if keys.is_key(name)}


@law
@given(name=NAMES, value=SCALARS)
def test_a_reason_names_its_field_value_and_remedy(name: str, value: object) -> None:
    judged = insert(**{name: value}) if value is not None else insert()
    for reason in judged.reasons:
        head, _, remedy = reason.text.rpartition("; ")
        assert remedy
        assert reason.text.startswith(shown(reason.field))
        if not reason.text.startswith(("DaTi (Datum) ontbreekt", "ItCd (Itemcode) ontbreekt")):
            assert f'"{shown(value)}"' in head
            assert len(shown(value)) <= LONGEST_SHOWN


@law
@given(line=st.dictionaries(NAMES, SCALARS, max_size=6), by=ORDERS)
def test_the_order_of_the_fields_changes_neither_verdict_nor_digest(line: dict[str, object], by: object) -> None:
    turned = dict(reversed(line.items()))
    assert set(wrong_fields(judge(line, by=by))) == set(wrong_fields(judge(turned, by=by)))  # type: ignore[arg-type]
    assert keys.digest("insert", [line]) == keys.digest("insert", [turned])


@law
@given(line=ANY_LINE)
def test_judging_what_intake_made_of_a_good_line_changes_nothing_more(line: object) -> None:
    once = judge(line)
    if not once.invalid:
        twice = judge(once.fields)
        assert not twice.invalid
        # As text, for no decimal equals itself when it is no number.
        assert repr(twice.fields) == repr(once.fields)
        assert twice.key == once.key


@law
@given(line=ANY_LINE, by=ORDERS)
@example(line={**LINE, "Ds": ["a", "b"]}, by=order())
@example(line={**LINE, "Ds": "half \ud83d"}, by=order())
@example(line={**LINE, "Ds": {"unfit": "a"}}, by=order())
@example(line={**LINE, "XpRe": ["a"]}, by=order())
@example(line={**LINE, "force": "perhaps"}, by=order())
@example(line=[LINE], by=order())
def test_what_was_invalid_stays_so_when_it_is_judged_again_as_it_was_kept(line: object, by: Order) -> None:
    once = judge(line, by=by)
    column = ExactJson()
    dialect = sqlite.dialect()
    kept = column.process_result_value(column.process_bind_param(once.fields, dialect), dialect)
    again = judge({"force": once.force} | kept, by=by)
    if once.invalid:
        assert again.invalid
        assert isinstance(line, dict) or again.reasons[0].field == ""
    else:
        assert again.fields == kept


@pytest.mark.parametrize("key", [key for key in TEXTS if key.startswith("realization.invalid.")])
def test_every_text_of_a_wrong_value_has_a_place_for_it_and_a_remedy(key: str) -> None:
    for words in TEXTS[key]:
        places = {place for _, place, _, _ in Formatter().parse(words) if place}
        assert {"field", "value"} <= places or key == "realization.invalid.object"
        assert words.partition("; ")[2]


def test_twenty_thousand_lines_are_judged_well_under_two_seconds() -> None:
    lines = [
        {**LINE, "XpRe": f"na-{number}", "Ds": "werk", "Qu": "x" if number % 100 else "1"} for number in range(20_000)
    ]
    begun = time.process_time()
    judged = validate(lines, order(), text)
    assert time.process_time() - begun < 2
    assert sum(one.invalid for one in judged) == 19_800
