"""Rows of one answer after the other: texts, which are most of them, are not made again when they come again."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import NoneType
from typing import Any, Literal

import msgspec

from workers.afas.answer import Answer, decoded_as, page_decoder, row_reader

MOST_TEXTS = 2_000  #: different ones that are expected of a field: one with more is no code
DAY = len("2026-11-20")  #: characters of a date that are its day


class RepeatingRows:
    """Reads answers of rows about days as `row_reader` does, and expects in each field the texts that it held before.

    The field "date" is expected to hold the days that were asked for, with the same behind them as before. A field that
    held anything but texts, or too many of them, may hold anything.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self._whatever = row_reader(fields)
        self._texts: dict[str, set[str | None]] = {name: set() for name in fields}

    def read(self, answer: Answer, first: date, last: date) -> list[Any]:
        """The rows of an answer about the days first to last. Raises as what `row_reader` makes does."""
        try:
            if types := self._types(first, last):
                rows: list[Any] = decoded_as(answer, page_decoder(self._fields, types)).rows
                return rows
        except msgspec.ValidationError:
            pass  # a text that is new, or no text: the plain reader tells what is wrong, if anything is
        rows = self._whatever(answer)
        self._remember(rows)
        return rows

    def _types(self, first: date, last: date) -> dict[str, Any]:
        days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
        dates = {f"{day}{behind}" for behind in self._texts.get("date", ()) for day in days}
        texts = self._texts | {"date": dates if len(dates) <= MOST_TEXTS else set()}
        return {name: Literal[tuple(expected)] for name, expected in texts.items() if expected}

    def _remember(self, rows: Sequence[Any]) -> None:
        for name in list(self._texts):
            values = [getattr(row, name) for row in rows]
            if not set(map(type, values)) <= {str, NoneType}:
                del self._texts[name]
                continue
            self._texts[name].update([(value or "")[DAY:] for value in values] if name == "date" else values)
            if len(self._texts[name]) > MOST_TEXTS:
                del self._texts[name]
