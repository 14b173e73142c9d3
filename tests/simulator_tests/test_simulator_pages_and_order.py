from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator import Simulator
from tests.simulator_tests.client import Client, Rows, Serve, connector

DAY = date(2026, 11, 20)
#: Every code three times: an order by code leaves ties.
ROWS: Rows = [
    {"Code": str(2600 + n % 50), "Datum": DAY - timedelta(days=n % 7), "Bedrag": Decimal(n), "Aantal": n, "Naam": None}
    for n in range(150)
]


def numbers(rows: Rows) -> list[int]:
    return [row["Aantal"] for row in rows]


def test_without_skip_and_take_the_first_hundred_rows_come(serve: Serve) -> None:
    _, client = serve(ROWS)
    answer = client.get()
    assert (answer.json["skip"], answer.json["take"], len(answer.rows)) == (0, 100, 100)


def test_take_zero_gives_one_row(serve: Serve) -> None:
    _, client = serve(ROWS)
    assert len(client.get(skip=0, take=0).rows) == 1


def test_minus_one_in_both_gives_all_rows(serve: Serve) -> None:
    _, client = serve(ROWS)
    assert sorted(numbers(client.get(skip=-1, take=-1).rows)) == list(range(150))


@pytest.mark.parametrize(
    "query", [{"skip": -1}, {"take": -1}, {"skip": 0, "take": -1}, {"skip": -2, "take": 5}, {"take": "x"}]
)
def test_minus_one_in_one_only_and_nonsense_are_an_error(serve: Serve, query: dict[str, Any]) -> None:
    _, client = serve(ROWS)
    assert client.get(**query).status == 500


def test_pages_in_a_full_order_give_every_row_once(serve: Serve) -> None:
    _, client = serve(ROWS)
    pages = [client.get(skip=skip, take=40, orderbyfieldids="Code,-Aantal").rows for skip in range(0, 160, 40)]
    assert [len(page) for page in pages] == [40, 40, 40, 30]
    rows = [row for page in pages for row in page]
    assert [(row["Code"], row["Aantal"]) for row in rows] == sorted(
        ((row["Code"], row["Aantal"]) for row in ROWS), key=lambda pair: (pair[0], -pair[1])
    )


def test_without_an_order_two_answers_differ_and_pages_lose_rows(serve: Serve) -> None:
    _, client = serve(ROWS)
    first, second = (numbers(client.get(skip=-1, take=-1).rows) for _ in range(2))
    assert first != second
    seen = Counter(n for skip in (0, 50, 100) for n in numbers(client.get(skip=skip, take=50).rows))
    assert set(seen.values()) != {1}


def test_tied_rows_have_no_order(serve: Serve) -> None:
    _, client = serve(ROWS)
    first, second = (client.get(skip=-1, take=-1, orderbyfieldids="Code").rows for _ in range(2))
    assert [row["Code"] for row in first] == [row["Code"] for row in second] == sorted(row["Code"] for row in ROWS)
    assert first != second


def test_dates_and_numbers_are_ordered_by_value_and_nulls_come_first(serve: Serve) -> None:
    rows = [{"Aantal": n, "Datum": day} for n, day in ((9, DAY), (10, None), (-3, DAY - timedelta(days=30)))]
    _, client = serve(rows)
    assert numbers(client.get(orderbyfieldids="Aantal").rows) == [-3, 9, 10]
    assert numbers(client.get(orderbyfieldids="Datum").rows) == [10, -3, 9]


@pytest.mark.parametrize(("rows", "status"), [(29_999, 200), (30_000, 500)])
def test_columns_times_rows_stays_below_150000(serve: Serve, rows: int, status: int) -> None:
    _, client = serve([{"Aantal": n} for n in range(30_000)])
    assert client.get(take=rows).status == status


def test_beyond_the_limit_profit_runs_out_of_memory(serve: Serve) -> None:
    afas, client = serve([{"Aantal": n} for n in range(11)], page_limit=51)
    assert len(client.get(take=10).rows) == 10
    assert client.get(skip=-1, take=-1).message == "Out of memory"
    afas.switches.out_of_memory_text = "Out of String space"
    assert client.get(take=11).message == "Out of String space"


def test_the_limit_may_count_the_take_that_was_asked(serve: Serve) -> None:
    _, client = serve([{"Aantal": 1}], page_limit_counts="take")
    assert client.get(take=29_999).status == 200
    assert client.get(take=30_000).status == 500


def test_an_unknown_field_in_the_order_is_named(serve: Serve) -> None:
    _, client = serve(ROWS)
    answer = client.get(orderbyfieldids="Code,-Niets")
    assert (answer.status, answer.message) == (500, "Connector field 'Niets' not found")


def test_path_and_connector_may_be_written_in_any_case(serve: Serve) -> None:
    _, client = serve(ROWS)
    client.base = "/profitrestSERVICES"
    assert len(client.path("Connectors/omzet?take=3").rows) == 3


def test_the_same_seed_gives_the_same_shuffle() -> None:
    orders = []
    for _ in range(2):
        with Simulator([connector(ROWS)], seed=7) as afas, Client(afas) as client:
            orders.append(numbers(client.get(skip=-1, take=-1).rows))
    assert orders[0] == orders[1]


def test_new_rows_are_served_from_the_next_answer_on(serve: Serve) -> None:
    afas, client = serve(ROWS)
    client.get()
    afas.connectors["Omzet"].replace([{"Aantal": 1}])
    assert numbers(client.get().rows) == [1]
