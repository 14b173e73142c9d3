"""How runs end, what they wait for, and what the command line says of it."""

from decimal import Decimal
from typing import Any

import pytest

from tasks.cli import importing, main
from tasks.turnover import import_, orders, pace
from tests.simulator.examples import CONNECTOR
from tests.turnover.builders import GUID, MONDAY, OTHER, WEEK, Shop, day, execute, held, of, rows_of, sale
from workers import texts
from workers.ledger import runs

DAYS = ["--from", "2026-03-02", "--to", "2026-03-08"]
SECOND = "Restaurantomzet"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as many as ever, and short."""
    monkeypatch.setattr(pace, "SHORTEST", 0.0001)
    monkeypatch.setattr(importing, "LOOK_AGAIN", 0.01)
    texts.use("nl")


def turnover(*more: str) -> int:
    return main(["TURNOVER", GUID, *DAYS, *more])


def last_mail() -> str:
    return str(rows_of("SELECT body FROM outbox_mail ORDER BY id DESC")[0][0])


def test_a_run_that_is_well_ends_with_0(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.serves(sale("2600", 0, "1"))
    assert turnover() == 0
    assert capsys.readouterr().out.startswith("Omzetimport geslaagd: 1 geschreven, 0 ongewijzigd.")
    assert rows_of("SELECT kind, state FROM turnover_run") == [("manual", "done")]


def test_one_with_failures_or_parked_amounts_ends_with_1(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"), sale("2606", 0, "1"))
    assert turnover() == 1


def test_no_run_is_made_for_an_unknown_organisation(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop
    assert main(["TURNOVER", OTHER, "-40"]) == 2
    assert capsys.readouterr().err.startswith(f"Organisatie {OTHER} is onbekend")
    assert rows_of("SELECT * FROM turnover_run") == []


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("status_401", {}, "token"),
    ("status_403", {}, "403"),
    ("status_404", {}, "404"),
    ("error_500", {}, "onverwachte fout"),
    ("error_500", {"text": "Deze connector wordt niet ondersteund"}, "niet ondersteund"),
    ("html", {}, "text/html"),
    ("cut", {}, "antwoord"),
    ("truncated", {}, "application/json"),
    ("redirect", {}, "302"),
    ("status_503", {"retry_after": 7200}, "langer wachten"),
]


@pytest.mark.parametrize(("fault", "detail", "told"), FAULTS)
def test_a_source_that_cannot_be_read_ends_with_3_and_its_cause_is_the_first_line(
    shop: Shop, fault: str, detail: dict[str, Any], told: str
) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    before = held()
    shop.serves(sale("2600", 0, "2"))
    shop.afas.fault(fault, path="connectors/", times=None, **detail)
    assert turnover() == 3
    verdict = last_mail().splitlines()[0]
    assert verdict.startswith("Omzetimport mislukt. ")
    assert told in verdict
    assert held() == before
    assert rows_of("SELECT count(*) FROM register_day WHERE run_id = 2") == [(0,)]


def test_what_may_pass_by_itself_is_tried_again_and_what_may_not_is_not(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.afas.fault("status_503", path="connectors/", times=3)
    assert turnover() == 0
    shop.afas.asked.clear()
    shop.afas.fault("status_401", path="connectors/", times=None)
    assert turnover() == 3
    assert [one.path for one in shop.afas.asked].count(f"connectors/{CONNECTOR}") == 1


def test_one_of_several_sources_that_fails_ends_with_1_and_is_told_with_its_registers(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.serves(sale("2600", 0, "1"))
    assert turnover() == 1
    assert "(kassa's: 2601)" in last_mail()
    assert list(held()) == [("2600", MONDAY)]


def test_tries_have_an_end(shop: Shop) -> None:
    shop.afas.fault("html", path="connectors/", times=None)
    assert turnover() == 3
    asked = [one for one in shop.afas.asked if one.path.startswith("connectors/")]
    assert len(asked) == pace.MOST_TRIES


def test_a_503_pauses_the_organisation_by_hand_too(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.afas.fault("status_503", path="connectors/", retry_after=7200)
    first = shop.imports()
    assert first.state == "waiting"
    assert rows_of("SELECT pause_kind FROM afas_connection") == [("busy",)]
    shop.afas.asked.clear()
    assert shop.imports().state == "waiting"
    assert shop.afas.asked == []
    shop.unpause("2000-01-01")
    assert shop.goes_on(first.run.id).state == "done"
    assert rows_of("SELECT pause_kind, pause_reason FROM afas_connection") == [(None, None)]


def test_a_503_of_one_source_pauses_although_another_was_read_and_the_run_goes_on_later(shop: Shop) -> None:
    shop.register("2601", uri=shop.uri(SECOND))
    shop.serves(sale("2600", 0, "1"))
    shop.serves(sale("2601", 0, "2"), name=SECOND)
    shop.afas.fault("status_503", path=SECOND, retry_after=7200)
    facts = shop.imports()
    assert (facts.state, list(held())) == ("waiting", [("2600", MONDAY)])
    assert rows_of("SELECT pause_kind FROM afas_connection") == [("busy",)]
    assert rows_of("SELECT * FROM outbox_mail") == []
    shop.unpause("2000-01-01")
    shop.afas.asked.clear()
    facts = shop.goes_on(facts.run.id)
    assert of(facts.state, len(held()), facts.proof.difference) == ("done", 2, 0)
    assert {one.connector for one in shop.afas.asked} == {"", SECOND}, "what was read is not read again"


def test_a_401_holds_what_is_scheduled_and_by_hand_afas_is_asked(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.afas.fault("status_401", path="connectors/")
    assert shop.imports().state == "failed"
    assert rows_of("SELECT pause_kind FROM afas_connection") == [("unauthorised",)]
    made = runs.make(runs.Wanted(shop.id, MONDAY, MONDAY, MONDAY), "scheduled", 60)
    assert made
    shop.afas.asked.clear()
    assert shop.works(made).state == "waiting"
    assert shop.afas.asked == []
    assert shop.imports().state == "done"
    assert rows_of("SELECT pause_kind FROM afas_connection") == [(None,)]
    assert shop.goes_on(made).state == "done"


def test_an_unexpected_fault_ends_the_run_failed_and_told(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))

    def boom(_: object) -> None:
        raise ZeroDivisionError

    run = shop.order()
    with pytest.raises(ZeroDivisionError):
        shop.works(run, boom)
    assert rows_of("SELECT state FROM turnover_run") == [("failed",)]
    assert last_mail().startswith("Omzetimport mislukt. ")
    assert "onverwachte fout ZeroDivisionError" in last_mail()
    assert held() == {}
    assert shop.recorder.mails == [1]


def test_an_organisation_without_any_source_ends_failed_with_the_remedy(shop: Shop) -> None:
    execute("DELETE FROM import_setting")
    assert shop.imports().state == "failed"
    assert "vul import: in bij de kassa's" in last_mail()
    assert turnover() == 2


def test_two_runs_of_an_organisation_are_serialised(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    first, second = shop.order(), shop.order()
    during = list[str]()
    shop.works(first, lambda _: during.append(shop.works(second).state))
    assert set(during) == {"due"}
    assert [run.id for run in shop.recorder.started] == [second]
    assert shop.works(second).days == {"unchanged": 1}


def test_runs_retry_imports_anew_what_failed(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1", "1399"), sale("2600", 3, "2", "1399"), sale("2600", 5, "3"))
    shop.register("2601")
    failed = shop.imports().run.id
    shop.method("1399")
    again = orders.retry(failed)
    assert again
    facts = shop.works(again)
    assert (facts.run.date_from, facts.run.date_to) == (day(0), day(3))
    assert facts.days == {"written": 2}
    assert orders.retry(again) is None
    assert rows_of(f"SELECT retry_of_id, registers FROM turnover_run WHERE id = {again}") == [(failed, '["2600"]')]


def test_runs_retry_of_a_failed_run_is_all_of_it(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.serves(sale("2600", 0, "1"))
    shop.afas.fault("status_404", path="connectors/")
    failed = shop.imports().run.id
    assert main(["runs", "retry", str(failed)]) == 0
    assert held() == {("2600", MONDAY): {"1000": Decimal(1)}}
    assert main(["runs", "retry", str(failed + 1)]) == 0
    assert "is niets mislukt" in capsys.readouterr().err


def test_a_dead_run_is_brought_to_its_end_before_the_next(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    dead = shop.order()
    assert runs.claim(dead)
    execute("DELETE FROM lease")
    assert turnover() == 0
    assert rows_of("SELECT state FROM turnover_run") == [("done",), ("done",)]


def test_the_window_of_an_order_ends_today_by_the_local_clock(shop: Shop) -> None:
    window = orders.Order(days_back=40).window(shop.id)
    assert (window.last - window.first).days == 40
    assert window.last == orders.today()


@pytest.mark.parametrize(
    "order",
    [
        orders.Order(date_from="2026-03-02"),
        orders.Order(date_to="2026-03-02"),
        orders.Order(date_from="2026-03-03", date_to="2026-03-02"),
        orders.Order(days_back=-1),
        orders.Order(days_back=3, date_from="2026-03-02", date_to="2026-03-02"),
        orders.Order(date_from="morgen", date_to="2026-03-02"),
    ],
)
def test_days_that_are_no_window_are_refused(shop: Shop, order: orders.Order) -> None:
    with pytest.raises(orders.WindowError):
        order.window(shop.id)


def test_a_run_that_ended_is_left_alone(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    run = shop.imports(WEEK).run.id
    shop.afas.asked.clear()
    assert import_.work(run, shop.recorder.hands()) is None
    assert shop.afas.asked == []
    assert len(shop.recorder.mails) == 1
