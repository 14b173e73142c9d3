"""Faults that meet writing calls: what the client sees, and what was truly committed."""

import http.client
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator import Simulator
from tests.simulator_tests.client import Client, Serve, classic, keys, line, lines

SENT = lines(6)
LOST = (OSError, http.client.HTTPException)


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


def lost(client: Client, sent: list[dict[str, Any]] = SENT) -> None:
    with pytest.raises(LOST):
        client.write("POST", *sent)


@pytest.mark.parametrize(("commits", "stands"), [(0, 0), (3, 3), (None, 6)])
def test_a_connection_may_be_cut_before_amid_or_after_the_commit(
    serve: Serve, commits: int | None, stands: int
) -> None:
    afas, client = serve()
    afas.fault("reset", commits=commits, path="PtRealization")
    lost(client)
    assert keys(afas) == [f"k{one}" for one in range(stands)]
    (call,) = afas.calls
    assert (call.fault, call.status, len(call.lines), len(call.committed)) == ("reset", 0, 6, stands)
    assert client.write("POST", line("next")).status == 201


def test_a_reset_commits_nothing_unless_it_is_told_to(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("reset")
    lost(client)
    assert keys(afas) == []


def test_profit_may_go_on_after_the_connection_was_cut_amid(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("reset", commits=2, goes_on=True)
    lost(client)
    until(lambda: len(keys(afas)) == 6)
    assert len(afas.calls[0].committed) == 6


def test_a_commit_may_come_late_after_the_answer_was_lost(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("reset", goes_on=True, late=0.3)
    lost(client)
    until(lambda: len(keys(afas)) == 6)
    assert afas.book.journal[0].time >= afas.calls[0].ended + 0.2
    assert len(client.shown()) == 6


def test_a_commit_that_would_come_after_the_end_never_comes(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("reset", goes_on=True, late=600)
    lost(client)
    assert any("go_on" in thread.name for thread in threading.enumerate())
    afas.stop()
    until(lambda: not any("go_on" in thread.name for thread in threading.enumerate()))
    assert keys(afas) == []


@pytest.mark.parametrize(
    ("kind", "detail", "status"),
    [
        ("status_503", {"retry_after": 7}, 503),
        ("status_503", {}, 503),
        ("status_502", {}, 502),
        ("status_504", {}, 504),
        ("html", {}, 200),
        ("timeout_500", {}, 500),
        ("status_429", {}, 429),
    ],
)
def test_a_proxy_may_answer_while_profit_works_on(serve: Serve, kind: str, detail: dict[str, Any], status: int) -> None:
    afas, client = serve()
    afas.fault(kind, commits=1, goes_on=True, spread=0.2, **detail)
    assert client.write("POST", *SENT).status == status
    until(lambda: len(keys(afas)) == 6)
    assert afas.book.journal[-1].time > afas.calls[0].ended


@pytest.mark.parametrize(("commits", "stands"), [(0, 0), (4, 4), (None, 6)])
def test_any_answer_may_hide_how_much_was_done(serve: Serve, commits: int | None, stands: int) -> None:
    afas, client = serve()
    afas.fault("error_500", text="Er ging iets mis.", commits=commits, path="PtRealization")
    reply = client.write("POST", *SENT)
    assert (reply.status, reply.message, len(keys(afas))) == (500, "Er ging iets mis.", stands)


@pytest.mark.parametrize("kind", ["status_401", "status_403", "status_404", "status_413", "status_503", "html"])
def test_a_refused_call_commits_nothing_in_mid_batch_and_is_logged_with_its_lines(serve: Serve, kind: str) -> None:
    afas, client = serve()
    afas.fault(kind, path="PtRealization", after=1)
    for one in SENT[:3]:
        client.write("POST", one)
    assert keys(afas) == ["k0", "k2"]
    assert [(len(call.lines), call.fault) for call in afas.calls] == [(1, ""), (1, kind), (1, "")]


def test_an_answer_may_be_truncated_or_cut_after_all_was_done(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("truncated")
    with pytest.raises(json.JSONDecodeError):
        client.write("POST", *SENT[:3]).json  # noqa: B018 - reading it is the test
    afas.fault("cut")
    with pytest.raises(http.client.IncompleteRead):
        client.write("POST", *SENT[3:])
    assert len(keys(afas)) == 6


def test_profit_goes_on_when_its_client_has_had_enough(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("drawn_out", seconds=2)
    client.connection.timeout = 0.2
    lost(client)
    gone = time.time()
    until(lambda: len(keys(afas)) == 6)
    times = [entry.time for entry in afas.book.journal]
    assert times[-1] > gone
    assert times[-1] - times[0] > 1


def test_an_answer_may_come_long_after_its_commits(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("late_answer", seconds=30)
    client.connection.timeout = 0.3
    lost(client)
    until(lambda: len(keys(afas)) == 6)
    assert afas.calls[0].ended == 0


def test_an_error_after_the_commit_counts_as_an_error_though_the_line_stands(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("error_after_commit", first=1, lines=2)
    reply = client.write("POST", *SENT)
    assert reply.status == 500
    assert reply.message.count("vervolgacties") == 2
    assert len(keys(afas)) == 6
    afas.fault("error_after_commit", lines=10)
    client.write("POST", *lines(20))
    assert len(keys(afas)) == 16, "the tenth ends the call"


def test_a_lock_passes_after_some_calls_that_carry_its_line(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("locked", carrying="k1", times=2)
    assert client.write("POST", line("k0")).status == 201
    for _ in range(2):
        reply = client.write("POST", line("k1"), line("other"))
        assert reply.message == "De nacalculatieregel is geblokkeerd door een andere gebruiker"
    assert client.write("POST", line("k1")).status == 201
    assert keys(afas) == ["k0", "other", "other", "k1"]
    afas.fault("locked", carrying="20200", text="Bezet.")
    assert client.write("PUT", {"Id": "20200", "Qu": "1"}).message == "Bezet."
    afas.fault("locked", carrying="20200")
    assert client.delete("Id", "20200").status == 500
    assert client.delete("Id", "20200").status == 200


def test_a_fault_may_wait_for_a_method(serve: Serve) -> None:
    afas, client = serve()
    afas.fault("status_504", method="PUT")
    assert client.write("POST", line("a")).status == 201
    assert client.write("PUT", {"Id": "20200"}).status == 504


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_never_comes_whole_is_not_worked_on(serve: Serve, chunked: bool) -> None:  # noqa: FBT001
    afas, client = serve()
    body = json.dumps({"PtRealization": {"Element": {"Fields": line("a")}}}).encode()
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    asked = f"POST {client.base}/connectors/PtRealization HTTP/1.1", f"Authorization: {classic(afas.token)}", length
    head = "\r\n".join((*asked, "", "")).encode()
    for sent in (head + framed[:-1], head + framed):
        with socket.create_connection(("127.0.0.1", afas.port)) as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            answer = raw.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 201")
    assert keys(afas) == ["a"]
    assert len(afas.asked) == 1


def held(afas: Simulator, sent: list[dict[str, Any]]) -> None:
    with Client(afas) as own:
        own.write("POST", *sent)


def test_parallel_calls_interleave_line_by_line(serve: Serve) -> None:
    afas, _ = serve(line_ms=25)
    calls = [lines(20, Rem=str(number)) for number in range(2)]
    threads = [threading.Thread(target=held, args=(afas, sent)) for sent in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    order = [entry.call for entry in afas.book.journal]
    assert sorted(order) == [1] * 20 + [2] * 20
    assert sum(one != other for one, other in itertools.pairwise(order)) > 1
    assert len({entry.line.id for entry in afas.book.journal}) == 40


def test_a_call_takes_its_time_and_so_does_each_line(serve: Serve) -> None:
    afas, client = serve(call_ms=100, line_ms=2)
    client.write("POST", *lines(100))
    (call,) = afas.calls
    assert call.ended - call.time >= 0.29
    assert afas.book.journal[0].time - call.time >= 0.09
