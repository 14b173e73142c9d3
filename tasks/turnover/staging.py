"""One source of a run, read whole or not at all: its register-days lie in the ledger, not in Staff yet."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf
from typing import Any

from tasks.turnover.aside import Aside
from tasks.turnover.convert import Converted, Fate, convert, error_text, told
from tasks.turnover.grouping import Grouping, SourceUnreadableError
from tasks.turnover.notes import CallNotes
from tasks.turnover.rows import AMOUNT_LIMIT
from tasks.turnover.sources import Source
from workers import leases
from workers.afas import days as afas_days
from workers.afas import getconnector
from workers.afas.client import Client
from workers.afas.errors import AfasError, Never
from workers.database import Session, reading, transaction
from workers.ledger import days, vanished
from workers.ledger import sources as ledger_sources
from workers.ledger.models import SourceState, TurnoverRun
from workers.ledger.runs import Run
from workers.staff import turnover
from workers.texts import text

KEPT_EVERY = 1.0  #: seconds after which also slices are kept of which nothing is to be written, and their calls
MOST_EXAMPLES = 20  #: account numbers of which AFAS is asked what it calls them: a call each
#: First and last of the days in a row in which the same registers were quiet, and those registers as in a `Part`.
Quiet = tuple[dt.date, dt.date, Mapping[int, int]]


@dataclass(frozen=True)
class Part:
    """One slice of a source, converted.

    `quiet`: the registers of which Staff holds in these days just what was read, with the sign of their amounts;
    `moving`: those of which it holds anything else.
    """

    first: dt.date
    last: dt.date
    rows: int
    rounded: int
    converted: Converted
    quiet: Mapping[int, int]
    moving: AbstractSet[int]
    notice: str | None


@dataclass(frozen=True)
class _Fold:
    """Rows of a slice being summed, while the database tells what Staff holds of its days."""

    grouping: Grouping
    standing: Future[turnover.Standing]

    def add(self, rows: Sequence[Any]) -> None:
        self.grouping.add(rows)


def parts(aside: Aside, client: Client, source: Source, first: dt.date, last: dt.date) -> Iterator[Part]:
    """The source's days first to last, slice by slice. Raises TryLater or Never; then no part of it may be used.

    What Staff holds is asked aside.
    """

    def fold(start: dt.date, end: dt.date, filtered: bool) -> _Fold:  # noqa: FBT001 - what read_days calls
        standing = aside.ask(_standing, source.register_ids, start, end)
        return _Fold(Grouping(source.fields, start, end, filtered), standing)

    try:
        for found in afas_days.read_days(_asked(client, source), first, last, fold):
            yield _part(found, source)
    except SourceUnreadableError as error:
        raise Never("field", text("turnover.source", source=source.label, what=told(error.complaint, text))) from None


def _asked(client: Client, source: Source) -> getconnector.Source:
    return getconnector.Source(client, source.connector, source.fields, shown=source.accounts)


def _standing(register_ids: Sequence[int], first: dt.date, last: dt.date) -> turnover.Standing:
    with reading() as session:
        return turnover.standing(session, register_ids, first, last)


def _part(found: afas_days.Slice[_Fold], source: Source) -> Part:
    folded, held = found.folded.grouping, found.folded.standing.result()
    converted = convert(folded, source.plan, held, text)
    targets = [source.plan.targets[code] for code in converted.quiet]
    quiet = {target.register_id: target.sign for target in targets}
    moving = held.keys() - quiet.keys()
    return Part(found.first, found.last, folded.rows, folded.rounded, converted, quiet, moving, found.notice)


@dataclass
class _Whole:
    """What the slices of a source come to; `size`: all amounts without their signs; `quiet`: not staged yet."""

    totals: dict[str, Any] = field(default_factory=ledger_sources.zero_totals)
    complaints: dict[str, str] = field(default_factory=dict)
    quiet: list[Quiet] = field(default_factory=list)
    moving: set[int] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    size: Decimal = Decimal(0)

    def add(self, part: Part) -> None:
        converted, totals = part.converted, self.totals
        totals["rows"] += part.rows
        totals["rounded"] += part.rounded
        totals["amount"] += converted.read
        totals["other"] += converted.other
        totals["undated"] += converted.undated
        totals["notice"] = part.notice
        self.complaints |= converted.complaints
        first = self.quiet.pop()[0] if self.quiet and self.quiet[-1][2] == part.quiet else part.first
        self.quiet.append((first, part.last, part.quiet))
        self.moving |= part.moving
        self.unknown |= converted.unknown
        self.size += converted.size

    def take_quiet(self) -> list[Quiet]:
        """What is not staged yet; it is now."""
        quiet, self.quiet = self.quiet, []
        return quiet


@dataclass(frozen=True)
class Staging:
    """Where a source's register-days are staged: in which run, under which lease; `seen` is told how far it is.

    `calls`: those that are made meanwhile.
    """

    run: Run
    lease: int
    source_read_id: int
    seen: Callable[[dt.date], None]
    calls: CallNotes

    def stage(self, aside: Aside, client: Client, source: Source) -> None:
        """Read the source and keep its register-days. Raises TryLater, Never, LeaseLostError; nothing is kept then."""
        whole = _Whole()
        kept = -inf
        for part in parts(aside, client, source, self.run.date_from, self.run.date_to):
            whole.add(part)
            if part.converted.days or time.monotonic() >= kept + KEPT_EVERY:
                aside.wait()
                aside.do(self._keep, part, whole.take_quiet())
                kept = time.monotonic()
            self.seen(part.last)
            if whole.size >= AMOUNT_LIMIT:
                raise Never("too_large", text("turnover.source_too_large", source=source.label))
        whole.totals["accounts"] = self._accounts(client, source, whole.unknown)
        aside.wait()
        with self._writing() as session:
            self._finish(session, source, whole)

    def _accounts(self, client: Client, source: Source, unknown: Iterable[str]) -> dict[str, str]:
        """What AFAS calls the account numbers that no payment method has; without it they are told just as well."""
        window = (self.run.date_from, self.run.date_to)
        asked = _asked(client, source)
        found = {}
        with suppress(AfasError):
            for code in sorted(unknown)[:MOST_EXAMPLES]:
                found[code] = getconnector.example(asked, "account_number", code, window)
        return found

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction under the lease, which takes the calls made so far along."""
        with transaction() as session:
            leases.fenced(session, TurnoverRun, self.run.id, self.lease)
            count = self.calls.keep(session)
            yield session
        self.calls.forget(count)

    def _keep(self, part: Part, quiet: Iterable[Quiet]) -> None:
        rows = []
        for day in part.converted.days:
            payments = None if day.fate == Fate.UNCHANGED else days.as_text(day.payments)
            row = (day.register, day.register_id, day.day, day.fate.value, day.amount, payments, day.sign)
            rows.append((*row, day.reason, day.message))
        with self._writing() as session:
            if part.first == self.run.date_from:
                # What a reading staged that was cut off.
                days.unstage(session, self.source_read_id)
            days.stage(session, self.run.id, self.source_read_id, rows)
            self._stage_quiet(session, quiet)

    def _stage_quiet(self, session: Session, quiet: Iterable[Quiet]) -> None:
        for first, last, registers in quiet:
            days.stage_quiet(session, self.run.id, self.source_read_id, registers, (first, last))

    def _finish(self, session: Session, source: Source, whole: _Whole) -> None:
        """The window is whole: what is missing has vanished, and what lies there may be written."""
        self._stage_quiet(session, whole.take_quiet())
        for code, complaint in whole.complaints.items():
            for key, day in days.of_register(session, self.source_read_id, code):
                days.failed(session, key, "date", error_text(code, day, complaint, text))
        window = (self.run.date_from, self.run.date_to)
        asked = [
            key
            for code, key in zip(source.codes, source.register_ids, strict=True)
            if code not in whole.complaints and (self.run.registers is None or code in self.run.registers)
        ]
        known, told_before = vanished.known(session, asked, window)
        if told_before:
            vanished.delivered_again(session, self.source_read_id, asked, window)
        if incomplete := whole.moving & set(asked):
            vanished.vanish(session, self.run.id, self.source_read_id, incomplete, window)
        values = whole.totals | {"complaints": [f"{code}: {what}" for code, what in whole.complaints.items()]}
        values |= {"state": SourceState.READ, "known_days": known, "message": None, "kind": None}
        ledger_sources.record(session, self.source_read_id, **values)
