"""Workers that take turns: each a thread, of which one runs at a time, up to the next boundary where it is to stop."""

import datetime as dt
import threading
from collections.abc import Callable

from workers import leases


class Killed(BaseException):
    """The process is gone: no `except` and no `finally` of it does anything any more."""


class Worker:
    """One process with one job. `until`: when it wakes; `frozen`: it sleeps as a stopped process, and renews nothing.

    `overslept`: it did so for longer than its leases last, and may find that its work is another's by now.
    """

    def __init__(self, job: Callable[[], None], began: dt.datetime, baton: threading.Semaphore) -> None:
        self.until, self.frozen, self.dead, self.done = began, False, False, False
        self.overslept = False
        self.held: set[int] = set()
        self.writes = 0
        self.error: BaseException | None = None
        self._job, self._go, self._baton = job, threading.Semaphore(0), baton
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def runs(self) -> None:
        """It goes on until it sleeps or ends; whoever calls waits. Raises what the job raised."""
        leases._held = self.held
        self._go.release()
        self._baton.acquire()
        leases._held = set()
        if self.done:
            self._thread.join()
            if self.error is not None:
                raise self.error

    def mine(self) -> bool:
        """Whether its own thread asks: one that renews leases lives on from the tests before, and is no worker."""
        return threading.current_thread() is self._thread

    def sleeps(self, now: dt.datetime, seconds: float, *, frozen: bool) -> None:
        """Called by its own thread: the others have their turn. Raises Killed when it does not wake any more."""
        self.until, self.frozen = now + dt.timedelta(seconds=seconds), frozen
        self.overslept |= frozen and seconds >= leases.LEASE_SECONDS
        self._baton.release()
        self._go.acquire()
        self.frozen = False
        if self.dead:
            raise Killed

    def _run(self) -> None:
        self._go.acquire()
        try:
            if not self.dead:
                self._job()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again where the story is told
            self.error = error
        finally:
            self.done = True
            self._baton.release()
