"""The words of delivery as frozen values: lines, attempts, answers, read-backs, trust."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

Value = bool | date | Decimal | str | None


def folded(text: str) -> str:
    """The form in which keys and codes are compared: AFAS may trim them or change their case."""
    return text.strip().casefold()


class Action(StrEnum):
    """What a batch asks of AFAS."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    APPROVE = "approve"
    UNAPPROVE = "unapprove"
    READY = "ready"
    REJECT = "reject"


class LineState(StrEnum):
    """What is true of a line; these nine add up to a batch."""

    PENDING = "pending"
    SENT = "sent"
    SUSPECT = "suspect"
    APPLIED = "applied"
    REFUSED = "refused"
    INVALID = "invalid"
    IN_DOUBT = "in_doubt"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"


#: States of lines that were sent and have no verdict.
UNSETTLED = frozenset({LineState.SENT, LineState.SUSPECT, LineState.IN_DOUBT})


class Purpose(StrEnum):
    """Why an attempt carries its lines. `adopted` is no call: it stands for all that a lost ledger may have sent."""

    FRESH = "fresh"
    PATHFINDER = "pathfinder"
    SUSPECT = "suspect"
    CANARY = "canary"
    PROBE = "probe"
    ADOPTED = "adopted"


#: What these commit must be seen by a read-back before the organisation's next one goes.
WATCHED = frozenset({Purpose.PATHFINDER, Purpose.SUSPECT, Purpose.CANARY, Purpose.PROBE})


class Reach(StrEnum):
    """How far a call came; `unreachable` (refused, DNS, TLS) and `not_sent` (too late, closed by us): no line left."""

    ANSWERED = "answered"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    NOT_SENT = "not_sent"


class Matter(StrEnum):
    """What a human is told of, and why a line in doubt waits for one."""

    DUPLICATE = "duplicate"
    KEY_COLLISION = "key_collision"
    EXISTS = "exists"
    UNNAMED = "unnamed"
    CENSUS = "census"
    ORDER = "order"
    INVISIBLE = "invisible"
    UNWATCHED = "unwatched"
    SEEN_TWICE = "seen_twice"
    CANARY_LOST = "canary_lost"
    LOST = "lost"
    TOO_LARGE = "too_large"
    OVERSIZE = "oversize"
    UNSAID = "unsaid"
    LOCKED = "locked"
    WISHED = "wished"
    MOVED = "moved"
    ABSENT = "absent"
    AMBIGUOUS = "ambiguous"
    CONTINUITY = "continuity"


@dataclass(frozen=True)
class Limits:
    """The times that prove something, from the settings; `lag` is the organisation's (`trust.lag`)."""

    in_doubt_after: timedelta
    lag: timedelta
    chunk_lines: int = 500


class Row(NamedTuple):
    """A line as the read-back connector shows it; `values` holds the fields that the connector has.

    `modified`: when it was changed last; None: not shown. `gone`: a line with that Id was deleted through us a moment
    ago, so that it proves nothing of another with its key: it may be shown late, or be that other one.
    """

    afas_id: str
    key: str
    values: Mapping[str, Value] = MappingProxyType({})
    modified: datetime | None = None
    gone: bool = False


class Line(NamedTuple):
    """One record. `values`: DaTi (date), EmId, ItCd (text), Qu (Decimal), those that were given.

    `seen_at`: the first read-back that showed it; `missed_at`: the last that did not, after it was applied. A suspect
    is sent as what it `goes_as`; `witnessed`: the read-back that missed it showed its employee. `matter`: why it
    waits for a human, or what one was told of it.
    Changes: `asked` is what they set, `afas_ids` the Id they name, `before` the line as the read-back of `looked_at`
    found it. `ahead`: an earlier operation on the same line is unfinished; `ahead_ended`: when the last one had ended.
    """

    id: int
    key: str
    values: Mapping[str, Value] = MappingProxyType({})
    state: LineState = LineState.PENDING
    afas_ids: tuple[str, ...] = ()
    seen_at: datetime | None = None
    missed_at: datetime | None = None
    goes_as: Purpose | None = None
    witnessed: bool = False
    matter: Matter | None = None
    message: str = ""
    reference: str | None = None
    asked: Mapping[str, Value] = MappingProxyType({})
    before: Row | None = None
    looked_at: datetime | None = None
    ahead: bool = False
    ahead_ended: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What came back of a call, at the database's time. `own`: the body is AFAS's own JSON, or empty.

    `named`: (XpRe, Id) of each line that a success names. `retry_after`: seconds.
    """

    at: datetime
    reach: Reach = Reach.ANSWERED
    status: int | None = None
    own: bool = False
    text: str = ""
    reference: str | None = None
    named: tuple[tuple[str, str], ...] = field(default=(), hash=False)  # hundreds, and hashed for each line
    retry_after: float | None = None

    @cached_property
    def ids(self) -> Mapping[str, tuple[str, ...]]:
        """AFAS's Ids of each line that a success names, by its folded key."""
        found: dict[str, tuple[str, ...]] = {}
        for key, afas_id in self.named:
            found[folded(key)] = (*found.get(folded(key), ()), afas_id)
        return found


@dataclass(frozen=True)
class Attempt:
    """One HTTP call: its lines' ids in the order of the body. `answer` None: begun and not settled.

    `late_at`: when its last part was found to have gone too late. `judged`: a read-back that counts has judged it.
    """

    number: int
    lines: tuple[int, ...]
    begun_at: datetime
    purpose: Purpose = Purpose.FRESH
    answer: Answer | None = None
    late_at: datetime | None = None
    judged: bool = False

    @cached_property
    def carried(self) -> frozenset[int]:
        """Its lines, to look one up."""
        return frozenset(self.lines)


@dataclass(frozen=True)
class Chunk:
    """One chunk's lines in order, and every attempt that carried any of them, oldest first.

    `received_at`: when its batch came in; only changes ask for it.
    """

    id: int
    lines: tuple[Line, ...]
    attempts: tuple[Attempt, ...] = ()
    fruitless: int = 0
    action: Action = Action.INSERT
    received_at: datetime | None = None

    @cached_property
    def calls(self) -> Mapping[int, Sequence[Attempt]]:
        """The attempts that carried each line, oldest first, by the line's id."""
        found: dict[int, list[Attempt]] = {}
        for attempt in self.attempts:
            for line in attempt.lines:
                found.setdefault(line, []).append(attempt)
        return found


@dataclass(frozen=True)
class Trust:
    """What an organisation's read-backs are worth. `read_back`: whether it has a connector for them.

    `proven`: one showed a line of ours after its call had ended. `single`: order or view are broken, one line a call.
    `stopped`, until `resumed_at`: what went before that moment is no longer watched. `largest_lag`: ever seen;
    `shown_within`: the shortest time after which a line was shown, counted from the beginning of its call.
    """

    read_back: bool = True
    proven: bool = False
    single: bool = False
    stopped: bool = False
    resumed_at: datetime | None = None
    largest_lag: timedelta = timedelta(0)
    shown_within: timedelta | None = None


@dataclass(frozen=True)
class ReadBack:
    """One read-back. `census`: lines it must show, fixed before its first page; `complete`: an empty page ended it."""

    begun_at: datetime
    rows: tuple[Row, ...] = ()
    census: tuple[Line, ...] = ()
    complete: bool = True
