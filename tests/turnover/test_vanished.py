"""Register-days that AFAS delivers no more."""

from decimal import Decimal

import pytest

from tasks.turnover.orders import Window
from tests.turnover.builders import WEEK, Shop, day, execute, held, of, put, row, rows_of, sale, states

TEN = Window(day(0), day(9))


def served(shop: Shop, *numbers: int, euros: str = "2") -> None:
    shop.serves(*(sale("2600", number, euros) for number in numbers))


def first_line() -> str:
    bodies = rows_of("SELECT body FROM outbox_mail ORDER BY id")
    return str(bodies[-1][0]).splitlines()[0]


def test_a_vanished_register_day_is_told_with_its_amount_and_its_value_stays(shop: Shop) -> None:
    served(shop, 0, 1, 2)
    shop.imports()
    served(shop, 0, 2)
    facts = shop.imports()
    assert [of(gone.register, gone.date, gone.amount) for gone in facts.vanished] == [("2600", day(1), 2)]
    assert held()["2600", day(1)] == {"1000": Decimal(2)}
    assert facts.days == {"unchanged": 2, "vanished": 1}
    assert of(facts.proof.read, facts.proof.difference, facts.state) == (4, 0, "done")


def test_it_is_told_once(shop: Shop) -> None:
    served(shop, 0, 1)
    shop.imports()
    served(shop, 0)
    assert len(shop.imports().vanished) == 1
    assert shop.imports().vanished == ()


@pytest.mark.parametrize("euros", ["2", "3"])
def test_one_that_comes_back_and_vanishes_again_is_told_again(shop: Shop, euros: str) -> None:
    served(shop, 0, 1)
    shop.imports()
    served(shop, 0)
    shop.imports()
    shop.serves(sale("2600", 0, "2"), sale("2600", 1, euros))
    assert shop.imports().vanished == ()
    served(shop, 0)
    assert len(shop.imports().vanished) == 1


def test_outside_the_window_nothing_vanishes(shop: Shop) -> None:
    served(shop, 0, 6, 7)
    shop.imports(TEN)
    served(shop)
    assert [gone.date for gone in shop.imports(WEEK).vanished] == [day(0), day(6)]


def test_what_no_import_wrote_does_not_vanish(shop: Shop) -> None:
    execute("INSERT INTO turnover_group (id, organisation_id, external_id, name) VALUES (1, 1, 'OA', 'x')")
    put(1, day(0), 1, "5")
    served(shop, 1)
    assert shop.imports().vanished == ()


def test_a_day_that_failed_or_of_a_register_that_was_not_asked_for_has_not_vanished(shop: Shop) -> None:
    shop.register("2601")
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "1"))
    shop.imports()
    shop.serves(row("2600", day(0), "x"))
    facts = shop.imports(registers=["2600"])
    assert states(facts.run.id) == {("2600", day(0)): "failed"}


def test_a_register_with_an_unreadable_date_has_no_vanished_days(shop: Shop) -> None:
    shop.register("2601")
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "1"))
    shop.imports()
    shop.afas.switches.dates = "dutch"
    shop.serves(sale("2600", 1, "1"), row("2600", "gisteren", Decimal(1)))
    facts = shop.imports()
    assert [gone.register for gone in facts.vanished] == ["2601"]


def test_a_source_that_could_not_be_read_has_no_vanished_days(shop: Shop) -> None:
    served(shop, 0, 1)
    shop.imports()
    del shop.afas.connectors["Cateringmanager_automatenomzet"]
    facts = shop.imports()
    assert (facts.state, facts.vanished) == ("failed", ())
    assert "Let op" not in first_line()


@pytest.mark.parametrize(("left", "said"), [(9, False), (8, True)])
def test_more_than_a_tenth_gone_at_once_is_said_first(shop: Shop, left: int, *, said: bool) -> None:
    served(shop, *range(10))
    shop.imports(TEN)
    served(shop, *range(left))
    facts = shop.imports(TEN)
    assert (facts.sources[0].known_days, facts.sources[0].vanished_days) == (10, 10 - left)
    assert first_line().startswith("Let op: bij bron") is said


def test_a_source_without_any_row_is_said_first_each_time(shop: Shop) -> None:
    served(shop, 0)
    shop.imports()
    served(shop)
    for _ in range(2):
        assert shop.imports().state == "done"
        assert first_line().startswith("Let op: bron ")


def test_rows_that_an_authorisation_hides_are_said_first(shop: Shop) -> None:
    shop.register("2601")
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "1"))
    shop.imports()
    shop.afas.switches.hidden_codes = ("2601",)
    shop.imports()
    assert first_line().startswith("Let op: bij bron")
    assert "1 van de 2 kassadagen" in first_line()


def test_a_first_run_hides_nothing(shop: Shop) -> None:
    served(shop, 0, 1)
    facts = shop.imports()
    assert not any(source.hides for source in facts.sources)
    assert first_line() == "Omzetimport geslaagd: 2 geschreven, 0 ongewijzigd."
