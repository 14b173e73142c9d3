"""Profit's judgement of one line; no state is changed here."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tests.simulator.realization.fields import SALES_ITEM, UpdateField, Value, fields
from tests.simulator.realization.line_error import LineError
from tests.simulator.realization.masters import Masters
from tests.simulator.switches import Check

Values = dict[str, Value]


def read(given: Mapping[str, object], checks: tuple[Check, ...]) -> Values:
    """Return the fields as values; LineError for the first that is unknown or unreadable, if `fields` is checked."""
    values: Values = {}
    for id_, raw in given.items():
        field = fields().get(id_)
        try:
            values[id_] = field.read(raw) if field else str(raw)
        except ValueError:
            if "fields" in checks:
                raise LineError("invalid", raw, field) from None
            values[id_] = str(raw)
        if field is None and "fields" in checks:
            raise LineError("no_field", id_)
    return values


def insertion(values: Values, masters: Masters, checks: tuple[Check, ...]) -> None:
    """Raise the LineError of a new line, if there is one."""
    if "required" in checks:
        _required(values)
    _known(values, masters, checks)
    day = values.get("DaTi")
    if "period" in checks and isinstance(day, datetime) and f"{day:%Y-%m}" in masters.closed_periods:
        raise LineError("period", f"{day:%Y-%m}")


def change(before: Values, values: Values, masters: Masters, checks: tuple[Check, ...]) -> None:
    """Raise the LineError of a line that was `before` and gets `values`, if there is one."""
    if before.get("Pr"):
        raise LineError("ready", before["Id"])
    _known({**before, **values}, masters, checks)
    old, new = before.get("DaTi"), values.get("DaTi")
    both = isinstance(old, datetime) and isinstance(new, datetime)
    if "period" in checks and both and f"{old:%Y-%m}" != f"{new:%Y-%m}":
        raise LineError("moved")


def _required(values: Values) -> None:
    by_sales_item = values.get(SALES_ITEM) is not None and values.get("DbId") is not None
    for field in fields().values():
        if field.required and values.get(field.id) is None and not (field.id == "ItCd" and by_sales_item):
            raise LineError("required", field=field)


def _known(values: Values, masters: Masters, checks: tuple[Check, ...]) -> None:
    looked_up: dict[Check, tuple[str, Callable[[str], bool]]] = {
        "employee": ("EmId", masters.employees.__contains__),
        "project": ("PrId", masters.projects.__contains__),
        "item": ("ItCd", lambda code: masters.items.get(code) == str(values.get("VaIt"))),
    }
    for check, (id_, exists) in looked_up.items():
        value = values.get(id_)
        if check in checks and value is not None and not exists(str(value)):
            raise LineError("unknown", value, _field(id_))


def _field(id_: str) -> UpdateField:
    return fields()[id_]
