"""When a call may be made, when it has ended, and since when what it did not leave behind is absent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from tasks.realization.verdict import LINE_ERRORS, NOT_EXECUTED, UNKNOWN, Meaning, meaning
from tasks.realization.words import UNSETTLED, Attempt, Chunk, Limits, LineState, Purpose


class Clock(StrEnum):
    """What the monotonic mark says while a body goes out."""

    GO = "go"
    CLOSE = "not_sent"
    LATE = "sent_late"


def clock(elapsed: timedelta, send_within: timedelta, *, gone: bool) -> Clock:
    """Whether to send on, to close and settle `not_sent`, or to record `sent_late`; `gone`: the last part has left."""
    if elapsed <= send_within:
        return Clock.GO
    return Clock.LATE if gone else Clock.CLOSE


def executed(attempt: Attempt) -> bool:
    """Whether AFAS may have worked on it."""
    return meaning(attempt.answer) not in NOT_EXECUTED


def absent_from(attempt: Attempt, limits: Limits) -> datetime:
    """Since when an attempt that nobody answered for has ended; counted from a late sending, where there was one."""
    return max(attempt.begun_at, attempt.late_at or attempt.begun_at) + limits.in_doubt_after


def ended_at(attempt: Attempt, limits: Limits) -> datetime:
    """When the call had ended: AFAS's own answer, or `absent_from`; may lie ahead."""
    if attempt.answer is None or meaning(attempt.answer) in UNKNOWN:
        return absent_from(attempt, limits)
    return attempt.answer.at


def carriers(chunk: Chunk, line: int) -> list[Attempt]:
    """The attempts by which the line may have reached AFAS, oldest first."""
    return [attempt for attempt in chunk.calls.get(line, ()) if executed(attempt)]


def may_have_left(calls: Iterable[Attempt], line: int) -> bool:
    """Whether one of these calls, which AFAS did not answer for the line alone, may have left it where nobody sees it.

    What AFAS says of the line, or of the whole call, speaks against that.
    """
    clear = LINE_ERRORS | {Meaning.WHOLE_CALL}
    return not all(call.lines == (line,) and meaning(call.answer) in clear for call in calls)


def adopted(chunk: Chunk, number: int, now: datetime) -> Chunk:
    """The chunk of a ledger that was restored or copied: an attempt of unknown outcome stands for all it forgot."""
    open_lines = {line.id for line in chunk.lines if line.state in UNSETTLED | {LineState.PENDING}}
    lines = tuple(
        line._replace(state=LineState.IN_DOUBT, goes_as=None) if line.id in open_lines else line for line in chunk.lines
    )
    carried = tuple(line.id for line in lines if line.id in open_lines)
    forgotten = Attempt(number, carried, now, Purpose.ADOPTED)
    return replace(chunk, lines=lines, attempts=(*chunk.attempts, forgotten))
