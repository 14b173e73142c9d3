import http.client
import json
import threading
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator import Connector
from tests.simulator.faults import KINDS
from tests.simulator_tests.client import Client, Rows, Serve

ROWS: Rows = [{"Code": "2600", "Bedrag": Decimal("0.50"), "Aantal": n} for n in range(50)]
STATUSES = {
    "status_401": 401,
    "status_403": 403,
    "status_404": 404,
    "status_413": 413,
    "status_429": 429,
    "status_502": 502,
    "status_503": 503,
    "status_504": 504,
    "error_500": 500,
    "timeout_500": 500,
    "redirect": 302,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_a_status_fault_spoils_one_call_and_the_next_is_well(serve: Serve, kind: str, status: int) -> None:
    afas, client = serve(ROWS)
    afas.fault(kind)
    assert [client.get().status, client.get().status] == [status, 200]
    assert [(asked.status, asked.fault) for asked in afas.asked] == [(status, kind), (200, "")]


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_cut_answer_ends_in_mid_body(serve: Serve, framing: str) -> None:
    afas, client = serve(ROWS, framing=framing)
    afas.fault("cut")
    with pytest.raises(http.client.IncompleteRead):
        client.get()
    assert len(client.get().rows) == 50


def test_a_cut_that_framing_does_not_show_leaves_broken_json(serve: Serve) -> None:
    afas, client = serve(ROWS, framing="close")
    afas.fault("cut")
    with pytest.raises(json.JSONDecodeError):
        client.get().rows  # noqa: B018 - reading it is the test


def test_a_reset_comes_before_any_answer(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("reset")
    with pytest.raises(ConnectionResetError) as caught:
        client.get()
    assert not isinstance(caught.value, http.client.RemoteDisconnected), "closed, not reset"
    assert afas.asked[-1].status == 0
    assert client.get().status == 200


def test_a_slow_answer_waits_its_seconds(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("slow", seconds=30)
    client.connection.timeout = 0.05
    with pytest.raises(TimeoutError):
        client.get()
    assert afas.asked[-1].fault == "slow"


def test_truncated_is_valid_http_with_half_the_json(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("truncated")
    answer = client.get()
    assert (answer.status, int(answer.headers["content-length"])) == (200, len(answer.body))
    with pytest.raises(json.JSONDecodeError):
        answer.rows  # noqa: B018 - reading it is the test


@pytest.mark.parametrize(
    ("kind", "status"), [("html", 200), ("status_502", 502), ("status_504", 504), ("status_403", 403)]
)
def test_gateways_answer_html(serve: Serve, kind: str, status: int) -> None:
    afas, client = serve(ROWS)
    afas.fault(kind)
    answer = client.get()
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("where", "body", "header"), [("body", 7, None), ("header", None, "7"), ("both", 7, "7"), ("none", None, None)]
)
def test_503_tells_when_to_come_back_in_body_header_both_or_neither(
    serve: Serve, where: str, body: int | None, header: str | None
) -> None:
    afas, client = serve(ROWS)
    afas.fault("status_503", retry_after=7, where=where)
    answer = client.get()
    assert (answer.json.get("retry_after"), answer.headers.get("retry-after")) == (body, header)


def test_503_may_tell_two_different_times(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("status_503", retry_after=7, where="both", header=90)
    answer = client.get()
    assert (answer.json["retry_after"], answer.headers["retry-after"]) == (7, "90")


def test_error_texts_are_as_told_and_the_time_out_is_afass_own(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("error_500", text="Een andere gebruiker houdt dit vast")
    afas.fault("timeout_500")
    assert client.get().message == "Een andere gebruiker houdt dit vast"
    assert client.get().message == "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."


def test_a_redirect_names_its_location(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("redirect", location="https://elsewhere.example/")
    assert client.get().headers["location"] == "https://elsewhere.example/"


def test_amounts_of_one_answer_may_lack_their_zero_or_carry_dirt(serve: Serve) -> None:
    afas, client = serve(ROWS[:1])
    afas.fault("leading_dot")
    afas.fault("float_dirt")
    client.path("metainfo")
    bodies = [client.get().body for _ in range(3)]
    assert [
        amount in body for amount, body in zip((b":.50,", b":0.50000000000000004,", b":0.50,"), bodies, strict=True)
    ] == [True] * 3


def test_json_may_be_labelled_xml(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("xml_label")
    answer = client.get()
    assert (answer.headers["content-type"], len(answer.rows)) == ("application/xml", 50)


def test_a_booking_may_change_between_two_calls(serve: Serve) -> None:
    def book(connector: Connector) -> None:
        connector.rows[0]["Bedrag"] = Decimal("99.00")

    afas, client = serve(ROWS)
    afas.fault("changing_booking", after=1, edit=book)
    afas.fault("changing_booking", after=2, rows=[])
    answers = [client.get() for _ in range(3)]
    assert [b"99.00" in answer.body for answer in answers] == [False, True, False]
    assert [len(answer.rows) for answer in answers] == [50, 50, 0]


def test_a_fault_waits_for_its_path_and_its_turn(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("status_403", path="/OMZET", after=1, times=2)
    assert client.path("ProfitVersion").status == 200
    assert [client.get().status for _ in range(4)] == [200, 403, 403, 200]


def test_faults_come_one_a_call_in_the_order_they_were_made(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("status_502")
    afas.fault("status_504")
    assert [client.get().status for _ in range(3)] == [502, 504, 200]


def test_a_fault_for_ever_lasts_until_it_is_cleared(serve: Serve) -> None:
    afas, client = serve(ROWS)
    afas.fault("status_403", times=None)
    assert {client.get().status for _ in range(5)} == {403}
    afas.faults.clear()
    assert client.get().status == 200


def test_an_unknown_fault_or_detail_is_refused(serve: Serve) -> None:
    afas, _ = serve(ROWS)
    with pytest.raises(ValueError, match="no fault 'slowly'"):
        afas.fault("slowly")
    with pytest.raises(TypeError):
        afas.fault("slow", minutes=1)
    with pytest.raises(TypeError):
        afas.fault("changing_booking")


def test_every_fault_may_meet_every_kind_of_call_and_the_simulator_lives(serve: Serve) -> None:
    afas, client = serve(ROWS)
    details: dict[str, dict[str, Any]] = {
        **{kind: {"seconds": 0.0} for kind in ("slow", "drawn_out", "late_answer")},
        "changing_booking": {"rows": ROWS},
        "person": {"do": "delete"},
    }
    for kind in KINDS:
        afas.fault(kind, **details.get(kind, {}))
        for path in ("metainfo", "connectors/Omzet", "connectors/Anders"):
            try:
                client.path(path)
            except (OSError, http.client.HTTPException):
                client.connection.close()
    afas.faults.clear()
    assert len(client.get().rows) == 50


def test_more_parallel_calls_than_the_limit_get_503_and_the_log_counts_them(serve: Serve) -> None:
    afas, client = serve(ROWS, parallel_limit=2)
    afas.fault("slow", seconds=30, times=2)

    def held() -> None:
        with Client(afas) as own, pytest.raises((OSError, http.client.HTTPException)):
            own.get()

    threads = [threading.Thread(target=held) for _ in range(2)]
    for thread in threads:
        thread.start()
    while len(afas.asked) < 2:
        threading.Event().wait(0.005)
    assert client.get().status == 503
    assert afas.asked[-1].parallel == 3
    afas.stop()
    for thread in threads:
        thread.join()
