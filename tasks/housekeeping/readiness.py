"""What stands in the way of an organisation's project lines: the right to write, the read-back and its fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.realization.fields import NUMBERS
from tasks.realization.intake.fields import shipped
from tasks.realization.trust import CHECKED
from workers.afas.errors import Never
from workers.afas.metainfo import FieldInfo
from workers.afas.reply import CONNECTOR
from workers.afas.shown import DAY, PLACES, Columns
from workers.texts import text

DELETE_BY_ID = "id"  #: the delete style that needs no date
MARKS = ("Ap", "Pr")  #: approved and ready: what a delete must know, and what changes of them are checked by

ReadBack = Mapping[str, Any]


@dataclass(frozen=True)
class Lack:
    """Something that is missing or costs something: a key of texts.check with its values. `gap` false: a warning."""

    key: str
    gap: bool = True
    values: Mapping[str, str] = field(default_factory=dict)


def set_up(read_back: ReadBack | None, delete_style: str) -> Iterator[Lack]:
    """What the set-up alone shows."""
    if not read_back:
        yield Lack("read_back", gap=False)
        if delete_style != DELETE_BY_ID:
            yield Lack("delete_style", gap=False, values={"style": delete_style})
        return
    yield from (Lack(f"read_back.{name}", gap=False) for name in ("created", "modified") if not read_back.get(name))
    ours: Mapping[str, str] = read_back.get("fields") or {}
    for name in ours:
        if shipped().find(name) is None:
            near = shipped().near(name)
            yield Lack("read_back.name", values={"name": name, "near": nearest([near] if near else [])})
    if unmatched := [name for name in CHECKED if name != DAY and name not in ours]:
        yield Lack("read_back.unmatched", gap=False, values={"names": ", ".join(unmatched)})
    if unmarked := [name for name in MARKS if name not in ours]:
        yield Lack("read_back.marks", gap=False, values={"names": ", ".join(unmarked)})


def rights(read_back: ReadBack | None, writable: Sequence[str] | None, where: str) -> Iterator[Lack]:
    """Whether the token may write lines; `writable`: its UpdateConnectors, None where AFAS does not say."""
    if writable is not None and CONNECTOR.lower() not in map(str.lower, writable):
        yield Lack("update", gap=bool(read_back), values={"where": where, "name": CONNECTOR})


def mapped(read_back: ReadBack) -> dict[str, str]:
    """AFAS's field by the place of the set-up that names it."""
    places = {name: str(read_back[name]) for name in PLACES if read_back.get(name)}
    return places | {f"fields.{name}": str(shown) for name, shown in (read_back.get("fields") or {}).items()}


def unfit(read_back: ReadBack, known: Sequence[FieldInfo]) -> Iterator[str]:
    """Why fields that AFAS has can't serve as they are, by the very rule that deliveries read them by."""
    there = {info.id for info in known}
    for place, shown in mapped(read_back).items():
        if shown in there:
            name = place.removeprefix("fields.")
            alone = {name: shown} if name == place else {"fields": {name: shown}}
            try:
                Columns(alone, NUMBERS, known, f"connector {read_back['connector']}")
            except Never as error:
                yield str(error)


def nearest(names: Sequence[str]) -> str:
    """The names that may be meant, in brackets; nothing when there are none."""
    return text("check.near", names=", ".join(names)) if names else ""
