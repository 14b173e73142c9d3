import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator_tests.client import Rows, Serve

ROWS: Rows = [
    {"Code": "2600", "Datum": date(2026, 11, 19), "Bedrag": Decimal("10.50"), "Aantal": 1, "Naam": "Kas"},
    {"Code": "2601", "Datum": date(2026, 11, 20), "Bedrag": Decimal("-3.00"), "Aantal": 2, "Naam": "PIN, Utrecht"},
    {
        "Code": "2602",
        "Datum": datetime.fromisoformat("2026-11-20T23:59:59"),
        "Bedrag": Decimal(9),
        "Aantal": 3,
        "Naam": "Automaat",
    },
    {"Code": "2603", "Datum": date(2026, 11, 21), "Bedrag": None, "Aantal": 4, "Naam": None},
    {"Code": None, "Datum": None, "Bedrag": Decimal("10.5"), "Aantal": 5, "Naam": ""},
]


def numbers(rows: Rows) -> list[int]:
    return sorted(row["Aantal"] for row in rows)


def as_json(*groups: list[tuple[str, str, str]]) -> str:
    filters = [
        {
            "@FilterId": f"Filter {number}",
            "Field": [{"@FieldId": field, "@OperatorType": kind, "#text": text} for field, kind, text in group],
        }
        for number, group in enumerate(groups, 1)
    ]
    return json.dumps({"Filters": {"Filter": filters}})


OPERATORS = [
    ("Code", "1", "2601", [2]),
    ("Bedrag", "1", "10.5", [1, 5]),
    ("Bedrag", "2", "9", [1, 3, 5]),
    ("Bedrag", "3", "9.00", [2, 3]),
    ("Bedrag", "4", "9", [1, 5]),
    ("Bedrag", "5", "9", [2]),
    ("Naam", "6", "AUT", [3]),
    ("Code", "7", "2601", [1, 3, 4]),
    ("Naam", "8", "", [4, 5]),
    ("Naam", "9", "", [1, 2, 3]),
    ("Naam", "10", "ka", [1]),
    ("Naam", "11", "a", [2, 5]),
    ("Naam", "12", "Pin", [1, 3, 5]),
    ("Naam", "13", "s", [1]),
    ("Naam", "14", "s", [2, 3, 5]),
    ("Naam", "15", "maat", [3]),
]


@pytest.mark.parametrize(("field", "operator", "value", "expected"), OPERATORS)
def test_every_operator_selects_its_rows(
    serve: Serve, field: str, operator: str, value: str, expected: list[int]
) -> None:
    _, client = serve(ROWS)
    assert numbers(client.filtered(field, operator, value).rows) == expected
    in_json = client.get(filterjson=as_json([(field, operator, value)]))
    assert numbers(in_json.rows) == expected


def test_a_day_is_from_its_midnight_to_before_the_next(serve: Serve) -> None:
    _, client = serve(ROWS)
    answer = client.filtered("Datum,Datum", "2,5", "2026-11-20T00:00:00,2026-11-21T00:00:00")
    assert numbers(answer.rows) == [2, 3]


@pytest.mark.parametrize("value", ["2026-11-20T00:00:00Z", "2026-11-20", "20-11-2026", "2026-13-01T00:00:00"])
def test_a_date_in_another_form_is_an_error(serve: Serve, value: str) -> None:
    _, client = serve(ROWS)
    assert client.filtered("Datum", "2", value).status == 500


def test_a_comma_is_and_a_semicolon_is_or(serve: Serve) -> None:
    _, client = serve(ROWS)
    answer = client.filtered("Code,Bedrag;Code", "1,4;1", "2600,0;2603")
    assert numbers(answer.rows) == [1, 4]


def test_a_row_that_passes_two_groups_comes_once(serve: Serve) -> None:
    _, client = serve(ROWS)
    assert numbers(client.filtered("Code;Aantal", "1;1", "2600;1").rows) == [1]


def test_the_server_decodes_before_it_splits_so_an_encoded_comma_splits_too(serve: Serve) -> None:
    _, client = serve(ROWS)
    assert (
        client.path("connectors/Omzet?filterfieldids=Naam&operatortypes=1&filtervalues=PIN%2C%20Utrecht").status == 500
    )
    answer = client.get(filterjson=as_json([("Naam", "1", "PIN, Utrecht")]))
    assert numbers(answer.rows) == [2]


def test_in_filterjson_fields_are_and_filters_are_or(serve: Serve) -> None:
    _, client = serve(ROWS)
    both = as_json([("Code", "2", "2600"), ("Bedrag", "5", "0")], [("Aantal", "1", "5")])
    assert numbers(client.get(filterjson=both).rows) == [2, 5]


def test_filterjson_takes_an_object_for_a_list_of_one(serve: Serve) -> None:
    _, client = serve(ROWS)
    one: dict[str, Any] = {"@FieldId": "Code", "@OperatorType": 1, "#text": "2600"}
    text = json.dumps({"Filters": {"Filter": {"@FilterId": "Filter 1", "Field": one}}})
    assert numbers(client.get(filterjson=text).rows) == [1]


@pytest.mark.parametrize("text", ["{", "[]", '{"Filters":{}}'])
def test_a_filterjson_that_can_not_be_read_is_an_error(serve: Serve, text: str) -> None:
    _, client = serve(ROWS)
    assert client.get(filterjson=text).status == 500


@pytest.mark.parametrize(
    ("fields", "operators", "values"),
    [
        ("Code,Naam", "1,9", "2600"),
        ("Code", "1,1", "2600"),
        ("Code", "16", "2600"),
        ("Code", "", "2600"),
        ("Aantal", "1", "x"),
    ],
)
def test_a_filter_that_does_not_fit_together_is_an_error(
    serve: Serve, fields: str, operators: str, values: str
) -> None:
    _, client = serve(ROWS)
    assert client.filtered(fields, operators, values).status == 500


def test_not_empty_still_takes_an_empty_value_beside_others(serve: Serve) -> None:
    _, client = serve(ROWS)
    assert numbers(client.filtered("Naam,Aantal", "9,4", ",1").rows) == [2, 3]


@pytest.mark.parametrize("field", ["Niets", "Naam.Kort"])
def test_an_unknown_field_and_one_with_a_dot_are_not_found(serve: Serve, field: str) -> None:
    _, client = serve(ROWS)
    assert client.filtered(field, "1", "x").message == f"Connector field '{field}' not found"


def test_a_date_shown_as_text_is_filtered_as_text(serve: Serve) -> None:
    _, client = serve(ROWS, dates="dutch")
    assert numbers(client.filtered("Datum", "1", "20-11-2026").rows) == [2, 3]
    assert numbers(client.filtered("Datum,Datum", "2,5", "2026-11-20T00:00:00,2026-11-21T00:00:00").rows) == []


def test_the_filter_may_be_ignored(serve: Serve) -> None:
    _, client = serve(ROWS, filter_ignored=True)
    assert numbers(client.filtered("Code", "1", "2600").rows) == [1, 2, 3, 4, 5]


def test_row_authorisation_hides_rows_without_a_word(serve: Serve) -> None:
    _, client = serve(ROWS, hidden_codes=["2601", "2602"], codes="padded")
    assert numbers(client.get().rows) == [1, 4, 5]


@pytest.mark.parametrize(("length", "status"), [(2049, 200), (2050, 404)])
def test_the_query_part_may_be_2049_characters_with_its_question_mark(serve: Serve, length: int, status: int) -> None:
    _, client = serve(ROWS)
    query = "?take=1&pad="
    assert client.path("connectors/Omzet" + query + "x" * (length - len(query))).status == status
