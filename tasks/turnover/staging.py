"""One source of a run, read whole or not at all: its register-days lie in the ledger, not in Staff yet."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from tasks.turnover.convert import Converted, Day, Fate, by_method, convert, error_text, told
from tasks.turnover.grouping import Grouping, SourceUnreadableError
from tasks.turnover.rows import AMOUNT_LIMIT
from tasks.turnover.sources import Source
from workers import leases
from workers.afas import days as afas_days
from workers.afas import getconnector
from workers.afas.client import Client
from workers.afas.errors import Never
from workers.database import reading, transaction
from workers.ledger import days
from workers.ledger import sources as ledger_sources
from workers.ledger.models import DayState, SourceState, TurnoverRun
from workers.ledger.runs import Run
from workers.staff import turnover
from workers.texts import text


@dataclass(frozen=True)
class Part:
    """One slice of a source, converted: its register-days and which of them stand in Staff already."""

    rows: int
    rounded: int
    converted: Converted
    unchanged: frozenset[turnover.Key]
    notice: str | None
    last: dt.date

    def state(self, day: Day) -> DayState:
        """What the ledger says of `day`."""
        if day.fate == Fate.READY and (day.register_id, day.day) in self.unchanged:
            return DayState.UNCHANGED
        return DayState(day.fate)


def parts(client: Client, source: Source, first: dt.date, last: dt.date) -> Iterator[Part]:
    """The source's days first to last, slice by slice. Raises TryLater or Never; then no part of it may be used."""
    # The account's text is for nobody: account numbers decide.
    fields = {name: field for name, field in source.fields.items() if name != "account"}
    asked = getconnector.Source(client, source.connector, fields)
    try:
        for found in afas_days.read_days(asked, first, last, lambda *span: Grouping(fields, *span)):
            converted = convert(found.folded, source.plan, text)
            unchanged = _unchanged(converted.days, source)
            yield Part(found.folded.rows, found.folded.rounded, converted, unchanged, found.notice, found.last)
    except SourceUnreadableError as error:
        raise Never("field", text("turnover.source", source=source.label, what=told(error.complaint, text))) from None


def _unchanged(found: Sequence[Day], source: Source) -> frozenset[turnover.Key]:
    """Which of the register-days hold in Staff just what they are to hold."""
    ready = [day for day in found if day.fate == Fate.READY]
    if not ready:
        return frozenset()
    dates = [day.day for day in ready]
    with reading() as session:
        held = turnover.digests(session, {day.register_id or 0 for day in ready}, min(dates), max(dates))
    same = []
    for day in ready:
        key = (day.register_id or 0, day.day)
        if key in held:
            target = source.plan.targets[day.register]
            payments = by_method(day.payments, target)
            if turnover.is_same(held[key], turnover.digest(target.group_id, day.amount, payments)):
                same.append(key)
    return frozenset(same)


@dataclass(frozen=True)
class Staging:
    """Where a source's register-days are staged: in which run, under which lease; `seen` is told how far it is."""

    run: Run
    lease: int
    source_read_id: int
    seen: Callable[[dt.date], None]

    def stage(self, client: Client, source: Source) -> None:
        """Read the source and keep its register-days. Raises TryLater, Never, LeaseLostError; nothing is kept then."""
        totals = ledger_sources.zero_totals()
        with transaction() as session:
            leases.fenced(session, TurnoverRun, self.run.id, self.lease)
            days.unstage(session, self.source_read_id)
        complaints: dict[str, str] = {}
        size = Decimal(0)
        for part in parts(client, source, self.run.date_from, self.run.date_to):
            with transaction() as session:
                leases.fenced(session, TurnoverRun, self.run.id, self.lease)
                self._keep(session, part)
            self.seen(part.last)
            complaints |= part.converted.complaints
            totals["rows"] += part.rows
            totals["rounded"] += part.rounded
            totals["amount"] += part.converted.read
            totals["other"] += part.converted.other
            totals["undated"] += part.converted.undated
            size += part.converted.size
            if size >= AMOUNT_LIMIT:
                raise Never("too_large", text("turnover.source_too_large", source=source.label))
            totals["notice"] = part.notice
        with transaction() as session:
            leases.fenced(session, TurnoverRun, self.run.id, self.lease)
            self._finish(session, source, complaints, totals)

    def _keep(self, session: Session, part: Part) -> None:
        rows = []
        for day in part.converted.days:
            state = part.state(day)
            payments = None if state == DayState.UNCHANGED else days.as_text(day.payments)
            row = (day.register, day.register_id, day.day, state.value, day.amount, payments, day.sign)
            rows.append((*row, day.reason, day.message))
        days.stage(session, self.run.id, self.source_read_id, rows)

    def _finish(self, session: Session, source: Source, complaints: dict[str, str], totals: dict[str, object]) -> None:
        """The window is whole: what is missing has vanished, and what lies there may be written."""
        for code, complaint in complaints.items():
            for key, day in days.of_register(session, self.source_read_id, code):
                days.failed(session, key, "date", error_text(code, day, complaint, text))
        window = (self.run.date_from, self.run.date_to)
        asked = [
            key
            for code, key in zip(source.codes, source.register_ids, strict=True)
            if code not in complaints and (self.run.registers is None or code in self.run.registers)
        ]
        days.delivered_again(session, self.source_read_id)
        known = days.vanish(session, self.run.id, self.source_read_id, window, asked)
        values = totals | {"complaints": [f"{code}: {what}" for code, what in complaints.items()]}
        values |= {"state": SourceState.READ, "known_days": known, "message": None, "kind": None}
        ledger_sources.record(session, self.source_read_id, **values)
