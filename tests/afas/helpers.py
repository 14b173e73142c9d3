"""Builders for the tests of the AFAS client: example rows, a client, and raw servers that misbehave."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.simulator import Connector, Field
from workers.afas.auth import Classic
from workers.afas.calls import Call
from workers.afas.client import Client, Options
from workers.secrets import Secret

NAME = "Cateringmanager_automatenomzet"
MONDAY = date(2026, 3, 2)
MAPPING = {"date": "Datum", "register": "Verbijzonderingscode", "amount": "Bedrag"}
FIELDS = (Field("Datum", "date"), Field("Verbijzonderingscode", code=True), Field("Bedrag", "decimal"))
TOKEN = f"<token><version>1</version><data>{'0123456789ABCDEF' * 4}</data></token>"
LOOPBACK = Options(allowed_hosts=("127.0.0.1",), connect_timeout=5, read_timeout=5)


def bookings(counts: Sequence[int], start: date = MONDAY) -> list[dict[str, object]]:
    """`counts[n]` rows on the n-th day from `start`; every row has another amount."""
    days = [start + timedelta(days=n) for n, count in enumerate(counts) for _ in range(count)]
    return [
        {"Datum": day, "Verbijzonderingscode": "2600", "Bedrag": Decimal(number) / 100}
        for number, day in enumerate(days, 1)
    ]


def turnover(rows: Sequence[Mapping[str, object]] = ()) -> Connector:
    """The example connector with these rows."""
    return Connector(NAME, list(FIELDS), rows)


def opened(base: str, log: Callable[[Call], None] = lambda _: None, options: Options = LOOPBACK) -> Client:
    """A client with the classic token that the simulator accepts."""
    return Client(base, Classic(Secret(TOKEN)), log, options)


class Kept:
    """A fold that keeps all rows, and how they came."""

    def __init__(self, first: date, last: date, filtered: bool) -> None:  # noqa: FBT001 - the fold's signature
        self.first, self.last, self.filtered = first, last, filtered
        self.answers: list[Sequence[Any]] = []

    def add(self, rows: Sequence[Any]) -> None:
        self.answers.append(rows)

    @property
    def amounts(self) -> list[Decimal]:
        return sorted(row.amount for rows in self.answers for row in rows)


@contextmanager
def listening(
    serve: Callable[[socket.socket], None], wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain
) -> Iterator[tuple[str, list[bytes]]]:
    """A raw server on loopback: its base address, and the first bytes that each connection sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                    with connection, wrap(connection) as wrapped:
                        heard.append(wrapped.recv(1 << 16))
                        serve(wrapped)
                except OSError:
                    if server.fileno() < 0:
                        return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/ProfitRestServices", heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def answering(answer: bytes) -> Callable[[socket.socket], None]:
    """A server that says the same to everybody."""
    return lambda connection: connection.sendall(answer)
