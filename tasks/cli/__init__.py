"""The command line: one file a noun, imported when its command is used. Console script `tasks.cli:main`."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import cyclopts

from tasks.cli import interrupt
from workers import settings
from workers.texts import text

WRONG_USE = 2  #: exit code for wrong use, file or settings
BROKEN = 3  #: exit code for what should not happen
INTERRUPTED = 130  #: exit code after Ctrl-C, as shells have it
WHOLE_HELP: tuple[list[str], ...] = ([], ["--help"], ["-h"])  #: what asks for the list of all commands

app = cyclopts.App(
    name="afasconnector",
    version=lambda: version("afasconnector"),
    result_action="return_value",
    suppress_keyboard_interrupt=False,
    default_parameter=cyclopts.Parameter(negative=(), show_default=False),
)
for _noun in ("config", "turnover", "runs", "realization", "schema", "db", "up", "status", "simulate"):
    app.command(f"tasks.cli.{_noun}:app", name=_noun)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. An error is one line with its remedy; a traceback only with --debug."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if words and words[0].lower() == "turnover":
        words[0] = "turnover"
    code = 0
    _settle_streams()
    try:
        settings.current()
        _speak(words)
        with interrupt.heard():
            found = app(words, exit_on_error=False, print_error=False)
        code = found if isinstance(found, int) else 0
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write(text("cli.interrupted") + "\n")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The second is what becomes of the first while help is printed.
        from tasks.cli.show import nobody_reads  # noqa: PLC0415 - imported when its command is used

        nobody_reads()
    except Exception as error:
        if debug and not isinstance(error, cyclopts.CycloptsError):
            raise
        return _told(error)
    finally:
        _leave_streams()
    return code


def _settle_streams() -> None:
    """What a console can't show, or nobody can see, must not turn an import that went well into an error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for the process's life
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_streams() -> None:
    """What nobody reads any more is thrown away here: left to Python's own end, it would be exit code 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _speak(words: list[str]) -> None:
    """Help in the chosen language. The list of all commands has a line of each, so it loads them."""
    app.help, app["--help"].help, app["--version"].help = map(text, ("cli.help", "cli.help.help", "cli.help.version"))
    if words in WHOLE_HELP:
        for name in app:
            app[name]


def _told(error: Exception) -> int:
    """One line for an error: ours say what to do; of others only the first line, for a driver's goes on with values."""
    if isinstance(error, cyclopts.CycloptsError):
        from tasks.cli import usage  # noqa: PLC0415 - its texts are in the language that the settings choose

        sys.stderr.write(usage.told(error) + "\n")
        return WRONG_USE
    ours = type(error).__module__.split(".")[0] in ("workers", "tasks")
    said = str(getattr(error, "orig", None) or error).strip()
    kind = type(error).__name__
    told = said if ours else text("cli.unexpected", error=kind, reason=said.partition("\n")[0])
    sys.stderr.write(told + "\n")
    return WRONG_USE if ours else BROKEN
