"""`python -m tests.demo [--keep]`: exit code 0, or 1 with a line on what was not as it should be."""

import argparse
import signal
import sys
from pathlib import Path

from tests.demo import machine, story

HOME = Path(__file__).resolve().parents[2] / "var" / "demo"
INTERRUPTED = 130  #: exit code after Ctrl-C, as shells have it


def run(home: Path, *, keep: bool = False) -> int:
    """Tell the story in `home`, which is emptied first; whatever happens, nothing stays running."""
    # A Latin-1 terminal is no reason to fail.
    sys.stdout.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    machine.forget_settings()
    try:
        story.tell(home, keep=keep)
    except machine.NotAsExpectedError as error:
        sys.stderr.write(f"\nThe demo failed: {error}\nLogs: {home / 'log'}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; everything was stopped.\n")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make demo", description="From AFAS simulator to Staff and back.")
    parser.add_argument("--keep", action="store_true", help="stay up until Ctrl-C")
    sys.exit(run(HOME, keep=parser.parse_args().keep))
