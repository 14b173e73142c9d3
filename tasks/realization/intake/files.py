"""A file of lines, whatever its form, to the batches it asks for. What can't be read says so; nothing is dropped."""

import csv
import io
import json
from collections.abc import Callable
from typing import NamedTuple

from tasks.realization.intake import exact, markup
from tasks.realization.intake.actions import ACTIONS, INSERT, UPDATE, meant
from tasks.realization.intake.demands import FORCE
from tasks.realization.intake.fields import shipped
from tasks.realization.intake.markup import CONNECTOR, Told, together
from tasks.realization.intake.values import shown

Say = Callable[..., str]


class FileError(ValueError):
    """Raised when a file can't be read as lines; its text is one line with the remedy."""


class Part(NamedTuple):
    """What one batch of a file holds: lines as they were given, an object each unless the file says otherwise."""

    action: str
    reference: str
    lines: list[object]


def parts(data: bytes, action: str, reference: str, say: Say) -> list[Part]:
    """The batches of a file (JSON, CSV or XML, told apart by how it begins), in the order in which they must finish.

    XML names its actions itself, `action` is for lines that don't; several become `reference/action`, inserts first.
    Raises FileError.
    """
    try:
        if markup.is_markup(data):
            return _by_action(markup.lines(data), action, reference)
        text = _decoded(data)
        read = _json if _is_json(text) else _csv
        return [Part(action, reference, read(text))]
    except Told as told:
        raise FileError(say(told.key, **told.places)) from None


def columns(data: bytes) -> frozenset[str]:
    """The names in the header of a table, of which its lines have those that they fill; none of another form.

    Of a file that `parts` could read.
    """
    text = "" if markup.is_markup(data) else _decoded(data)
    is_table = text.strip() and not _is_json(text)
    return frozenset(name.strip() for name in _cells(text)[0]) if is_table else frozenset()


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("[", "{")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Told("realization.file.encoding") from None


def _by_action(found: list[tuple[str, dict[str, object]]], default: str, reference: str) -> list[Part]:
    """One part an action, inserts first, then as the file has them; one action alone keeps the reference as it is."""
    batches: dict[str, list[object]] = {}
    for position, (attribute, line) in enumerate(found, 1):
        said = attribute.strip().lower()
        if said and said not in ACTIONS:
            raise Told("realization.file.action", value=attribute, position=position)
        batches.setdefault(meant(line) if said == UPDATE else said or default, []).append(line)
    if len(batches) < 2:  # noqa: PLR2004 - several
        return [Part(action, reference, lines) for action, lines in (batches or {default: []}).items()]
    ordered = sorted(batches, key=lambda action: action != INSERT)
    return [Part(action, f"{reference}/{action}", batches[action]) for action in ordered]


def _json(text: str) -> list[object]:
    try:
        found = exact.loads(text, _not_json, object_pairs_hook=together)
    except json.JSONDecodeError as error:
        raise Told("realization.file.json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise Told("realization.file.list") from None
    return found if isinstance(found, list) else _body(found)


def _not_json(name: str) -> object:
    raise Told("realization.file.constant", value=name)


def _body(found: object) -> list[object]:
    """The lines of AFAS's own body: one element or a list. What stands beside Fields is kept, and judged as a field."""
    connector = found.get(CONNECTOR) if isinstance(found, dict) and found.keys() == {CONNECTOR} else None
    if not isinstance(connector, dict) or connector.keys() != {"Element"}:
        raise Told("realization.file.list")
    elements = connector["Element"]
    return [_line(one) for one in (elements if isinstance(elements, list) else [elements])]


def _line(element: object) -> object:
    if not isinstance(element, dict) or not isinstance(element.get("Fields"), dict):
        return element
    beside = [(name, value) for name, value in element.items() if name != "Fields"]
    return together([*element["Fields"].items(), *beside])


def _csv(text: str) -> list[object]:
    """Rows under a header of field names. An empty cell says nothing: to clear a field takes JSON or XML."""
    filled = _cells(text)
    header = [name.strip() for name in filled[0]] if filled else []
    if not any(header):
        raise Told("realization.file.empty")
    if not any(_is_known(name) for name in header):
        raise Told("realization.file.header", value=shown(", ".join(header)))
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise Told("realization.file.twice", names=", ".join(twice))
    return [_row(header, row) for row in filled[1:]]


def _is_known(name: str) -> bool:
    """Whether AFAS has a field that is called so, or nearly. An environment of its own has all of these as well."""
    return name == FORCE or shipped().find(name) is not None or shipped().near(name) is not None


def _cells(text: str) -> list[list[str]]:
    """Rows that have anything, the header first."""
    first = next(filter(str.strip, io.StringIO(text, newline="")), "")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        return [row for row in rows if any(row)]
    except csv.Error:
        raise Told("realization.file.csv", line=rows.line_num) from None


def _row(header: list[str], row: list[str]) -> dict[str, object]:
    """A row's fields; a value under no name gets the number of its column, which is no field, so it is told."""
    names = [name or f"#{number}" for number, name in enumerate(header, 1)]
    names += [f"#{number}" for number in range(len(header) + 1, len(row) + 1)]
    return {name: value for name, value in zip(names, row, strict=False) if value}
