"""How values of the file are read.

A reader takes a Spot and gives the value; a wrong one is noted there and read as WRONG, or as what was probably meant,
so that one mistake is told once.
"""

import dataclasses
import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from workers.secrets import Secret
from workers.staff.setup.document import Entry, Spot

Reader = Callable[[Spot], Any]
Schema = Mapping[str, Reader]

WRONG = object()
HIDDEN = "***"  #: a secret as it is exported; applied, the stored one stays
KEPT = Secret(HIDDEN)
LONGEST_WINDOW = 36_500  #: days; a century back, dates go no further than the year 1
_TAG = "tag:yaml.org,2002:"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def _is_null(node: Node) -> bool:
    return bool(node.tag == f"{_TAG}null")


def _shown(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else "…"


def _scalar(spot: Spot) -> str | None:
    if not isinstance(spot.node, ScalarNode):
        spot.wrong("config.not_text")
    elif _is_null(spot.node) or not spot.node.value.strip():
        spot.wrong("config.empty")
    else:
        return str(spot.node.value).strip()
    return None


def text(spot: Spot) -> Any:
    """Text, trimmed; a bare number (or date, or true) is told, for YAML may have dropped its zeros."""
    value = _scalar(spot)
    if value is None:
        return WRONG
    if spot.node.tag != f"{_TAG}str":
        spot.wrong("config.quotes", value=value)
    elif not value.isprintable():
        spot.wrong("config.invisible", value=ascii(value))
    return value


def secret(spot: Spot) -> Any:
    """A Secret; its mistakes don't show it."""
    value = _scalar(spot)
    if value is None:
        return WRONG
    if spot.node.tag != f"{_TAG}str":
        spot.wrong("config.quotes", value=HIDDEN)
    return Secret(value)


def flag(spot: Spot) -> Any:
    """True or false."""
    if spot.node.tag == f"{_TAG}bool":
        return spot.node.value.lower() == "true"
    spot.wrong("config.flag", value=_shown(spot.node))
    return WRONG


def _whole(spot: Spot) -> int | None:
    try:
        return int(spot.node.value) if spot.node.tag == f"{_TAG}int" else None
    except ValueError:
        return None


def days(spot: Spot) -> Any:
    """A number of days, zero or more."""
    value = _whole(spot)
    if value is not None and 0 <= value <= LONGEST_WINDOW:
        return value
    spot.wrong("config.days", value=_shown(spot.node), most=LONGEST_WINDOW)
    return WRONG


def sign(spot: Spot) -> Any:
    """1 or -1."""
    value = _whole(spot)
    if value in {1, -1}:
        return value
    spot.wrong("config.sign", value=_shown(spot.node))
    return WRONG


def _formed(spot: Spot, form: re.Pattern[str], key: str) -> Any:
    value = text(spot)
    if value is WRONG or form.fullmatch(value):
        return value
    spot.wrong(key, value=value)
    return WRONG


def guid(spot: Spot) -> Any:
    """A guid, with or without braces, as lower case without."""
    value = text(spot)
    bare = value.removeprefix("{").removesuffix("}").lower() if value is not WRONG else WRONG
    if bare is WRONG or _GUID.fullmatch(bare):
        return bare
    spot.wrong("config.guid", value=value)
    return WRONG


def time(spot: Spot) -> Any:
    """A local time of day, HH:MM."""
    value = _formed(spot, _TIME, "config.time")
    return value if value is WRONG else dt.time.fromisoformat(value)


def addresses(spot: Spot) -> Any:
    """One mail address or a list of them; always a list."""
    if isinstance(spot.node, SequenceNode):
        return listing(_address)(spot)
    value = _address(spot)
    return value if value is WRONG else [value]


def _address(spot: Spot) -> Any:
    return _formed(spot, _ADDRESS, "config.address")


def one_of(*choices: str) -> Reader:
    """One of a few words."""

    def read(spot: Spot) -> Any:
        value = text(spot)
        if value is WRONG or value in choices:
            return value
        spot.wrong("config.choice", value=value, choices=", ".join(choices))
        return WRONG

    return read


def clearable(reader: Reader) -> Reader:
    """What null takes away."""
    return lambda spot: None if _is_null(spot.node) else reader(spot)


def listing(reader: Reader) -> Reader:
    """A list; its wrong items are left out."""

    def read(spot: Spot) -> Any:
        if not isinstance(spot.node, SequenceNode):
            spot.wrong("config.not_list")
            return WRONG
        items = (Spot(node, spot.field, node.start_mark.line + 1, spot.problems) for node in spot.node.value)
        return [value for value in map(reader, items) if value is not WRONG]

    return read


def mapping(schema: Schema | None, required: tuple[str, ...] = ()) -> Reader:
    """An Entry with the keys of `schema`; without a schema any key is known and holds text."""

    def read(spot: Spot) -> Any:
        if not isinstance(spot.node, MappingNode):
            spot.wrong("config.not_mapping")
            return WRONG
        entry = Entry(spot.line, spot.problems)
        written = {key.value for key, _ in spot.node.value if isinstance(key, ScalarNode)}
        for key, node in spot.node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            at = Spot(node, name, key.start_mark.line + 1, entry.problems)
            if ":" in name and _is_null(node):
                at.wrong("config.colon", field=_word(name))
                continue
            _read_key(entry, at, text if schema is None else schema.get(name))
            if schema is not None and name not in schema:
                meant = unknown(entry, name, schema)
                if meant and meant not in written:
                    _read_key(entry, dataclasses.replace(at, field=meant), schema[meant])
        entry.require(required)
        return entry

    return read


def _word(name: str) -> str:
    """As much of an unknown key as can be shown: a secret without a blank before it ends up in the key."""
    return re.match(r"[\w.-]*", name)[0]  # type: ignore[index]


def _read_key(entry: Entry, spot: Spot, reader: Reader | None) -> None:
    if spot.field in entry.lines:
        spot.wrong("config.twice", line=entry.lines[spot.field])
        return
    entry.lines[spot.field] = spot.line
    if reader and (value := reader(spot)) is not WRONG:
        entry.values[spot.field] = value


def unknown(entry: Entry, name: str, known: Iterable[str]) -> str | None:
    """Note that `name` is no key here; gives the one that was probably meant."""
    near = next(iter(difflib.get_close_matches(name, known := list(known), 1)), None)
    key = "config.near" if near else "config.unknown"
    entry.wrong(name, key, field=_word(name), near=near, known=", ".join(known))
    return near


def names(spot: Spot) -> Any:
    """Any keys, each with a text."""
    return mapping(None)(spot)
