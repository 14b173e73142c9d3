"""HTTP as far as we use it: one kept connection, bounded in time, and every failure one of our own errors."""

import http.client
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from workers.afas.answer import Answer
from workers.afas.connection import Transport
from workers.afas.errors import AfasError, Never, TryLater
from workers.afas.posting import Posting
from workers.texts import text


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
        opened.mount(scheme, Transport(pool_connections=1, pool_maxsize=1, max_retries=0))
    return opened


def exchange(
    opened: requests.Session,
    request: requests.Request,
    timeouts: tuple[float, float],
    posting: Posting | None = None,
) -> Answer:
    """Send one request and read its whole answer; nothing is repeated, no redirect followed.

    `timeouts`: seconds to connect, and seconds for the whole answer. `posting`: the body of a call that writes, which
    decides whether it goes. Raises TryLater or Never without an answer, and HaltedError.
    """
    where = request.url.partition("?")[0]
    try:
        prepared = opened.prepare_request(request)
        if posting is not None:
            prepared.headers["Content-Length"] = str(len(posting))
            prepared.body = posting  # type: ignore[assignment] # any iterable goes
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
