"""Seeded example data: a caterer with automatic tills, and a big one for benchmarks."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from tests.simulator.data import Connector, Field, Row

CONNECTOR = "Cateringmanager_automatenomzet"
FIELDS = [
    Field("Verbijzonderingscode", "string", "Verbijzonderingscode", 16, code=True),
    Field("Datum", "date", "Datum"),
    Field("Bedrag", "decimal", "Bedrag", 0, 2),
    Field("Grootboekrekening", "string", "Grootboekrekening", 60),
    Field("Nr", "string", "Nr.", 10),
]
ACCOUNTS = {"1000": "Contanten naar kantoor-kas", "1310": "PIN", "8000": "Automatenomzet"}
BENCH_ACCOUNTS = {
    **ACCOUNTS,
    "1320": "Betaling met creditcards",
    "1330": "Maaltijdcheques",
    "8010": "Omzet koude dranken",
}
#: Codes that no register has: 2606 comes back every few days, 2699 came once.
OFTEN_UNKNOWN, ONCE_UNKNOWN = "2606", "2699"
EVERY_DAYS, ONCE_DAYS_AGO, UNKNOWN_ROWS = 5, 3, 4
FIRST_CODE, BENCH_FIRST_CODE = 2600, 10_000
#: One register-day in so many adds up to zero or has a row without account number; one row in so many is a correction.
ONE_ZERO_DAY_IN, ONE_NULL_ACCOUNT_IN, ONE_CORRECTION_IN = 20, 12, 15


def caterer(today: date, days: int = 60, seed: int = 1, registers: int = 12) -> Connector:
    """Return a caterer's turnover over `days` days up to and including `today`.

    What a register sold on a day depends on that day and the seed only.
    """
    known = list(islice(_known_codes(), registers))
    rows: list[Row] = []
    for ago in reversed(range(days)):
        day = today - timedelta(days=ago)
        for code in known:
            rows += _register_day(code, day, Random(f"{seed} {code} {day}"))
        if day.toordinal() % EVERY_DAYS == 0:
            rows += _sales(OFTEN_UNKNOWN, day, UNKNOWN_ROWS, Random(f"{seed} {OFTEN_UNKNOWN} {day}"))
        if ago == min(ONCE_DAYS_AGO, days - 1):
            rows += _sales(ONCE_UNKNOWN, day, UNKNOWN_ROWS, Random(f"{seed} {ONCE_UNKNOWN} {day}"))
    return Connector(CONNECTOR, FIELDS, rows)


def bench_rows(
    registers: int = 200,
    days: int = 40,
    rows_per_register_day: int = 24,
    today: date = date(2026, 11, 20),
    seed: int = 1,
) -> Connector:
    """Return registers x days x rows, spread evenly over six account numbers, about 130 bytes of JSON a row."""
    random, accounts = Random(seed), list(BENCH_ACCOUNTS.items())
    rows: list[Row] = []
    for ago in reversed(range(days)):
        day = today - timedelta(days=ago)
        for code in range(BENCH_FIRST_CODE, BENCH_FIRST_CODE + registers):
            rows += [
                _row(str(code), day, random.randrange(-500, 25_000), accounts[number % len(accounts)])
                for number in range(rows_per_register_day)
            ]
    return Connector(CONNECTOR, FIELDS, rows)


def _known_codes() -> Iterator[str]:
    code = FIRST_CODE
    while True:
        if str(code) not in (OFTEN_UNKNOWN, ONCE_UNKNOWN):
            yield str(code)
        code += 1


def _register_day(code: str, day: date, random: Random) -> list[Row]:
    if random.randrange(ONE_ZERO_DAY_IN) == 0:
        cents = random.randrange(100, 5_000)
        return [_row(code, day, amount, ("8000", ACCOUNTS["8000"])) for amount in (cents, -cents, 0)]
    rows = _sales(code, day, random.randrange(17, 24), random)
    if random.randrange(ONE_NULL_ACCOUNT_IN) == 0:
        random.choice(rows).update(Nr=None, Grootboekrekening=None)
    return rows


def _sales(code: str, day: date, count: int, random: Random) -> list[Row]:
    accounts = list(ACCOUNTS.items())
    rows = []
    for _ in range(count):
        cents = random.randrange(50, 30_000)
        if random.randrange(ONE_CORRECTION_IN) == 0:
            cents = -cents // 4
        rows.append(_row(code, day, cents, random.choice(accounts)))
    return rows


def _row(code: str, day: date, cents: int, account: tuple[str, str]) -> Row:
    return {
        "Verbijzonderingscode": code,
        "Datum": day,
        "Bedrag": Decimal(cents).scaleb(-2),
        "Grootboekrekening": account[1],
        "Nr": account[0],
    }
