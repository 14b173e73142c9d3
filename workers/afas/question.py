"""Questions to a GetConnector: conditions that all hold, and groups of them of which one holds."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from workers.afas.client import MAX_QUERY, query_string

EQUAL, AT_LEAST, ABOVE, BELOW = 1, 2, 4, 5  #: AFAS's operators
_AND, _OR = ",", ";"

Params = dict[str, str | int]
Value = TypeVar("Value")


class Condition(NamedTuple):
    """One field, one of AFAS's operators, and a value."""

    field: str
    operator: int
    value: str


#: One of the groups, all conditions of a group.
Groups = Sequence[Sequence[Condition]]


def filtered(groups: Groups) -> Params:
    """The filter as AFAS wants it: short, unless a value holds what parts values."""
    if any(mark in one.value for group in groups for one in group for mark in (_AND, _OR)):
        return {"filterjson": _as_json(groups)}
    parts = zip(*(zip(*group, strict=True) for group in groups), strict=True)
    fields, operators, values = (_OR.join(_AND.join(map(str, part)) for part in every) for every in parts)
    return {"filterfieldids": fields, "filtervalues": values, "operatortypes": operators}


def portions(values: Sequence[Value], asked: Callable[[Sequence[Value]], Params]) -> Iterator[Sequence[Value]]:
    """The values in their order, as many at a time as fit in one query."""
    begin = 0
    for end in range(1, len(values)):
        if len(query_string(asked(values[begin : end + 1]))) >= MAX_QUERY:
            yield values[begin:end]
            begin = end
    if values:
        yield values[begin:]


def _as_json(groups: Groups) -> str:
    filters = [
        {
            "@FilterId": f"Filter {number}",
            "Field": [{"@FieldId": one.field, "@OperatorType": str(one.operator), "#text": one.value} for one in group],
        }
        for number, group in enumerate(groups, 1)
    ]
    return json.dumps({"Filters": {"Filter": filters}}, ensure_ascii=False, separators=(",", ":"))
