"""The forms that days, numbers and switches are typed in, and wrong use told in the chosen language."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, Parameter, Token, UnknownOptionError

from workers.texts import text


def _number(_: object, tokens: Sequence[Token]) -> int:
    # The library would read -1.5 as -2 and 1_0 as 10.
    if not re.fullmatch("-?[0-9]{1,9}", tokens[0].value):
        raise ValueError(text("cli.usage.number", value=tokens[0].value))
    return int(tokens[0].value)


def _day(_: object, tokens: Sequence[Token]) -> dt.date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", tokens[0].value):
        raise ValueError(text("cli.usage.day", value=tokens[0].value))
    try:
        return dt.date.fromisoformat(tokens[0].value)
    except ValueError:
        raise ValueError(text("cli.usage.day", value=tokens[0].value)) from None


def number(key: str) -> Parameter:
    """A whole number; `key`: the text of its help."""
    return Parameter(converter=_number, help=text(key))


def day(key: str, name: str | None = None) -> Parameter:
    """A day as 2026-03-31; `key`: the text of its help."""
    return Parameter(name=name, converter=_day, help=text(key))


Guid = Annotated[str, Parameter(help=text("cli.guid"))]
Json = Annotated[bool, Parameter(help=text("cli.json"))]
RunNumber = Annotated[int, number("cli.run")]


def told(error: CycloptsError) -> str:
    """One line: what is wrong, and the command that shows what is right."""
    command = " ".join(("afasconnector", *(error.command_chain or ())))
    return text("cli.usage", wrong=_wrong(error), command=command)


def _wrong(error: CycloptsError) -> str:
    if isinstance(error, CoercionError) and error.msg is not None:
        return str(error.msg)
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        name = error.keyword or error.argument.name
        return text("cli.usage.no_value" if name.startswith("-") else "cli.usage.missing", name=name)
    if isinstance(error, UnknownOptionError):
        return text("cli.usage.unknown", word=error.token.keyword or error.token.value)
    if error.unused_tokens:
        return text("cli.usage.unknown", word=error.unused_tokens[0])
    return str(error).strip().rstrip(".")
