"""How the command line prints: a table for people, CSV and JSON for programs; talk goes to standard error."""

import csv
import dataclasses
import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from tasks.turnover.wording import one_line, plain
from workers.settings import current
from workers.texts import text


def rows(found: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    """Print a list: JSON with amounts as strings, else columns with a header; an empty one is said to be so."""
    if as_json:
        print_json(list(found))
        return
    if not found:
        say(text("cli.nothing"))
        return
    cells = [list(found[0]), *([cell(value) for value in row.values()] for row in found)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        tell("  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)))


def print_json(value: Any) -> None:
    """Print one JSON value; amounts and dates as strings."""
    tell(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def print_csv(header: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print CSV with a header, a row a line: ISO dates, decimal points; what does not print is a blank."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([one_line(str(_plain("" if value is None else value))) for value in line] for line in lines)


def tell(answer: str) -> None:
    """The answer to the command, on standard output; a reader that went away changes nothing of the command's end."""
    try:
        sys.stdout.write(answer.rstrip() + "\n")
    except BrokenPipeError:
        nobody_reads()


def nobody_reads() -> None:
    """The reader (head, less) went away: that is no failure, but Python would print one at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str) -> None:
    """Talk, on standard error. Never raises: an import goes on although nobody listens."""
    with suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")


def cell(value: object) -> str:
    """A value as people read it, on one line: local time, amounts (of a mapping too) with two decimals at least."""
    match value:
        case None:
            return ""
        case Decimal():
            return plain(value)
        case dt.datetime():
            return f"{value.astimezone(current().zone):%Y-%m-%d %H:%M:%S}"
        case Mapping():
            return one_line(", ".join(f"{name}: {plain(Decimal(part))}" for name, part in value.items()))
    return one_line(str(_plain(value)))


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value if isinstance(value, bool | int | float | str | list | tuple | dict) else str(value)
