from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests.simulator import Simulator, Switches, bench_rows, caterer
from tests.simulator_tests.client import Client

TODAY = date(2026, 11, 20)
KNOWN = {*map(str, range(2600, 2613))} - {"2606"}


def totals(today: date = TODAY, days: int = 60, seed: int = 1) -> dict[tuple[object, object], Decimal]:
    sums: dict[tuple[object, object], Decimal] = defaultdict(Decimal)
    for row in caterer(today, days, seed).rows:
        assert isinstance(row["Bedrag"], Decimal)
        sums[row["Verbijzonderingscode"], row["Datum"]] += row["Bedrag"]
    return sums


def test_the_caterer_has_twelve_registers_on_every_one_of_sixty_days() -> None:
    days = {TODAY - timedelta(days=ago) for ago in range(60)}
    assert {pair for pair in totals() if pair[0] in KNOWN} == {(code, day) for code in KNOWN for day in days}


def test_the_caterer_has_two_unknown_codes_one_of_them_on_one_day() -> None:
    days = Counter(code for code, _ in totals())
    assert set(days) == KNOWN | {"2606", "2699"}
    assert (days["2606"], days["2699"]) == (12, 1)


def test_the_caterer_has_corrections_zero_days_and_rows_without_account_number() -> None:
    rows = caterer(TODAY).rows
    assert {row["Nr"] for row in rows} == {"1000", "1310", "8000", None}
    assert any(isinstance(row["Bedrag"], Decimal) and row["Bedrag"] < 0 for row in rows)
    assert 0 in totals().values()
    assert 15 < len(rows) / len(totals()) < 22


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    assert caterer(TODAY).rows == caterer(TODAY).rows
    assert caterer(TODAY).rows != caterer(TODAY, seed=2).rows


def test_a_day_later_the_days_before_are_as_they_were() -> None:
    earlier, later = totals(days=30), totals(TODAY + timedelta(days=1), days=30)
    shared = {pair for pair in earlier if pair in later and pair[0] != "2699"}
    assert len(shared) >= 12 * 29
    assert all(earlier[pair] == later[pair] for pair in shared)


def test_benchmark_rows_are_spread_over_registers_days_and_accounts() -> None:
    rows = bench_rows(3, 4, 24).rows
    assert len(rows) == 3 * 4 * 24
    groups = Counter((row["Verbijzonderingscode"], row["Datum"], row["Nr"]) for row in rows)
    assert len(groups) == 3 * 4 * 6
    assert set(groups.values()) == {4}


def test_benchmark_rows_are_about_125_bytes() -> None:
    rendered = bench_rows(5, 4, 24).table(Switches().style()).rendered
    assert 115 < sum(map(len, rendered)) / len(rendered) < 135


def test_the_caterer_is_served_whole() -> None:
    with Simulator([caterer(TODAY)]) as afas, Client(afas) as client:
        rows = client.get("Cateringmanager_automatenomzet", skip=-1, take=-1).rows
    served = sum(Decimal(row["Bedrag"]) for row in rows)
    assert served == sum(totals().values())
