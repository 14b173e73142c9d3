"""Every value that a register-day has had, with the run that wrote it."""

import csv
import json
from decimal import Decimal

import pytest

from tasks.cli import main
from tests.turnover.builders import GUID, MONDAY, Shop, held, rows_of, sale
from workers.database import reading
from workers.ledger import history
from workers.staff import holding
from workers.staff.holding import Span
from workers.staff.lookup import UnknownOrganisationError


def values(register: str = "2600") -> list[dict[str, object]]:
    with reading() as session:
        return [dict(value) for value in history.values(session, GUID, register, MONDAY)]


def test_every_overwrite_keeps_the_old_value_the_new_one_and_the_run(shop: Shop) -> None:
    made = []
    for euros, account in [("1", "1000"), ("2", "1310"), ("2", "8000")]:
        shop.serves(sale("2600", 0, euros, account))
        made.append(shop.imports().run.id)
    assert [(value["run"], value["old_amount"], value["amount"]) for value in values()] == [
        (made[0], None, Decimal(1)),
        (made[1], Decimal(1), Decimal(2)),
        (made[2], Decimal(2), Decimal(2)),
    ]
    assert [value["old_payments"] for value in values()] == [None, {"1000": "1.0000"}, {"1310": "2.0000"}]


def test_a_run_that_changed_nothing_adds_no_value(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    shop.imports()
    assert len(values()) == 1
    assert values("2601") == []


def test_the_command_tells_the_same(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.serves(sale("2600", 0, "1.5"))
    shop.imports()
    assert main(["turnover", "history", f"{{{GUID.upper()}}}", " 2600 ", "2026-03-02", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["run"], told["amount"], told["old_amount"]) == (1, "1.5000", None)


def test_what_staff_holds_is_a_row_a_payment_in_csv(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.serves(sale("2600", 0, "1.5"), sale("2600", 0, "2", "1310"), sale("2600", 1, "0"))
    shop.imports()
    assert main(["turnover", "show", GUID, "--csv"]) == 0
    found = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert list(found[0]) == ["register", "date", "turnover_group", "amount", "payment_method", "payment_amount"]
    assert [tuple(one.values()) for one in found] == [
        ("2600", "2026-03-02", "OA", "3.5000", "1000", "1.5000"),
        ("2600", "2026-03-02", "OA", "3.5000", "1310", "2.0000"),
        ("2600", "2026-03-03", "OA", "0.0000", "1000", "0.0000"),
    ]
    assert len(held()) == 2


def test_an_unknown_organisation_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop
    with reading() as session, pytest.raises(UnknownOrganisationError):
        holding.payments(session, "geen", Span())
    assert main(["turnover", "show", "geen"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_call_log_keeps_every_call_and_no_token(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    calls = rows_of("SELECT status, error, rows FROM call_log WHERE rows IS NOT NULL ORDER BY id")
    assert calls == [(200, None, 1), (200, None, 0)]
    assert shop.afas.token not in str(rows_of("SELECT * FROM call_log"))
