"""The same sums once more, by another road: from the simulator's answer in a dozen lines, and from Staff's CSV."""

import base64
import csv
import json
import urllib.request
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from tests.demo.example import CONNECTOR, DEFAULT_ACCOUNT

Day = tuple[str, str]  #: register and date
Payment = tuple[str, str, str]  #: register, date and account number


@dataclass(frozen=True)
class Sums:
    """Turnover per register-day, and its payments per account number."""

    days: dict[Day, Decimal]
    payments: dict[Payment, Decimal]

    def of(self, registers: Collection[str]) -> "Sums":
        """What of it belongs to these registers."""
        days = {key: amount for key, amount in self.days.items() if key[0] in registers}
        return Sums(days, {key: amount for key, amount in self.payments.items() if key[0] in registers})

    @property
    def total(self) -> Decimal:
        """All turnover."""
        return sum(self.days.values(), Decimal())


def asked(url: str, token: str, first: str, last: str) -> tuple[int, Sums]:
    """Ask AFAS for all rows in one go; the number of rows between two ISO dates, and their sums."""
    login = base64.b64encode(token.encode()).decode()
    request = urllib.request.Request(f"{url}/connectors/{CONNECTOR}?skip=-1&take=-1")
    request.add_header("Authorization", f"AfasToken {login}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        rows = json.load(answer, parse_float=Decimal, parse_int=Decimal)["rows"]
    rows = [row for row in rows if first <= row["Datum"][:10] <= last]
    days: Counter[Day] = Counter()
    payments: Counter[Payment] = Counter()
    for row in rows:
        key = (row["Verbijzonderingscode"], row["Datum"][:10])
        days[key] += row["Bedrag"]
        payments[*key, row["Nr"] or DEFAULT_ACCOUNT] += row["Bedrag"]
    return len(rows), Sums(dict(days), dict(payments))  # type: ignore[arg-type]


def held(exported: str) -> Sums:
    """What `turnover show --csv` says that Staff holds."""
    rows = list(csv.DictReader(exported.splitlines()))
    days = {(row["register"], row["date"]): Decimal(row["amount"]) for row in rows}
    paid = {(row["register"], row["date"], row["payment_method"]): Decimal(row["payment_amount"]) for row in rows}
    return Sums(days, paid)
