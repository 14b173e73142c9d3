"""Texts: both languages say the same, every text is used, and every call fills its places."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from workers import texts

ROOT = Path(__file__).resolve().parents[2]
#: Wording.say and the report leave these out of their keys.
PREFIXES = ("", "turnover.", "turnover.mail.")
SPEAKERS = {"text", "say", "_say"}
#: A constant of this form can be nothing but a key; of topic turnover there are tasks and queues as well.
KEY = re.compile(r"(afas|amount|cli|config|database|log|mail|running|secret|settings)(\.[a-z_]+)+")


@cache
def _modules() -> dict[Path, ast.Module]:
    rooms = [path for room in ("workers", "tasks") for path in (ROOT / room).rglob("*.py")]
    spoken = [path for path in rooms if ROOT / "workers" / "texts" not in path.parents and "versions" not in path.parts]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in spoken}


@cache
def _nodes() -> list[tuple[Path, ast.AST]]:
    return [(path.relative_to(ROOT), node) for path, tree in _modules().items() for node in ast.walk(tree)]


def _pattern(node: ast.AST) -> str | None:
    """What a literal says, as a pattern: the places of an f-string may be any part of a key."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [_pattern(part) if isinstance(part, ast.Constant) else "[a-z_.]+" for part in node.values]
        return "".join(filter(None, parts))
    return None


@cache
def _of_texts(path: Path) -> bool:
    """Whether `text` in this module is ours, not SQLAlchemy's."""
    imports = (node for node in ast.walk(_modules()[ROOT / path]) if isinstance(node, ast.ImportFrom))
    return not any(node.module == "sqlalchemy" and any(a.name == "text" for a in node.names) for node in imports)


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Where somebody speaks, the pattern of the key, and the call."""
    for path, node in _nodes():
        if not isinstance(node, ast.Call) or not node.args or not _of_texts(path):
            continue
        called = node.func
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        pattern = _pattern(node.args[0])
        # The progress bar of the command line has a `say` of its own, for lines that are ready.
        if name in SPEAKERS and pattern and "\\ " not in pattern:
            yield f"{path}:{node.lineno}", pattern, node


@cache
def _meant(pattern: str) -> list[str]:
    """The keys that a caller may mean by it."""
    keys = [re.compile(re.escape(prefix) + pattern) for prefix in PREFIXES]
    return [name for name in texts.TEXTS for key in keys if key.fullmatch(name)]


def _places(template: str) -> set[str]:
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", texts.TEXTS)
def test_dutch_and_english_have_the_same_places(key: str) -> None:
    dutch, english = texts.TEXTS[key]
    assert dutch.strip()
    assert english.strip()
    assert _places(dutch) == _places(english)


def test_no_key_stands_in_two_topics() -> None:
    topics = (ROOT / "workers" / "texts").glob("*.py")
    literals = [node for path in topics for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Dict)]
    keys = [key.value for literal in literals for key in literal.keys if isinstance(key, ast.Constant)]
    assert len(keys) == len(texts.TEXTS)
    assert set(keys) == texts.TEXTS.keys()


def test_every_text_is_used() -> None:
    patterns = {pattern for _, node in _nodes() if (pattern := _pattern(node)) and re.search(r"[a-z]{2}", pattern)}
    used = {key for pattern in patterns if "\\ " not in pattern for key in _meant(pattern)}
    assert sorted(texts.TEXTS.keys() - used) == []


def test_every_key_that_is_spoken_exists() -> None:
    unknown = [f"{where}: {pattern}" for where, pattern, _ in _calls() if not _meant(pattern)]
    assert unknown == []
    named = [(path, node.value) for path, node in _nodes() if isinstance(node, ast.Constant)]
    keys = [(path, key) for path, key in named if isinstance(key, str) and KEY.fullmatch(key)]
    assert len(keys) > 50
    assert [f"{path}: {key}" for path, key in keys if not _meant(re.escape(key)) and not key.endswith(".log")] == []


def test_every_call_fills_the_places_of_its_text() -> None:
    checked, wrong = 0, []
    for where, pattern, call in _calls():
        given = {keyword.arg for keyword in call.keywords}
        if None in given or isinstance(call.args[0], ast.JoinedStr):
            continue
        for key in _meant(pattern):
            checked += 1
            if given != _places(texts.TEXTS[key][0]):
                wrong.append(f"{where}: {key} has {_places(texts.TEXTS[key][0])}, gets {given}")
    assert checked > 50
    assert wrong == []


def test_the_language_is_one_of_two_and_dutch_by_default() -> None:
    try:
        texts.use("en")
        assert texts.text("settings.error.missing") == "is missing"
        texts.use("fr")
        assert texts.text("settings.error.missing") == "is missing"
        texts.use("nl")
        assert texts.text("settings.error.missing") == "ontbreekt"
    finally:
        texts.use("nl")
    with pytest.raises(KeyError):
        texts.text("settings.no_such_text")


def test_what_is_filled_in_is_never_read_as_a_place() -> None:
    assert "{name}" in texts.text("settings.wrong", name="X", value="{name}", reason="{0}")
