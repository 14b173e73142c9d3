"""What the call log keeps of a call: all but the token."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from workers.afas.answer import Answer
from workers.afas.errors import AfasError


@dataclass(frozen=True)
class Call:
    """One HTTP call for the call log, never with a token; `status` is None without an answer.

    `connector`: its name, or the path of another call. `started`: UTC. `duration`: seconds, decoding included.
    `server_time`: AFAS's own words on its time. `error`: the kind of AfasError, or AFAS's own words about a call that
    writes; None when all was well.
    """

    started: datetime
    connector: str
    skip: int | None
    take: int | None
    rows: int | None
    status: int | None
    duration: float
    server_time: str | None
    reference: str | None
    error: str | None


@dataclass
class Seen:
    """What is known so far of a call that runs; `idle`: seconds in which its answer lay there unread."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    begun: float = field(default_factory=time.perf_counter)
    idle: float = 0.0
    answer: Answer | None = None
    rows: int | None = None
    reference: str | None = None
    error: str | None = None

    def begin(self) -> None:
        """It runs from now on."""
        self.started, self.begun = datetime.now(UTC), time.perf_counter()


@contextmanager
def logged(log: Callable[[Call], None], connector: str, params: Mapping[str, str | int], seen: Seen) -> Iterator[Seen]:
    """Give `log` the call made inside, however it ends."""
    try:
        yield seen
    except AfasError as error:
        seen.error, seen.reference = error.kind, error.reference
        raise
    finally:
        call = Call(
            started=seen.started,
            connector=connector,
            skip=_number(params.get("skip")),
            take=_number(params.get("take")),
            rows=seen.rows,
            status=seen.answer.status if seen.answer else None,
            duration=time.perf_counter() - seen.begun - seen.idle,
            server_time=seen.answer.headers.get("X-AFAS-Proxy-Stats") if seen.answer else None,
            reference=seen.reference,
            error=seen.error,
        )
        log(call)


def _number(value: str | int | None) -> int | None:
    return value if isinstance(value, int) else None
