"""How the command line prints: a table for people, JSON for programs; talk goes to standard error."""

import csv
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any


def rows(found: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    """Print a list: JSON with amounts as strings, else columns with a header."""
    if as_json:
        print_json(list(found))
        return
    if not found:
        return
    cells = [list(found[0]), *([_cell(value) for value in row.values()] for row in found)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def print_json(value: Any) -> None:
    """Print one JSON value; amounts and dates as strings."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def print_csv(header: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print CSV with a header: ISO dates, decimal points."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in line] for line in lines)


def tell(answer: str) -> None:
    """The answer to the command, on standard output."""
    sys.stdout.write(answer.rstrip() + "\n")


def say(line: str) -> None:
    """Talk, on standard error."""
    sys.stderr.write(line + "\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return " ".join(value.split()) if isinstance(value, str) else str(_plain(value))


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
