"""A call that writes goes in time or not at all, and says truly how far it came."""

import socket
import ssl
import struct
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.afas.helpers import LOOPBACK
from tests.afas.writing import CREATED, LINE, Diary, JumpingClock, afas, hand, http, saying
from workers.afas import connection
from workers.afas.errors import TryLater
from workers.afas.posting import LAST_PART, Posting, Record, boot_clock
from workers.afas.reply import Reach

WITHIN = 90.0
MANY = [LINE | {"Ds": "x" * 200}] * 500  #: about 150 kB

FAR_TOO_MANY = [LINE | {"Ds": "x" * 1000}] * 20_000  #: more than sockets hold


@pytest.fixture
def diary() -> Diary:
    return Diary()


def test_the_connection_stands_before_the_call_begins_and_its_first_byte_goes_after(diary: Diary) -> None:
    taken = threading.Event()

    def take(plain: socket.socket) -> socket.socket:
        taken.set()
        return plain

    with afas(saying(CREATED), take) as (base, heard):

        def begin() -> None:
            diary.begin()
            assert taken.wait(10)
            assert [(one.sent, one.requests) for one in heard] == [(b"", [])]

        with hand(base, diary) as writes:
            assert writes.insert([LINE], Record(begin)).reach == Reach.ANSWERED
    assert (diary.begun, len(heard)) == (1, 1)


def test_a_refused_connection_is_told_before_anything_began(diary: Diary) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
    with hand(base, diary) as writes, pytest.raises(TryLater) as error:
        writes.insert([LINE], diary.record)
    assert (error.value.kind, diary.begun) == ("unreachable", 0)
    assert [call.error for call in diary.calls] == ["unreachable"]


def test_a_failed_handshake_is_told_before_anything_began(diary: Diary) -> None:
    def hang_up(plain: socket.socket) -> socket.socket:
        plain.shutdown(socket.SHUT_RDWR)
        return plain

    with afas(saying(CREATED), hang_up) as (base, _):
        writing = hand(base.replace("http:", "https:"), diary)
        with writing as writes, pytest.raises(TryLater):
            writes.insert([LINE], diary.record)
    assert diary.begun == 0


@pytest.mark.parametrize("error", [ValueError("lost fence"), OSError("database"), ConnectionResetError("broker")])
def test_a_call_that_could_not_be_kept_is_not_made(diary: Diary, error: Exception) -> None:
    def begin() -> None:
        raise error

    with afas(saying(CREATED)) as (base, heard), hand(base, diary) as writes, pytest.raises(type(error)) as raised:
        writes.insert([LINE], Record(begin))
    assert raised.value is error
    assert [one.sent for one in heard] == [b""]


def test_past_the_mark_before_the_first_byte_not_one_is_sent(diary: Diary) -> None:
    with afas(saying(CREATED)) as (base, heard), hand(base, diary, clock=JumpingClock(1)) as writes:
        reply = writes.insert([LINE], diary.record)
    assert (reply.reach, reply.failure, reply.sent_late) == (Reach.NOT_SENT, "not_sent", False)
    assert (diary.begun, diary.late, [call.error for call in diary.calls]) == (1, 0, ["not_sent"])
    assert [one.sent for one in heard] == [b""]


@pytest.mark.parametrize(("lines", "looks"), [([LINE], 2), (MANY, 2), (MANY, 6)])
def test_past_the_mark_while_the_body_goes_its_last_part_is_held_back(
    diary: Diary, lines: list[dict[str, str]], looks: int
) -> None:
    with afas(saying(CREATED)) as (base, heard), hand(base, diary, clock=JumpingClock(looks)) as writes:
        reply = writes.insert(lines, diary.record)
    assert (reply.reach, reply.sent_late, diary.begun) == (Reach.NOT_SENT, False, 1)
    assert heard[0].sent.startswith(b"POST ")
    assert not heard[0].requests


def test_a_server_that_takes_too_long_to_read_never_gets_the_whole(diary: Diary) -> None:
    ended = threading.Event()

    def stall(plain: socket.socket) -> socket.socket:
        ended.wait(30)
        return plain

    with afas(saying(CREATED), stall) as (base, heard):
        with hand(base, diary, within=0.5) as writes:
            reply = writes.insert(FAR_TOO_MANY, diary.record)
        ended.set()
    assert (reply.reach, reply.sent_late) == (Reach.NOT_SENT, False)
    assert not heard[0].requests


def test_a_server_that_pauses_is_waited_for_as_long_as_the_mark_allows(diary: Diary) -> None:
    go_on = threading.Event()

    def pause(plain: socket.socket) -> socket.socket:
        threading.Timer(0.6, go_on.set).start()
        go_on.wait(30)
        return plain

    options = replace(LOOPBACK, connect_timeout=0.2)
    with afas(saying(CREATED), pause) as (base, _), hand(base, diary, options) as writes:
        assert writes.insert(FAR_TOO_MANY, diary.record).status == 201


@pytest.mark.parametrize(("body", "looks"), [(b"", 2), (b"{}", 3)])
def test_an_error_while_the_last_part_goes_is_an_unknown_outcome_and_late_past_the_mark(
    diary: Diary, body: bytes, looks: int
) -> None:
    posting = Posting(body, WITHIN, diary.record, JumpingClock(looks))
    posting.start(lambda: True)
    assert b"".join(posting) == body
    reply = posting.failed(TryLater("reset", ""))
    assert (reply.reach, reply.sent_late) == (Reach.LOST, True)


def test_a_last_part_that_went_too_late_is_told_at_once_and_its_answer_awaited(diary: Diary) -> None:
    told = threading.Event()

    def answer(connection: socket.socket, _: int) -> None:
        assert told.wait(10)
        connection.sendall(CREATED)

    def late() -> None:
        diary.is_late()
        told.set()

    with afas(answer) as (base, _), hand(base, diary, clock=JumpingClock(3)) as writes:
        reply = writes.insert([LINE], Record(diary.begin, late))
    assert (reply.reach, reply.status, reply.sent_late, diary.late) == (Reach.ANSWERED, 201, True, 1)


def test_that_it_went_too_late_could_not_be_kept_is_no_reason_to_lose_the_answer(diary: Diary) -> None:
    def late() -> None:
        raise OSError("database")

    with afas(saying(CREATED)) as (base, _), hand(base, diary, clock=JumpingClock(3)) as writes:
        reply = writes.insert([LINE], Record(diary.begin, late))
    assert (reply.reach, reply.status, reply.sent_late) == (Reach.ANSWERED, 201, True)


def test_a_delete_has_no_body_and_is_looked_at_before_its_first_byte(diary: Diary) -> None:
    with afas(saying(http(200))) as (base, heard):
        with hand(base, diary, clock=JumpingClock(1)) as writes:
            assert writes.delete("20200", None, diary.record).reach == Reach.NOT_SENT
        with hand(base, diary, clock=JumpingClock(2)) as writes:
            reply = writes.delete("20200", None, diary.record)
    assert (reply.reach, reply.own, reply.sent_late) == (Reach.ANSWERED, True, True)
    assert [len(one.requests) for one in heard] == [0, 1]


def test_a_kept_connection_that_was_closed_is_opened_anew_before_the_call_begins(diary: Diary) -> None:
    closed = threading.Semaphore(0)

    def once(connection: socket.socket, _: int) -> None:
        connection.sendall(CREATED)
        connection.shutdown(socket.SHUT_RDWR)
        closed.release()

    with afas(once) as (base, heard), hand(base, diary) as writes:
        for _ in range(4):
            assert writes.insert([LINE], diary.record).status == 201
            assert closed.acquire(timeout=10)
    assert [len(one.requests) for one in heard] == [1] * 4
    assert diary.begun == 4


def test_a_kept_connection_that_holds_is_used_again(diary: Diary) -> None:
    with afas(saying(CREATED)) as (base, heard), hand(base, diary) as writes:
        assert [writes.insert([LINE], diary.record).status for _ in range(3)] == [201] * 3
    assert [len(one.requests) for one in heard] == [3]


def test_a_connection_that_ends_between_the_commit_and_the_first_byte_carries_nothing(diary: Diary) -> None:
    standing: list[socket.socket] = []
    taken, gone = threading.Event(), threading.Event()

    def keep(plain: socket.socket) -> socket.socket:
        standing.append(plain)
        taken.set()
        return plain

    with afas(saying(CREATED), keep) as (base, heard):

        def begin() -> None:
            diary.begin()
            assert taken.wait(10)
            standing[0].shutdown(socket.SHUT_RDWR)
            gone.set()

        with hand(base, diary) as writes:
            reply = writes.insert([LINE], Record(begin))
    assert (reply.reach, diary.begun, [len(one.requests) for one in heard]) == (Reach.UNREACHABLE, 1, [0])


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20", CREATED[:-9], b"SSH-2.0-OpenSSH\r\n"])
def test_an_error_after_the_first_byte_is_an_unknown_outcome_and_nothing_is_repeated(diary: Diary, said: bytes) -> None:
    def hang_up(connection: socket.socket, _: int) -> None:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_RDWR)

    with afas(hang_up) as (base, heard), hand(base, diary) as writes:
        reply = writes.insert([LINE], diary.record)
    assert (reply.reach, reply.status, reply.own) == (Reach.LOST, None, False)
    assert reply.failure in {"reset", "cut", "broken"}
    assert ([len(one.requests) for one in heard], diary.begun) == ([1], 1)


def test_a_reset_while_the_body_goes_is_an_unknown_outcome(diary: Diary) -> None:
    def reset(plain: socket.socket) -> socket.socket:
        plain.recv(1 << 10)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()
        return plain

    with afas(saying(CREATED), reset) as (base, heard), hand(base, diary) as writes:
        reply = writes.insert(FAR_TOO_MANY, diary.record)
    assert (reply.reach, reply.sent_late, len(heard)) == (Reach.LOST, False, 1)


@pytest.mark.parametrize("said", [b"", CREATED[:-9]])
def test_an_answer_that_is_not_whole_in_time_is_an_unknown_outcome(diary: Diary, said: bytes) -> None:
    options = replace(LOOPBACK, read_timeout=0.3)
    with afas(saying(said)) as (base, _), hand(base, diary, options) as writes:
        reply = writes.insert([LINE], diary.record)
    assert (reply.reach, reply.failure, reply.sent_late) == (Reach.LOST, "timeout", False)


def test_an_answer_that_comes_before_the_body_is_whole_is_heard(diary: Diary) -> None:
    def refuse(plain: socket.socket) -> socket.socket:
        plain.recv(1 << 10)
        plain.sendall(http(413))
        plain.shutdown(socket.SHUT_WR)
        return plain

    with afas(saying(CREATED), refuse) as (base, heard), hand(base, diary) as writes:
        reply = writes.insert(MANY, diary.record)
    assert (reply.reach, reply.status) == (Reach.ANSWERED, 413)
    assert len(heard) == 1


def test_over_tls_a_kept_connection_holds_or_is_opened_anew(certificate: tuple[Path, Path], diary: Diary) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    done = threading.Semaphore(0)

    def twice(connection: socket.socket, taken: int) -> None:
        connection.sendall(CREATED)
        if taken == 1:
            connection.shutdown(socket.SHUT_RDWR)
        done.release()

    options = replace(LOOPBACK, ca_bundle=certificate[0])
    served = afas(twice, lambda plain: context.wrap_socket(plain, server_side=True))
    with served as (base, heard), hand(base.replace("http:", "https:"), diary, options) as writes:
        for _ in range(4):
            assert writes.insert(MANY, diary.record).status == 201
            assert done.acquire(timeout=10)
    assert [len(one.requests) for one in heard] == [2, 2]
    assert diary.begun == 4


def test_what_is_never_acknowledged_is_given_up_in_time_over_plain_and_tls_alike() -> None:
    options = connection._TlsConnection.default_socket_options
    assert connection._Connection.default_socket_options == options
    assert (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000) in options


@given(st.integers(0, 40_000))
def test_the_parts_are_the_body_and_the_last_is_small(size: int) -> None:
    body = bytes(number % 251 for number in range(size))
    posting = Posting(body, WITHIN, Record(lambda: None))
    posting.start(lambda: True)
    parts = list(posting)
    assert b"".join(parts) == body
    assert len(posting) == size
    assert all(part for part in parts)
    assert len(parts) == 0 or len(parts[-1]) == min(size, LAST_PART)


def test_the_clock_runs_on() -> None:
    first = boot_clock()
    assert boot_clock() >= first


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="the system counts no suspended time")
def test_the_clock_of_the_mark_runs_on_while_the_machine_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "clock_gettime", {time.CLOCK_BOOTTIME: 1e9}.__getitem__)
    assert boot_clock() == 1e9
