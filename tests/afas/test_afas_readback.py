"""Lines read back: every one that is asked for, by Id, to the empty page; or no read-back at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.afas.helpers import opened
from tests.afas.writing import afas, http
from tests.simulator import Connector, Field, Simulator
from workers.afas.calls import Call
from workers.afas.client import MAX_QUERY, query_string
from workers.afas.errors import AfasError, Never
from workers.afas.question import EQUAL, Condition, filtered, portions
from workers.afas.readback import ReadBack
from workers.afas.shown import Shown

NAME = "Staff_Realization"
MAPPING: dict[str, Any] = {
    "connector": NAME,
    "id": "Regelnummer",
    "external_key": "Externe_sleutel",
    "date": "Datum",
    "created": "Aangemaakt_op",
    "modified": "Gewijzigd_op",
    "fields": {"Ap": "Geaccordeerd", "Qu": "Aantal", "EmId": "Medewerker"},
}
BARE = {name: MAPPING[name] for name in ("connector", "id", "external_key", "date")}
FIELDS = [
    Field("Regelnummer", "int"),
    Field("Externe_sleutel"),
    Field("Datum", "date"),
    Field("Aangemaakt_op", "date"),
    Field("Gewijzigd_op", "date"),
    Field("Geaccordeerd", "boolean"),
    Field("Aantal", "decimal"),
    Field("Medewerker"),
]
MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - AFAS shows no zone


def row(number: int, **other: object) -> dict[str, object]:
    return {
        "Regelnummer": number,
        "Externe_sleutel": f"na-{number}",
        "Datum": MONDAY,
        "Aangemaakt_op": NOON,
        "Gewijzigd_op": NOON,
        "Geaccordeerd": False,
        "Aantal": Decimal("4.00"),
        "Medewerker": " E1 ",
    } | other


@contextmanager
def shown(
    rows: Sequence[dict[str, object]],
    mapping: dict[str, Any] = MAPPING,
    cells: int = 150_000,
    fields: Sequence[Field] = FIELDS,
) -> Iterator[tuple[Simulator, ReadBack, list[Call]]]:
    calls: list[Call] = []
    with (
        Simulator(connectors=[Connector(NAME, list(fields), rows)]) as simulator,
        opened(simulator.url, calls.append) as client,
    ):
        yield simulator, ReadBack(client, mapping, cells=cells), calls


def ids(found: Sequence[Shown]) -> list[str]:
    return [one.afas_id for one in found]


def test_a_row_comes_with_our_names_and_types() -> None:
    with shown([row(20200, Geaccordeerd=True)]) as (_, reads, _):
        (one,) = reads.between(MONDAY, MONDAY)
    assert one == Shown("20200", "na-20200", {"DaTi": MONDAY, "Ap": True, "Qu": Decimal(4), "EmId": "E1"}, NOON)
    assert type(one.values["Qu"]) is Decimal


def test_a_date_that_has_a_time_of_day_keeps_it_unless_it_is_the_day_of_the_line() -> None:
    mapping = BARE | {"fields": {"StTi": "Aangemaakt_op", "ExDa": "Gewijzigd_op", "DaTi": "Aangemaakt_op"}}
    midnight = NOON.replace(hour=0)
    with shown([row(1, Gewijzigd_op=midnight)], mapping) as (_, reads, _):
        (one,) = reads.by_id(["1"])
    assert one.values == {"DaTi": MONDAY, "StTi": NOON, "ExDa": MONDAY}


def test_a_time_of_no_day_is_text_though_afas_calls_it_a_date() -> None:
    fields = [*FIELDS, Field("Begintijd", "date")]
    with shown([row(1, Begintijd="08:30:00")], BARE | {"fields": {"StTi": "Begintijd"}}, fields=fields) as (
        _,
        reads,
        _,
    ):
        (one,) = reads.by_id(["1"])
    assert one.values["StTi"] == "08:30:00"


def test_what_is_null_or_not_mapped_is_none_or_absent() -> None:
    empty = row(1, Externe_sleutel=None, Aantal=None, Medewerker=None, Geaccordeerd=None, Gewijzigd_op=None)
    with shown([empty]) as (_, reads, _):
        (one,) = reads.by_id(["1"])
    assert one == Shown("1", "", {"DaTi": MONDAY, "Ap": None, "Qu": None, "EmId": None}, None)
    with shown([row(1)], BARE) as (_, reads, _):
        (bare,) = reads.by_id(["1"])
    assert bare == Shown("1", "na-1", {"DaTi": MONDAY}, None)


def test_a_code_that_comes_as_a_number_is_text() -> None:
    fields = [Field(one.id, "int") if one.id == "Medewerker" else one for one in FIELDS]
    with shown([row(1, Medewerker=2606)], fields=fields) as (_, reads, _):
        assert reads.by_id(["1"])[0].values["EmId"] == "2606"


@settings(max_examples=8, deadline=None)
@given(st.sets(st.integers(1, 2_000), max_size=40), st.integers(1, 7))
def test_every_line_comes_once_however_many_fit_on_a_page(numbers: set[int], take: int) -> None:
    rows = [row(number) for number in numbers]
    with shown(rows, cells=take * len(FIELDS) + 1) as (_, reads, calls):
        assert reads.take == take
        assert ids(reads.between(MONDAY, MONDAY)) == [str(number) for number in sorted(numbers)]
    pages = [call.rows for call in calls if call.connector == NAME]
    assert pages[-1] == 0
    assert sum(page or 0 for page in pages) == len(numbers)
    assert {call.skip for call in calls if call.connector == NAME} == {0}


def test_ids_are_paged_as_numbers() -> None:
    with shown([row(number) for number in (8, 9, 10, 11, 100)], cells=2 * len(FIELDS) + 1) as (_, reads, _):
        assert ids(reads.between(MONDAY, MONDAY)) == ["8", "9", "10", "11", "100"]
        assert ids(reads.by_id(["100", "9", "10", "9", "x", "-1"])) == ["9", "10", "100"]


def test_ids_that_are_text_are_paged_as_text() -> None:
    fields = [Field("Regelnummer"), *FIELDS[1:]]
    rows = [row(0, Regelnummer=str(number)) for number in (8, 9, 10, 100)]
    with shown(rows, cells=2 * len(fields) + 1, fields=fields) as (_, reads, _):
        assert ids(reads.between(MONDAY, MONDAY)) == ["10", "100", "8", "9"]
        assert ids(reads.by_id(["8", "100"])) == ["100", "8"]


def test_an_id_that_postgresql_does_not_keep_is_no_read_back() -> None:
    fields = [Field("Regelnummer"), *FIELDS[1:]]
    with shown([row(0, Regelnummer="8\0")], fields=fields) as (_, reads, _), pytest.raises(Never, match="Regelnummer"):
        reads.between(MONDAY, MONDAY)


def test_the_range_and_the_moment_of_making_keep_others_out() -> None:
    rows = [
        row(1, Datum=MONDAY - timedelta(days=1)),
        row(2),
        row(3, Datum=MONDAY + timedelta(days=1)),
        row(4, Datum=MONDAY + timedelta(days=2)),
        row(5, Aangemaakt_op=NOON - timedelta(seconds=1)),
    ]
    since = datetime(2026, 3, 2, 11, tzinfo=UTC)  # noon in Amsterdam, in winter
    with shown(rows) as (simulator, reads, _):
        assert ids(reads.between(MONDAY, MONDAY + timedelta(days=1))) == ["2", "3", "5"]
        assert ids(reads.made_since(since)) == ["1", "2", "3", "4"]
    assert any("2026-03-02T12:00:00" in asked.query.get("filtervalues", "") for asked in simulator.asked)


def test_without_a_field_for_it_the_moment_of_making_is_not_asked() -> None:
    with shown([row(1)], BARE) as (_, reads, _):
        assert not reads.shows_created
        assert ids(reads.between(MONDAY, MONDAY)) == ["1"]
        with pytest.raises(Never, match=r"read_back\.created"):
            reads.made_since(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("count", [0, 1, 500])
def test_any_number_of_ids_is_asked_in_queries_that_afas_takes(count: int) -> None:
    rows = [row(20_000 + number) for number in range(0, 1000, 2)]
    wanted = [str(20_000 + number) for number in range(count)]
    with shown(rows) as (_, reads, calls):
        assert ids(reads.by_id(wanted)) == wanted[::2]
    assert all(call.error is None for call in calls)


def test_keys_are_asked_whatever_they_hold() -> None:
    keys = [f"k{number};,&+%'\"é€ {number}" for number in range(60)]
    rows = [row(number, Externe_sleutel=key) for number, key in enumerate(keys, 1)]
    with shown([*rows, row(99), row(100, Externe_sleutel=keys[7])], cells=3 * len(FIELDS) + 1) as (_, reads, _):
        assert sorted(one.key for one in reads.by_key([*keys, "", "absent"])) == sorted([*keys, keys[7]])
        assert ids(reads.by_key(["na-99", "na-98"])) == ["99"]


@pytest.mark.parametrize("kind", ["error_500", "html", "truncated", "status_503", "cut"])
def test_an_error_on_any_page_is_no_read_back(kind: str) -> None:
    with shown([row(number) for number in range(9)], cells=2 * len(FIELDS) + 1) as (simulator, reads, _):
        simulator.fault(kind, path="connectors/", after=2, times=None)
        with pytest.raises(AfasError):
            reads.between(MONDAY, MONDAY)


def test_a_page_out_of_order_is_refused_as_paging_would_lose_some() -> None:
    known = [
        {"id": name, "dataType": kind} for name, kind in (("Regelnummer", "int"), ("Datum", "date"), ("Key", "string"))
    ]
    rows = [{"Regelnummer": number, "Datum": "2026-03-02T00:00:00Z", "Key": "k"} for number in (2, 1)]
    answers = [msgspec.json.encode({"fields": known}), msgspec.json.encode({"rows": rows})]
    served = afas(lambda connection, taken: connection.sendall(http(200, answers[taken])))
    with served as (base, _), opened(base) as client:
        reads = ReadBack(client, BARE | {"external_key": "Key"})
        with pytest.raises(Never, match="Regelnummer"):
            reads.between(MONDAY, MONDAY)


def test_rows_that_come_again_are_refused_as_they_would_never_end() -> None:
    with shown([row(number) for number in range(40)], cells=20 * len(FIELDS) + 1) as (simulator, reads, _):
        simulator.switches.filter_ignored = True
        with pytest.raises(Never, match="Regelnummer"):
            reads.between(MONDAY, MONDAY)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"id": "Regelnumer"}, "Regelnummer"),
        ({"fields": {"Ap": "Akkoord"}}, "Akkoord"),
        ({"id": "Datum"}, "Datum"),
        ({"date": "Externe_sleutel"}, "Externe_sleutel"),
        ({"created": "Medewerker"}, "Medewerker"),
        ({"modified": "Medewerker"}, "Medewerker"),
        ({"fields": {"Qu": "Medewerker"}}, "Medewerker"),
    ],
)
def test_a_field_that_does_not_serve_is_named(mapping: dict[str, Any], said: str) -> None:
    opening = shown([], MAPPING | mapping)
    with pytest.raises(Never, match=said) as error, opening:
        pass
    assert error.value.kind == "field"


@pytest.mark.parametrize(
    "broken", [{"Regelnummer": None}, {"Regelnummer": Decimal("1.5")}, {"Datum": "2 maart"}, {"Aantal": "vier"}]
)
def test_a_value_that_is_not_of_its_type_is_no_read_back(broken: dict[str, object]) -> None:
    with shown([row(1, **broken)]) as (_, reads, _), pytest.raises(AfasError):
        reads.made_since(datetime(2026, 1, 1, tzinfo=UTC))


@given(st.lists(st.text(max_size=40), max_size=200))
def test_portions_are_all_values_in_their_order_and_each_fits(values: list[str]) -> None:
    def asked(some: Sequence[str]) -> dict[str, str | int]:
        return filtered([[Condition("Externe_sleutel", EQUAL, one)] for one in some])

    parts = list(portions(values, asked))
    assert [value for part in parts for value in part] == values
    assert all(len(query_string(asked(part))) < MAX_QUERY for part in parts)
