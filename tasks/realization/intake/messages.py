"""The public messages: their JSON schemas as they lie in the package, and whether a message is what its schema says."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from tasks.realization.intake.values import shown

Say = Callable[..., str]
Schema = Mapping[str, Any]
_FOLDER = "schemas"


class Misfit(NamedTuple):
    """Where a message is not what its schema says: the place in it, the schema's keyword and what that asks."""

    where: str
    rule: str
    expected: object = None
    value: object = None


def names() -> tuple[str, ...]:
    """The public messages that have a schema."""
    return tuple(sorted(one.name.removesuffix(".json") for one in files(__package__).joinpath(_FOLDER).iterdir()))


@cache
def schema(name: str) -> Schema:
    """The JSON schema (draft 2020-12) of the message `name`. Raises KeyError for a name that is none of `names`."""
    if name not in names():
        raise KeyError(name)
    found: Schema = json.loads(files(__package__).joinpath(_FOLDER, f"{name}.json").read_text(encoding="utf-8"))
    return found


def faults(name: str, message: object, say: Say) -> list[str]:
    """Why `message` can't be read as a `name`, one line each; none when it can. Any JSON will do as `message`."""
    return [_told(name, misfit, say) for misfit in misfits(schema(name), message)]


def misfits(schema: Schema, value: object, where: str = "") -> Iterator[Misfit]:
    """All that the schema's keywords find; draft 2020-12 as far as our schemas use it."""
    if "type" in schema and not any(_TYPES[one](value) for one in _listed(schema["type"])):
        # Every other keyword speaks of a type, so there is no more to find.
        yield Misfit(where, "type", " or ".join(_listed(schema["type"])), value)
        return
    for rule, (kind, holds) in _RULES.items():
        if rule in schema and _TYPES[kind](value) and not holds(value, schema[rule]):
            yield Misfit(where, rule, schema[rule], value)
    if isinstance(value, Mapping):
        yield from _of_object(schema, value, where)
    elif isinstance(value, list) and "items" in schema:
        for position, one in enumerate(value):
            yield from misfits(schema["items"], one, f"{where}[{position}]")


def _of_object(schema: Schema, value: Mapping[str, object], where: str) -> Iterator[Misfit]:
    known: Mapping[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Misfit(_within(where, name), "required")
    for name, one in value.items():
        if name in known:
            yield from misfits(known[name], one, _within(where, name))
        elif schema.get("additionalProperties") is False:
            yield Misfit(_within(where, name), "additionalProperties")


def _told(name: str, misfit: Misfit, say: Say) -> str:
    where = shown(misfit.where) or name
    match misfit.rule:
        case "required":
            return say("realization.message.missing", where=where, name=name)
        case "additionalProperties":
            return say("realization.message.unknown", where=where, name=name)
        case "type":
            return say("realization.message.type", where=where, expected=misfit.expected, name=name)
    among = misfit.expected if isinstance(misfit.expected, list) else [misfit.expected]
    wanted, value = ", ".join(map(str, among)), shown(misfit.value)
    return say("realization.message.value", where=where, value=value, rule=misfit.rule, expected=wanted, name=name)


def _within(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _is_integer(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


_TYPES: Mapping[str, Callable[[object], bool]] = {
    "any": lambda _: True,
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "null": lambda value: value is None,
}
#: Keyword: the type of which it speaks, and when it holds. A value of another type passes it.
_RULES: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "enum": ("any", lambda value, among: value in among),
    "not": ("any", lambda value, other: any(misfits(other, value))),
    "minLength": ("string", lambda value, least: len(value) >= least),
    "maxLength": ("string", lambda value, most: len(value) <= most),
    "pattern": ("string", lambda value, pattern: re.fullmatch(pattern, value) is not None),
    "minimum": ("integer", lambda value, least: value >= least),
    "maximum": ("integer", lambda value, most: value <= most),
    "maxItems": ("array", lambda value, most: len(value) <= most),
}
