"""What is decided, as values: the acting part does it, and records it before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.realization.words import Line, Matter, Purpose


@dataclass(frozen=True)
class Told:
    """Something that a human is told once, with the lines and AFAS's Ids that it is about."""

    matter: Matter
    lines: tuple[int, ...]
    afas_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pause:
    """The organisation sends nothing: until a moment, or (None) until the cause is mended. `cause`: a Meaning."""

    cause: str
    until: datetime | None


@dataclass(frozen=True)
class Ruling:
    """What a read-back or an answer decides about one chunk: `lines` as they are from now on, the others stay.

    `judged`: {attempt number: whether it moved a line forward}. `stop`: the organisation's deliveries stop.
    `single`: it goes on with one line a call. `proven`: a line was shown after its call. `lag`: the largest seen.
    `shown_within`: the shortest time from the beginning of a line's call to the read-back that showed it first.
    """

    lines: tuple[Line, ...] = ()
    told: tuple[Told, ...] = ()
    judged: Mapping[int, bool] = field(default_factory=dict)
    pause: Pause | None = None
    stop: Told | None = None
    single: bool = False
    proven: bool = False
    lag: timedelta = timedelta(0)
    shown_within: timedelta | None = None


@dataclass(frozen=True)
class Send:
    """Decided: these lines, in this order, as one attempt."""

    lines: tuple[int, ...]
    purpose: Purpose


@dataclass(frozen=True)
class Ask:
    """Decided: read back, not before this moment; `urgent`: it is not put off to share it with others."""

    not_before: datetime
    urgent: bool = False


@dataclass(frozen=True)
class Wait:
    """Decided: nothing to do before this moment; None: until something else moves (a human, another chunk)."""

    until: datetime | None
