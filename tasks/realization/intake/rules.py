"""Judges each line of a batch by itself: invalid only for what is certain, and then with field, value and remedy.

What AFAS alone can know (does the employee exist, is the period open) is never a reason here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple

from tasks.realization.intake import keys
from tasks.realization.intake.actions import INSERT, REASON, addition
from tasks.realization.intake.demands import FORCE, Fault, Order, demands, lacks_employee
from tasks.realization.intake.fields import Catalogue, Field
from tasks.realization.intake.values import KINDS, Kept, as_text, boolean, fits, is_empty, is_sendable, kept, shown

Say = Callable[..., str]  #: key and values to text in the chosen language
WORK_TYPE = "1"  #: VaIt of a line that names none
WHOLE = ""  #: the name under which a line is kept that is no object


class Reason(NamedTuple):
    """Why a line is invalid: the field ("" for the whole line) and one sentence with field, value and remedy."""

    field: str
    text: str


@dataclass(frozen=True)
class Judged:
    """A line after intake; `position` counts from 1 within its batch. `fields`: what is kept, and sent to AFAS.

    `key`: its XpRe, made for an insert without one; None where there is none, or none that can be used.
    """

    position: int
    fields: Mapping[str, Kept]
    key: str | None = None
    force: bool = False
    reasons: tuple[Reason, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether it is never sent as it is."""
        return bool(self.reasons)

    @property
    def message(self) -> str:
        """All reasons on one line; empty for a valid line."""
        return "; ".join(reason.text for reason in self.reasons)


def validate(lines: Iterable[object], order: Order, say: Say, positions: Iterable[int] | None = None) -> list[Judged]:
    """Every line with its verdict, in order. Takes anything that JSON can hold, and raises for none of it.

    `positions`: where each stands in its batch; without them they are all of it.
    """
    places = count(1) if positions is None else positions
    judged = [_judged(position, line, order, say) for position, line in zip(places, lines, strict=False)]
    return _without_repeats(judged, order.catalogue, say) if order.action == INSERT else judged


def _judged(position: int, line: object, order: Order, say: Say) -> Judged:
    if not isinstance(line, Mapping) or line.keys() - {FORCE} == {WHOLE}:
        found = line[WHOLE] if isinstance(line, Mapping) else line
        why = Reason(WHOLE, say("realization.invalid.object", value=shown(found)))
        return Judged(position, {WHOLE: kept(found)}, reasons=(why,))
    faults = [*_field_faults(line, order.catalogue), *demands(line, order)]
    is_told = {FORCE} if fits(line.get(FORCE), "boolean") else set()
    fields = {as_text(name): kept(value) for name, value in line.items() if name not in is_told}
    key = _key(line)
    if order.action == INSERT:
        if is_empty(fields.get("XpRe")):
            key = fields["XpRe"] = keys.made(order.installation, order.token, position)
        if is_empty(fields.get("VaIt")):
            fields["VaIt"] = WORK_TYPE
    fields |= addition(order.action, fields)
    return Judged(
        position,
        fields,
        key,
        force=bool(boolean(line.get(FORCE))),
        reasons=tuple(_reason(fault, line, order.catalogue, say) for fault in faults),
        hints=tuple(_hints(line, order.action, say)),
    )


def _key(line: Mapping[str, object]) -> str | None:
    given = line.get("XpRe")
    return as_text(given) if fits(given, "text") and keys.is_key(as_text(given)) else None


def _field_faults(line: Mapping[str, object], catalogue: Catalogue) -> Iterator[Fault]:
    for name, value in line.items():
        if name == FORCE:
            if not fits(value, "boolean"):
                yield Fault(name, "realization.invalid.boolean")
        elif field := catalogue.find(name):
            if fault := _value_fault(field, value):
                yield fault
        elif near := catalogue.near(name):
            yield Fault(name, "realization.invalid.misspelt", {"near": near})
        else:
            yield Fault(name, "realization.invalid.unknown")


def _value_fault(field: Field, value: object) -> Fault | None:
    """The first thing that is wrong: what is no number has no length or code either."""
    if is_empty(value):
        return None
    if not KINDS[field.kind](value):
        return Fault(field.id, f"realization.invalid.{field.kind}")
    if not is_sendable(value):
        return Fault(field.id, "realization.invalid.character")
    text = as_text(value)
    if field.codes and text not in field.codes:
        return Fault(field.id, "realization.invalid.code", {"codes": ", ".join(field.codes)})
    if field.kind == "text" and 0 < field.length < len(text):
        return Fault(field.id, "realization.invalid.length", {"length": len(text), "limit": field.length})
    is_bad_key = field.id == "XpRe" and not keys.is_key(text)
    return Fault(field.id, "realization.invalid.key") if is_bad_key else None


def _hints(line: Mapping[str, object], action: str, say: Say) -> Iterator[str]:
    if action == INSERT and lacks_employee(line):
        yield say("realization.hint.employee")
    if action == "reject" and is_empty(line.get(REASON)):
        yield say("realization.hint.reason")


def _reason(fault: Fault, line: Mapping[str, object], catalogue: Catalogue, say: Say) -> Reason:
    known = catalogue.find(fault.field)
    label = known.labels.get(say("realization.language")) if known else None
    field = f"{shown(fault.field)} ({label})" if label else shown(fault.field)
    text = say(fault.key, field=field, value=shown(line.get(fault.field)), **fault.places)
    return Reason(as_text(fault.field), text)


def _without_repeats(judged: list[Judged], catalogue: Catalogue, say: Say) -> list[Judged]:
    """The first valid line of a key keeps it; an invalid line holds none, so it makes no other invalid."""
    holders: dict[str, int] = {}
    result = []
    for one in judged:
        first = one.position
        if one.key is not None and not one.invalid:
            first = holders.setdefault(keys.fold(one.key), one.position)
        if first != one.position:
            fault = Fault("XpRe", "realization.invalid.repeated", {"position": first})
            result.append(replace(one, reasons=(_reason(fault, one.fields, catalogue, say),)))
        else:
            result.append(one)
    return result
