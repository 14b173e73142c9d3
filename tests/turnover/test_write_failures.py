"""A register-day that can't be written fails alone; the others are written, and what stood there stays."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from tasks.turnover import closing, import_
from tests.turnover.builders import Shop, day, execute, held, messages, of, rows_of, sale, states
from workers import database as databases
from workers.database import engine, transaction
from workers.ledger.days import Parcel

REFUSING = {
    "sqlite": "CREATE TRIGGER no BEFORE {act} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    "postgresql": (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'not this one'; END$$; "
        "CREATE TRIGGER no BEFORE {act} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION no()"
    ),
}

LIFTING = {"sqlite": "DROP TRIGGER IF EXISTS no", "postgresql": "DROP FUNCTION IF EXISTS no CASCADE"}


@pytest.fixture
def refuse(shop: Shop) -> Iterator[Callable[..., None]]:
    """Makes the database refuse some rows, until the end of the test."""
    assert shop
    kind = engine().dialect.name
    yield lambda act, table, when: execute(REFUSING[kind].format(act=act, table=table, when=when))
    execute(LIFTING[kind])


@pytest.fixture
def impatient(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A lock is waited for a moment only."""
    assert shop
    monkeypatch.setattr(databases, "BUSY_TIMEOUT", 0.1)
    on_postgresql = engine().dialect.name == "postgresql"
    if on_postgresql:
        name = rows_of("SELECT current_database()")[0][0]
        execute(f"ALTER DATABASE {name} SET lock_timeout = '100ms'")
    engine().dispose()
    yield
    if on_postgresql:
        execute(f"ALTER DATABASE {name} RESET lock_timeout")


@pytest.mark.parametrize("table", ["turnover", "turnover_payment"])
def test_a_register_day_that_the_database_refuses_fails_alone(
    shop: Shop, refuse: Callable[..., None], table: str
) -> None:
    shop.serves(*(sale("2600", number, str(number + 1)) for number in range(7)))
    refuse("INSERT", table, "NEW.amount = 3" if engine().dialect.name == "postgresql" else "NEW.amount = 30000")
    facts = shop.imports()
    assert {on for _, on in held()} == {day(number) for number in range(7)} - {day(2)}
    assert (facts.state, facts.days) == ("done_with_failures", {"written": 6, "failed": 1})
    [told] = messages(facts.run.id)
    assert told.startswith("Error for register 2600 for date 04-03-2026: niet weggeschreven (not this one")
    assert "\n" not in told
    assert facts.proof.difference == 0
    [failure] = facts.failures
    assert of(failure.reason, failure.amount) == ("error", 3)


def test_a_register_day_that_cannot_be_overwritten_keeps_what_stood_there(
    shop: Shop, refuse: Callable[..., None]
) -> None:
    shop.serves(*(sale("2600", number, "1") for number in range(3)))
    shop.imports()
    refuse("UPDATE", "turnover", f"NEW.date = '{day(1)}'")
    shop.serves(*(sale("2600", number, "2", "1310") for number in range(3)))
    facts = shop.imports()
    old, new = {"1000": Decimal(1)}, {"1310": Decimal(2)}
    assert held() == {("2600", day(0)): new, ("2600", day(1)): old, ("2600", day(2)): new}
    assert facts.days == {"written": 2, "failed": 1}


def test_a_retry_writes_what_the_database_refused(shop: Shop, refuse: Callable[..., None]) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2600", 1, "2"))
    refuse("INSERT", "turnover", f"NEW.date = '{day(1)}'")
    assert shop.imports().state == "done_with_failures"
    execute(LIFTING[engine().dialect.name])
    assert shop.imports().days == {"written": 1, "unchanged": 1}


def test_a_payment_method_that_goes_between_staging_and_writing_fails_its_days_alone(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2600", 1, "2", "1310"), sale("2600", 2, "4"))
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    execute("DELETE FROM payment_method WHERE external_id = '1310'")
    for parcel in kept:
        import_.write_register(run, parcel.register, parcel.dates, shop.recorder.hands())
    facts = closing.summary(run)
    assert {state for (_, on), state in states(run).items() if on == day(1)} == {"failed"}
    assert facts.days == {"written": 2, "failed": 1}
    assert [missing.code for missing in facts.missing_methods] == ["1310"]
    assert facts.proof.difference == 0


def test_parts_of_a_day_that_no_column_can_hold_fail_it_alone(shop: Shop) -> None:
    huge = "899999999999999"
    parts = [(huge, "8000"), (f"-{huge}", "1310"), (huge, None)]
    shop.serves(*(sale("2600", 0, euros, account) for euros, account in parts), sale("2600", 1, "0.5"))
    facts = shop.imports()
    assert list(held()) == [("2600", day(1))]
    assert facts.days == {"failed": 1, "written": 1}
    assert "niet weggeschreven" in messages(facts.run.id)[0]
    assert facts.proof.difference == 0


def test_a_lock_is_no_failure_of_a_register_day(shop: Shop, impatient: None) -> None:
    assert impatient is None
    shop.serves(sale("2600", 0, "1"))
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    with transaction() as session:
        session.execute(sql("UPDATE register_day SET message = 'mine'"))
        with pytest.raises(OperationalError):
            import_.write_register(run, "2600", [day(0)], shop.recorder.hands())
        session.connection.rollback()
    assert rows_of("SELECT state, message FROM register_day") == [("pending", None)]
    import_.write_register(run, "2600", [day(0)], shop.recorder.hands())
    assert closing.summary(run).state == "done"
