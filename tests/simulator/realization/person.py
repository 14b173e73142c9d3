"""What a person does in Profit while we are at work."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.simulator.realization.book import Book, Line


def _delete(book: Book, line: Line, _: Mapping[str, Any]) -> Line:
    return book.delete({"Id": line.id})


def _copy(book: Book, line: Line, _: Mapping[str, Any]) -> Line:
    return book.copy(line)


DEEDS: dict[str, Callable[[Book, Line, Mapping[str, Any]], Line]] = {
    "delete": _delete,
    "copy": _copy,
    "change": Book.change,
    "approve": lambda book, line, _: book.change(line, {"Ap": True}),
    "ready": lambda book, line, _: book.change(line, {"Pr": True}),
}


def act(book: Book, do: str, id: int | str | None = None, key: str | None = None, **fields: Any) -> Line:  # noqa: A002
    """Delete, copy, change, approve or ready a line: by Id, by XpRe, or the newest; returns it afterwards.

    `fields` are what "change" writes. ValueError for another deed, LookupError without such a line.
    """
    if do not in DEEDS:
        raise ValueError(f"a person can't {do!r}; choose from {', '.join(DEEDS)}")
    return DEEDS[do](book, book.find(id, key), fields)
