"""Whether this database is the one that sent last: a restored or copied one is older than AFAS."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Mark(NamedTuple):
    """An installation's id, how often its ledger was adopted, and its highest attempt number: in order of their time.

    An adoption makes all marks of before lower, wherever they are kept.
    """

    installation: str
    adoptions: int
    attempt: int


class Continuity(StrEnum):
    """What an outside mark means: send, write it anew and send, or stop until a human adopts."""

    SEND = "send"
    WRITE = "write"
    STOP = "stop"


def continuity(ledger: Mark, outside: Iterable[Mark | None]) -> Continuity:
    """The worst that the marks outside the database (file of the home, broker; None: missing) say of it."""
    marks = list(outside)
    known = [mark for mark in marks if mark is not None]
    if any(mark.installation != ledger.installation or mark > ledger for mark in known):
        return Continuity.STOP
    return Continuity.SEND if all(mark == ledger for mark in marks) else Continuity.WRITE
