"""HTTP as far as we use it: one kept connection, bounded in time, and every failure one of our own errors."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from workers.afas.answer import Answer
from workers.afas.errors import AfasError, Never, TryLater
from workers.texts import text

READ_AHEAD = 1 << 16  #: bytes asked of the socket at a time
FOR_EVER = 86_400.0  #: seconds, where no time-out is set


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


class _Connection(HTTPConnection):
    response_class = _TimedResponse

    def __init__(self, *args: Any, cord: _Cord, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cord = cord

    def connect(self) -> None:
        super().connect()
        self._cord.tie(self.sock)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Transport(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._cord = _Cord()
        pools = {"http": _Pool, "https": _TlsPool}
        self.poolmanager.pool_classes_by_scheme = {
            scheme: partial(pool, cord=self._cord) for scheme, pool in pools.items()
        }

    def close(self) -> None:
        self._cord.pull()
        super().close()


def session(headers: Mapping[str, str], ca_bundle: Path | None) -> requests.Session:
    """A session that trusts no environment; closing it ends a call that another thread has under way.

    Raises Never (certificate) when CA_BUNDLE can't be read.
    """
    if ca_bundle:
        try:
            ssl.create_default_context(cafile=str(ca_bundle))
        except OSError as error:
            told = text("afas.ca_bundle", path=ca_bundle, reason=error.strerror or error)
            raise Never("certificate", told) from None
    opened = requests.Session()
    opened.trust_env = False
    opened.verify = str(ca_bundle) if ca_bundle else True
    opened.headers.clear()
    opened.headers.update(headers)
    for scheme in ("https://", "http://"):
        opened.mount(scheme, _Transport(pool_connections=1, pool_maxsize=1, max_retries=0))
    return opened


def exchange(opened: requests.Session, request: requests.Request, timeouts: tuple[float, float]) -> Answer:
    """Send one request and read its whole answer; nothing is repeated, no redirect followed.

    `timeouts`: seconds to connect, and seconds for the whole answer. Raises TryLater or Never without an answer.
    """
    where = request.url.partition("?")[0]
    try:
        prepared = opened.prepare_request(request)
        response = opened.send(prepared, timeout=timeouts, allow_redirects=False, stream=True)
    except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise _failure(error, where, timeouts[1]) from None
    with response:
        try:
            return Answer(where, response.status_code, response.headers, _body(response))
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError) as error:
            if _is_timeout(error):
                raise _failure(error, where, timeouts[1]) from None
            raise TryLater("cut", text("afas.cut", where=where)) from None


def _body(response: requests.Response) -> bytes:
    """The whole body at once: in the small pieces of requests, unpacking costs more than decoding."""
    return bytes(response.raw.read(decode_content=True))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_timeout(error: BaseException) -> bool:
    return any(isinstance(cause, TimeoutError) for cause in _causes(error))


def _failure(error: BaseException, where: str, patience: float) -> AfasError:
    """The error of a call that got no answer at all."""
    causes = list(_causes(error))
    root = next((cause for cause in reversed(causes) if isinstance(cause, OSError)), causes[-1])
    reason = getattr(root, "strerror", None) or type(root).__name__
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Never("certificate", text("afas.certificate", where=where, reason=cause.verify_message))
        if isinstance(cause, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
            return TryLater("reset", text("afas.reset", where=where))
    if _is_timeout(error) and not isinstance(error, requests.ConnectTimeout):
        return TryLater("timeout", text("afas.silent", where=where, seconds=f"{patience:g}"))
    if any(isinstance(cause, http.client.HTTPException) for cause in causes):
        return TryLater("broken", text("afas.garbled", where=where, reason=reason))
    return TryLater("unreachable", text("afas.unreachable", where=where, reason=reason))
