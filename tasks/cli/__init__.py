"""The command line: one file a noun, imported when its command is used. Console script `tasks.cli:main`."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

import cyclopts

from workers import settings
from workers.texts import text

WRONG_USE = 2  #: exit code for wrong use, file or settings
BROKEN = 3  #: exit code for what should not happen
INTERRUPTED = 130  #: exit code after Ctrl-C, as shells have it

app = cyclopts.App(name="afasconnector", version=lambda: version("afasconnector"), result_action="return_value")
for _noun in ("config", "turnover", "runs", "db", "up", "status", "simulate"):
    app.command(f"tasks.cli.{_noun}:app", name=_noun)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. An error is one line with its remedy; a traceback only with --debug."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if words and words[0].lower() == "turnover":
        words[0] = "turnover"
    try:
        settings.current()
        found = app(words, exit_on_error=False, print_error=False)
    except KeyboardInterrupt:
        sys.stderr.write(text("cli.interrupted") + "\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) went away: that is no failure, but Python would print one at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug and not isinstance(error, cyclopts.CycloptsError):
            raise
        return _told(error)
    return found if isinstance(found, int) else 0


def _told(error: Exception) -> int:
    """One line for an error: ours say what to do; of others only the first line, for a driver's goes on with values."""
    ours = type(error).__module__.split(".")[0] in ("workers", "tasks") or isinstance(error, cyclopts.CycloptsError)
    said = str(getattr(error, "orig", None) or error).strip()
    kind = type(error).__name__
    told = said if ours else text("cli.unexpected", error=kind, reason=said.partition("\n")[0])
    sys.stderr.write(told + "\n")
    return WRONG_USE if ours else BROKEN
