"""A kept connection: an answer is bounded in time as a whole, and a call that writes goes when its posting says so."""

import http.client
import io
import socket
import ssl
import time
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from workers.afas.posting import Posting

READ_AHEAD = 1 << 16  #: bytes asked of the socket at a time
FOR_EVER = 86_400.0  #: seconds, where no time-out is set
UNACKNOWLEDGED = 30_000  #: milliseconds after which what AFAS's side does not acknowledge is lost, where there is one
#: Bytes that wait in the system after they were sent: few, so that "sent" is near to "gone".
SEND_BUFFER = 1 << 16

_USER_TIMEOUT = [name for name in ("TCP_USER_TIMEOUT",) if hasattr(socket, name)]


class _UntilDeadline(io.RawIOBase):
    """The bytes of one answer; the whole of it, not each byte, must come within the socket's time-out."""

    def __init__(self, raw: socket.SocketIO, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._patience = sock.gettimeout() or FOR_EVER
        self._deadline = time.monotonic() + self._patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        # The next request on this connection is sent with the socket's own patience again.
        self._sock.settimeout(self._patience)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw: Any = self.fp.detach()
        self.fp = io.BufferedReader(_UntilDeadline(raw, sock), READ_AHEAD)


class _Cord:
    """What ends the call that another thread waits in: its connection is shut, and no other is opened."""

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._pulled = False

    def tie(self, sock: socket.socket) -> None:
        self._sock = sock
        if self._pulled:
            raise ConnectionAbortedError

    def pull(self) -> None:
        self._pulled = True
        if self._sock is not None:
            with suppress(OSError):
                # Not TLS's own way, which changes what the waiting thread is working with.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


def _is_open(sock: socket.socket) -> bool:
    """Whether a connection stands and the other side is silent; over TLS, too, only reading tells."""
    patience = sock.gettimeout()
    sock.settimeout(0)
    try:
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    finally:
        sock.settimeout(patience)
    return False


class _Connection(HTTPConnection):
    response_class = _TimedResponse
    default_socket_options: ClassVar[list[tuple[int, int, int | bytes]]] = [
        *HTTPConnection.default_socket_options,
        (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER),
        *((socket.IPPROTO_TCP, getattr(socket, name), UNACKNOWLEDGED) for name in _USER_TIMEOUT),
    ]

    def __init__(self, *args: Any, cord: _Cord, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cord = cord

    def connect(self) -> None:
        super().connect()
        self._cord.tie(self.sock)

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> None:
        if not isinstance(body, Posting):
            super().request(method, url, body, headers, **options)
            return
        # A kept one that the other side has closed is no connection any more since urllib3 took it up.
        if self.sock is None:
            self.connect()
        # The time-out of the socket, while it sends.
        self.timeout = body.start(lambda: _is_open(self.sock))
        super().request(method, url, body, headers, **options)
        body.gone()


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Transport(HTTPAdapter):
    """One kept connection; for the thread that calls, and one that may close it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools of our own connections."""
        super().init_poolmanager(*args, **kwargs)
        self._cord = _Cord()
        pools = {"http": _Pool, "https": _TlsPool}
        self.poolmanager.pool_classes_by_scheme = {
            scheme: partial(pool, cord=self._cord) for scheme, pool in pools.items()
        }

    def close(self) -> None:
        """End the call that is under way, and open no other."""
        self._cord.pull()
        super().close()
