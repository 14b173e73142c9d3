"""A window of days comes whole, every day out of one moment of AFAS, or not at all."""

import json
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.afas.helpers import (
    FIELDS,
    LOOPBACK,
    MAPPING,
    MONDAY,
    NAME,
    Kept,
    answering,
    bookings,
    listening,
    opened,
    turnover,
)
from tests.simulator import Connector, Field, Simulator
from workers.afas.answer import Answer, row_reader
from workers.afas.client import Client
from workers.afas.days import MAX_PASSES, Slice, read_days
from workers.afas.errors import AfasError, Never, TryLater
from workers.afas.getconnector import CELLS_PER_PAGE, Source


def source(client: Client, cells: int = CELLS_PER_PAGE) -> Source:
    return Source(client, NAME, MAPPING, cells)


def window(source: Source, days: int) -> list[Slice[Kept]]:
    return list(read_days(source, MONDAY, MONDAY + timedelta(days=days - 1), Kept))


def amounts(slices: list[Slice[Kept]]) -> list[Decimal]:
    return sorted(amount for one in slices for amount in one.folded.amounts)


def failed(source: Source, days: int) -> AfasError:
    with pytest.raises(AfasError) as error:
        window(source, days)
    return error.value


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with Simulator(connectors=[turnover(), Connector("Lang", [*FIELDS, Field("Tekst")], [])]) as simulator:
        yield simulator


@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=30), cells=st.integers(4, 100))
@settings(deadline=None, max_examples=60)
def test_every_row_of_the_window_comes_exactly_once(shared: Simulator, counts: list[int], cells: int) -> None:
    outside = bookings([4], MONDAY - timedelta(days=1)) + bookings([4], MONDAY + timedelta(days=len(counts)))
    inside = bookings(counts)
    shared.connectors[NAME].replace(outside + inside)
    with opened(shared.url) as client:
        slices = window(source(client, cells), len(counts))
    assert amounts(slices) == sorted(Decimal(str(row["Bedrag"])) for row in inside)
    assert [one.rows for one in slices] == [len(one.folded.amounts) for one in slices]


@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=30), cells=st.integers(4, 100))
@settings(deadline=None, max_examples=60)
def test_slices_are_whole_days_oldest_first_each_one_answer_shorter_than_take(
    shared: Simulator, counts: list[int], cells: int
) -> None:
    shared.connectors[NAME].replace(bookings(counts))
    take = (cells - 1) // len(FIELDS)
    with opened(shared.url) as client:
        slices = window(source(client, cells), len(counts))
    assert (slices[0].first, slices[-1].last) == (MONDAY, MONDAY + timedelta(days=len(counts) - 1))
    assert all(after.first == before.last + timedelta(days=1) for before, after in pairwise(slices))
    for one in slices:
        assert one.filtered
        assert (len(one.folded.answers) == 1 and one.rows < take) or (one.first == one.last and one.rows >= take)


@given(days=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 400)), min_size=1, max_size=30))
@settings(deadline=None, max_examples=40)
def test_rows_of_any_length_come_exactly_once(shared: Simulator, days: list[tuple[int, int]]) -> None:
    rows = [
        row | {"Tekst": "x" * length}
        for number, (count, length) in enumerate(days)
        for row in bookings([count], MONDAY + timedelta(days=number))
    ]
    shared.connectors["Lang"].replace(rows)
    with opened(shared.url) as client:
        slices = window(Source(client, "Lang", MAPPING, 100), len(days))
    assert amounts(slices) == sorted(Decimal(str(row["Bedrag"])) for row in rows)
    assert all(one.rows < 24 or one.first == one.last for one in slices)


def test_a_quiet_source_is_read_in_few_calls(afas: Simulator, client: Client) -> None:
    window(source(client), 400)
    assert sum(asked.connector == NAME for asked in afas.asked) <= 5


def test_a_page_is_the_largest_that_afas_takes(afas: Simulator, client: Client) -> None:
    window(source(client), 2)
    takes = {asked.take for asked in afas.asked if asked.connector}
    assert takes == {49_999}
    assert 49_999 * len(FIELDS) < CELLS_PER_PAGE <= 50_000 * len(FIELDS)


def test_days_are_filtered_by_afas_from_midnight_to_midnight(afas: Simulator, client: Client) -> None:
    window(source(client), 1)
    query = afas.asked[-1].query
    assert query["filterfieldids"] == "Datum,Datum"
    assert query["operatortypes"] == "2,5"
    assert query["filtervalues"] == "2026-03-02T00:00:00,2026-03-03T00:00:00"


def test_a_booking_that_changes_between_two_pages_never_mixes_two_moments(afas: Simulator, client: Client) -> None:
    before = bookings([10])
    after = [*before[1:], {"Datum": MONDAY, "Verbijzonderingscode": "2600", "Bedrag": Decimal(99)}]
    moments = [sorted(Decimal(str(row["Bedrag"])) for row in rows) for rows in (before, after)]
    for calls_before in range(12):
        afas.connectors[NAME].replace(before)
        afas.faults.clear()
        afas.fault("changing_booking", rows=after, path="connectors/", after=calls_before)
        assert amounts(window(source(client, cells=13), 1)) in moments


def test_a_day_that_never_rests_is_left_for_later(afas: Simulator, client: Client) -> None:
    def book(connector: Connector) -> None:
        connector.rows.append({"Datum": MONDAY, "Verbijzonderingscode": "2600", "Bedrag": Decimal(1)})

    afas.connectors[NAME].replace(bookings([10]))
    afas.fault("changing_booking", edit=book, times=None)
    error = failed(source(client, cells=13), 1)
    assert (type(error), error.kind) == (TryLater, "changing")
    assert sum(asked.skip == 0 and "orderbyfieldids" in asked.query for asked in afas.asked) == MAX_PASSES


def test_identical_rows_are_counted_each(afas: Simulator, client: Client) -> None:
    row = {"Datum": MONDAY, "Verbijzonderingscode": "2600", "Bedrag": Decimal("1.10")}
    afas.connectors[NAME].replace([row] * 11)
    assert amounts(window(source(client, cells=13), 1)) == [Decimal("1.10")] * 11


def test_pages_of_a_large_day_are_ordered_by_all_mapped_fields(afas: Simulator, client: Client) -> None:
    afas.connectors[NAME].replace(bookings([10]))
    window(source(client, cells=13), 1)
    assert afas.asked[-1].query["orderbyfieldids"] == ",".join(MAPPING.values())


@pytest.mark.parametrize("cells", [13, CELLS_PER_PAGE])
def test_a_date_that_is_text_is_read_unfiltered_and_said(afas: Simulator, client: Client, cells: int) -> None:
    afas.switches.dates = "dutch"
    (one,) = window(source(client, cells), 1)
    assert (one.filtered, one.folded.filtered, one.rows) == (False, False, 5)
    assert "Datum" in (one.notice or "")
    assert "filterfieldids" not in afas.asked[-1].query


@pytest.mark.parametrize("fault", ["status_401", "status_404", "html", "error_500"])
def test_without_metainfo_a_source_is_read_unfiltered_and_said(afas: Simulator, client: Client, fault: str) -> None:
    afas.fault(fault, path="metainfo", times=None)
    (one,) = window(source(client, cells=13), 1)
    assert (one.filtered, one.rows, len(amounts([one]))) == (False, 5, 5)
    assert "metainfo" in (one.notice or "")


def test_without_metainfo_the_fields_are_counted_in_a_row(afas: Simulator, client: Client) -> None:
    afas.switches.metainfo = False
    window(source(client), 1)
    assert [asked.take for asked in afas.asked] == [None, 1, 49_999]


@pytest.mark.parametrize("rows", [[], bookings([1])])
def test_an_unfiltered_source_of_few_rows_is_one_slice(afas: Simulator, client: Client, rows: list[Any]) -> None:
    afas.switches.metainfo = False
    afas.connectors[NAME].replace(rows)
    assert [one.rows for one in window(source(client), 3)] == [len(rows)]


@pytest.mark.parametrize("fault", ["status_503", "slow", "cut"])
def test_a_passing_trouble_with_metainfo_is_no_reason_to_read_all(afas: Simulator, fault: str) -> None:
    afas.fault(fault, path="metainfo", **({"seconds": 60} if fault == "slow" else {}))
    with opened(afas.url, options=replace(LOOPBACK, read_timeout=0.3)) as client:
        assert isinstance(failed(source(client), 1), TryLater)
    assert len(afas.asked) == 1


def test_a_date_field_with_a_dot_is_read_unfiltered(afas: Simulator, client: Client) -> None:
    afas.connectors["Dot"] = Connector("Dot", [Field("Boek.datum", "date")], [{"Boek.datum": MONDAY}])
    (one,) = read_days(Source(client, "Dot", {"date": "Boek.datum"}), MONDAY, MONDAY, Kept)
    assert (one.filtered, one.rows) == (False, 1)
    assert "Boek.datum" in (one.notice or "")


def test_an_unknown_field_is_told_with_the_ones_that_resemble_it(afas: Simulator, client: Client) -> None:
    error = failed(Source(client, NAME, MAPPING | {"amount": "bedragen"}), 1)
    assert (type(error), error.kind) == (Never, "field")
    assert "bedragen" in str(error)
    assert "Bedrag" in str(error)
    assert [asked.connector for asked in afas.asked] == [""]


def test_a_row_without_a_mapped_field_is_an_error(afas: Simulator, client: Client) -> None:
    afas.switches.nulls_left_out = True
    afas.connectors[NAME].replace([{"Datum": MONDAY, "Verbijzonderingscode": "1", "Bedrag": None}])
    error = failed(source(client), 1)
    assert (type(error), error.kind) == (Never, "field")


def test_a_row_without_a_mapped_field_is_told_with_field_and_position() -> None:
    body = b'{"skip":20,"take":10,"rows":[{"Datum":null,"Bedrag":1,"x":{}},{"Datum":null,"Saldo":-.5}]}'
    with pytest.raises(Never, match=r"rij 22 .* Bedrag, .*: Datum, Saldo") as error:
        row_reader({"date": "Datum", "amount": "Bedrag"})(Answer("https://a/b", 200, {}, body))
    assert error.value.kind == "field"


@pytest.mark.parametrize("connector", ["Cateringmanager_automatenomset", "a/b", ".."])
def test_a_wrong_connector_name_is_told(client: Client, connector: str) -> None:
    error = failed(Source(client, connector, MAPPING), 1)
    assert isinstance(error, Never)
    assert connector in str(error)


@pytest.mark.parametrize("spelling", ["number", "leading_dot"])
def test_amounts_are_exact_decimals_however_afas_writes_them(afas: Simulator, client: Client, spelling: str) -> None:
    given = [Decimal(text) for text in ("-0.5", "0.10", "0.30", "1088.10", "90071992547409.93")]
    afas.connectors[NAME].replace(
        [{"Datum": MONDAY, "Verbijzonderingscode": 'a "\\.5', "Bedrag": amount} for amount in given]
    )
    afas.switches.amounts = spelling  # type: ignore[assignment]
    found = window(source(client), 1)[0].folded
    assert [str(amount) for amount in found.amounts] == [str(amount) for amount in sorted(given)]
    assert {row.register for row in found.answers[0]} == {'a "\\.5'}


def test_two_attributes_may_come_from_one_field(client: Client) -> None:
    fields = MAPPING | {"credit": "Bedrag"}
    (one,) = read_days(Source(client, NAME, fields), MONDAY, MONDAY, Kept)
    assert [row.credit for row in one.folded.answers[0]] == [row.amount for row in one.folded.answers[0]]


class Count:
    """A fold that keeps a number only."""

    def __init__(self, *_: object) -> None:
        self.per_day: Counter[str] = Counter()

    def add(self, rows: Any) -> None:
        self.per_day.update(row.date for row in rows)


def peak(days: int) -> int:
    """Bytes at most, while 300 rows a day are read from a simulator whose own memory does not count."""
    last = MONDAY + timedelta(days=days - 1)
    command = [sys.executable, "-m", "tests.simulator", "--bench", f"10x{days}x30", "--today", last.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            with opened(json.loads(child.stdout.readline())["url"]) as client:
                limits = source(client, cells=9_000)
                list(read_days(limits, MONDAY, MONDAY, Count))
                tracemalloc.start()
                assert sum(one.rows for one in read_days(limits, MONDAY, last, Count)) == 300 * days
                _, most = tracemalloc.get_traced_memory()
                tracemalloc.stop()
        finally:
            child.terminate()
    return most


def test_memory_is_bounded_by_one_answer_and_the_next_two_however_long_the_window() -> None:
    # Five days fill an answer: after the first day they are one, and no other one follows.
    assert max(peak(60), peak(480)) < 3.25 * peak(6)


def test_the_last_day_of_the_calendar_is_no_special_case(client: Client) -> None:
    last = date.max - timedelta(days=1)
    assert [one.rows for one in read_days(source(client), last, last, Kept)] == [0]


def pages_of_two(base: str) -> Source:
    """A source of a server that tells no metainfo and always answers the same, where two rows were asked."""
    return Source(opened(base), NAME, {"date": "Datum"}, cells=3)


def same_page(rows: int) -> bytes:
    body = b'{"rows":[%b]}' % b",".join([b'{"Datum":"2026-03-02T00:00:00Z"}'] * rows)
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_more_rows_than_were_asked_are_an_error() -> None:
    with listening(answering(same_page(3))) as (base, _):
        error = failed(pages_of_two(base), 1)
    assert (type(error), error.kind) == (Never, "broken")


def test_pages_that_never_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.afas.days.MAX_ROWS_PAGED", 20)
    with listening(answering(same_page(2))) as (base, _):
        error = failed(pages_of_two(base), 1)
    assert (type(error), error.kind) == (Never, "too_large")
