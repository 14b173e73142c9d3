"""One chunk with all that decides about it: loaded whole, recorded whole, given back as its next step wants it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from tasks.realization import closing, core, fields, mapping, telling, words
from tasks.realization.calls import executed
from tasks.realization.chunks import MAX_FRUITLESS, SAME_REFUSALS, Turn, asks, brakes, fruitless
from tasks.realization.closing import Closed, Pausing
from tasks.realization.core import Step
from tasks.realization.decisions import Ask, Pause, Ruling, Send, Told, Wait
from tasks.realization.prospects import Prospects
from tasks.realization.settle import FIRST_PAUSE, LONGEST_PAUSE
from tasks.realization.trust import after, holds, lag
from tasks.realization.words import Action, Chunk, Limits, LineState, Matter, Purpose, Trust
from workers.afas.errors import AfasError, TryLater
from workers.database import Session, reading
from workers.ledger.realization import contents, deliveries, expectations, order, standing, work
from workers.ledger.realization.models import Line
from workers.ledger.realization.standing import Standing
from workers.ledger.realization.work import Held
from workers.settings import current
from workers.staff import pause as pauses
from workers.texts import text


@dataclass(frozen=True)
class Case:
    """A chunk that this worker holds, as it stood at `now` by the database; `rows` are its lines in the ledger.

    `ends`: what its decisions told people, to be handed on once they are committed; `pause`: seconds that they impose.
    """

    held: Held
    rows: tuple[Line, ...]
    chunk: Chunk
    trust: Trust
    limits: Limits
    now: dt.datetime
    fresh_elsewhere: int
    untold_elsewhere: bool
    held_elsewhere: bool
    braked: bool
    cautious: bool
    prospects: Prospects
    ends: tuple[Closed, ...] = ()
    pause: float = 0.0

    @cached_property
    def step(self) -> Step:
        """What the chunk does next."""
        if self.cautious and any(self.unlooked(line) for line in self.rows):
            # Where nothing can look, a person has to.
            return Ask(self.now, urgent=True) if self.trust.read_back else Wait(None)
        return core.next_step(self.chunk)(self.chunk, self._turn)

    @cached_property
    def asks(self) -> Ask | None:
        """The read-back by which it wants to know what became of its calls, while it has fresh lines to send."""
        sends = isinstance(self.step, Send) and self.step.purpose == Purpose.FRESH
        return asks(self.chunk, self._turn) if sends and self.chunk.action == Action.INSERT else None

    @property
    def _turn(self) -> Turn:
        held = self.held_elsewhere or holds(self.chunk, self.trust)
        fresh = self.fresh_elsewhere + self.fresh
        return Turn(self.now, self.trust, self.limits, fresh, held, self.prospects, self.untold_elsewhere, self.braked)

    @property
    def fresh(self) -> int:
        """How many of its lines were never tried and do not go last."""
        return sum(line.state == LineState.PENDING and self.prospects.plain(line) for line in self.chunk.lines)

    def unlooked(self, line: Line) -> bool:
        """Whether the line was never sent, and neither a read-back nor a person has looked for it since it came in.

        A change that can be looked at is so before it goes, whatever came before.
        """
        looked = line.looked_at is not None or line.witnessed
        looked = looked or (self.chunk.action != Action.INSERT and self.trust.read_back)
        return not looked and line.state == LineState.PENDING and not any(map(executed, self.chunk.attempts))


def opened(held: Held) -> Case:
    """The chunk as the ledger has it."""
    with reading() as session:
        return fresh(session, held)


def fresh(session: Session, held: Held) -> Case:
    """The chunk as it stands in this transaction."""
    # Before the lines: those of before a resume must not meet the trust of after it.
    stands = standing.standing(session, held, MAX_FRUITLESS)
    lines, attempts = contents.of(session, held.id)
    behind = {} if held.batch.action == "insert" else order.behind(session, held.id, mapping.shown_keys(lines))
    return _case(held, stands, tuple(lines), mapping.chunk(stands.chunk, held.batch, lines, attempts, behind))


def again(session: Session, case: Case) -> Case:
    """The case as it stands in this transaction, where nobody else moves the organisation's trust.

    Its lines were compared with the ledger; others' changes, of which its own may wait for some, are looked up.
    """
    deliveries.get(session, case.held.owner, lock=True)
    if case.chunk.action != Action.INSERT:
        return fresh(session, case.held)
    stands = standing.standing(session, case.held, MAX_FRUITLESS)
    return _case(case.held, stands, case.rows, replace(case.chunk, fruitless=stands.chunk.fruitless))


def _case(held: Held, stands: Standing, rows: tuple[Line, ...], chunk: Chunk) -> Case:
    trust = mapping.trust(stands.delivery, read_back=stands.shows)
    until = stands.delivery.cautious_until
    return Case(
        held,
        rows,
        chunk,
        trust,
        limits_of(trust),
        stands.now,
        stands.fresh,
        stands.untold,
        stands.held,
        stands.braked,
        until is not None and until > stands.now,
        fields.prospects(stands.prospects),
    )


def renewed(session: Session, case: Case) -> Case:
    """The case, loaded before this transaction, with the organisation's trust as it is now; nobody else moves it."""
    trust = mapping.trust(deliveries.get(session, case.held.owner, lock=True), read_back=case.trust.read_back)
    return case if trust == case.trust else replace(case, trust=trust, limits=limits_of(trust))


def limits_of(trust: Trust) -> Limits:
    """The times that prove something to an organisation that is trusted so."""
    settings = current()
    return mapping.limits(settings, lag(trust, timedelta(seconds=settings.read_back_lag)))


def record(
    session: Session, case: Case, ruling: Ruling, *, read_back: int | None = None, session_guid: str | None = None
) -> Case:
    """Write what was decided: lines, attempts, trust, what is told; the chunk still belongs to the worker.

    Returns the case as it is then.
    """
    rows = {row.id: row for row in case.rows}
    decided = [mapping.granted(line, rows[line.id]) for line in ruling.lines]
    contents.save_lines(session, [mapping.line_columns(one, rows[one.id], case.now, session_guid) for one in decided])
    if read_back is not None:
        _keep(session, [line for line in decided if line.state != rows[line.id].state], read_back)
    if case.chunk.action == Action.DELETE:
        gone = [line for line in decided if line.state == LineState.APPLIED]
        named = {words.folded(line.before.key if line.before else line.key) for line in gone}
        ids = [id_ for line in gone for id_ in line.afas_ids]
        contents.free_keys(session, case.held.batch.environment_id, ids, named)
    count = case.chunk.fruitless
    for number, moved in ruling.judged.items():
        contents.save_attempt(session, number, judged=True)
        found = next(one for one in case.chunk.attempts if one.number == number)
        count = fruitless(count, found, moved=moved)
    for one in ruling.told:
        deliveries.told(session, case.held.owner, case.held.batch.id, one.matter, (list(one.lines), list(one.afas_ids)))
    trust = after(case.trust, None, [ruling])
    deliveries.save(session, case.held.owner, **mapping.trust_columns(case.trust, trust))
    if count != case.chunk.fruitless:
        work.count(session, case.held, count)
    case = stop(session, case, ruling.stop) if ruling.stop else case
    case = _pause(session, case, ruling.pause) if ruling.pause else case
    case = _brake(session, case) if any(line.state == LineState.REFUSED for line in decided) else case
    new = {line.id: line for line in decided}
    chunk = replace(
        case.chunk,
        lines=tuple(new.get(line.id, line) for line in case.chunk.lines),
        attempts=tuple(replace(one, judged=one.judged or one.number in ruling.judged) for one in case.chunk.attempts),
        fruitless=count,
    )
    return replace(case, chunk=chunk, trust=trust, limits=limits_of(trust))


def _keep(session: Session, lines: Iterable[words.Line], read_back: int) -> None:
    """Each line's part of its story; those that came to the same at once, for they come by the hundred."""
    became = defaultdict(list)
    for line in lines:
        became[line.state, line.matter].append(line.id)
    for (state, matter), ids in became.items():
        deliveries.events(session, ids, state, matter, read_back_id=read_back)


def stop(session: Session, case: Case, why: Told) -> Case:
    """The organisation's deliveries stop, until a person resumes; told once."""
    trust = replace(case.trust, stopped=True)
    if not deliveries.stop(session, case.held.owner, why.matter):
        return replace(case, trust=trust)
    mail = closing.stopped(session, case.held.owner, why.matter, list(why.lines), list(why.afas_ids))
    return replace(case, trust=trust, ends=(*case.ends, Closed((mail,))))


def notice(session: Session, case: Case, what: Told) -> Case:
    """Tell something of the organisation's that stops nothing."""
    mail = closing.noticed(session, case.held.owner, what.matter, what.lines, what.afas_ids)
    return replace(case, ends=(*case.ends, Closed((mail,))))


def hold_up(session: Session, case: Case, error: Exception, lines: Iterable[int], before: int = 0) -> Case:
    """An error of the organisation's, and not of this chunk's, makes it wait; what passes soon burns nobody's tries.

    `lines` could not go for it, or not be looked for, as happened `before` in a row whatever else came through.
    """
    if not isinstance(error, TryLater):
        kind = error.kind if isinstance(error, AfasError) else "configuration"
        return _paused(session, case, Pausing(kind, str(error), pauses.PROBE_SECONDS, tuple(lines)))
    failures = min(max(before, deliveries.failed(session, case.held.owner)), 16)
    seconds = max(error.pause or 0, min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE).total_seconds())
    return _paused(session, case, Pausing(pauses.UNREACHABLE, str(error), seconds, tuple(lines)))


def _pause(session: Session, case: Case, pause: Pause) -> Case:
    seconds = pauses.PROBE_SECONDS if pause.until is None else (pause.until - case.now).total_seconds()
    reason, lines = text(f"delivery.pause.{pause.cause}"), case.chunk.attempts[-1].lines
    return _paused(session, case, Pausing(pause.cause, reason, seconds, lines))


def _paused(session: Session, case: Case, pausing: Pausing) -> Case:
    mail = closing.paused(session, case.held.owner, pausing)
    case = replace(case, pause=pausing.seconds)
    return case if mail is None else replace(case, ends=(*case.ends, Closed((mail,))))


def _brake(session: Session, case: Case) -> Case:
    batch = case.held.batch
    verdicts = expectations.last_verdicts(session, batch.id, batch.counted_from, SAME_REFUSALS)
    if not brakes(verdicts):
        return case
    closed = closing.braked(session, batch.id, verdicts[-1] or telling.about(Matter.UNSAID))
    return replace(case, braked=True, ends=(*case.ends, closed)) if closed else case
