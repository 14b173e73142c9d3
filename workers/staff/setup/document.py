"""A YAML file as nodes with their lines, and the mistakes found in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

from workers.texts import text


class SetupErrors(Exception):  # noqa: N818 - there are always several
    """Raised when a file is wrong; a line `FILE:LINE: text` for each mistake, in line order. Nothing was changed."""


class Problems:
    """The mistakes found in one file so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: set[tuple[int, str]] = set()

    def add(self, line: int, key: str, /, **values: object) -> None:
        """Note the text of `key` at `line`."""
        self._found.add((line, text(key, **{name: one_line(value) for name, value in values.items()})))

    def raise_any(self) -> None:
        """Raises SetupErrors when there is a mistake."""
        if self._found:
            raise SetupErrors("\n".join(f"{self._path}:{line}: {told}" for line, told in sorted(self._found)))


@dataclass(frozen=True)
class Spot:
    """A value in the file: where it stands, what it is called, and where its mistakes go."""

    node: Node
    field: str
    line: int
    problems: Problems

    def wrong(self, key: str, /, **values: object) -> None:
        """Note the text of `key` about this value."""
        self.problems.add(self.line, key, **({"field": self.field} | values))


@dataclass
class Entry:
    """A mapping of the file: `lines` of all its keys, `values` of those that could be read (None: written as null)."""

    line: int
    problems: Problems
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def wrong(self, name: str, key: str, /, **values: object) -> None:
        """Note the text of `key` about the value called `name`, at its line (absent: at the entry's)."""
        self.problems.add(self.lines.get(name, self.line), key, **({"field": name} | values))

    def require(self, names: Iterable[str]) -> None:
        """Note each of `names` that the entry does not have."""
        for name in names:
            if name not in self.lines:
                self.wrong(name, "config.missing")


def one_line(value: object) -> str:
    """`value` as people see it in a message: one line, not too long."""
    shown = " ".join(str(value).split())
    return shown if len(shown) <= 200 else f"{shown[:200]}…"  # noqa: PLR2004 - about two lines of a terminal


def compose(path: Path, problems: Problems) -> Node | None:
    """The root node of the file, YAML 1.2; None when it holds nothing or can't be read, which is a problem noted."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SetupErrors(text("config.unreadable", path=path, reason=error.strerror)) from None
    try:
        decoded = content.decode("utf-8-sig")
        root: Node | None = YAML(typ="rt").compose(decoded)
    except UnicodeDecodeError as error:
        problems.add(content.count(b"\n", 0, error.start) + 1, "config.encoding")
    except ReaderError as error:
        problems.add(decoded.count("\n", 0, error.position) + 1, "config.character")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # A quoted part of the parser's text may be a piece of a secret.
        shown = error.problem and "'" not in error.problem
        key = "config.yaml_because" if shown else "config.yaml"
        problems.add(mark.line + 1 if mark else 1, key, reason=error.problem)
    else:
        if root is None:
            problems.add(1, "config.missing", field="organisations")
        return root
    return None
