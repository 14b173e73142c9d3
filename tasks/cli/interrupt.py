"""Ctrl-C that can't get lost: Python drops it where it falls into a finaliser or a callback of a weak reference."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.05  #: seconds after which a lost Ctrl-C is given once more: long enough for a finaliser to end


@contextmanager
def heard() -> Iterator[None]:
    """Meanwhile a Ctrl-C that Python would drop is repeated until it stops the command."""
    others = sys.unraisablehook

    def lost(what: Any) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            others(what)
            return
        again = threading.Timer(AGAIN, _press)
        again.daemon = True
        again.start()

    sys.unraisablehook = lost
    try:
        yield
    finally:
        sys.unraisablehook = others


def _press() -> None:
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        # To the main thread itself: it may be asleep.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
