"""What an answer decides by itself, before any read-back: the outcome table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.realization.calls import absent_from, carriers, may_have_left
from tasks.realization.decisions import Pause, Ruling, Told
from tasks.realization.missing import freed
from tasks.realization.trust import watched
from tasks.realization.verdict import LINE_ERRORS, NOT_EXECUTED, SHARED, UNKNOWN, Meaning, meaning
from tasks.realization.words import (
    Action,
    Answer,
    Attempt,
    Chunk,
    Limits,
    Line,
    LineState,
    Matter,
    Purpose,
    Trust,
    folded,
)

RETRY_AFTER = (timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=1))  #: after a passing error of one line
FIRST_PAUSE = timedelta(seconds=2)  #: after a refused connection, then doubling
LONGEST_PAUSE = timedelta(minutes=15)


ENDS = frozenset(
    {LineState.APPLIED, LineState.REFUSED, LineState.INVALID, LineState.CONFLICT, LineState.CANCELLED},
)


@dataclass(frozen=True)
class Setting:
    """Where an answer came in. `failures`: refused connections in a row, this one not counted."""

    limits: Limits
    trust: Trust
    failures: int = 0

    def clear(self, attempt: Attempt) -> bool:
        """Whether its error decides at once: no read-back can be asked, or it is no line's, and none is trusted yet.

        Never of several lines, which went out before the read-back connector was taken away.
        """
        whole = attempt.purpose == Purpose.PATHFINDER and meaning(attempt.answer) not in LINE_ERRORS
        return len(attempt.lines) == 1 and (not self.trust.read_back or whole)

    def learns(self, chunk: Chunk, attempt: Attempt) -> bool:
        """Whether the error of a lone line tells of those that went with it before."""
        known = chunk.action == Action.INSERT and len(attempt.lines) == 1 and meaning(attempt.answer) == Meaning.ERRORS
        counts = self.trust.read_back and not (self.trust.stopped or self.trust.single)
        return known and counts and watched(attempt, self.trust)


def settle(chunk: Chunk, attempt: Attempt, setting: Setting) -> Ruling:
    """What the attempt's answer makes of its lines, and of the organisation; the chunk already holds the answer."""
    meant = meaning(attempt.answer)
    sent = [line for line in chunk.lines if line.id in attempt.carried]
    after = [_settled(chunk, line, attempt, setting) for line in sent]
    lines = tuple(line for line, before in zip(after, sent, strict=True) if line != before)
    told = tuple(Told(line.matter, (line.id,), line.afas_ids) for line in lines if line.matter)
    clear = _unseen(chunk, attempt) or setting.clear(attempt)
    known = all(line.state == LineState.APPLIED for line in after) or (clear and meant not in UNKNOWN)
    moved = any(line.state in ENDS for line in lines)
    pause = _pause(attempt, meant, setting) if meant in SHARED else None
    if setting.learns(chunk, attempt):
        lines = (*lines, *freed(chunk, attempt))
    return Ruling(lines, told, {attempt.number: moved} if known or meant in NOT_EXECUTED else {}, pause)


def tries(chunk: Chunk, line: int) -> int:
    """How often AFAS answered the line, alone, with a text that passes."""
    alone = [attempt for attempt in chunk.calls.get(line, ()) if attempt.lines == (line,)]
    return sum(meaning(attempt.answer) == Meaning.PASSING for attempt in alone)


def due_at(chunk: Chunk, line: int) -> datetime | None:
    """When a suspect may go again after a passing error; None: at once."""
    calls = chunk.calls.get(line, ())
    alone = [attempt for attempt in calls if attempt.lines == (line,) and attempt.answer is not None]
    if not alone or meaning(alone[-1].answer) != Meaning.PASSING or alone[-1].answer is None:
        return None
    return alone[-1].answer.at + RETRY_AFTER[min(tries(chunk, line), len(RETRY_AFTER)) - 1]


def refused(chunk: Chunk, line: Line, answer: Answer, *, witness: bool) -> Line:
    """A line that is not there and that AFAS answered with an error, alone: its verdict."""
    told = line._replace(message=answer.text, reference=answer.reference, witnessed=witness, goes_as=None)
    meant = meaning(answer)
    if meant == Meaning.EXISTS and not witness:
        return told._replace(state=LineState.IN_DOUBT, matter=Matter.EXISTS)
    if meant == Meaning.PASSING and tries(chunk, line.id) <= len(RETRY_AFTER):
        return told._replace(state=LineState.SUSPECT, goes_as=line.goes_as or Purpose.SUSPECT)
    if meant == Meaning.PASSING and not witness and may_have_left(carriers(chunk, line.id), line.id):
        return told._replace(state=LineState.IN_DOUBT, matter=Matter.LOCKED)
    return _end(told)


def _unseen(chunk: Chunk, attempt: Attempt) -> bool:
    """Whether the call changes one line, which no read-back showed before: AFAS alone decides."""
    if chunk.action == Action.INSERT or len(attempt.lines) > 1:
        return False
    return all(line.before is None for line in chunk.lines if line.id in attempt.lines)


def _settled(chunk: Chunk, line: Line, attempt: Attempt, setting: Setting) -> Line:
    meant, answer, alone = meaning(attempt.answer), attempt.answer, len(attempt.lines) == 1
    clear, inserts = _unseen(chunk, attempt) or setting.clear(attempt), chunk.action == Action.INSERT
    if meant == Meaning.APPLIED and answer is not None:
        return (_applied if inserts else _changed)(line, answer, alone=alone)
    if line.state in ENDS or answer is None:
        return line
    if meant == Meaning.TOO_LARGE and alone:
        # What an earlier call may have left behind and nobody can see is not refused by a call that never ran.
        doubt = inserts and not line.witnessed and may_have_left(carriers(chunk, line.id), line.id)
        why = Matter.TOO_LARGE if doubt else Matter.OVERSIZE
        told = line._replace(message=answer.text, reference=answer.reference, matter=why)
        return told._replace(state=LineState.IN_DOUBT) if doubt else _end(told)
    if meant in NOT_EXECUTED or (clear and meant == Meaning.WHOLE_CALL):
        return line._replace(state=LineState.PENDING if line.state == LineState.SENT else line.state)
    if meant in UNKNOWN:
        matter = None if setting.trust.read_back else Matter.LOST
        return line._replace(state=LineState.IN_DOUBT, matter=matter)
    told = refused(chunk, line, answer, witness=not inserts) if clear and meant in LINE_ERRORS else line
    # Where nothing is read back it was a person who said that no earlier call left it.
    return told._replace(witnessed=line.witnessed) if inserts and not setting.trust.read_back else told


def _end(line: Line) -> Line:
    """Refused: for what AFAS said, else for what is known of it; nobody can mend a line for no reason."""
    matter = line.matter if line.message or line.matter else Matter.UNSAID
    return line._replace(state=LineState.REFUSED, goes_as=None, matter=matter)


def _applied(line: Line, answer: Answer, *, alone: bool) -> Line:
    """A success is proof for a line that it names, and for one that went alone; the others are read back."""
    ids = tuple(afas_id for _, afas_id in answer.named) if alone else answer.ids.get(folded(line.key), ())
    if not (ids or alone) or line.state in ENDS - {LineState.APPLIED}:
        return line
    every = tuple(dict.fromkeys((*line.afas_ids, *ids)))
    # An error that passed was its message until now.
    applied = line._replace(state=LineState.APPLIED, afas_ids=every, matter=None, message="", reference=None)
    return applied if len(every) <= 1 else applied._replace(matter=Matter.DUPLICATE, message=duplicate(every))


def duplicate(afas_ids: Sequence[str]) -> str:
    """What is said of a line that AFAS has more than once."""
    return "duplicate: " + ", ".join(afas_ids)


def _changed(line: Line, answer: Answer, *, alone: bool) -> Line:
    """The same for a change, which a success names by its Id."""
    named = alone or any(afas_id in line.afas_ids for _, afas_id in answer.named)
    if not named or line.state in ENDS:
        return line
    return line._replace(state=LineState.APPLIED, matter=None, message="", reference=None, goes_as=None)


def _pause(attempt: Attempt, meant: Meaning, setting: Setting) -> Pause:
    until = None
    if attempt.answer is not None and meant == Meaning.BUSY:
        asked = attempt.answer.at + timedelta(seconds=attempt.answer.retry_after or 0)
        until = max(asked, absent_from(attempt, setting.limits))
    if attempt.answer is not None and meant == Meaning.UNREACHABLE:
        until = attempt.answer.at + min(FIRST_PAUSE * 2 ** min(setting.failures, 16), LONGEST_PAUSE)
    return Pause(meant, until)
