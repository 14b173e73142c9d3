"""Whether this ledger is the one that sent last: asked before a call begins, and once its number is kept."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.exc import InterfaceError, OperationalError

from tasks.realization.continuity import Continuity, continuity
from tasks.realization.continuity import Mark as Known
from workers import marks
from workers.database import reading
from workers.leases import LeaseLostError
from workers.ledger.realization import deliveries, work
from workers.marks import Mark


class OlderError(Exception):
    """Raised when the ledger is not the one that sent last, or nobody can tell: nothing is sent."""


class NoMarkError(Exception):
    """Raised when an attempt's number could be kept nowhere outside the database: nothing is sent."""


class ForgottenError(LeaseLostError):
    """Raised when a restored ledger does not have the call that its worker has made: nothing can be recorded."""


def look() -> Mark:
    """The ledger's mark, before a call begins. Raises OlderError."""
    # The marks first: an attempt is written before its mark.
    outside = marks.read()
    with reading() as session:
        ledger = Mark(*deliveries.mark(session))
    _continues(ledger, outside)
    return ledger


def is_newest() -> bool:
    """Whether this ledger is the one that sent last, as far as anybody knows."""
    try:
        look()
    except OlderError:
        return False
    return True


def keep(mark: Mark, begun_at: dt.datetime) -> None:
    """Keep the number of an attempt that has begun; the ledger may have been restored since it was looked at.

    Raises NoMarkError, and OlderError: it was adopted since, or has forgotten this or another call.
    """
    if not (before := marks.rise(mark)):
        raise NoMarkError
    # An adoption before any call names none.
    named = {old.attempt for old in before if old and old[:2] == mark[:2] and old.attempt}
    try:
        with reading() as session:
            ledger = Mark(*deliveries.mark(session))
            begun = work.begun(session, {*named, mark.attempt})
    except (OperationalError, InterfaceError) as error:
        raise OlderError from error
    _continues(ledger, before)
    if ledger.adoptions != mark.adoptions:
        raise OlderError
    # One that was used before has been forgotten; and numbers skip where a server fell over.
    if mark in before or begun.get(mark.attempt) != begun_at or not named <= begun.keys():
        forgotten(mark)
        raise OlderError


def forgotten(mark: Mark) -> None:
    """The ledger, which was restored, does not have a call that was made under `mark`: nobody sends any more.

    Numbers can't tell it, for it may have gone on beyond them; unless it was adopted, only another adoption is higher.
    """
    with reading() as session:
        ledger = Mark(*deliveries.mark(session))
    if ledger.adoptions == mark.adoptions:
        marks.rise(mark._replace(adoptions=mark.adoptions + 1))


def _continues(ledger: Mark, outside: Iterable[Mark | None]) -> None:
    if continuity(Known(*ledger), [None if mark is None else Known(*mark) for mark in outside]) == Continuity.STOP:
        raise OlderError
