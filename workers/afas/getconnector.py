"""One GetConnector, page by page: how many rows fit, whether AFAS can filter on the date, and what fits the mapping."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from workers.afas.address import segment
from workers.afas.answer import Answer, broken, decoded
from workers.afas.client import Client
from workers.afas.errors import AfasError, Never
from workers.afas.metainfo import FieldInfo, connector_fields
from workers.afas.repeating import RepeatingRows
from workers.texts import text

CELLS_PER_PAGE = 150_000  #: fields times rows of one answer stay below this: AFAS, page on GetConnectors
PASSING = {"unreachable", "reset", "cut", "timeout", "busy"}  #: kinds that say nothing about metainfo itself
Arrived = Callable[[int], None]  #: told how many rows an answer seems to have
EQUAL, AT_LEAST, BELOW = 1, 2, 5  #: AFAS's operators


@dataclass(frozen=True)
class Source:
    """What to read: a connector, and its fields by the attribute names that the rows get; "date" is among them.

    `shown`: fields that rows are read without, that `example` is asked for, and that must be there all the same.
    """

    client: Client
    connector: str
    fields: Mapping[str, str]
    cells: int = CELLS_PER_PAGE
    shown: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the connector is, below the base."""
        return f"connectors/{segment(self.connector)}"

    @property
    def where(self) -> str:
        """Where the connector is, for people."""
        return f"{self.client.base}/{self.path}"


class Pages:
    """The pages of a source. `take`: rows asked at a time. `notice`: why AFAS does not filter by date, None: it does.

    Raises Never (field) for a mapped field that the connector does not have, with the ones that resemble it.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        known = _known_fields(source)
        self.notice = _notice(source, known)
        count = len(_first_row(source) or source.fields) if known is None else len(known)
        self.take = max(1, (source.cells - 1) // max(1, count))
        self._rows = RepeatingRows(source.fields)
        self._row_size = 0.0  # bytes of the last answer by its rows
        # AFAS knows no field with a dot in an order either; what it leaves open the comparison of passes finds.
        sortable = (field_id for field_id in source.fields.values() if "." not in field_id)
        self._order = ",".join(dict.fromkeys(sortable))

    @property
    def filtered(self) -> bool:
        """Whether AFAS gives only the days that are asked."""
        return self.notice is None

    def read(self, first: date, last: date, skip: int | None = None, arrived: Arrived = lambda _: None) -> list[Any]:
        """At most `take` rows of the days first to last; with `skip` in the order of all mapped fields.

        Unfiltered, they are rows of any day; whether AFAS keeps to its filter is for the fold to judge. `arrived` is
        told once: by the size of the answer before it is decoded, but for the first answer.
        """

        def read(answer: Answer) -> list[Any]:
            size, known = len(answer.body), self._row_size
            if known:
                arrived(round(size / known))
            rows = self._rows.read(answer, first, last)
            if not known:
                arrived(len(rows))
            self._row_size = size / len(rows) if rows else known
            return rows

        rows = self.source.client.get(self.source.path, self._asked(first, last, skip), read)
        if len(rows) > self.take:
            told = text("afas.take_ignored", where=self.source.where, take=self.take, rows=len(rows))
            raise Never("broken", told)
        return rows

    def ask_ahead(self, first: date, last: date) -> None:
        """AFAS may begin with what is read next: the days first to last."""
        self.source.client.ask_ahead(self.source.path, self._asked(first, last, None))

    def forget_ahead(self) -> None:
        """What was asked ahead is not wanted any more."""
        self.source.client.forget_ahead()

    def _asked(self, first: date, last: date, skip: int | None) -> dict[str, str | int]:
        params: dict[str, str | int] = {"skip": skip or 0, "take": self.take}
        if self.filtered:
            params |= _filter(self.source.fields["date"], first, last)
        if skip is not None and self._order:
            params["orderbyfieldids"] = self._order
        return params


def _known_fields(source: Source) -> tuple[FieldInfo, ...] | None:
    """The connector's fields, None when AFAS does not tell them; whether it gives rows is then seen by asking."""
    try:
        known = connector_fields(source.client, source.connector)
    except AfasError as error:
        if error.kind in PASSING:
            raise
        return None
    ids = [field.id for field in known]
    unknown = [field_id for field_id in (*source.fields.values(), *source.shown) if field_id not in ids]
    if unknown:
        similar = ", ".join(_similar(unknown[0], ids) or ids)
        raise Never("field", text("afas.field.unknown", where=source.where, field=unknown[0], similar=similar))
    return known


def _similar(wanted: str, ids: Sequence[str]) -> list[str]:
    by_folded = {field_id.casefold(): field_id for field_id in ids}
    return [by_folded[close] for close in get_close_matches(wanted.casefold(), by_folded, cutoff=0.5)]


def _notice(source: Source, known: tuple[FieldInfo, ...] | None) -> str | None:
    date_field = source.fields["date"]
    if known is None:
        return text("afas.notice.metainfo", where=source.where)
    if "." in date_field:
        return text("afas.notice.dot", where=source.where, field=date_field)
    found = next(field for field in known if field.id == date_field)
    if not found.is_date:
        return text("afas.notice.text", where=source.where, field=date_field, type=found.data_type)
    return None


def example(source: Source, name: str, value: str, days: tuple[date, date]) -> str:
    """What the first of `source.shown` says in one row of those days that has `value` in the field `name`; "" if none.

    Raises TryLater or Never.
    """
    field_id = source.fields[name]
    if not source.shown or not value.isalnum() or "." in field_id:
        return ""
    params = _filter(source.fields["date"], *days) | {"skip": 0, "take": 1}
    for key, own in (("filterfieldids", field_id), ("filtervalues", value), ("operatortypes", EQUAL)):
        params[key] = f"{params[key]},{own}"
    said = source.client.get(source.path, params, _first).get(source.shown[0])
    return said.strip() if isinstance(said, str) and said.isprintable() else ""


def _first_row(source: Source) -> Mapping[str, object]:
    """One row as it came, empty when there is none. Raises Never (field) when it lacks a field that is to be shown."""
    row = source.client.get(source.path, {"skip": 0, "take": 1}, _first)
    missing = [field_id for field_id in source.shown if field_id not in row]
    if row and missing:
        there = ", ".join(row)
        raise Never("field", text("afas.field.row", where=source.where, field=missing[0], row=1, there=there))
    return row


def _first(answer: Answer) -> Mapping[str, object]:
    page = decoded(answer)
    rows = page.get("rows") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise broken(answer)
    return rows[0] if rows else {}


def _filter(date_field: str, first: date, last: date) -> dict[str, str | int]:
    """Whole days, as AFAS wants them: from midnight until the midnight after, without Z."""
    moments = (first, last + timedelta(days=1))
    return {
        "filterfieldids": f"{date_field},{date_field}",
        "filtervalues": ",".join(f"{day.isoformat()}T00:00:00" for day in moments),
        "operatortypes": f"{AT_LEAST},{BELOW}",
    }
