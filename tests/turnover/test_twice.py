"""Every task may run twice, one after the other or at the same time: the result is that of once."""

import datetime as dt
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from tasks.housekeeping.sweep import sweep
from tasks.turnover import closing, import_
from tasks.turnover.parked import apply_parked
from tests.turnover.builders import MONDAY, OTHER, Shop, day, everything, execute, held, of, rows_of, sale, states
from workers import settings
from workers.database import transaction
from workers.ledger import days, runs
from workers.ledger.days import Parcel
from workers.staff import groups

PASSED = "2000-01-01 00:00:00.000000"


def at_once(act: Callable[[], Any], times: int = 4) -> list[Any]:
    """What `act` gives to several threads that do it at the same moment; an error of any of them is raised."""
    barrier, answers, errors = Barrier(times), list[Any](), list[BaseException]()

    def one() -> None:
        barrier.wait()
        try:
            answers.append(act())
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            errors.append(error)

    threads = [Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return answers


def results() -> dict[str, list[tuple[Any, ...]]]:
    """All that an import leaves but leases, calls and heartbeats."""
    return {name: rows for name, rows in everything().items() if name not in ("lease", "call_log", "heartbeat")}


@pytest.fixture
def rows(shop: Shop) -> Shop:
    shop.register("2601")
    week = [sale(code, number, "1.25") for code in ("2600", "2601") for number in range(7)]
    shop.serves(*week, sale("2606", 0, "3"), sale("2600", 0, "4", "1399"))
    return shop


def staged(shop: Shop) -> tuple[int, list[Parcel]]:
    """A run that has read everything and written nothing."""
    run, kept = shop.order(), list[Parcel]()
    import_.work(run, shop.recorder.keeping(kept))
    return run, kept


def test_import_organisation_twice_gives_the_same(rows: Shop) -> None:
    run = rows.imports().run.id
    before = results()
    assert import_.work(run, rows.recorder.hands()) is None
    assert results() == before


def test_import_organisation_at_the_same_time_in_several_threads_gives_the_same(rows: Shop) -> None:
    run = rows.order()
    at_once(lambda: import_.work(run, rows.recorder.hands()))
    facts = closing.summary(run)
    assert (facts.state, facts.days) == ("done_with_failures", {"written": 13, "failed": 1, "parked": 1})
    assert facts.proof.difference == 0
    assert len(held()) == 13
    assert len(rows_of("SELECT * FROM outbox_mail")) == len(rows.recorder.mails) == 1
    assert len(rows_of("SELECT * FROM source_read")) == 1


def test_import_register_twice_gives_the_same(rows: Shop) -> None:
    run, kept = staged(rows)
    for parcel in kept:
        import_.write_register(run, parcel.register, parcel.dates, rows.recorder.hands())
    before = results()
    for parcel in kept:
        import_.write_register(run, parcel.register, parcel.dates, rows.recorder.hands())
    assert results() == before
    assert len(rows.recorder.mails) == 1


def test_import_register_at_the_same_time_in_several_threads_gives_the_same(rows: Shop) -> None:
    run, kept = staged(rows)
    assert [parcel.register for parcel in kept] == ["2600", "2601"]

    def write() -> None:
        for parcel in kept:
            import_.write_register(run, parcel.register, parcel.dates, rows.recorder.hands())

    at_once(write)
    facts = closing.summary(run)
    assert of(facts.days["written"], facts.proof.difference) == (13, 0)
    assert len(rows_of("SELECT * FROM turnover_payment")) == 13
    assert rows_of("SELECT external_id FROM turnover_group") == [("OA",)]
    assert len(rows_of("SELECT * FROM outbox_mail")) == len(rows.recorder.mails) == 1


def test_a_message_for_what_is_not_there_does_nothing(rows: Shop) -> None:
    before = results()
    import_.write_register(99, "2600", [MONDAY], rows.recorder.hands())
    assert import_.work(99, rows.recorder.hands()) is None
    run, _ = staged(rows)
    import_.write_register(run, "9999", [MONDAY], rows.recorder.hands())
    import_.write_register(run, "2600", [dt.date(1999, 1, 1)], rows.recorder.hands())
    assert before["turnover"] == results()["turnover"] == []


def test_parcels_carry_one_register_and_at_most_so_many_dates(rows: Shop) -> None:
    run, _ = staged(rows)
    found = [(parcel.register, parcel.dates) for parcel in days.parcels(run, 3)]
    assert found == [
        ("2600", (day(1), day(2), day(3))),
        ("2600", (day(4), day(5), day(6))),
        ("2601", (day(0), day(1), day(2))),
        ("2601", (day(3), day(4), day(5))),
        ("2601", (day(6),)),
    ]


def test_a_lost_message_is_sent_again_by_the_sweep_and_again_later_each_time(rows: Shop) -> None:
    run, _ = staged(rows)
    pauses = []
    for _ in range(6):
        execute(f"UPDATE turnover_run SET hint_at = '{PASSED}' WHERE id = {run}")
        before = runs.clock()
        sweep(rows.recorder.hands())
        [(hint_at,)] = rows_of(f"SELECT hint_at FROM turnover_run WHERE id = {run}")
        hint = dt.datetime.fromisoformat(str(hint_at))
        pauses.append(round((hint.replace(tzinfo=hint.tzinfo or dt.UTC) - before).total_seconds(), -1))
        sweep(rows.recorder.hands())
    assert pauses == [120, 240, 480, 900, 900, 900]
    assert [started.id for started in rows.recorder.started] == [run] * 6
    assert rows.works(run).days["written"] == 13
    assert rows_of(f"SELECT hints, hint_at FROM turnover_run WHERE id = {run}")[0][1] is None


def test_the_sweep_twice_or_at_once_enqueues_each_thing_once(rows: Shop) -> None:
    run, _ = staged(rows)
    execute(f"UPDATE turnover_run SET hint_at = '{PASSED}' WHERE id = {run}")
    at_once(lambda: sweep(rows.recorder.hands()))
    assert [started.id for started in rows.recorder.started] == [run]


def test_the_sweep_lets_alone_a_run_that_is_held(rows: Shop) -> None:
    run = rows.order()
    execute(f"UPDATE turnover_run SET hint_at = '{PASSED}' WHERE id = {run}")
    assert runs.claim(run)
    sweep(rows.recorder.hands())
    assert rows.recorder.started == []
    execute(f"UPDATE lease SET expires_at = '{PASSED}'")
    sweep(rows.recorder.hands())
    assert [started.id for started in rows.recorder.started] == [run]


def test_the_sweep_logs_the_end_of_a_run_whose_process_died_before_it_did(rows: Shop) -> None:
    run = rows.imports().run.id
    execute(f"UPDATE turnover_run SET logged_at = NULL, finished_at = '{PASSED}'")
    sweep(rows.recorder.hands())
    sweep(rows.recorder.hands())
    assert rows_of(f"SELECT logged_at FROM turnover_run WHERE id = {run}") != [(None,)]
    log = settings.current().log_path
    assert log
    assert log.read_text().count("event=end") == 2


def test_the_sweep_probes_a_paused_organisation_and_ends_the_pause_when_it_is_mended(rows: Shop) -> None:
    rows.afas.fault("status_401", path="connectors/")
    assert rows.imports().state == "failed"
    rows.afas.fault("status_401", path="metainfo")
    rows.unpause("2000-01-01")
    sweep(rows.recorder.hands())
    assert rows_of("SELECT pause_kind FROM afas_connection") == [("unauthorised",)]
    sweep(rows.recorder.hands())
    assert rows_of("SELECT pause_kind FROM afas_connection") == [("unauthorised",)], "it was probed just now"
    rows.unpause("2000-01-01")
    sweep(rows.recorder.hands())
    assert rows_of("SELECT pause_kind FROM afas_connection") == [(None,)]


def test_parked_amounts_applied_by_several_at_once_are_written_once(rows: Shop) -> None:
    rows.serves(*(sale("2606", number, "1") for number in range(7)))
    run = rows.imports().run.id
    rows.register("2606")
    at_once(lambda: apply_parked([rows.id]))
    assert len(held()) == 7
    assert set(states(run).values()) == {"written"}
    assert {amount for (amount,) in rows_of("SELECT old_amount FROM register_day")} == {None}


def test_a_turnover_group_is_made_and_linked_once_by_several_at_once(rows: Shop) -> None:
    other = rows.organisation(OTHER, same_as=rows.id)
    registers = [1, rows.register("2610", other), rows.register("2611", other)]

    def ensure() -> dict[int, int]:
        with transaction() as session:
            return groups.ensure(session, registers)

    found = at_once(ensure)
    assert all(one == found[0] for one in found)
    assert len(rows_of("SELECT * FROM turnover_group")) == 2
    assert len(rows_of("SELECT * FROM register_turnover_group")) == 3
