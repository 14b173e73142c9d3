"""The floor: the least that any import has to do with the same answers, written as plainly as it can be done fast."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec
import requests

from tests.bench.scene import ACCOUNTS, CODES, Afas
from workers.database import table_of, transaction
from workers.rows import insert_many
from workers.staff.models import Turnover, TurnoverPayment

Span = tuple[dt.date, dt.date]
Sums = dict[tuple[str, str, str], Decimal]


class Row(msgspec.Struct, gc=False):
    register: str = msgspec.field(name="Verbijzonderingscode")
    day: str = msgspec.field(name="Datum")
    amount: Decimal = msgspec.field(name="Bedrag")
    account: str = msgspec.field(name="Nr")


class Answer(msgspec.Struct):
    rows: list[Row]


def read(afas: Afas, authorization: str, spans: Sequence[Span]) -> Sums:
    """Fetch, decode with the fastest exact decoder, and group."""
    decoder = msgspec.json.Decoder(Answer)
    sums: Sums = {}
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = authorization
        for first, last in spans:
            body = session.get(afas.address, params=_asked(first, last), timeout=60).content
            for row in decoder.decode(body).rows:
                key = (row.register, row.day, row.account)
                sums[key] = sums.get(key, 0) + row.amount
    return sums


def _asked(first: dt.date, last: dt.date) -> dict[str, str]:
    end = last + dt.timedelta(days=1)
    return {
        "skip": "0",
        "take": "29999",
        "filterfieldids": "Datum,Datum",
        "filtervalues": f"{first}T00:00:00,{end}T00:00:00",
        "operatortypes": "2,5",
    }


def write(sums: Sums, group: int, methods: Sequence[int], registers: Sequence[int]) -> None:
    """All turnover and payments in one transaction, by the fastest road of the database."""
    register_of, method_of = dict(zip(CODES, registers, strict=True)), dict(zip(ACCOUNTS, methods, strict=True))
    totals: dict[tuple[int, dt.date], Decimal] = {}
    payments = []
    for (code, day, account), amount in sums.items():
        key = (register_of[code], dt.date.fromisoformat(day[:10]))
        totals[key] = totals.get(key, Decimal(0)) + amount
        payments.append((*key, method_of[account], amount))
    with transaction() as session:
        rows = ((*key, group, amount) for key, amount in totals.items())
        insert_many(session, table_of(Turnover), ("register_id", "date", "turnover_group_id", "amount"), rows)
        columns = ("register_id", "date", "payment_method_id", "amount")
        insert_many(session, table_of(TurnoverPayment), columns, payments)
