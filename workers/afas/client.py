"""Calls to one AFAS environment with one credential: every call checked before, and logged after."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, unquote, urlencode

import requests

from workers.afas import wire
from workers.afas.address import checked_base
from workers.afas.ahead import Ahead, Planned, Queue
from workers.afas.answer import Answer
from workers.afas.auth import Authorization, Credential, granted
from workers.afas.calls import Call, Seen, logged
from workers.afas.errors import AfasError, Never, TryLater
from workers.afas.posting import Posting
from workers.afas.reply import Reply
from workers.afas.verdict import refusal
from workers.secrets import Secret
from workers.settings import Settings
from workers.texts import text

MAX_QUERY = 2_049  #: characters from the question mark on, beyond which AFAS answers 404
LANGUAGES = {"nl": "nl-nl", "en": "en-us"}  #: TEXT_LANGUAGE to Accept-Language
OAUTH = "oauth/token"
JSON = "application/json; charset=utf-8"
UNAUTHORISED = 401

Result = TypeVar("Result")
Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Options:
    """How calls are made: seconds to connect, seconds for a whole answer, and what the settings say."""

    allowed_hosts: tuple[str, ...]
    connect_timeout: float = 10.0
    read_timeout: float = 930.0
    ca_bundle: Path | None = None
    integration_id: str | None = None
    language: str = "nl"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The options that the settings name."""
        return cls(
            allowed_hosts=settings.allowed_hosts,
            connect_timeout=settings.afas_connect_timeout,
            read_timeout=settings.afas_read_timeout,
            ca_bundle=settings.ca_bundle,
            integration_id=settings.integration_id,
            language=settings.text_language,
        )

    def headers(self) -> dict[str, str]:
        """The headers of every call."""
        own = {"IntegrationId": self.integration_id} if self.integration_id else {}
        return own | {
            "User-Agent": "afasconnector",
            "Accept": JSON,
            "Accept-Encoding": "gzip",
            "Accept-Language": LANGUAGES[self.language],
            # AFAS: "close" causes resets.
            "Connection": "keep-alive",
        }


@dataclass(frozen=True)
class Write:
    """One call that writes: its method, its path below the base, and `lines` of `connector` that it carries."""

    method: str
    path: str
    connector: str
    lines: int


def query_string(params: Params) -> str:
    """The part of an address after the question mark; AFAS wants it shorter than MAX_QUERY."""
    return urlencode(params, quote_via=quote)


class Client:
    """One kept connection to `base`, for one thread; a context manager, whose end ends a call that is under way.

    Raises AddressError for a base that `options.allowed_hosts` does not allow, before anything is sent or signed.
    `log` gets every HTTP call, failing ones too. Every error of a call is an AfasError.
    """

    def __init__(self, base: str, credential: Credential, log: Callable[[Call], None], options: Options) -> None:
        self.base = checked_base(base, options.allowed_hosts)
        self._credential, self._log = credential, log
        self._timeouts = (options.connect_timeout, options.read_timeout)
        self._session = wire.session(options.headers(), options.ca_bundle)
        self._queue = Queue(log)
        self._refused: Authorization | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._queue.forget()
        self._session.close()
        self._queue.close()

    def get(self, path: str, params: Params, read: Callable[[Answer], Result]) -> Result:
        """What `read` makes of the answer to GET `path` below the base; a list it returns counts as rows in the log.

        A connection that ends without any answer is tried once more, a 401 on a kept OAuth token once with a new one.
        Raises TryLater or Never.
        """
        query = query_string(params)
        if len(query) >= MAX_QUERY:
            raise Never("too_large", text("afas.query", where=f"{self.base}/{path}", limit=MAX_QUERY))
        try:
            return self._authorised(path, params, read)
        except TryLater as error:
            if error.kind != "reset":
                raise
        return self._authorised(path, params, read)

    def ask_ahead(self, path: str, params: Params) -> None:
        """Send GET `path` as soon as the connection is free, so that `get` finds its answer there, with all its errors.

        `get` is to be called in the same order; after an error everything that was asked ahead is dropped.
        """
        with suppress(AfasError):
            shown = self._credential.authorization(self._ask)
            request = self._get(path, params, shown)
            planned = Planned(request.url, shown.token, _connector(path), params)
            self._queue.add(planned, partial(wire.exchange, self._session, request, self._timeouts))

    def forget_ahead(self) -> None:
        """Drop what was asked ahead; what was not sent is not sent any more."""
        self._queue.forget()

    def write(self, write: Write, posting: Posting, read: Callable[[Answer], Reply]) -> Reply:
        """What `read` makes of the answer to a call that writes, whatever its status; nothing is ever repeated.

        Raises AfasError without an answer: `posting` knows how far the call came.
        """
        shown = self._credential.authorization(self._ask)
        headers = {"Authorization": shown.header()} | ({"Content-Type": JSON} if len(posting) else {})
        request = requests.Request(write.method, f"{self.base}/{write.path}", headers=headers)
        self._queue.free()
        with logged(self._log, write.connector, {}, Seen(rows=write.lines)) as seen:
            seen.answer = wire.exchange(self._session, request, self._timeouts, posting)
            reply = read(seen.answer)
            seen.error, seen.reference = reply.text or reply.failure, reply.reference
        self._refused = shown if reply.status == UNAUTHORISED and shown.kept else None
        return reply

    def renew(self) -> bool:
        """Whether there is now another token than the kept one that the last write was refused with, and once only.

        Raises TryLater or Never when AFAS gives none.
        """
        shown, self._refused = self._refused, None
        if shown is None:
            return False
        return self._credential.authorization(self._ask, refused=shown.token).token != shown.token

    def _authorised(self, path: str, params: Params, read: Callable[[Answer], Result]) -> Result:
        shown = self._credential.authorization(self._ask)
        try:
            return self._signed(path, params, shown, read)
        except Never as error:
            if error.kind != "unauthorised" or not shown.kept:
                raise
        renewed = self._credential.authorization(self._ask, refused=shown.token)
        return self._signed(path, params, renewed, read)

    def _signed(self, path: str, params: Params, shown: Authorization, read: Callable[[Answer], Result]) -> Result:
        request = self._get(path, params, shown)
        ahead = self._queue.take(request.url, shown.token)
        return self._call(request, _connector(path), params, read, ahead)

    def _get(self, path: str, params: Params, shown: Authorization) -> requests.Request:
        query = query_string(params)
        url = f"{self.base}/{path}" + (f"?{query}" if query else "")
        return requests.Request("GET", url, headers={"Authorization": shown.header()})

    def _ask(self, form: Mapping[str, str]) -> tuple[Secret, float]:
        request = requests.Request("POST", f"{self.base}/{OAUTH}", data=form)
        self._queue.free()
        return self._call(request, OAUTH, {}, granted)

    def _call(
        self,
        request: requests.Request,
        connector: str,
        params: Params,
        read: Callable[[Answer], Result],
        ahead: Ahead | None = None,
    ) -> Result:
        try:
            with logged(self._log, connector, params, ahead.seen if ahead else Seen()) as seen:
                answer = ahead.answer() if ahead else wire.exchange(self._session, request, self._timeouts)
                seen.answer = answer
                if not answer.well:
                    raise refusal(answer)
                result = read(answer)
                seen.rows = len(result) if isinstance(result, list) else None
                return result
        except AfasError:
            # It was asked for on the strength of this one: with the same token, and for what comes after.
            self._queue.forget()
            raise


def _connector(path: str) -> str:
    return unquote(path.removeprefix("connectors/"))
