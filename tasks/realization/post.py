"""One call that writes: everything got first, the attempt written before its first byte, its answer settled after."""

import time
from dataclasses import replace

from sqlalchemy.exc import InterfaceError, OperationalError

from tasks.realization import back, case, mapping, marking, reach
from tasks.realization.back import After
from tasks.realization.case import Case
from tasks.realization.decisions import Ruling, Send, Told
from tasks.realization.marking import NoMarkError, OlderError
from tasks.realization.settle import Setting, settle
from tasks.realization.verdict import UNKNOWN, Meaning, meaning
from tasks.realization.words import WATCHED, Action, Attempt, LineState, Matter
from workers.afas.errors import AfasError, Unfit
from workers.afas.posting import Record
from workers.afas.reply import Reach, Reply
from workers.afas.updateconnector import UpdateConnector
from workers.database import Session, reading, transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import contents, deliveries, work
from workers.ledger.realization.slots import Place
from workers.ledger.realization.work import Held
from workers.marks import Mark
from workers.secrets import SecretError
from workers.settings import current as settings
from workers.texts import text

PATIENCE = 60.0  #: seconds that an answer waits for a database that is away
UNAUTHORISED = 401
TO_GO = frozenset({LineState.PENDING, LineState.SUSPECT})  #: states of lines that a step may send


class _MovedError(Exception):
    """Raised when the world has moved since the step was decided: nothing is sent."""


def send(opened: Case, step: Send, place: Place) -> After:
    """Send the step's lines as one attempt and settle what comes back; the parallel call is given back in between."""
    call = _Call(opened, step)
    try:
        with reach.writer(opened.held.owner) as writer:
            reply = reach.write(writer, opened, step, call.record)
            renewed = reply.status == UNAUTHORISED and not _refused_before(opened) and _renewed(writer)
    except _MovedError:
        return _put_back(case.opened(opened.held))
    except OlderError:
        if not call.mark.attempt:
            return _put_back(opened, stop=Told(Matter.CONTINUITY, ()))
        # If it is older, the chunk's next step is stopped, as is everybody's.
        return _recorded(call.opened, call.mark, Reply(Reach.NOT_SENT))
    except NoMarkError:
        unmarked = NoMarkError(text("delivery.marks", path=settings().home))
        return _recorded(call.opened, call.mark, Reply(Reach.NOT_SENT), error=unmarked)
    except (AfasError, SecretError) as error:
        place.end()
        return _invalid(opened, step, str(error)) if isinstance(error, Unfit) else _put_back(opened, error=error)
    place.end(wanted=step.purpose in WATCHED)
    return _recorded(call.opened, call.mark, reply, hold=not renewed)


def lost(opened: Case, attempt: Attempt) -> After:
    """Settle a call that a crash left open: nobody knows what became of it, and nobody posts it again."""
    with reading() as session:
        mark = Mark(*deliveries.mark(session))
    return _recorded(opened, mark._replace(attempt=attempt.number), Reply(Reach.LOST))


class _Call:
    """One attempt while it goes; once it is written, its `mark` has its number, and `opened` holds it."""

    def __init__(self, opened: Case, step: Send) -> None:
        self.opened, self._step = opened, step
        self.mark = Mark("", 0, 0)
        self.record = Record(self._begin, self._late)

    def _begin(self) -> None:
        # Here and no sooner: who sleeps between this look and the last byte comes too late to send.
        ledger = marking.look()
        watched = self._step.purpose in WATCHED and self.opened.trust.read_back
        lines = list(self._step.lines)
        with transaction() as session:
            attempt = work.begin(session, self.opened.held, self._step.purpose, lines, watched=watched)
        if attempt is None:
            raise _MovedError
        self.mark, self.opened = ledger._replace(attempt=attempt.id), _begun(self.opened, mapping.attempt(attempt))
        marking.keep(self.mark, attempt.begun_at)

    def _late(self) -> None:
        with transaction() as session:
            contents.save_attempt(session, self.mark.attempt, late_at=work.clock(session))


def _begun(opened: Case, attempt: Attempt) -> Case:
    """The case once this call of it is written."""
    chunk = opened.chunk
    goes = {line.id for line in chunk.lines if line.id in attempt.carried and line.state == LineState.PENDING}
    lines = tuple(line._replace(state=LineState.SENT) if line.id in goes else line for line in chunk.lines)
    rows = tuple(contents.sent(row) if row.id in goes else row for row in opened.rows)
    return replace(opened, rows=rows, chunk=replace(chunk, lines=lines, attempts=(*chunk.attempts, attempt)))


def _renewed(writer: UpdateConnector) -> bool:
    """Whether there is another token now; that there is none to be had takes nothing from AFAS's answer."""
    try:
        return writer.renew()
    except AfasError:
        return False


def _refused_before(opened: Case) -> bool:
    """Whether the chunk's last call was refused as well: then another new token would not help either."""
    last = opened.chunk.attempts[-1:]
    return any(call.answer is not None and call.answer.status == UNAUTHORISED for call in last)


def _recorded(opened: Case, mark: Mark, reply: Reply, *, hold: bool = True, error: Exception | None = None) -> After:
    """Settle the attempt of that `mark`; `hold` false: what stopped it is mended, and its organisation need not wait.

    `error`: why it was not sent, for which the organisation waits. An answer outlives a short
    absence of the database, for nothing else tells what it told.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction() as session:
                mine, after = _write(session, opened, mark.attempt, reply, hold=hold)
                after = case.hold_up(session, after, error, after.chunk.attempts[-1].lines) if error else after
                return _given_back(session, after) if mine else _begun_anew(session, opened.held)
        except marking.ForgottenError:
            marking.forgotten(mark)
            raise
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            time.sleep(1)


def _write(session: Session, opened: Case, number: int, reply: Reply, *, hold: bool) -> tuple[bool, Case]:
    """Whether the chunk is still this worker's, and the case with the answer in it.

    Raises LeaseLostError where it is not, but for a success: whoever has that records it. Raises ForgottenError.
    """
    held = opened.held
    begun_at = next(one.begun_at for one in opened.chunk.attempts if one.number == number)
    if work.begun(session, {number}).get(number) != begun_at:
        raise marking.ForgottenError
    mine = work.owns(session, held)
    # To load it takes long, while others wait: only if people moved some of it while the call was open.
    same = mine and contents.unmoved(session, held.id, opened.rows)
    current = case.again(session, opened) if same else case.fresh(session, held)
    answer = mapping.answer(reply, current.now)
    if not mine and meaning(answer) != Meaning.APPLIED:
        raise LeaseLostError
    contents.save_attempt(session, number, **mapping.answer_columns(answer), **mapping.call_columns(reply, current.now))
    chunk, attempt = mapping.answered(current.chunk, number, answer, late=reply.sent_late)
    failures = 0
    if meaning(answer) == Meaning.UNREACHABLE:
        failures = deliveries.failed(session, held.owner)
    elif meaning(answer) not in UNKNOWN:
        # A proxy that answers for AFAS has not reached it either.
        deliveries.reached(session, held.owner)
    ruling = settle(chunk, attempt, Setting(current.limits, current.trust, failures))
    ruling = ruling if hold else replace(ruling, pause=None)
    return mine, case.record(session, replace(current, chunk=chunk), ruling, session_guid=reply.session_guid)


def _given_back(session: Session, after: Case) -> After:
    # A change may wait for another one for which it is called in vain; of inserts one that is called goes.
    called = after.chunk.action == Action.INSERT and after.fresh > 0
    return back.put_back(session, after, called=called)


def _begun_anew(session: Session, held: Held) -> After:
    """Whoever holds the chunk now did not know of this answer."""
    work.take_fence(session, held.id, settings().sweep_seconds)
    return After(held.id)


def _invalid(opened: Case, step: Send, why: str) -> After:
    """The step's line can't go as it is, which is nobody's fault but its own."""
    with work.under(opened.held) as session:
        # As it stands now: a person may have moved it since the step was decided.
        now = case.fresh(session, opened.held)
        there = [line for line in now.chunk.lines if line.id in step.lines and line.state in TO_GO]
        lines = [line._replace(state=LineState.INVALID, message=why, reference=None, goes_as=None) for line in there]
        return back.put_back(session, case.record(session, now, Ruling(tuple(lines))))


def _put_back(opened: Case, *, error: Exception | None = None, stop: Told | None = None) -> After:
    with work.under(opened.held) as session:
        if error is not None:
            opened = case.hold_up(session, opened, error, opened.step.lines if isinstance(opened.step, Send) else ())
        if stop is not None:
            opened = case.stop(session, opened, stop)
        return back.put_back(session, opened)
