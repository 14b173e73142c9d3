"""A line is invalid only for what is certain, and says field, value and remedy."""

from decimal import Decimal
from typing import Any

import pytest

from tasks.realization.intake.fields import shipped
from tasks.realization.intake.rules import validate
from tasks.realization.intake.values import as_text
from tests.realization_intake.builders import CUSTOM, LINE, insert, judge, order, wrong_fields
from workers import texts
from workers.texts import text


def test_a_good_line_is_valid_and_travels_as_it_was_given() -> None:
    judged = judge(LINE)
    assert not judged.invalid
    assert judged.fields == {**LINE, "VaIt": "1"}
    assert judged.key == "na-12-gw"
    assert judged.hints == ()


def test_no_field_is_added_but_the_key_and_the_item_type() -> None:
    bare = {"DaTi": "2026-11-20", "ItCd": "300"}
    assert judge(bare).fields == {**bare, "XpRe": "ABCDE0123456789-1", "VaIt": "1"}


@pytest.mark.parametrize(
    "fields",
    [
        {"Qu": Decimal("4.00")},
        {"Qu": 4},
        {"Qu": "-.5"},
        {"Qu": "1e3"},
        {"Qu": ""},
        {"ItCd": 300},
        {"VaIt": 6},
        {"EnSe": "12"},
        {"EnSe": 12.0},
        {"Ch": True},
        {"Ch": "False"},
        {"Ch": "1"},
        {"Ch": 0},
        {"DaTi": "2026-11-20T00:00:00Z"},
        {"StTi": "09:30:00"},
        {"StTi": "2026-11-20T09:30:00"},
        {"CoTy": "MA"},
        {"CoTy": ""},
        {"Ds": "é" * 255},
        {"Ds": "two\nlines\tand {braces}"},
        {"DiRe": "plain text, no base64"},
        {"UseSetImport": True},
        {CUSTOM: "anything"},
        {CUSTOM.lower().replace("u", "U", 1): Decimal("1.5")},
    ],
)
def test_what_afas_may_take_is_not_refused(fields: dict[str, Any]) -> None:
    judged = insert(**fields)
    assert judged.message == ""
    name, value = next(iter(fields.items()))
    assert judged.fields[name] == value
    assert isinstance(judged.fields[name], Decimal if isinstance(value, float) else type(value))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("Qu", "4,00", "1234.50"),
        ("Qu", "1.088,10", "1234.50"),
        ("Qu", True, "1234.50"),
        ("Qu", Decimal("1e+99999"), "1234.50"),
        ("Qu", "1e99999", "1234.50"),
        ("Qu", float("nan"), "1234.50"),
        ("EnSe", "12.5", "cijfers"),
        ("EnSe", 12.5, "cijfers"),
        ("Ch", "ja", "true of false"),
        ("Ch", 2, "true of false"),
        ("DaTi", "20-11-2026", "jjjj-mm-dd"),
        ("DaTi", "2026-02-30", "jjjj-mm-dd"),
        ("DaTi", 20261120, "jjjj-mm-dd"),
        ("StTi", "half ten", "jjjj-mm-ddTuu:mm:ss"),
        ("StTi", "25:00", "jjjj-mm-ddTuu:mm:ss"),
        ("EmId", "1234567890123456", "15"),
        ("EmId", True, "tekst"),
        ("ItCd", ["300"], "tekst"),
        ("Ds", "a\x00b", "eruit"),
        ("CoTy", "X", "A, O, MA, ME, OA"),
        ("VaIt", "3", "1, 2, 6"),
        ("VaIt", 14, "1, 2, 6"),
        ("VaIt", " 1", "1, 2, 6"),
        (CUSTOM, {"a": 1}, "true of false"),
        ("dati", "x", "DaTi"),
        ("Medewerker", "1000", "EmId"),
        ("Employee", "1000", "EmId"),
        ("Foo", "1", "naam"),
        ("U123", "1", "naam"),
        ("@Action", "delete", "naam"),
        ("force", "perhaps", "true of false"),
    ],
)
def test_a_wrong_value_names_field_value_and_remedy(field: str, value: object, told: str) -> None:
    judged = insert(**{field: value})
    assert wrong_fields(judged) == [field]
    assert judged.message.startswith(field)
    assert told in judged.message.partition(";")[2]
    assert as_text(value).replace("\x00", " ") in judged.message


def test_a_field_is_named_with_its_label_in_the_language_of_the_reader() -> None:
    assert "Qu (Aantal): " in insert(Qu="x").message
    texts.use("en")
    try:
        assert insert(Qu="x").message.startswith('Qu (Number): "x" is no number; ')
    finally:
        texts.use("nl")


@pytest.mark.parametrize("empty", [None, ""])
def test_an_insert_needs_a_date_and_an_item_but_no_item_type_or_employee(empty: str | None) -> None:
    judged = judge({"DaTi": empty, "ItCd": empty, "VaIt": empty, "XpRe": empty, "EmId": empty})
    assert wrong_fields(judged) == ["DaTi", "ItCd"]
    assert judged.fields["VaIt"] == "1"
    assert judged.key == judged.fields["XpRe"] == "ABCDE0123456789-1"


def test_a_missing_employee_is_a_hint_and_no_reason() -> None:
    judged = insert(EmId=None)
    assert not judged.invalid
    assert len(judged.hints) == 1
    for payer in ("UnEm", "CrId", "CcId"):
        assert insert(EmId=None, **{payer: "1"}).hints == ()


def test_a_charge_is_never_made_up() -> None:
    assert "Ch" not in judge(LINE).fields
    assert insert(Ch=False).fields["Ch"] is False


@pytest.mark.parametrize("key", ["k" * 41, " k", "k ", "a\tb", "a\u00a0b", True, ["k"]])
def test_a_key_that_afas_would_change_is_refused(key: object) -> None:
    judged = insert(XpRe=key)
    assert wrong_fields(judged) == ["XpRe"]
    assert judged.key is None


def test_a_key_of_one_and_of_forty_characters_will_do() -> None:
    for key in ("k", "k" * 40, "a b", 12345):
        assert insert(XpRe=key).key == str(key)


def test_the_first_valid_line_keeps_a_key_and_a_repetition_names_it() -> None:
    lines = [{**LINE, "Qu": "x"}, LINE, {**LINE, "XpRe": "NA-12-GW"}, {**LINE, "XpRe": "other"}]
    judged = validate(lines, order(), text)
    assert [one.invalid for one in judged] == [True, False, True, False]
    assert "regel 2" in judged[2].message
    assert "NA-12-GW" in judged[2].message


def test_the_shipped_list_is_whole_and_readable() -> None:
    fields = shipped().fields
    assert len(fields) == 101
    assert fields["EmId"].length == 15
    assert fields["DiRe"].kind == "text"
    assert all(one.labels["nl"] and one.labels["en"] for one in fields.values())
    assert shipped().labels["medewerker"] == shipped().labels["employee"] == "EmId"
    assert "(ongebruikt)" not in shipped().labels
