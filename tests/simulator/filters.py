"""Filters of a GetConnector: `filterfieldids` with values and operators, or `filterjson`."""

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.simulator.errors import ProfitError, field_not_found
from tests.simulator.values import NULL, NUMBERS, Field, Key, as_moment, as_number

EQUAL, CONTAINS, EMPTY, NOT_EMPTY, STARTS, ENDS, QUICK = "1", "6", "8", "9", "10", "13", "15"
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    EQUAL: operator.eq,
    "2": operator.ge,
    "3": operator.le,
    "4": operator.gt,
    "5": operator.lt,
    "7": operator.ne,
}
TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    CONTAINS: lambda text, part: part in text,
    STARTS: str.startswith,
    "11": lambda text, part: part not in text,
    "12": lambda text, part: not text.startswith(part),
    ENDS: str.endswith,
    "14": lambda text, part: not text.endswith(part),
    # The quick filter's own little language is not documented: here it is "contains".
    QUICK: lambda text, part: part in text,
}
OPERATORS = {*COMPARISONS, *TEXT_TESTS, EMPTY, NOT_EMPTY}
FILTER_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)

Test = Callable[[Key], bool]


@dataclass(frozen=True)
class Condition:
    """One field compared with one value."""

    field: str
    operator: str
    value: str


class Shape(Protocol):
    """What filters ask of a table: its fields, and their types as shown."""

    @property
    def fields(self) -> Mapping[str, Field]: ...

    @property
    def types(self) -> Mapping[str, str]: ...


#: Any of the groups, all conditions of a group.
Filter = list[list[Condition]]
#: The same as tests of a row's values, by field.
Tests = list[dict[str, list[Test]]]


def parse(query: Mapping[str, str]) -> Filter:
    """Return the filter of a decoded query; empty: all rows."""
    if "filterjson" in query:
        return _from_json(query["filterjson"])
    if not query.get("filterfieldids"):
        return []
    # The server decodes before it splits, so an encoded comma in a value splits it too.
    names = ("filterfieldids", "operatortypes", "filtervalues")
    groups = [[part.split(",") for part in query.get(name, "").split(";")] for name in names]
    if len({len(group) for group in groups}) > 1:
        raise ProfitError("Filter: the numbers of fields, operators and values differ")
    return [_conditions(*group) for group in zip(*groups, strict=True)]


def _conditions(fields: list[str], operators: list[str], values: list[str]) -> list[Condition]:
    if not len(fields) == len(operators) == len(values):
        raise ProfitError("Filter: the numbers of fields, operators and values differ")
    return [Condition(*parts) for parts in zip(fields, operators, values, strict=True)]


def _from_json(text: str) -> Filter:
    try:
        filters = _listed(json.loads(text)["Filters"]["Filter"])
        return [
            [Condition(f["@FieldId"], str(f["@OperatorType"]), str(f.get("#text", ""))) for f in _listed(one["Field"])]
            for one in filters
        ]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ProfitError("Filter: filterjson can't be read") from error


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def compiled(shape: Shape, groups: Filter) -> Tests:
    """Return the filter as tests; a condition that the table can't be asked is Profit's error."""
    tests: Tests = []
    for group in groups:
        of_group: dict[str, list[Test]] = {}
        for condition in group:
            of_group.setdefault(condition.field, []).append(_test(shape, condition))
        tests.append(of_group)
    return tests


def _test(shape: Shape, condition: Condition) -> Test:
    if "." in condition.field or condition.field not in shape.fields:
        raise field_not_found(condition.field)
    if condition.operator not in OPERATORS:
        raise ProfitError(f"Filter: operator '{condition.operator}' does not exist")
    if condition.operator == EMPTY:
        return lambda value: value == NULL or value[1] == ""
    if condition.operator == NOT_EMPTY:
        return lambda value: value != NULL and value[1] != ""
    if condition.operator in TEXT_TESTS:
        test, part = TEXT_TESTS[condition.operator], condition.value.casefold()
        return lambda value: value != NULL and test(str(value[1]), part)
    compare, operand = COMPARISONS[condition.operator], _operand(shape.types[condition.field], condition)
    # Null compares as unknown, so it passes no comparison, "not equal" neither.
    return lambda value: value[0] == 1 and compare(value[1], operand)


def _operand(data_type: str, condition: Condition) -> object:
    if data_type == "date":
        readable = FILTER_DATE.fullmatch(condition.value)
        operand: object = as_moment(condition.value) if readable else None
    elif data_type in NUMBERS:
        operand = as_number(condition.value)
    else:
        return condition.value.rstrip().casefold()
    if operand is None:
        raise ProfitError(f"Filter: '{condition.value}' is not a value for field '{condition.field}' ({data_type})")
    return operand
