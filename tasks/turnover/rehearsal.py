"""A dry run: what an import would change, while nothing is written but the call log."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tasks import connect
from tasks.turnover.aside import Aside
from tasks.turnover.convert import Fate, error_text
from tasks.turnover.orders import Window
from tasks.turnover.sources import Source, client, sources
from tasks.turnover.staging import Part, parts
from workers.afas.auth import MemoryTokens
from workers.afas.errors import AfasError
from workers.database import reading
from workers.ledger.models import DayState, RunState
from workers.staff import lookup, turnover
from workers.staff.lookup import Connection
from workers.texts import text


@dataclass(frozen=True)
class Change:
    """What would become of one register-day; `old`: what Staff holds now, null: nothing."""

    register: str
    date: dt.date
    state: str
    old: Decimal | None
    new: Decimal
    message: str | None


@dataclass(frozen=True)
class Rehearsal:
    """All register-days, what could not be read, and the state that the run would end in."""

    changes: list[Change]
    errors: list[str]
    state: RunState


def rehearse(
    organisation_id: int, window: Window, registers: Sequence[str] | None, seen: Callable[[dt.date], None]
) -> Rehearsal:
    """Read and convert as an import does, and compare with Staff; a source that can't be read is not tried again."""
    with reading() as session:
        connection = lookup.connection(session, organisation_id)
    found = sources(connection, registers)
    changes: list[Change] = []
    errors: list[str] = []
    unread = 0
    for source in found:
        try:
            read, complaints = _read(connection, source, window, seen)
        except AfasError as error:
            unread += 1
            errors.append(str(error))
        else:
            changes += read
            errors += [f"{code}: {what}" for code, what in complaints.items()]
    state = RunState.FAILED if unread == len(found) else _state(changes, errors)
    return Rehearsal(changes, errors, state)


def _read(
    connection: Connection, source: Source, window: Window, seen: Callable[[dt.date], None]
) -> tuple[list[Change], dict[str, str]]:
    """The source's register-days, and why all those of a register fail, by its code."""
    changes: list[Change] = []
    complaints: dict[str, str] = {}
    log = connect.call_log(connection, source.base)
    with Aside() as aside, client(connection, source, MemoryTokens(), log) as afas:
        for part in parts(aside, afas, source, window.first, window.last):
            seen(part.last)
            changes += _changes(part)
            complaints |= part.converted.complaints
    return [_judged(change, complaints.get(change.register)) for change in changes], complaints


def _judged(change: Change, complaint: str | None) -> Change:
    if complaint is None:
        return change
    told = error_text(change.register, change.date, complaint, text)
    return replace(change, state=DayState.FAILED.value, message=told)


def _changes(part: Part) -> Iterator[Change]:
    for code, days in part.converted.quiet.items():
        for day, (_, amount, _) in days.items():
            yield Change(code, day, DayState.UNCHANGED.value, amount, amount, None)
    keys = {(day.register_id, day.day) for day in part.converted.days if day.register_id is not None}
    with reading() as session:
        held = turnover.held(session, keys) if keys else {}
    for found in part.converted.days:
        old = held.get((found.register_id or 0, found.day))
        state = DayState.WRITTEN if found.fate == Fate.READY else DayState(found.fate)
        yield Change(found.register, found.day, state.value, old.amount if old else None, found.amount, found.message)


def _state(changes: Sequence[Change], errors: Sequence[str]) -> RunState:
    bad = any(change.state in (DayState.PARKED, DayState.FAILED) for change in changes)
    return RunState.DONE_WITH_FAILURES if errors or bad else RunState.DONE
