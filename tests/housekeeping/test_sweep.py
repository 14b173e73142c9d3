"""The periodic sweep: one thing that fails holds up no other, and what is long past is forgotten."""

from dataclasses import replace

import pytest

from tasks.housekeeping.sweep import sweep
from tasks.turnover import closing
from tests.turnover.builders import GUID, MONDAY, Shop, everything, execute, of, rows_of, sale
from workers.database import reading
from workers.ledger import history, pruning
from workers.ledger.runs import Run

PASSED = "2000-01-01 00:00:00.000000"


def swept(shop: Shop) -> None:
    sweep(shop.recorder.hands())


def test_a_run_that_cannot_be_started_is_told_and_holds_up_neither_runs_nor_mails_nor_probes(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    mail = shop.recorder.mails.pop()
    first, second = shop.order(), shop.order()
    execute(f"UPDATE turnover_run SET hint_at = '{PASSED}' WHERE id IN ({first}, {second})")
    execute(f"UPDATE afas_connection SET pause_kind = 'busy', paused_until = '{PASSED}'")
    started: list[int] = []

    def start(run: Run) -> None:
        started.append(run.id)
        if run.id == first:
            raise ValueError(first)

    with pytest.raises(ExceptionGroup) as told:
        sweep(replace(shop.recorder.hands(), start=start))
    assert told.group_contains(ValueError, match=str(first))
    assert started == [first, second]
    assert shop.recorder.mails == [mail]
    assert rows_of("SELECT pause_kind FROM afas_connection") == [(None,)]


def test_calls_and_unchanged_register_days_of_long_ago_are_forgotten_and_their_sums_stay(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1.25"), sale("2600", 1, "-2"), sale("2606", 0, "4"))
    written, unchanged, young = shop.imports(), shop.imports(), shop.imports()
    old = f"({written.run.id}, {unchanged.run.id})"
    before = everything()
    swept(shop)
    assert {**everything(), "heartbeat": before["heartbeat"]} == before, "all of it is young"

    execute(f"UPDATE turnover_run SET finished_at = '{PASSED}' WHERE id IN {old}")
    execute(f"UPDATE call_log SET at = '{PASSED}' WHERE run_id IN {old}")
    execute("DELETE FROM heartbeat")
    shown = [closing.summary(run.run.id) for run in (written, unchanged, young)]
    swept(shop)
    assert rows_of("SELECT DISTINCT run_id FROM call_log") == [(young.run.id,)]
    kept = rows_of("SELECT run_id, state, count(*) FROM register_day GROUP BY run_id, state ORDER BY run_id, state")
    assert kept == [
        (written.run.id, "parked", 1),
        (written.run.id, "written", 2),
        (unchanged.run.id, "parked", 1),
        (young.run.id, "parked", 1),
        (young.run.id, "unchanged", 2),
    ]
    again = [closing.summary(run.run.id) for run in (written, unchanged, young)]
    assert again == shown
    assert of(*(facts.proof.difference for facts in again)) == (0, 0, 0)
    assert again[1].days == {"unchanged": 2, "parked": 1}
    with reading() as session:
        assert [value["run"] for value in history.values(session, GUID, "2600", MONDAY)] == [written.run.id]


def test_forgetting_is_done_once_a_day(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    swept(shop)
    run = shop.imports().run.id
    execute(f"UPDATE call_log SET at = '{PASSED}' WHERE run_id = {run}")
    swept(shop)
    assert rows_of("SELECT * FROM call_log") != []
    execute(f"UPDATE heartbeat SET at = '{PASSED}' WHERE name = 'prune'")
    swept(shop)
    assert rows_of("SELECT * FROM call_log") == []


def test_forgetting_twice_counts_once(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    run = shop.imports().run.id
    execute(f"UPDATE turnover_run SET finished_at = '{PASSED}'")
    pruning.prune()
    pruning.prune()
    assert closing.summary(run).days == {"unchanged": 1}
