"""The turnover import of one organisation: made, read, staged, handed on, closed. What it needs is handed to it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from tasks.turnover import closing, overwrite, pace
from tasks.turnover.sources import Source, client, credential, sources
from tasks.turnover.staging import Staging
from workers.afas import metainfo
from workers.afas.auth import MemoryTokens
from workers.afas.calls import Call
from workers.afas.client import Client, Options
from workers.afas.errors import AddressError, AfasError, Never, TryLater
from workers.database import reading, transaction
from workers.ledger import calls, days, leases, runs, told
from workers.ledger import sources as ledger_sources
from workers.ledger.days import Parcel
from workers.ledger.models import DayState, RunState, SourceState, TurnoverRun
from workers.ledger.runs import Run
from workers.secrets import SecretError
from workers.settings import current
from workers.staff import lookup
from workers.staff.lookup import Connection
from workers.staff.pause import BUSY, PROBE_SECONDS, pause, unpause
from workers.staff.tokens import SharedTokens
from workers.texts import text



class WindowError(Exception):
    """Raised when the days that somebody wants imported are no window."""


class NoSourceError(Exception):
    """Raised when no register of an organisation has an import setting, so that there is nothing to read."""


CONFIGURATION = (NoSourceError, AddressError, SecretError, lookup.UnknownOrganisationError)  #: mended by config apply
RETRIED = (DayState.FAILED, DayState.PARKED)
PAUSING = ("unauthorised", "forbidden", "not_found")  #: kinds of error that speak of the whole organisation


@dataclass(frozen=True)
class Hands:
    """How work is handed on: a message under Celery, a call in the command line.

    `write`: register-days of a run; `mail`: a mail of the outbox; `start`: the organisation's next run.
    `seen`: told the last day of each slice that was read.
    """

    write: Callable[[int, Iterable[Parcel]], None]
    mail: Callable[[int], None]
    start: Callable[[Run], None]
    seen: Callable[[dt.date], None] = lambda _: None


@dataclass(frozen=True)
class Window:
    """Booking days, both ends included."""

    first: dt.date
    last: dt.date

    @classmethod
    def back(cls, today: dt.date, count: int) -> "Window":
        """The `count` days before today, and today."""
        return cls(today - dt.timedelta(days=count), today)


@dataclass(frozen=True)
class Order:
    """Which days somebody wants: a number back from today, or two ISO dates; all registers, or one."""

    days_back: int | None = None
    date_from: str | None = None
    date_to: str | None = None
    register: str | None = None

    def window(self, organisation_id: int) -> Window:
        """The days meant; none named: as the organisation is set up.

        Raises WindowError for half of a pair, both forms at once, an end before the start, or a date that is none.
        """
        if (self.date_from is None) != (self.date_to is None) or (self.date_from and self.days_back is not None):
            raise WindowError(text("turnover.window"))
        try:
            found = self._dates() or Window.back(today(), self._back(organisation_id))
        except (ValueError, OverflowError):
            raise WindowError(text("turnover.window")) from None
        if found.first > found.last:
            raise WindowError(text("turnover.window"))
        return found

    def _dates(self) -> Window | None:
        if self.date_from is None or self.date_to is None:
            return None
        return Window(dt.date.fromisoformat(self.date_from), dt.date.fromisoformat(self.date_to))

    def _back(self, organisation_id: int) -> int:
        if self.days_back is not None:
            return self.days_back
        with reading() as session:
            return lookup.days_back(session, organisation_id)


def owner_of(guid_: str) -> int:
    """Id of the organisation whose connection serves `guid_`. Raises UnknownOrganisationError."""
    with reading() as session:
        owner = lookup.owner_id(session, guid_)
    if owner is None:
        raise lookup.UnknownOrganisationError(text("turnover.unknown_organisation", guid=guid_))
    return owner


def ordered(guid_: str, order: Order) -> int:
    """A new run over the days of `order`: its id. Raises UnknownOrganisationError, WindowError."""
    owner = owner_of(guid_)
    return make(owner, order.window(owner), [order.register.strip()] if order.register is not None else None)


def guid(run: Run) -> str:
    """The guid of the organisation whose run it is."""
    with reading() as session:
        return lookup.guid(session, run.organisation_id)


def make(organisation_id: int, window: Window, registers: Sequence[str] | None = None, retry_of: int | None = None) -> int:
    """A new run by hand: its id."""
    wanted = runs.Wanted(
        organisation_id=organisation_id,
        day=today(),
        date_from=window.first,
        date_to=window.last,
        registers=list(registers) if registers is not None else None,
        retry_of_id=retry_of,
    )
    made = runs.make(wanted, "manual", current().sweep_seconds)
    assert made is not None  # noqa: S101 - only a scheduled run can be there already
    return made


def retry(run_id: int) -> int | None:
    """A new run by hand over what failed or was parked in `run_id`, all of it when it failed whole; None: nothing did."""
    facts = closing.summary(run_id)
    failed = runs.get(run_id)
    if failed is None or facts.state == RunState.DONE:
        return None
    window = Window(facts.run.date_from, facts.run.date_to)
    if facts.state == RunState.FAILED or any(source.unread or source.complaints for source in facts.sources):
        return make(failed.organisation_id, window, failed.registers, run_id)
    with reading() as session:
        days_ = [(day["register"], day["date"]) for day in told.days(session, run_id) if day["state"] in RETRIED]
    dates = [date for _, date in days_]
    codes = sorted({register for register, _ in days_})
    return make(failed.organisation_id, Window(min(dates), max(dates)), codes, run_id) if days_ else None


def today() -> dt.date:
    """The local day, by the database's clock."""
    return runs.clock().astimezone(current().zone).date()


def work(run_id: int, hands: Hands) -> float | None:
    """Do of the run what can be done now. Returns the seconds after which to go on, None: there is nothing to wait for.

    A run that is held, ended, or behind another one of its organisation is left alone.
    """
    lease = runs.claim(run_id)
    run = runs.get(run_id)
    if lease is None or run is None:
        return None
    wait = None
    try:
        with leases.holding(lease):
            wait = _read(run, lease, hands.seen)
            hands.write(run_id, days.parcels(run_id, current().dates_per_message))
    except leases.LeaseLostError:
        return None
    except OperationalError:
        raise
    except CONFIGURATION as error:
        give_up(run, str(error), hands)
    except Exception as error:
        give_up(run, text("turnover.unexpected", error=type(error).__name__), hands)
        raise
    finish(run, hands)
    return wait


def write_register(run_id: int, register: str, dates: Sequence[dt.date], hands: Hands) -> None:
    """Write those register-days of the run that are still pending, and close the run if they were the last."""
    run = runs.get(run_id)
    if run is None:
        return
    overwrite.write(run.organisation_id, days.pending_ids(run_id, register, dates))
    finish(run, hands)


def finish(run: Run, hands: Hands) -> None:
    """Close the run if all of it is done; then its mail goes out and the organisation's next run begins."""
    _ended(run, closing.close(run.id), hands)


def give_up(run: Run, message: str, hands: Hands) -> None:
    """End the run with what it has; `message` tells why."""
    _ended(run, closing.give_up(run.id, message), hands)


def _ended(run: Run, mail: int | None, hands: Hands) -> None:
    if mail is None:
        return
    hands.mail(mail)
    following = runs.next_due(run.organisation_id)
    if following is not None:
        hands.start(following)


def _read(run: Run, lease: int, seen: Callable[[dt.date], None]) -> float | None:
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
    errors = [
        error
        for source in found
        if source.label in due
        for error in [_read_source(connection, source, Staging(run, lease, due[source.label], seen))]
        if isinstance(error, TryLater)
    ]
    return _put_off(run, lease, connection, errors) if errors else None


def _paused(run: Run, connection: Connection) -> float | None:
    """How long to wait before AFAS is asked at all: by hand only for what AFAS itself asked for."""
    if connection.pause_left is None or (run.kind == "manual" and connection.pause_kind != BUSY):
        return None
    return connection.pause_left + 1 if connection.pause_left > 0 else None


def _read_source(connection: Connection, source: Source, staging: Staging) -> AfasError | None:
    """Stage one source; its error, recorded, when it could not be read."""
    tokens = SharedTokens(connection.organisation_id, connection.guid)
    log = call_logger(connection, staging.run.id, source.base)
    try:
        with client(connection, source, tokens, log) as afas:
            staging.stage(afas, source)
    except AfasError as error:
        failed = isinstance(error, Never)
        with transaction() as session:
            leases.fenced(session, TurnoverRun, staging.run.id, staging.lease)
            days.unstage(session, staging.source_read_id)
            state = SourceState.FAILED if failed else SourceState.DUE
            values = {"state": state, "kind": error.kind, "message": str(error)}
            ledger_sources.record(session, staging.source_read_id, **values)
            if failed and error.kind in PAUSING and source.password is None:
                pause(session, connection.organisation_id, error.kind, str(error), PROBE_SECONDS)
        return error
    if source.password is None and connection.pause_kind is not None:
        with transaction() as session:
            unpause(session, connection.organisation_id)
    return None


def _put_off(run: Run, lease: int, connection: Connection, errors: Sequence[TryLater]) -> float | None:
    """Let the run wait as long as its errors ask, and the organisation as well when AFAS asked for it."""
    asked = max((error.pause or 0.0 for error in errors), default=0.0)
    wait = pace.pause(run.attempts, asked)
    if wait is None:
        with transaction() as session:
            leases.fenced(session, TurnoverRun, run.id, lease)
            ledger_sources.give_up(session, run.id, text("turnover.tries", tries=pace.MOST_TRIES))
        return None
    runs.put_off(run.id, lease, wait, attempt=True)
    busy = next((error for error in errors if error.kind == BUSY and error.pause), None)
    if busy:
        with transaction() as session:
            pause(session, connection.organisation_id, BUSY, str(busy), asked)
    return wait


def apply_parked(organisation_ids: Iterable[int]) -> list[str]:
    """Write amounts that waited for a register or payment method that is there by now; a line for each register."""
    lines = []
    with reading() as session:
        owners = {owner for key in organisation_ids if (owner := lookup.owner_of(session, key)) is not None}
    for owner in sorted(owners):
        lines += _apply_parked(owner)
    return lines


def _apply_parked(owner: int) -> list[str]:
    with reading() as session:
        connection = lookup.connection(session, owner)
    source_of = {code: source.label for source in sources(connection, None) for code in source.codes}
    fitting = [(key, code) for key, code, source in days.waiting(owner) if source_of.get(code) == source]
    overwrite.write_waiting(owner, [key for key, _ in fitting])
    lines = []
    for code, count, amount in days.applied([key for key, _ in fitting]):
        lines.append(text("turnover.applied", code=code, count=count, amount=amount))
    return lines


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
    with reading() as session:
        connection = lookup.connection(session, organisation_id)
    tokens = SharedTokens(connection.organisation_id, connection.guid)
    log = call_logger(connection, None, connection.environment)
    try:
        with Client(connection.environment, credential(connection, None, tokens), log, Options.of(current())) as afas:
            metainfo.overview(afas)
    except AfasError:
        return False
    with transaction() as session:
        unpause(session, organisation_id)
    return True


def call_logger(connection: Connection, run_id: int | None, address: str) -> Callable[[Call], None]:
    """What keeps the calls of one client in the call log."""

    def log(call: Call) -> None:
        facts = {name: getattr(call, name) for name in calls.FACTS}
        calls.add(connection.organisation_id, run_id, address, facts)

    return log
