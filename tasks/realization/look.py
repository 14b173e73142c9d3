"""One read-back for all chunks of an organisation that wait for one: asked whole, then each chunk judged by it."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from tasks.realization import back, case, changes, estimate, images, looking, mapping, reach
from tasks.realization.back import After, Give
from tasks.realization.calls import carriers
from tasks.realization.case import Case
from tasks.realization.decisions import Ruling, Told
from tasks.realization.images import Names
from tasks.realization.outcome import judge
from tasks.realization.reach import NoReadBackError, Question
from tasks.realization.trust import SHOWN_WITHIN, View, employee, unseen, view
from tasks.realization.words import UNSETTLED, Action, Line, LineState, Matter, ReadBack, folded
from workers import leases
from workers.afas.errors import AfasError
from workers.database import Session, transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import deliveries, readbacks, waiting, work
from workers.ledger.realization.work import Held
from workers.secrets import SecretError
from workers.settings import current

UNREAD = (AfasError, SecretError, NoReadBackError)  #: why there is no read-back


@dataclass(frozen=True)
class Seen:
    """A complete read-back: its number in the ledger, what AFAS showed, which lines it was asked for by name.

    `took`: how much later than its beginning what it shows may have come to be shown.
    """

    number: int
    found: ReadBack
    names: Names
    took: dt.timedelta


@dataclass
class _Survey:
    """What the chunks that wait want to know, gathered one after another: all at once would fill the memory.

    `open`: keys of lines that may turn out to be there. `ours`: their lines that may show an employee. `sent`: of each
    chunk, those that it waits for, with the number of the call that sent them last. `lag`: the organisation's.
    """

    lag: dt.timedelta
    since: dt.datetime
    days: set[dt.date] = field(default_factory=set)
    lines: int = 0
    ids: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    ours: list[Line] = field(default_factory=list)
    sent: dict[int, list[tuple[int, Line]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, member: Case) -> None:
        """What this chunk waits for."""
        self.since = min(self.since, member.held.batch.created_at)
        if member.chunk.action != Action.INSERT:
            named = images.wanted(member.chunk)
            self.ids |= named.ids
            self.keys |= named.keys
            self.given |= {line.key for line in member.chunk.lines if folded(line.key) in named.keys}
            return
        sent = self.sent[member.held.id]
        for line in _wanted(member):
            self.lines += 1
            sent += [(call.number, line) for call in carriers(member.chunk, line.id)[-1:]]
            if isinstance(day := line.values.get("DaTi"), dt.date):
                self.days.add(day)
        self.open |= {folded(line.key) for line in member.chunk.lines if line.state in UNSETTLED | {LineState.PENDING}}
        known = UNSETTLED | {LineState.APPLIED}
        self.ours += [line for line in member.chunk.lines if line.state in known and employee(line)]

    def question(self) -> Question:
        """All of it in one."""
        days = (min(self.days), max(self.days)) if self.days else None
        names = Names(frozenset(self.ids), frozenset(self.keys))
        return Question(days, self.since, self.lines, names, frozenset(self.given))

    def clear(self) -> None:
        """Let the lines go: to judge the chunks loads them again."""
        self.open.clear()
        self.ours.clear()
        self.sent.clear()

    def left(self, chunk: int, shown: View) -> int:
        """How many lines the call of the chunk that left most left behind."""
        return max(Counter(call for call, line in self.sent[chunk] if not shown.of(line)).values(), default=0)


def read_back(opened: Case, give: Give) -> None:
    """Ask AFAS once for all chunks that wait, this one's among them; its membership is fixed before the first page.

    Each chunk is given on as soon as it is judged.
    """
    reading = deliveries.claim_reading(opened.held.owner)
    if reading is None:
        # Another one is under way, and this chunk was late for it: whoever makes it looks for the next at its end.
        with transaction() as session:
            after = replace(back.put_back(session, opened), chunk=None)
        give(after)
        return
    with ExitStack() as stack:
        stack.enter_context(leases.holding(reading))
        others = waiting.claim_waiting(opened.held.owner, current().afas_parallel_calls)
        for held in others:
            stack.enter_context(leases.holding(held.lease))
        _read(opened, others, give)
        estimate.estimate({held.batch.id for held in (opened.held, *others) if held.batch.action == Action.INSERT})


def _read(opened: Case, others: Sequence[Held], give: Give) -> None:
    survey = _Survey(opened.limits.lag, opened.held.batch.created_at)
    survey.add(opened)
    for held in others:
        survey.add(case.opened(held))
    members = [opened.held, *others]
    try:
        seen = _ask(opened.held, survey)
    except UNREAD as error:
        for held in members:
            if after := _unread(held, error):
                give(after)
        return
    shown = view(seen.found, [*seen.found.census, *survey.ours], opened.trust)
    if shown is not None:
        # Who keeps canaries waiting goes first, then what a call left most of: good lines among it wait for a canary.
        members.sort(key=lambda held: (held.chunk.holds, survey.left(held.id, shown)), reverse=True)
        survey.clear()
        for held in members:
            if after := _judge(held, shown, seen):
                give(after)


def _ask(held: Held, survey: _Survey) -> Seen:
    """Raises what UNREAD names when any page could not be had: then it is no read-back."""
    question = survey.question()
    number, begun = readbacks.begin(held.owner, question.shown())
    before = begun - survey.lag
    census = readbacks.census(held.owner, question.days, question.since, before) if question.days else []
    try:
        rows = reach.read_back(held.owner, question)
    except UNREAD as error:
        with transaction() as session:
            readbacks.end(session, number, error=str(error))
        raise
    with transaction() as session:
        readbacks.end(session, number, rows=len(rows))
        asked = [row.afas_id for row in rows if folded(row.key) in survey.open]
        gone = readbacks.deleted(session, held.batch.environment_id, asked, begun - SHOWN_WITHIN)
        deliveries.reached(session, held.owner)
        took = work.clock(session) - begun
    rows = tuple(row._replace(gone=True) if row.afas_id in gone else row for row in rows) if gone else rows
    return Seen(number, ReadBack(begun, rows, tuple(mapping.known(*row) for row in census)), question.names, took)


def _wanted(member: Case) -> Iterable[Line]:
    """The chunk's lines that the read-back is to find, or to miss."""
    asked = {line.id for line, _ in unseen(member.chunk, member.trust)}
    asked |= {row.id for row in member.rows if member.cautious and member.unlooked(row)}
    for line in member.chunk.lines:
        if line.id in asked or (line.state in UNSETTLED and carriers(member.chunk, line.id)):
            yield line


def _judge(held: Held, shown: View, seen: Seen) -> After | None:
    """What the read-back decides about one chunk, on what the ones before it left of the organisation's trust."""
    # Loaded and judged before anything is locked: whoever moves the chunk meanwhile takes its lease along.
    member, moment = case.opened(held), seen.found.begun_at
    ruling = _ruling(member, shown, seen)
    try:
        with work.under(held) as session:
            now = case.renewed(session, member)
            if now is not member or shown.stop:
                member = case.stop(session, now, shown.stop) if shown.stop and not now.trust.stopped else now
                ruling = _ruling(member, shown, seen)
            member = _tell_census(session, member, shown, seen)
            moved = bool(ruling.judged) or any(line.missed_at != moment for line in ruling.lines)
            after = case.record(session, member, ruling, read_back=seen.number)
            looked = back.given_up(session, _looked(session, after, moment))
            return back.put_back(session, looked, looked=not moved, called=held.chunk.wants_slot_at is not None)
    except LeaseLostError:
        return None


def _ruling(member: Case, shown: View, seen: Seen) -> Ruling:
    if member.chunk.action == Action.INSERT:
        trusted = replace(shown, witnesses=frozenset()) if member.trust.single else shown
        return _waited(judge(member.chunk, trusted, member.trust, member.limits), seen.took)
    found = images.images(seen.found, seen.names)
    return looking.first_looked(member, changes.judge(member.chunk, found, member.limits)) if found else Ruling()


def _waited(ruling: Ruling, took: dt.timedelta) -> Ruling:
    """The ruling, its waits counted to the end of the read-back: a slow one may have shown what a fast one misses."""
    within = None if ruling.shown_within is None else ruling.shown_within + took
    return replace(ruling, lag=ruling.lag + took if ruling.lag else ruling.lag, shown_within=within)


def _tell_census(session: Session, member: Case, shown: View, seen: Seen) -> Case:
    """Applied lines that are not shown, told once: by the stop, where they are too many."""
    gone = readbacks.missed(session, [line for told in shown.told for line in told.lines], seen.found.begun_at)
    if not gone or shown.stop:
        return member
    ids = [afas_id for line in seen.found.census if line.id in gone for afas_id in line.afas_ids]
    return case.notice(session, member, Told(Matter.CENSUS, tuple(gone), tuple(ids)))


def _looked(session: Session, member: Case, moment: dt.datetime) -> Case:
    """Lines that were looked for before their first sending may go."""
    asked = [row.id for row in member.rows if member.cautious and member.unlooked(row)]
    readbacks.looked(session, asked, moment)
    return replace(member, cautious=False)


def _unread(held: Held, error: Exception) -> After | None:
    """A read-back that failed says nothing; the organisation waits when its cause is the organisation's.

    Where there is none any more, the next step goes without.
    """
    try:
        with work.under(held) as session:
            opened = case.fresh(session, held)
            if not isinstance(error, NoReadBackError):
                waiting_ = [line.id for line in [*_wanted(opened)] or opened.chunk.lines]
                opened = case.hold_up(session, opened, error, waiting_, readbacks.failed(session, held.owner) - 1)
            return back.put_back(session, opened, looked=True)
    except LeaseLostError:
        return None
