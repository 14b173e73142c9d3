"""Arguments of messages that can't be meant: the task fails with one line that names them, and nothing is done."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.realization.intake.messages import misfits
from tasks.turnover.arguments import ArgumentError, look_at_order
from tasks.turnover.orders import UnknownRegisterError, WindowError
from tasks.turnover.tasks import import_organisation, import_register
from tests.turnover.builders import GUID, OTHER, Shop, everything, execute, sale
from workers.ledger.told import UnknownRunError
from workers.staff.lookup import UnknownOrganisationError

ORDERS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"organisation": 7}, ArgumentError, "organisation=7: geef de guid"),
    ({"organisation": OTHER}, UnknownOrganisationError, f"Organisatie {OTHER} is onbekend"),
    ({"organisation": "x\ny"}, UnknownOrganisationError, "Organisatie x y is onbekend"),
    ({"run": "1"}, ArgumentError, "run='1': geef het nummer"),
    ({"run": True}, ArgumentError, "run=True: geef het nummer"),
    ({"run": 1.0}, ArgumentError, "run=1.0: geef het nummer"),
    ({"run": 2**31}, ArgumentError, "run=2147483648: geef het nummer"),
    ({"run": 99}, UnknownRunError, "Run 99 bestaat niet"),
    ({"run": 1, "days_back": 3, "register": "2600"}, ArgumentError, "run=1: laat days_back, register weg"),
    ({"days_back": -40}, ArgumentError, "days_back=-40: geef een geheel aantal dagen, 0 of meer"),
    ({"days_back": "40"}, ArgumentError, "days_back='40': geef een geheel aantal dagen"),
    ({"days_back": True}, ArgumentError, "days_back=True: geef een geheel aantal dagen"),
    ({"date_from": "02-03-2026", "date_to": "2026-03-03"}, ArgumentError, "date_from='02-03-2026': geef een dag"),
    ({"date_from": "2026-03-02", "date_to": 20260303}, ArgumentError, "date_to=20260303: geef een dag"),
    ({"date_from": "2026-03-02"}, WindowError, "Geef de dagen als -40"),
    ({"register": ["2600"]}, ArgumentError, "register=['2600']: geef een kassacode"),
    ({"register": "260l"}, UnknownRegisterError, "Kassa 260l is in Staff onbekend (bedoeld is misschien 2600)"),
    ({"dayz": 3}, ArgumentError, "dayz: dit argument bestaat niet; de argumenten zijn organisation, run, days_back"),
    ({"dates": []}, ArgumentError, "dates: dit argument bestaat niet"),
    ({"register": "a\n" * 500}, UnknownRegisterError, "Kassa a a a"),
]
DAYS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"run": "1"}, ArgumentError, "run='1': geef het nummer"),
    ({"run": None}, ArgumentError, "run=None: geef het nummer"),
    ({"run": 99}, UnknownRunError, "Run 99 bestaat niet"),
    ({"register": 2600}, ArgumentError, "register=2600: geef een kassacode"),
    ({"dates": "2026-03-02"}, ArgumentError, "dates='2026-03-02': geef een lijst"),
    ({"dates": ["2026-03-02", "morgen"]}, ArgumentError, "dates=['2026-03-02', 'morgen']: geef een lijst"),
]
SCHEMA = json.loads(files("tasks.turnover").joinpath("schemas/turnover.import_organisation.json").read_text("utf-8"))
#: What it has no words for: to JSON Schema 1.0 is an integer, and it says of no name that it stands alone.
UNSAID: list[dict[str, Any]] = [{"run": 1.0}, {"run": 1, "days_back": 3, "register": "2600"}]
VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.dates().map(str) | st.lists(st.text())


def names(case: object) -> str:
    return str(case)[:40] if isinstance(case, dict) else ""


@pytest.mark.parametrize(("given", "kind", "told"), ORDERS, ids=names)
def test_an_order_that_cannot_be_meant_is_told_with_its_value_and_nothing_is_made(
    shop: Shop, given: dict[str, Any], kind: type[Exception], told: str
) -> None:
    shop.order()
    before = everything()
    with pytest.raises(kind) as error:
        import_organisation(**({"organisation": GUID} | given))
    assert str(error.value).startswith(told)
    assert str(error.value).isprintable()
    assert everything() == before
    assert shop.afas.asked == []


@pytest.mark.parametrize(("given", "kind", "told"), DAYS, ids=names)
def test_register_days_that_cannot_be_meant_are_told_with_their_value_and_not_written(
    shop: Shop, given: dict[str, Any], kind: type[Exception], told: str
) -> None:
    shop.order()
    before = everything()
    with pytest.raises(kind) as error:
        import_register(**({"run": 1, "register": "2600", "dates": ["2026-03-02"]} | given))
    assert str(error.value).startswith(told)
    assert everything() == before


def test_a_run_of_another_organisation_is_told_and_left_alone(shop: Shop) -> None:
    shop.organisation(OTHER)
    shop.serves(sale("2600", 0, "1"))
    run = shop.order()
    with pytest.raises(ArgumentError) as error:
        import_organisation(organisation=OTHER, run=run)
    assert str(error.value).startswith(f"run={run}: deze run is niet van organisatie {OTHER}")
    assert shop.afas.asked == []


def test_a_run_is_that_of_all_organisations_that_its_connection_serves_or_served(shop: Shop) -> None:
    other = shop.organisation(OTHER, same_as=shop.id)
    run = shop.order()
    look_at_order(OTHER, run, {})
    look_at_order(f"{{{GUID.upper()}}}", run, {})
    execute(
        f"UPDATE afas_connection SET same_as_id = NULL, environment = 'x', token = 'x' WHERE organisation_id = {other}"
    )
    execute(
        "UPDATE afas_connection SET environment = NULL, token = NULL, client_id = NULL, client_secret = NULL, "
        f"same_as_id = {other} WHERE organisation_id = {shop.id}"
    )
    look_at_order(GUID, run, {})


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "dates"]), VALUES))
def test_what_the_schema_of_an_order_allows_is_one_that_can_be_meant(order: dict[str, Any]) -> None:
    message = {"organisation": GUID} | order
    if not list(misfits(SCHEMA, message)):
        # Who names a run names nothing else, and it is looked for in the ledger.
        asked = {
            name: value for name, value in order.items() if value is not None and name not in {"organisation", "run"}
        }
        look_at_order(message["organisation"], None, asked)


@pytest.mark.parametrize("given", [given for given, kind, _ in ORDERS if kind is ArgumentError and given not in UNSAID])
def test_what_can_not_be_meant_the_schema_does_not_allow(given: dict[str, Any]) -> None:
    assert list(misfits(SCHEMA, {"organisation": GUID} | given))


@pytest.mark.parametrize("order", SCHEMA["examples"])
def test_the_examples_of_the_schema_are_orders(order: dict[str, Any]) -> None:
    assert list(misfits(SCHEMA, order)) == []
