"""The next answers, asked for while the last one is worked on: AFAS thinks meanwhile, and nobody waits in turn."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass

from workers.afas.answer import Answer
from workers.afas.calls import Call, Seen, logged
from workers.afas.errors import AfasError


@dataclass(frozen=True)
class Ask:
    """A call that is asked for ahead: its address with the query, and what the call log keeps of it."""

    url: str
    connector: str
    params: Mapping[str, str | int]


class Ahead:
    """One call that a thread makes over a connection of which it is the only user until it has its answer."""

    def __init__(self, thread: ThreadPoolExecutor, ask: Ask, exchange: Callable[[], Answer]) -> None:
        self.ask = ask
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

    def wait(self) -> None:
        """Until the connection is free again, however the call ended."""
        wait([self._answer])

    def answer(self) -> Answer:
        """What the call gave. Raises what it raised."""
        wanted = time.perf_counter()
        self.wait()
        self.seen.idle = max(wanted - self._ended, 0.0)
        return self._answer.result()


class Line:
    """The calls that are asked for ahead, in their order; `log` also gets those that nobody wants any more."""

    def __init__(self, log: Callable[[Call], None]) -> None:
        self._log = log
        self._asked: deque[Ahead] = deque()

    def add(self, one: Ahead) -> None:
        """Put it behind all others."""
        self._asked.append(one)

    def take(self, url: str) -> Ahead | None:
        """The first of them, if it goes to `url`; None if not, and then the connection is free."""
        if self._asked and self._asked[0].ask.url == url:
            return self._asked.popleft()
        for one in self._asked:
            one.wait()
        return None

    def clear(self) -> None:
        """Drop all; what was not begun is not sent."""
        while self._asked:
            self._drop(self._asked.pop())

    def _drop(self, one: Ahead) -> None:
        if not one.cancel():
            with suppress(AfasError), logged(self._log, one.ask.connector, one.ask.params, one.seen) as seen:
                seen.answer = one.answer()
