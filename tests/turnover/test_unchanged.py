"""What Staff holds already is left alone, and nothing else is taken for it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tasks.turnover import staging
from tests.turnover.builders import MONDAY, OTHER, Shop, day, execute, held, put, rows_of, sale, states
from workers.columns import AMOUNT_LIMIT
from workers.database import reading, transaction
from workers.ledger.models import RegisterDay
from workers.staff import groups, turnover
from workers.staff.turnover import Content, Standing

CENTS = st.integers(1 - 10**4 * int(AMOUNT_LIMIT) // 8, 10**4 * int(AMOUNT_LIMIT) // 8 - 1) | st.integers(-9999, 9999)
PARTS = st.dictionaries(st.integers(1, 12), CENTS.map(lambda steps: Decimal(steps).scaleb(-4)), max_size=6)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE turnover SET amount = amount + 1",
        "UPDATE turnover_payment SET amount = amount + 1 WHERE payment_method_id = 1",
        "UPDATE turnover_payment SET amount = amount + CASE payment_method_id WHEN 1 THEN 1 ELSE -1 END",
        "UPDATE turnover_payment SET amount = CASE payment_method_id WHEN 1 THEN 7 ELSE 5 END",
        "UPDATE turnover_payment SET payment_method_id = 3 WHERE payment_method_id = 2",
        "DELETE FROM turnover_payment WHERE payment_method_id = 1",
        "INSERT INTO turnover_payment SELECT register_id, date, 3, 0 FROM turnover",
        "UPDATE turnover SET turnover_group_id = 2",
        "DELETE FROM turnover_payment; DELETE FROM turnover",
    ],
)
def test_whatever_somebody_edits_in_staff_is_noticed_and_overwritten(shop: Shop, edit: str) -> None:
    shop.serves(sale("2600", 0, "5"), sale("2600", 0, "7", "1310"))
    shop.imports()
    execute("INSERT INTO turnover_group (id, organisation_id, external_id, name) VALUES (2, 1, 'AO', 'AO')")
    for statement in edit.split("; "):
        execute(statement)
    assert shop.imports().days == {"written": 1}
    assert held() == {("2600", MONDAY): {"1000": Decimal(5), "1310": Decimal(7)}}
    assert rows_of("SELECT turnover_group_id FROM turnover") == [(1,)]
    assert shop.imports().days == {"unchanged": 1}


@pytest.mark.parametrize("every", [0.0, 1e9])
def test_what_is_unchanged_lies_in_the_ledger_with_its_amount_also_beside_what_changed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, every: float
) -> None:
    monkeypatch.setattr(staging, "KEPT_EVERY", every)
    other = shop.organisation(OTHER, same_as=shop.id, sign=-1)
    shop.method("1000", other)
    shop.register("2601")
    shop.register("2610", other)
    rows = [*(sale(code, number, "2.25") for code in ("2600", "2601", "2610") for number in (0, 1)), sale("9", 0, "1")]
    shop.serves(*rows)
    shop.imports()
    shop.serves(*rows, sale("2601", 1, "3"))
    facts = shop.imports()
    assert facts.days == {"unchanged": 5, "written": 1, "parked": 1}
    assert facts.proof.difference == 0
    columns = (RegisterDay.register_external_id, RegisterDay.date, RegisterDay.state, RegisterDay.amount)
    with reading() as session:
        rows_found = session.execute(select(*columns, RegisterDay.sign).where(RegisterDay.run_id == facts.run.id))
        found = {tuple(one) for one in rows_found}
    euros = Decimal("2.25")
    assert found == {
        *(("2600", day(number), "unchanged", euros, 1) for number in (0, 1)),
        *(("2610", day(number), "unchanged", -euros, -1) for number in (0, 1)),
        ("2601", MONDAY, "unchanged", euros, 1),
        ("2601", day(1), "written", euros + 3, 1),
        ("9", MONDAY, "parked", Decimal(1), 1),
    }


def test_days_of_a_register_that_afas_no_longer_delivers_are_not_unchanged(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "5"), sale("2600", 1, "7"))
    shop.imports()
    put(1, day(2), 1, "3")
    shop.serves(sale("2600", 0, "5"))
    facts = shop.imports()
    assert states(facts.run.id) == {("2600", MONDAY): "unchanged", ("2600", day(1)): "vanished"}
    assert facts.proof.difference == 0


def test_an_edit_between_comparing_and_recording_is_seen_by_the_closing_proof(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.serves(sale("2600", 0, "5"))
    shop.imports()
    standing = turnover.standing

    def meanwhile(*asked: object) -> Standing:
        found = standing(*asked)  # type: ignore[arg-type]
        execute("UPDATE turnover SET amount = amount + 1")
        return found

    monkeypatch.setattr(turnover, "standing", meanwhile)
    facts = shop.imports()
    assert facts.state == "done_with_failures"
    assert facts.proof.difference != 0


def test_what_was_written_stands_as_it_was_to_be_written(shop: Shop) -> None:
    methods = [shop.method(str(number)) for number in range(2000, 2012)]
    with transaction() as session:
        [group] = set(groups.ensure(session, [1]).values())

    @given(found=st.lists(PARTS, min_size=1, max_size=8))
    def law(found: list[dict[int, Decimal]]) -> None:
        contents = []
        for number, parts in enumerate(found):
            payments = {methods[place - 1]: amount for place, amount in parts.items()}
            contents.append(Content(1, day(number), group, sum(parts.values(), Decimal("0.0000")), payments))
        with transaction() as session:
            turnover.replace(session, contents, {(one.register_id, one.date): 1 for one in contents})
        with reading() as session:
            standing = turnover.standing(session, [1], MONDAY, day(len(found) - 1))
        assert standing == {1: {one.date: (group, one.amount, dict(one.payments)) for one in contents}}

    law()


def test_without_anything_in_staff_nothing_stands_there(shop: Shop) -> None:
    with reading() as session:
        assert turnover.standing(session, [1], MONDAY, day(6)) == {}
        assert shop.id
