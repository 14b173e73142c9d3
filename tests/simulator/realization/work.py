"""The lines of one call, worked one by one: each is judged and committed by itself, and the tenth error ends it."""

import time
from collections.abc import Callable, Mapping
from random import Random
from threading import Event
from typing import Any

from tests.simulator.call import Call
from tests.simulator.realization.book import Book, Line
from tests.simulator.realization.line_error import LineError
from tests.simulator.realization.order import Order

#: Seconds: shorter waits are added up, so that thousands of lines a second don't cost thousands of wake-ups.
SHORTEST_WAIT = 0.004


class Work:
    """`done` and `errors` grow while it works; the log of the call grows with them."""

    def __init__(self, book: Book, order: Order, call: Call, random: Random, stopped: Event) -> None:
        self.done: list[Line] = []
        self.errors: list[LineError] = []
        self._book, self._order, self._call, self._stopped = book, order, call, stopped
        self._left = list(enumerate(order.lines))
        if book.switches.commit_order == "random":
            random.shuffle(self._left)
        self._left.reverse()
        self._a_line = book.switches.line_ms / 1000 + call.effect.spread / max(1, len(self._left))

    def run(self, lines: int | None) -> None:
        """Work so many of the lines that are left, or all."""
        due = time.monotonic()
        until = 0 if lines is None else max(0, len(self._left) - lines)
        while len(self._left) > until and len(self.errors) < self._book.switches.errors_at_most:
            due += self._a_line
            if self._waited(due, SHORTEST_WAIT):
                return
            self._one(*self._left.pop())
        self._waited(due, 0)

    def go_on(self) -> None:
        """Work the rest, late, as a server does whose client has gone."""
        if not self._stopped.wait(self._call.effect.late):
            self.run(None)

    def _waited(self, due: float, shortest: float) -> bool:
        seconds = due - time.monotonic()
        return self._stopped.wait(seconds) if seconds > shortest else self._stopped.is_set()

    def _one(self, number: int, fields: Mapping[str, Any]) -> None:
        spoil = self._call.effect.spoil
        error = LineError(spoil.text) if spoil and spoil.touches(number, fields) else None
        if error is None or (spoil and spoil.commits):
            try:
                line = self._deed(fields, self._call.asked.number)
                self._call.asked.committed.append(str(line.id))
                if error is None:
                    self.done.append(line)
            except LineError as refused:
                error = refused
        if error is not None:
            self.errors.append(error)
            self._call.asked.errors.append(error.worded(english=False))

    @property
    def _deed(self) -> Callable[[Mapping[str, Any], int], Line]:
        deeds = {"insert": self._book.insert, "update": self._book.update, "delete": self._book.delete}
        return deeds[self._order.deed]
