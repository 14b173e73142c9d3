"""The next answers, asked for while the last one is worked on: AFAS thinks meanwhile, and nobody waits in turn."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from workers.afas.answer import Answer
from workers.afas.calls import Call, Seen, logged
from workers.afas.errors import AfasError
from workers.afas.verdict import refusal
from workers.secrets import Secret


@dataclass(frozen=True)
class Planned:
    """A call that is asked for ahead: its address with the query, its token, and what the call log keeps of it."""

    url: str
    token: Secret
    connector: str
    params: Mapping[str, str | int]


class NotSentError(Exception):
    """Raised for a call that was to follow one that failed."""


class Ahead:
    """One call that a thread makes over a connection of which it is the only user until it has its answer."""

    def __init__(self, thread: ThreadPoolExecutor, planned: Planned, exchange: Callable[[], Answer]) -> None:
        self.planned = planned
        self.seen = Seen()
        self._ended = self.seen.begun
        self._answer: Future[Answer] = thread.submit(self._made, exchange)

    def _made(self, exchange: Callable[[], Answer]) -> Answer:
        self.seen.begin()
        try:
            return exchange()
        finally:
            self._ended = time.perf_counter()

    def cancel(self) -> bool:
        """Whether it was not begun, and never will be."""
        return self._answer.cancel()

    def sent(self) -> bool:
        """Whether it was, or was tried to be, once the connection is free of it."""
        wait([self._answer])
        return not isinstance(self._answer.exception(), NotSentError)

    def answer(self) -> Answer:
        """What the call gave. Raises what it raised."""
        wanted = time.perf_counter()
        wait([self._answer])
        self.seen.idle = max(wanted - self._ended, 0.0)
        return self._answer.result()


class Queue:
    """The calls that are asked for ahead, made in their order by one thread, until one of them fails.

    `log` gets those whose answers nobody reads.
    """

    def __init__(self, log: Callable[[Call], None]) -> None:
        self._log = log
        self._thread = ThreadPoolExecutor(1, "afas")
        self._asked: deque[Ahead] = deque()
        self._unread: list[Ahead] = []
        self._failed = False

    def add(self, planned: Planned, exchange: Callable[[], Answer]) -> None:
        """Make this call after all others."""
        self._asked.append(Ahead(self._thread, planned, partial(self._made, exchange)))

    def _made(self, exchange: Callable[[], Answer]) -> Answer:
        if self._failed:
            # What goes the same way is likely to fail as well, and AFAS may have asked for a pause.
            raise NotSentError
        self._failed = True
        answer = exchange()
        self._failed = not answer.well
        return answer

    def take(self, url: str, token: Secret) -> Ahead | None:
        """The first of them, if it goes to `url` with this token; None if not, and then the connection is free."""
        if self._asked and self._asked[0].planned.url == url:
            if self._asked[0].planned.token == token:
                return self._asked.popleft()
            # It may have gone after its token had ended.
            self.forget()
        self.free()
        return None

    def free(self) -> None:
        """Wait until the connection is free."""
        for one in self._unread:
            if one.sent():
                self._keep(one)
        for one in self._asked:
            one.sent()
        self._unread, self._failed = [], self._failed and bool(self._asked)

    def _keep(self, one: Ahead) -> None:
        with suppress(AfasError), logged(self._log, one.planned.connector, one.planned.params, one.seen) as seen:
            seen.answer = one.answer()
            if not seen.answer.well:
                raise refusal(seen.answer)

    def forget(self) -> None:
        """Nobody will read their answers; what was not begun is not sent."""
        asked, self._asked = self._asked, deque()
        # The last one first, or the next would begin.
        begun = [one for one in reversed(asked) if not one.cancel()]
        self._unread += reversed(begun)

    def close(self) -> None:
        """End, with the call that is under way."""
        self._thread.shutdown()
        self.free()
