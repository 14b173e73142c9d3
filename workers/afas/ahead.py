"""The next answer, asked for while the last one is worked on: AFAS thinks meanwhile, and nobody waits in turn."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from workers.afas.answer import Answer
from workers.afas.calls import Seen


class Ahead:
    """One call that a thread makes over a connection of which it is the only user until it has its answer."""

    def __init__(self, thread: ThreadPoolExecutor, url: str, exchange: Callable[[], Answer]) -> None:
        self.url = url
        self.seen = Seen()
        self._ended = self.seen.begun
        self._answer: Future[Answer] = thread.submit(self._made, exchange)

    def _made(self, exchange: Callable[[], Answer]) -> Answer:
        try:
            return exchange()
        finally:
            self._ended = time.perf_counter()

    def wait(self) -> None:
        """Until the connection is free again, however the call ended."""
        wait([self._answer])

    def answer(self) -> Answer:
        """What the call gave. Raises what it raised."""
        wanted = time.perf_counter()
        self.wait()
        self.seen.idle = max(wanted - self._ended, 0.0)
        return self._answer.result()
