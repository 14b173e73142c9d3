"""Work done aside: the database does its share while the next rows are received and summed."""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

TURN_SECONDS = 0.0005  #: that a busy thread keeps the interpreter while another one waits for it

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Aside:
    """One thread that does what it is given in order; a context manager, whose end waits for all of it.

    What a piece of work raised comes up at `wait`, so nothing may count on it before.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "aside")
        self._given: list[Future[object]] = []

    def __enter__(self) -> Self:
        # The thread waits for its turn after every statement; at 5 ms each it would be the slower one.
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(min(TURN_SECONDS, self._interval))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()
        sys.setswitchinterval(self._interval)
        if kind is None:
            self.wait()

    def do(self, work: Callable[Given, object], *args: Given.args, **kwargs: Given.kwargs) -> None:
        """Have it done."""
        self._given.append(self._thread.submit(work, *args, **kwargs))

    def ask(self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Future[Result]:
        """Have it done for its result, which raises what it raised."""
        return self._thread.submit(work, *args, **kwargs)

    def wait(self) -> None:
        """Until all is done that was given. Raises what the first of it raised that raised anything."""
        given, self._given = self._given, []
        for one in given:
            one.result()
