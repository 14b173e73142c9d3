"""The run log: one line a message, appended by any number of processes, never in the way of an import."""

import io
import logging
import sys
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from workers import settings
from workers.texts import text

if sys.platform == "win32":
    # Windows can't move a file that is open, so there is nothing to watch.
    from logging import FileHandler as WatchedFileHandler
else:
    from logging.handlers import WatchedFileHandler

Level = Literal["INFO", "WARNING", "ERROR"]


class _File(WatchedFileHandler):
    """Opens the file anew when it was moved away, folder included; trouble is raised, not printed as a traceback.

    It flushes line by line in append mode: a line is one write, so the lines of two processes never mix.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)

    def _open(self) -> io.TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's signature
        """Hand the error of the write to `write`."""
        if error := sys.exception():
            raise error


def write(line: str, level: Level = "INFO") -> None:
    """Append `line` to LOG_FILE, behind the local time with its offset and the level.

    Never raises: what can't be written (a full disk) is told on standard error, with the line.
    """
    chosen = settings.current()
    moment = datetime.now(chosen.zone).isoformat(timespec="milliseconds")
    whole = f"{moment} {level} {' '.join(line.splitlines())}"
    try:
        if chosen.log_path is None:
            sys.stdout.write(f"{whole}\n")
            sys.stdout.flush()
        else:
            _file(chosen.log_path).handle(logging.makeLogRecord({"msg": whole}))
    except (OSError, ValueError, AttributeError) as error:
        # Without a console (Task Scheduler) even standard error is None.
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text("log.lost", path=chosen.log_path or "-", reason=error, line=whole) + "\n")


@cache
def _file(path: Path) -> _File:
    return _File(path)
