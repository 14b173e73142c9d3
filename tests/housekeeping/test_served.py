"""One connection serves all organisations that are the same as its owner: their import, and whom that is told to."""

import datetime as dt

import pytest

from tasks.housekeeping.dispatch import dispatch_at
from tests.housekeeping.test_dispatch import THIRD, TODAY, at, dispatched, scheduled
from tests.turnover.builders import MONDAY, OTHER, Shop, execute, held, rows_of, sale
from workers import settings


def sleeps(organisation: int) -> None:
    """The organisation is not to be imported by itself."""
    execute(f"UPDATE turnover_setting SET active = false WHERE organisation_id = {organisation}")


def tells(organisation: int, *addresses: str) -> None:
    """The organisation's mails go there."""
    told = "[" + ", ".join(f'"{address}"' for address in addresses) + "]"
    execute(f"UPDATE afas_connection SET mail_to = '{told}' WHERE organisation_id = {organisation}")


def test_an_active_organisation_is_imported_by_the_run_of_an_inactive_owner(shop: Shop) -> None:
    other = shop.organisation(OTHER, same_as=shop.id, daily_at=dt.time(6), days_back=3)
    sleeps(shop.id)
    shop.method("1000", other)
    shop.register("2601", other)
    shop.serves(sale("2601", 0, "1"))
    assert dispatched(shop, at("05:59", MONDAY)) == []
    [run] = dispatched(shop, at("06:00", MONDAY))
    assert scheduled() == [(shop.id, MONDAY, MONDAY - dt.timedelta(days=3), MONDAY)]
    assert shop.works(run).state == "done"
    assert list(held()) == [("2601", MONDAY)]


def test_an_owner_that_has_no_turnover_settings_serves_too(shop: Shop) -> None:
    shop.organisation(OTHER, same_as=shop.id)
    execute(f"DELETE FROM turnover_setting WHERE organisation_id = {shop.id}")
    assert len(dispatched(shop, at("05:00"))) == 1


def test_the_earliest_active_organisation_sets_the_hour_where_the_owner_is_inactive(shop: Shop) -> None:
    shop.organisation(OTHER, same_as=shop.id, daily_at=dt.time(6), days_back=3)
    shop.organisation(THIRD, same_as=shop.id, daily_at=dt.time(4), days_back=9)
    sleeps(shop.id)
    assert dispatched(shop, at("03:59")) == []
    assert len(dispatched(shop, at("04:00"))) == 1
    assert dispatched(shop, at("06:00")) == []
    assert scheduled() == [(shop.id, TODAY, TODAY - dt.timedelta(days=9), TODAY)]


def test_an_active_owner_sets_the_hour_and_all_it_serves_get_one_run(shop: Shop) -> None:
    shop.organisation(OTHER, same_as=shop.id, daily_at=dt.time(4))
    assert dispatched(shop, at("04:59")) == []
    assert len(dispatch_at(at("05:00"), shop.recorder.hands())) == 1
    assert dispatched(shop, at("23:00")) == []


def test_registers_of_an_inactive_organisation_are_imported_with_the_others(shop: Shop) -> None:
    other = shop.organisation(OTHER, same_as=shop.id, active=False)
    shop.method("1000", other)
    shop.register("2601", other)
    shop.serves(sale("2600", 0, "1"), sale("2601", 0, "2"))
    shop.imports()
    assert list(held()) == [("2600", MONDAY), ("2601", MONDAY)]


def test_one_mail_goes_to_the_owner_and_all_active_organisations_that_it_serves(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_MAIL", "staff@voorbeeld.nl")
    settings.current.cache_clear()
    tells(shop.organisation(OTHER, same_as=shop.id), "ander@voorbeeld.nl", "beheer@voorbeeld.nl")
    tells(shop.organisation(THIRD, same_as=shop.id, active=False), "slaapt@voorbeeld.nl")
    sleeps(shop.id)
    shop.serves(sale("2606", 0, "1"))
    shop.imports()
    assert rows_of("SELECT recipient FROM outbox_mail") == [
        ("beheer@voorbeeld.nl,ander@voorbeeld.nl,staff@voorbeeld.nl",)
    ]
