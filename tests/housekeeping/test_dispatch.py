"""Once a local day, one scheduled run for each active organisation."""

import datetime as dt
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from tasks.housekeeping.dispatch import dispatch, dispatch_at
from tasks.turnover import closing
from tests.turnover.builders import OTHER, Shop, execute, rows_of, sale
from workers.database import transaction
from workers.ledger import runs
from workers.staff.models import TurnoverSetting

THIRD = "3a1b2c3d-2222-4333-8444-fedcbafedcba"
ZONE = ZoneInfo("Europe/Amsterdam")
TODAY = dt.date(2026, 3, 10)
TOMORROW = TODAY + dt.timedelta(days=1)
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def at(clock: str, on: dt.date = TODAY, fold: int = 0) -> dt.datetime:
    """The moment at which Amsterdam's clocks show this, in UTC."""
    return dt.datetime.combine(on, dt.time.fromisoformat(clock), ZONE).replace(fold=fold).astimezone(dt.UTC)


def dispatched(shop: Shop, moment: dt.datetime) -> list[int]:
    return dispatch_at(moment, shop.recorder.hands())


def set_hour(hour: str) -> None:
    with transaction() as session:
        session.execute(update(TurnoverSetting).values(daily_at=dt.time.fromisoformat(hour)))


def active_since(moment: dt.datetime) -> None:
    with transaction() as session:
        session.execute(update(TurnoverSetting).values(active_since=moment))


def scheduled() -> list[tuple[object, ...]]:
    columns = "organisation_id, day, date_from, date_to"
    found = rows_of(f"SELECT {columns} FROM turnover_run WHERE kind = 'scheduled' ORDER BY id")
    return [(organisation, *(dt.date.fromisoformat(str(day)) for day in days)) for organisation, *days in found]


def test_a_run_is_made_when_the_local_hour_has_passed_and_not_before(shop: Shop) -> None:
    assert dispatched(shop, at("04:59:59")) == []
    [run] = dispatched(shop, at("05:00"))
    assert scheduled() == [(shop.id, TODAY, TODAY - dt.timedelta(days=40), TODAY)]
    assert [started.id for started in shop.recorder.started] == [run]


def test_the_day_is_the_local_one(shop: Shop) -> None:
    set_hour("00:15")
    dispatched(shop, at("00:30"))
    assert scheduled()[0][1] == TODAY
    assert at("00:30").date() < TODAY


def test_however_often_it_is_called_there_is_one_run_a_day(shop: Shop) -> None:
    [run] = dispatched(shop, at("05:00"))
    assert [dispatched(shop, at(clock)) for clock in ("05:00", "05:01", "12:00", "23:59")] == [[], [], [], []]
    shop.works(run)
    assert dispatched(shop, at("23:59")) == []
    [next_day] = dispatched(shop, at("05:00", TOMORROW))
    assert next_day != run


def test_an_hour_that_the_spring_night_skips_is_due_when_the_clocks_have_passed_it(shop: Shop) -> None:
    set_hour("02:30")
    assert dispatched(shop, at("01:59", SPRING)) == []
    assert len(dispatched(shop, at("03:00", SPRING))) == 1
    assert dispatched(shop, at("03:30", SPRING)) == []
    assert [day for _, day, *_ in scheduled()] == [SPRING]


def test_an_hour_that_the_autumn_night_has_twice_is_due_once(shop: Shop) -> None:
    set_hour("02:30")
    assert dispatched(shop, at("02:29", AUTUMN)) == []
    assert len(dispatched(shop, at("02:30", AUTUMN))) == 1
    assert dispatched(shop, at("02:29", AUTUMN, fold=1)) == []
    assert dispatched(shop, at("02:30", AUTUMN, fold=1)) == []
    assert dispatched(shop, at("03:00", AUTUMN)) == []


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_on_a_night_of_changing_clocks_five_oclock_is_five_oclock(shop: Shop, night: dt.date) -> None:
    assert dispatched(shop, at("04:59", night)) == []
    assert len(dispatched(shop, at("05:00", night))) == 1


def test_an_hour_that_passed_while_nothing_ran_is_made_up_for_the_same_day(shop: Shop) -> None:
    assert len(dispatched(shop, at("23:59"))) == 1


def test_a_missed_day_is_not_made_up_the_next(shop: Shop) -> None:
    dispatched(shop, at("05:00", TODAY - dt.timedelta(days=3)))
    dispatched(shop, at("05:00"))
    assert [day for _, day, *_ in scheduled()] == [TODAY - dt.timedelta(days=3), TODAY]


def test_an_hour_shortly_before_midnight_is_made_up_for_its_own_day_after_it(shop: Shop) -> None:
    set_hour("23:59:30")
    active_since(at("12:00"))
    assert dispatched(shop, at("23:59:10")) == []
    assert len(dispatched(shop, at("00:00:10", TOMORROW))) == 1
    assert dispatched(shop, at("00:01:10", TOMORROW)) == []
    assert scheduled() == [(shop.id, TODAY, TODAY - dt.timedelta(days=40), TODAY)]


def test_an_hour_that_passed_before_midnight_while_nothing_ran_is_made_up_until_the_next_ones(shop: Shop) -> None:
    active_since(at("04:59"))
    assert len(dispatched(shop, at("04:59", TOMORROW))) == 1
    assert len(dispatched(shop, at("05:00", TOMORROW))) == 1
    assert [day for _, day, *_ in scheduled()] == [TODAY, TOMORROW]


def test_a_day_that_was_missed_is_not_made_up_beside_the_next_days_run(shop: Shop) -> None:
    active_since(at("04:59"))
    assert len(dispatched(shop, at("05:00", TOMORROW))) == 1
    assert [day for _, day, *_ in scheduled()] == [TOMORROW]


def test_who_became_active_after_the_hour_of_yesterday_gets_no_run_for_yesterday(shop: Shop) -> None:
    active_since(at("05:00:01"))
    assert dispatched(shop, at("04:59", TOMORROW)) == []


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_an_hour_before_midnight_is_made_up_after_a_night_of_changing_clocks_too(shop: Shop, night: dt.date) -> None:
    set_hour("23:59:30")
    active_since(at("23:59:29", night))
    assert len(dispatched(shop, at("00:00:10", night + dt.timedelta(days=1)))) == 1
    assert dispatched(shop, at("00:00:10", night)) == []
    assert [day for _, day, *_ in scheduled()] == [night]


def test_a_new_organisation_is_taken_along_without_restart(shop: Shop) -> None:
    dispatched(shop, at("05:00"))
    other = shop.organisation(OTHER, days_back=3)
    assert len(dispatched(shop, at("09:00"))) == 1
    assert scheduled()[1] == (other, TODAY, TODAY - dt.timedelta(days=3), TODAY)


def test_an_inactive_organisation_gets_none(shop: Shop) -> None:
    shop.organisation(OTHER, same_as=shop.id, active=False)
    execute(f"UPDATE turnover_setting SET active = false WHERE organisation_id = {shop.id}")
    assert dispatched(shop, at("12:00")) == []


def test_an_organisation_that_cannot_be_dispatched_is_told_and_holds_up_no_other(shop: Shop) -> None:
    other, third = shop.organisation(OTHER), shop.organisation(THIRD)
    execute(f"UPDATE turnover_setting SET days_back = 99999999 WHERE organisation_id IN ({shop.id}, {third})")
    with pytest.raises(ExceptionGroup) as told:
        dispatched(shop, at("05:00"))
    assert [type(error) for error in told.value.exceptions] == [OverflowError, OverflowError]
    assert [organisation for organisation, *_ in scheduled()] == [other]
    assert [started.organisation_id for started in shop.recorder.started] == [other]


def test_two_dispatchers_at_once_make_one_run(shop: Shop) -> None:
    barrier, made = Barrier(4), list[int]()

    def one() -> None:
        barrier.wait()
        made.extend(dispatched(shop, at("05:00")))

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(scheduled()) == len(shop.recorder.started) == 1


def test_a_run_by_hand_does_not_count_as_the_days_run(shop: Shop) -> None:
    shop.imports()
    assert len(dispatched(shop, at("05:00"))) == 1


def test_the_clock_is_the_databases(shop: Shop) -> None:
    set_hour("00:00")
    today = runs.clock().astimezone(ZONE).date()
    dispatch(shop.recorder.hands())
    assert scheduled()[0][1] in (today, today + dt.timedelta(days=1))
    assert rows_of("SELECT name FROM heartbeat") == [("dispatch",)]


def test_a_run_not_ended_when_the_next_days_falls_due_ends_failed_and_is_told(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    [late] = dispatched(shop, at("05:00"))
    assert dispatched(shop, at("04:59", TOMORROW)) == []
    assert closing.summary(late).state == "due"
    [made] = dispatched(shop, at("05:00", TOMORROW))
    facts = closing.summary(late)
    assert facts.state == "failed"
    assert "niet klaar toen de import van de volgende dag begon" in (facts.message or "")
    assert rows_of("SELECT run_id FROM outbox_mail") == [(late,)]
    assert closing.summary(made).state == "due"


def test_a_late_run_ends_also_when_the_dispatcher_died_after_it_made_the_new_one(shop: Shop) -> None:
    [late] = dispatched(shop, at("05:00"))
    wanted = runs.Wanted(shop.id, TOMORROW, TOMORROW, TOMORROW)
    assert runs.make(wanted, "scheduled", 60)
    dispatched(shop, at("05:01", TOMORROW))
    assert closing.summary(late).state == "failed"


def test_who_still_holds_a_late_run_writes_nothing_more(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    run = shop.order()
    execute(f"UPDATE turnover_run SET day = '{TODAY}' WHERE id = {run}")

    def seen(_: dt.date) -> None:
        dispatched(shop, at("05:00", TOMORROW))

    shop.works(run, seen)
    assert rows_of("SELECT * FROM turnover") == []
    assert closing.summary(run).state == "failed"
    assert len(rows_of(f"SELECT * FROM outbox_mail WHERE run_id = {run}")) == 1
