"""AFAS's fields of a realization line: those that we ship, an environment's own before them, and custom ones."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

LANGUAGES = ("nl", "en")
CUSTOM = re.compile(r"U[0-9A-Fa-f]{32}")  #: a field that an environment made itself
#: What AFAS's lists say of these is wrong (DiRe is plain text, VaIt's list is too wide), or our own work hangs on it.
STANDING = ("DaTi", "DiRe", "Id", "VaIt", "XpRe")
#: The sales relation's own item code names an item as ItCd does; each environment has it under its own field.
ITEM_LABELS = frozenset(
    f"{item} {relation}"
    for item in ("itemcode", "item code")
    for relation in ("verkooprelatie", "sales contact", "sales relation")
)
#: AFAS's words for types by how they begin. Its dates may be times as well; an unknown word allows anything.
_KINDS = {
    "string": "text",
    "bool": "boolean",
    "int": "integer",
    "long": "integer",
    "decimal": "number",
    "date": "moment",
    "time": "moment",
}


@dataclass(frozen=True)
class Field:
    """A field by AFAS's id. `kind`: a key of values.KINDS; `length` in characters, 0: no limit known; no codes: any."""

    id: str
    kind: str = "any"
    length: int = 0
    codes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Catalogue:
    """The fields that a line may hold; `own`: whether the environment's own list is among them."""

    fields: Mapping[str, Field]
    own: bool = False

    def find(self, id_: str) -> Field | None:
        """The field, a custom one too; None when AFAS knows no such field."""
        known = self.fields.get(id_)
        return known or (Field(id_) if CUSTOM.fullmatch(id_) else None)

    def near(self, name: str) -> str | None:
        """The field that somebody may have meant by `name`: its id in other letters, or its label."""
        wanted = name.strip().casefold()
        return self._ids.get(wanted) or self.labels.get(wanted)

    def names_item(self, id_: str) -> bool:
        """Whether the field is, or for want of the environment's list may be, the sales relation's own item code."""
        if not self.own:
            return bool(CUSTOM.fullmatch(id_))
        known = self.fields.get(id_)
        return known is not None and any(label.strip().casefold() in ITEM_LABELS for label in known.labels.values())

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Field ids by case-folded label, Dutch and English; a label of two fields names none."""
        owners: dict[str, set[str]] = {}
        for one in self.fields.values():
            for label in one.labels.values():
                owners.setdefault(label.strip().casefold(), set()).add(one.id)
        return {label: ids.pop() for label, ids in owners.items() if label and len(ids) == 1}

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        return {id_.casefold(): id_ for id_ in self.fields}


@cache
def shipped() -> Catalogue:
    """The fields of AFAS's own description (Projecten en nacalculatie 6.6.9)."""
    listed: Mapping[str, Any] = json.loads(files(__package__).joinpath("fields.json").read_text(encoding="utf-8"))
    return Catalogue(
        MappingProxyType(
            {
                id_: Field(
                    id_,
                    one["type"],
                    one.get("length", 0),
                    tuple(one.get("codes", ())),
                    {language: one[language] for language in LANGUAGES},
                )
                for id_, one in listed.items()
            },
        ),
    )


def with_metainfo(metainfo: object) -> Catalogue:
    """The shipped fields under those of `metainfo`, AFAS's answer to metainfo/update/PtRealization.

    What can't be read of it is passed over: a broken list makes no line invalid.
    """
    known = dict(shipped().fields)
    own = list(_own(metainfo))
    for one in own:
        if one.id in STANDING:
            continue
        before = known.get(one.id)
        known[one.id] = replace(one, labels=before.labels) if before else one
    return Catalogue(MappingProxyType(known), own=bool(own))


def _own(metainfo: object) -> Iterator[Field]:
    listed = metainfo.get("fields") if isinstance(metainfo, Mapping) else None
    for one in listed if isinstance(listed, list) else ():
        id_ = one.get("fieldId") if isinstance(one, Mapping) else None
        if isinstance(id_, str) and id_:
            label, length = one.get("label"), one.get("length")
            yield Field(
                id_,
                _kind(one.get("dataType")),
                length if isinstance(length, int) and length > 0 else 0,
                tuple(_codes(one.get("values"))),
                dict.fromkeys(LANGUAGES, label if isinstance(label, str) else id_),
            )


def _kind(data_type: object) -> str:
    word = data_type.lower() if isinstance(data_type, str) else ""
    return next((kind for start, kind in _KINDS.items() if word.startswith(start)), "any")


def _codes(values: object) -> Iterator[str]:
    for one in values if isinstance(values, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("id"), str | int):
            yield str(one["id"])
