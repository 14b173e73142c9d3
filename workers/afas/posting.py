"""One call that writes, from its mark to the last byte of its body: in time, or closed before AFAS has the whole."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from workers.afas.errors import AfasError
from workers.afas.reply import Reach, Reply
from workers.texts import text

LAST_PART = 1_024  #: bytes that are held back until the clock was looked at once more
BLOCK = 1 << 14  #: bytes sent at a time before them

Clock = Callable[[], float]


def boot_clock() -> float:
    """Seconds that run on while the machine is suspended, where the system counts those."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Record:
    """How a call that writes is kept while it goes: `begin` before its first byte, once its connection stands.

    `late` as soon as its last part is found to have gone too late; the answer is awaited all the same.
    """

    begin: Callable[[], None]
    late: Callable[[], None] = _nothing


class HaltedError(AfasError):
    """Raised to close a connection over which a call that writes must not go on."""


class _Stage(Enum):
    """How far the sending is; a request without a body is GOING never: its headers are its last part."""

    OPENING = auto()
    BEGUN = auto()
    GOING = auto()
    LAST_PART = auto()
    GONE = auto()


class Posting:
    """The body of one call that writes, to go within `within` seconds from the mark; used once."""

    def __init__(self, body: bytes, within: float, record: Record, clock: Clock = boot_clock) -> None:
        self._body, self._within, self._record, self._clock = body, within, record, clock
        self._stage = _Stage.OPENING
        self._mark = 0.0
        self._late = False

    def __len__(self) -> int:
        return len(self._body)

    def start(self, is_open: Callable[[], bool]) -> float:
        """Take the mark and begin; the seconds that sending may take. Called over a connection that stands, silent.

        Raises HaltedError when nothing may be sent, and ConnectionAbortedError when the connection is gone.
        """
        self._mark = self._clock()
        try:
            self._record.begin()
        except Exception as error:
            # As it is, it might pass for an error of the network.
            raise HaltedError("not_sent", text("afas.not_sent")) from error
        self._stage = _Stage.BEGUN
        if not is_open():
            raise ConnectionAbortedError
        self._look()
        self._stage = _Stage.GOING if self._body else _Stage.LAST_PART
        return self._within

    def __iter__(self) -> Iterator[bytes]:
        if not self._body:
            return
        held_back = max(0, len(self._body) - LAST_PART)
        for at in range(0, held_back, BLOCK):
            self._look()
            yield self._body[at : min(at + BLOCK, held_back)]
        self._look()
        self._stage = _Stage.LAST_PART
        yield self._body[held_back:]

    def gone(self) -> None:
        """The last part has left, perhaps too late."""
        self._stage = _Stage.GONE
        if self._is_past():
            self._late = True
            # The reply tells it once more.
            with suppress(Exception):
                self._record.late()

    def facts(self) -> tuple[float, bool]:
        """Seconds since the mark, and whether the last part left too late."""
        return self._clock() - self._mark, self._late

    def failed(self, error: AfasError) -> Reply:
        """What a call came to that has no answer. Raises what stopped it when it had not begun."""
        if self._stage == _Stage.OPENING:
            raise error.__cause__ or error
        duration, late = self.facts()
        late = late or (self._stage == _Stage.LAST_PART and self._is_past())
        return Reply(self._reach(error), failure=error.kind, sent_late=late, duration=duration)

    def _reach(self, error: AfasError) -> Reach:
        if isinstance(error, HaltedError):
            return Reach.NOT_SENT
        if self._stage == _Stage.BEGUN:
            return Reach.UNREACHABLE
        return Reach.NOT_SENT if self._stage == _Stage.GOING and self._is_past() else Reach.LOST

    def _is_past(self) -> bool:
        return self._clock() - self._mark > self._within

    def _look(self) -> None:
        if self._is_past():
            raise HaltedError("not_sent", text("afas.not_sent"))
