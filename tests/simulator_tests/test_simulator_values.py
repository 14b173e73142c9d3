from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator import Connector, Field, Switches
from tests.simulator_tests.client import Rows, Serve

ROW: Rows = [{"Code": "2606", "Datum": date(2026, 3, 1), "Bedrag": Decimal("-1088.10"), "Aantal": 2, "Naam": 'Kas "é"'}]


def body(serve: Serve, row: dict[str, object], **switches: object) -> str:
    _, client = serve([row], **switches)
    return client.get().body.decode().partition('"rows":[')[2].removesuffix("]}")


def test_a_row_is_written_exactly(serve: Serve) -> None:
    expected = r'{"Code":"2606","Datum":"2026-03-01T00:00:00Z","Bedrag":-1088.10,"Aantal":2,"Naam":"Kas \"é\""}'
    assert body(serve, ROW[0]) == expected


def test_a_field_without_value_is_null_and_its_key_is_there(serve: Serve) -> None:
    assert body(serve, {}) == '{"Code":null,"Datum":null,"Bedrag":null,"Aantal":null,"Naam":null}'


def test_null_keys_may_be_left_out(serve: Serve) -> None:
    assert body(serve, {"Aantal": 0}, nulls_left_out=True) == '{"Aantal":0}'


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_an_amount_keeps_every_digit(amount: Decimal) -> None:
    table = Connector("A", [Field("Bedrag", "decimal")], [{"Bedrag": amount}]).table(Switches().style())
    written = table.rendered[0].decode().removeprefix('{"Bedrag":').removesuffix("}")
    assert Decimal(written).as_tuple() == amount.as_tuple()


@pytest.mark.parametrize(
    ("amounts", "amount", "written"),
    [
        ("number", "-0.50", "-0.50"),
        ("leading_dot", "-0.50", "-.50"),
        ("leading_dot", "10.50", "10.50"),
        ("float_dirt", "0.3", "0.30000000000000004"),
        ("text_english", "1088.10", '"1088.10"'),
        ("text_dutch", "-1234567.80", '"-1.234.567,80"'),
        ("text_dutch", "0.5", '"0,5"'),
    ],
)
def test_amounts_come_in_every_known_notation(serve: Serve, amounts: str, amount: str, written: str) -> None:
    assert f'"Bedrag":{written},' in body(serve, {"Bedrag": Decimal(amount)}, amounts=amounts)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_float_dirt_is_gone_when_rounded_to_four_decimals(amount: Decimal) -> None:
    table = Connector("A", [Field("B", "decimal")], [{"B": amount}]).table(Switches().style("float_dirt"))
    written = Decimal(table.rendered[0].decode().removeprefix('{"B":').removesuffix("}"))
    assert written != amount
    assert round(written, 4) == amount


@pytest.mark.parametrize(("codes", "written"), [("text", '"2606"'), ("number", "2606"), ("padded", '" 2606 "')])
def test_codes_come_as_text_number_or_padded(serve: Serve, codes: str, written: str) -> None:
    assert f'"Code":{written},' in body(serve, ROW[0], codes=codes)


@pytest.mark.parametrize(
    ("given_date", "iso", "dutch"),
    [
        (date(2026, 3, 1), "2026-03-01T00:00:00Z", "01-03-2026"),
        (datetime.fromisoformat("2026-03-01T23:59:00"), "2026-03-01T23:59:00Z", "01-03-2026"),
        ("2026-03-01", "2026-03-01T00:00:00Z", "01-03-2026"),
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "01-03-2026"),
        ("onleesbaar", "onleesbaar", "onleesbaar"),
    ],
)
def test_dates_come_as_iso_or_dutch_text_and_unreadable_ones_as_given(
    serve: Serve, given_date: object, iso: str, dutch: str
) -> None:
    assert f'"Datum":"{iso}",' in body(serve, {"Datum": given_date})
    assert f'"Datum":"{dutch}",' in body(serve, {"Datum": given_date}, dates="dutch")


def test_a_row_with_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="Bedrag holds the float"):
        Connector("A", [Field("Bedrag", "decimal")], [{"Bedrag": 0.1}])


@pytest.mark.parametrize(("name", "value"), [("datess", "iso"), ("dates", "french"), ("gzip", 1), ("page_limit", "9")])
def test_a_switch_or_value_that_does_not_exist_is_refused(name: str, value: object) -> None:
    with pytest.raises((AttributeError, ValueError), match=name):
        setattr(Switches(), name, value)
