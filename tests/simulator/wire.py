"""HTTP on a socket: reads requests, writes answers whole, cut or not at all."""

import gzip
import socket
import struct
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Lock
from typing import Any, Literal, Protocol

from tests.simulator.answer import Answer, Request

GZIP_FROM = 1_000
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Delivery:
    """An answer and how it goes over the wire; without an answer the connection is reset."""

    answer: Answer | None
    cut: bool = False
    gzip: bool = False
    framing: Literal["length", "chunked", "close"] = "length"


class Application(Protocol):
    """What stands behind the socket."""

    def deliver(self, request: Request) -> Delivery:
        """Answer one request."""


@dataclass
class _Sockets:
    open: set[socket.socket] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


class Server(ThreadingTCPServer):
    """One thread a connection, on loopback; `port` 0 takes a free one."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, application: Application) -> None:
        self.application, self.sockets = application, _Sockets()
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of errors of our own, not of clients that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening and end the connections that are open."""
        self.shutdown()
        self.server_close()
        with self.sockets.lock:
            for connection in self.sockets.open:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "Profit"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.server.sockets.lock:
            self.server.sockets.open.add(self.connection)

    def finish(self) -> None:
        with self.server.sockets.lock:
            self.server.sockets.open.discard(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the log of what was asked is the record."""

    def _call(self) -> None:
        body = self._body()
        if body is None:
            # The client went before the last byte: a call that never came whole is not worked on.
            self.close_connection = True
            return
        delivery = self.server.application.deliver(
            Request.parse(self.command, self.path, dict(self.headers.items()), body)
        )
        try:
            self._send(delivery)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _call  # noqa: N815 - names of the base class

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        return body if len(body) == length else None

    def _chunks(self) -> bytes | None:
        body = b""
        while head := self.rfile.readline().strip():
            size = int(head.partition(b";")[0], 16)
            chunk = self.rfile.read(size)
            if len(chunk) < size or not self.rfile.readline().endswith(b"\n"):
                return None
            if size == 0:
                return body
            body += chunk
        return None

    def _send(self, delivery: Delivery) -> None:
        answer = delivery.answer
        if answer is None:
            self._reset()
            return
        body = answer.body
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if delivery.gzip and len(body) >= GZIP_FROM and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            self.send_header("Content-Encoding", "gzip")
        self._send_body(body, delivery)

    def _send_body(self, body: bytes, delivery: Delivery) -> None:
        sent = body[: len(body) // 2] if delivery.cut else body
        if delivery.cut or delivery.framing == "close":
            self.close_connection = True
        if delivery.framing == "length":
            self.send_header("Content-Length", str(len(body)))
        elif delivery.framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            sent = (b"%x\r\n%b\r\n" % (len(sent), sent) if sent else b"") + (b"" if delivery.cut else b"0\r\n\r\n")
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(sent)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        # Before the server's own shutdown, which would end it politely.
        self.connection.close()
