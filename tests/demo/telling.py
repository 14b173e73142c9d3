"""How the demo speaks: headings, lines, and what others said."""

import sys
from collections.abc import Iterable


def heading(title: str) -> None:
    """Begin a scene."""
    sys.stdout.write(f"\n== {title}\n")


def say(line: str) -> None:
    """One line of ours."""
    sys.stdout.write(f"   {line}\n")


def quote(lines: Iterable[str]) -> None:
    """Lines of a file, a mail or a command."""
    for line in lines:
        sys.stdout.write(f"   | {line}".rstrip() + "\n")
