"""A raw AFAS that answers as scripted and keeps what it was sent, and the hand that writes to it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.afas.helpers import LOOPBACK, opened
from workers.afas.calls import Call
from workers.afas.client import Options
from workers.afas.posting import Clock, Record, boot_clock
from workers.afas.updateconnector import UpdateConnector

LINE: dict[str, str] = {"DaTi": "2026-11-20", "VaIt": "1", "ItCd": "300", "Qu": "4.00", "XpRe": "na-12-gw"}
NAMED = b'{"results":{"PtRealization":{"Id":"20200","XpRe":"na-12-gw","Sessieguid":"{A}"}}}'


def http(status: int, body: bytes = b"", *headers: str) -> bytes:
    """An answer, with its length."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


CREATED = http(201, NAMED, "Content-Type: application/json; charset=utf-8")


@dataclass
class Heard:
    """What one connection sent: its bytes, and its whole requests as (first line, body)."""

    sent: bytes = b""
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    def take(self) -> bool:
        """Whether another whole request is there."""
        head, found, rest = self.sent.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
        if not found or len(rest) < length:
            return False
        self.requests.append((lines[0], rest[:length]))
        self.sent = rest[length:]
        return True

    def body(self) -> Any:
        """The JSON of the last request, its numbers as they were written."""
        return msgspec.json.decode(self.requests[-1][1])


#: What a server does about each whole request: the connection, and how many requests it has taken before.
Serve = Callable[[socket.socket, int], None]


def saying(answer: bytes) -> Serve:
    """The same to everybody."""
    return lambda connection, _: connection.sendall(answer)


@contextmanager
def afas(
    serve: Serve, wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain
) -> Iterator[tuple[str, list[Heard]]]:
    """A server on loopback: its base address, and what each connection sent until it ended."""
    heard: list[Heard] = []
    threads: list[threading.Thread] = []
    last: list[tuple[str, int]] = []

    def talk(plain: socket.socket, mine: Heard) -> None:
        try:
            with wrap(plain) as connection:
                while data := connection.recv(1 << 16):
                    mine.sent += data
                    while mine.take():
                        serve(connection, len(mine.requests) - 1)
        except OSError:
            return

    def accept(server: socket.socket) -> None:
        while True:
            plain, address = server.accept()
            if address in last:
                return
            heard.append(Heard())
            threads.append(threading.Thread(target=talk, args=(plain, heard[-1]), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threads.append(threading.Thread(target=accept, args=(server,), daemon=True))
        threads[0].start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/ProfitRestServices", heard
        # Accepted after all that came before it.
        with socket.socket() as end:
            end.bind(("127.0.0.1", 0))
            last.append(end.getsockname())
            end.connect(server.getsockname())
            threads[0].join(timeout=10)
        for thread in threads:
            thread.join(timeout=10)


@dataclass
class Diary:
    """What is kept of a call while it goes."""

    begun: int = 0
    late: int = 0
    calls: list[Call] = field(default_factory=list)

    def begin(self) -> None:
        """Count a call that begins."""
        self.begun += 1

    def is_late(self) -> None:
        """Count a call that went too late."""
        self.late += 1

    @property
    def record(self) -> Record:
        """This diary, as a call keeps it."""
        return Record(self.begin, self.is_late)


@contextmanager
def hand(
    base: str, diary: Diary, options: Options = LOOPBACK, clock: Clock = boot_clock, within: float = 90.0
) -> Iterator[UpdateConnector]:
    """The hand that writes, with the classic token."""
    with opened(base, diary.calls.append, options) as client:
        yield UpdateConnector(client, within, clock=clock)


class JumpingClock:
    """A clock that jumps far ahead after so many looks: the mark is one, and so is each time before bytes go."""

    def __init__(self, looks: int) -> None:
        self._left = looks

    def __call__(self) -> float:
        self._left -= 1
        return 100.0 if self._left >= 0 else 100_000.0
