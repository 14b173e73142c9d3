"""AFAS is asked for the sources of a run: read, put off, or given up; an organisation that must wait is paused."""

import datetime as dt
from collections.abc import Callable, Mapping

from tasks import connect
from tasks.turnover import closing, pace
from tasks.turnover.aside import Aside
from tasks.turnover.notes import CallNotes
from tasks.turnover.sources import Source, client, sources
from tasks.turnover.staging import Staging
from workers import leases
from workers.afas import metainfo
from workers.afas.auth import MemoryTokens
from workers.afas.errors import AddressError, AfasError, Never, TryLater
from workers.database import Session, reading, transaction
from workers.ledger import days, runs
from workers.ledger import sources as ledger_sources
from workers.ledger.models import SourceState, TurnoverRun
from workers.ledger.runs import Run
from workers.secrets import SecretError
from workers.settings import current
from workers.staff import lookup
from workers.staff.lookup import Connection
from workers.staff.pause import BUSY, PROBE_SECONDS, pause, unpause
from workers.staff.tokens import SharedTokens
from workers.texts import text

PAUSING = ("unauthorised", "forbidden", "not_found", "whole_call")  #: kinds that speak of more than one call


class NoSourceError(Exception):
    """Raised when no register of an organisation has an import setting, so that there is nothing to read."""


CONFIGURATION = (NoSourceError, AddressError, SecretError, lookup.UnknownOrganisationError)  #: mended by config apply


def ask(run: Run, lease: int, seen: Callable[[dt.date], None]) -> float | None:
    """Read the sources still due. Returns the pause until the next try, None when all have ended."""
    with reading() as session:
        connection = lookup.connection(session, run.organisation_id)
    wait = _paused(run, connection)
    if wait is not None:
        runs.put_off(run.id, lease, wait, attempt=False)
        return wait
    found = sources(connection, run.registers)
    if not found:
        raise NoSourceError(text("turnover.no_source", organisation=connection.name))
    due = ledger_sources.open_sources(run.id, lease, [(s.label, s.label, s.codes) for s in found])
    if run.attempts == 0 and due:
        closing.log_start(run.id)
    _fail_gone(run, lease, {label: key for label, key in due.items() if label not in {s.label for s in found}})
    later = {}
    for source in found:
        if source.label in due:
            notes = CallNotes(connection.organisation_id, run.id, source.base)
            error = _read_source(connection, source, Staging(run, lease, due[source.label], seen, notes))
            if isinstance(error, TryLater):
                later[source] = error
    return _put_off(run, lease, connection, later) if later else None


def _fail_gone(run: Run, lease: int, gone: Mapping[str, int]) -> None:
    """Sources that were to be read, and that no register names any more since the run began."""
    if not gone:
        return
    with transaction() as session:
        leases.fenced(session, TurnoverRun, run.id, lease)
        for label, source_read_id in gone.items():
            told = text("turnover.no_source", organisation=label)
            ledger_sources.record(session, source_read_id, state=SourceState.FAILED, message=told)


def _paused(run: Run, connection: Connection) -> float | None:
    """How long to wait before AFAS is asked at all: by hand only for what AFAS itself asked for."""
    if connection.pause_left is None or (run.kind == "manual" and connection.pause_kind != BUSY):
        return None
    return connection.pause_left + 1 if connection.pause_left > 0 else None


def _read_source(connection: Connection, source: Source, staging: Staging) -> AfasError | None:
    """Stage one source; its error, recorded, when it could not be read."""
    tokens = SharedTokens(connection.organisation_id, connection.guid)
    try:
        with Aside() as aside, client(connection, source, tokens, staging.calls.add) as afas:
            staging.stage(aside, afas, source)
    except AfasError as error:
        state = SourceState.FAILED if isinstance(error, Never) else SourceState.DUE
        with transaction() as session:
            leases.fenced(session, TurnoverRun, staging.run.id, staging.lease)
            days.unstage(session, staging.source_read_id)
            values = {"state": state, "kind": error.kind, "message": str(error)}
            ledger_sources.record(session, staging.source_read_id, **values)
            if state == SourceState.FAILED:
                _pause_all(session, connection, source, error)
        return error
    finally:
        staging.calls.flush()
    if source.password is None and connection.pause_kind is not None:
        with transaction() as session:
            unpause(session, connection.organisation_id)
    return None


def _pause_all(session: Session, connection: Connection, source: Source, error: AfasError) -> None:
    """An error of the organisation's own credential holds up all that is scheduled for it, until it is mended."""
    if error.kind in PAUSING and source.password is None:
        pause(session, connection.organisation_id, error.kind, str(error), PROBE_SECONDS)


def _put_off(run: Run, lease: int, connection: Connection, later: Mapping[Source, TryLater]) -> float | None:
    """Let the run wait as long as its errors ask, and the organisation as well when AFAS asked for it."""
    asked = max(error.pause or 0.0 for error in later.values())
    wait = pace.pause(run.attempts, asked, {error.kind for error in later.values()})
    if wait is None:
        with transaction() as session:
            leases.fenced(session, TurnoverRun, run.id, lease)
            ledger_sources.give_up(session, run.id, text("turnover.tries", tries=run.attempts + 1))
            for source, error in later.items():
                _pause_all(session, connection, source, error)
        return None
    runs.put_off(run.id, lease, wait, attempt=True)
    busy = next((error for error in later.values() if error.kind == BUSY and error.pause), None)
    if busy:
        with transaction() as session:
            pause(session, connection.organisation_id, BUSY, str(busy), asked)
    return wait


def check(organisation_id: int) -> None:
    """Raises what CONFIGURATION names when the organisation can't be imported as it is set up; asks nobody."""
    with reading() as session:
        connection = lookup.connection(session, organisation_id)
    found = sources(connection, None)
    if not found:
        raise NoSourceError(text("turnover.no_source", organisation=connection.name))
    for source in found:
        with client(connection, source, MemoryTokens(), lambda _: None):
            pass


def probe(organisation_id: int) -> bool:
    """Ask AFAS whether what paused the organisation is mended; if so its pause ends."""
    try:
        with reading() as session:
            connection = lookup.connection(session, organisation_id)
        with connect.own(connection, current()) as afas:
            metainfo.overview(afas)
    except (AfasError, SecretError):
        return False
    with transaction() as session:
        unpause(session, organisation_id)
    return True
