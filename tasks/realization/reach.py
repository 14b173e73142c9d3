"""AFAS as delivery reaches it: the connection of an organisation, what goes out of a line, and what is read back."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tasks import connect
from tasks.realization import images, judging, words
from tasks.realization.case import Case
from tasks.realization.decisions import Send
from tasks.realization.fields import NUMBERS
from tasks.realization.images import Names
from tasks.realization.intake.demands import KnownLine
from tasks.realization.intake.values import as_text, day
from tasks.realization.words import Action, Row
from workers.afas.client import Client
from workers.afas.posting import Record
from workers.afas.readback import ReadBack
from workers.afas.reply import Reply
from workers.afas.shown import Shown
from workers.afas.updateconnector import UpdateConnector
from workers.database import reading
from workers.ledger.realization.models import Line
from workers.settings import current
from workers.staff import lookup
from workers.staff.lookup import Connection
from workers.texts import text

BEFORE_INTAKE = dt.timedelta(hours=24)  #: clocks and summer time differ


class NoReadBackError(Exception):
    """Raised when the organisation has no read-back connector any more."""


@dataclass(frozen=True)
class Question:
    """What is read back: so many inserted `lines`, by their days (None: none) or made since an intake; `names`.

    `given`: the keys among the names as they were given, for AFAS has its own idea of equal texts.
    """

    days: tuple[dt.date, dt.date] | None
    since: dt.datetime
    lines: int
    names: Names
    given: frozenset[str] = frozenset()

    def shown(self) -> dict[str, Any]:
        """As it is kept."""
        days = [day.isoformat() for day in self.days] if self.days else []
        return {"days": days, "since": self.since.isoformat(), "ids": len(self.names.ids), "lines": self.lines}


@contextmanager
def client(owner: int) -> Iterator[tuple[Client, Connection]]:
    """A client of the organisation's environment, every call of which is kept. Raises AfasError, SecretError."""
    with reading() as session:
        connection = lookup.connection(session, owner)
    with connect.own(connection, current()) as afas:
        yield afas, connection


@contextmanager
def writer(owner: int) -> Iterator[UpdateConnector]:
    """The organisation's UpdateConnector. Raises AfasError, SecretError."""
    with client(owner) as (afas, connection):
        yield UpdateConnector(afas, current().send_within, connection.delete_style)


def write(to: UpdateConnector, opened: Case, step: Send, record: Record) -> Reply:
    """One call with the step's lines in their order. Raises AfasError, and what `record` raises, before it begins.

    Unfit among them: a line that can't go as it is, and that alone went.
    """
    rows = {row.id: row for row in opened.rows}
    lines = [rows[line] for line in step.lines]
    if opened.held.batch.action == Action.INSERT:
        return to.insert([line.fields for line in lines], record)
    known = {line.id: line for line in opened.chunk.lines}
    ids = [known[line.id].afas_ids[0] for line in lines]
    days = [_day(line, known[line.id]) for line in lines]
    if opened.held.batch.action == Action.DELETE:
        # Here the day only names the line. In a change it would undo what a person did to it.
        return to.delete(ids[0], days[0] or _left_on(opened, ids[0]), record)
    return to.change([_named(*every) for every in zip(lines, ids, days, strict=True)], record)


def _named(line: Line, afas_id: str, on: dt.date | None) -> Mapping[str, Any]:
    """The fields of a change, which AFAS wants to have Id and DaTi among them."""
    return {"Id": afas_id, **({"DaTi": on} if on else {}), **line.fields} | {"Id": afas_id}


def _day(line: Line, known: words.Line) -> dt.date | None:
    """The line's date as it was given, else as a read-back showed it."""
    shown = known.before.values.get("DaTi") if known.before else None
    return day(as_text(line.fields.get("DaTi"))) or (shown if isinstance(shown, dt.date) else None)


def _left_on(opened: Case, afas_id: str) -> dt.date | None:
    """The date on which our own deliveries left the line."""
    batch = opened.held.batch
    with reading() as session:
        found = judging.known(session, batch.environment_id, batch.action, [{"Id": afas_id}])
    return found.get(("Id", afas_id), KnownLine()).day


def read_back(owner: int, question: Question) -> tuple[Row, ...]:
    """All lines that AFAS shows for the question, each once.

    Raises AfasError when any page of it could not be had, SecretError, NoReadBackError.
    """
    with client(owner) as (afas, connection):
        if not (mapped := connection.read_back):
            raise NoReadBackError(text("delivery.no_read_back"))
        numbers = [name for name in mapped.get("fields") or {} if name in NUMBERS]
        asking = ReadBack(afas, mapped, numbers)
        rows = _each(asking.by_id(question.names.ids)) | _each(asking.by_key(question.given))
        if question.days:
            # By when they were made, wherever that is shown: somebody may have changed a line's date.
            since = question.since - BEFORE_INTAKE
            # What was shown last is true: somebody may have changed a line since.
            rows |= _each(asking.made_since(since) if asking.shows_created else asking.between(*question.days))
    return tuple(rows.values())


def _each(found: Iterable[Shown]) -> dict[str, Row]:
    """The lines that one question found, by Id."""
    return images.by_id(Row(one.afas_id, one.key, one.values, one.modified) for one in found)
