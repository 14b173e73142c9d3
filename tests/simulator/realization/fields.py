"""The fields of PtRealization: AFAS's own list, with one item-code field and three custom ones of this environment."""

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

Value = str | int | Decimal | datetime | None
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
#: A line may name its item by the sales relation's own code in this field; an environment's own, found by its label.
SALES_ITEM = "SrIc"


@dataclass(frozen=True)
class UpdateField:
    """A field that can be written; `data_type` is string, int, decimal, boolean, date or blob, `labels` (nl, en)."""

    id: str
    data_type: str
    length: int
    required: bool
    labels: tuple[str, str]
    values: tuple[str, ...]

    def read(self, given: object) -> Value:
        """Return the value, empty as None; ValueError when it is none of this field."""
        if given is None or given == "":
            return None
        text = str(given)
        if self.data_type == "boolean":
            return _boolean(text)
        if self.data_type == "int":
            return int(text)
        if self.data_type == "decimal":
            return _decimal(text)
        if self.data_type == "date":
            return datetime.fromisoformat(text.removesuffix("Z"))
        if (self.values and text not in self.values) or 0 < self.length < len(text):
            raise ValueError(text)
        return text


@cache
def fields() -> dict[str, UpdateField]:
    """Return all fields by id, in AFAS's order."""
    with Path(__file__).with_name("fields.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: UpdateField(
                row["id"],
                row["type"],
                int(row["length"]),
                row["required"] == "yes",
                (row["dutch"], row["english"]),
                tuple(row["values"].split()),
            )
            for row in csv.DictReader(file)
        }


def described(*, english: bool) -> list[dict[str, object]]:
    """Return the fields as metainfo/update tells them."""
    return [
        {
            "fieldId": field.id,
            "primaryKey": field.id == "Id",
            "dataType": field.data_type,
            "label": field.labels[english],
            "mandatory": field.required,
            "length": field.length,
            "decimals": 0,
            "notzero": False,
            "controlType": 0,
            **({"values": [{"id": value, "description": value} for value in field.values]} if field.values else {}),
        }
        for field in fields().values()
    ]


def _boolean(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise ValueError(text)
    return BOOLEANS[text.lower()]


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return number
