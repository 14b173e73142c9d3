"""One read-back for all chunks of an organisation that wait for one: asked whole, then each chunk judged by it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from tasks.realization import case, changes, images, looking, mapping, reach
from tasks.realization.calls import carriers
from tasks.realization.case import After, Case
from tasks.realization.decisions import Ruling
from tasks.realization.images import Names
from tasks.realization.outcome import judge
from tasks.realization.reach import Question
from tasks.realization.trust import View, unseen, view
from tasks.realization.words import UNSETTLED, Action, Line, ReadBack, folded
from workers import leases
from workers.afas.errors import AfasError
from workers.database import transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import deliveries, readbacks, work
from workers.secrets import SecretError

ANOTHER = 0.5  #: seconds until a chunk asks again whether the read-back that was under way is over


@dataclass(frozen=True)
class Seen:
    """A complete read-back: its number in the ledger, what AFAS showed, which lines it was asked for by name.

    `took`: how much later than its beginning what it shows may have come to be shown.
    """

    number: int
    found: ReadBack
    names: Names
    took: dt.timedelta


def read_back(opened: Case) -> list[After]:
    """Ask AFAS once for all chunks that wait, this one's among them; its membership is fixed before the first page."""
    reading = deliveries.claim_reading(opened.held.owner)
    if reading is None:
        # Another one is under way, and this chunk was late for it: nothing was looked at.
        with transaction() as session:
            return [replace(case.put_back(session, opened), seconds=ANOTHER)]
    with ExitStack() as stack:
        stack.enter_context(leases.holding(reading))
        others = work.claim_waiting(opened.held.owner)
        for held in others:
            stack.enter_context(leases.holding(held.lease))
        members = [opened, *(case.opened(held) for held in others)]
        try:
            seen = _ask(members)
        except (AfasError, SecretError) as error:
            return [after for member in members if (after := _unread(member, error))]
        ours = [*seen.found.census, *(line for member in members for line in member.chunk.lines)]
        shown = view(seen.found, ours, opened.trust)
        return [after for member in members if shown and (after := _judge(member, shown, seen))]


def _ask(members: Sequence[Case]) -> Seen:
    """Raises AfasError when any page could not be had: then it is no read-back."""
    owner, lag = members[0].held.owner, members[0].limits.lag
    question = _question(members)
    number, begun = readbacks.begin(owner, question.shown())
    census = readbacks.census(owner, question.days, question.since, begun - lag) if question.days else []
    try:
        rows = reach.read_back(owner, question)
    except AfasError as error:
        with transaction() as session:
            readbacks.end(session, number, error=str(error))
        raise
    with transaction() as session:
        readbacks.end(session, number, rows=len(rows))
        took = work.clock(session) - begun
    return Seen(number, ReadBack(begun, rows, tuple(mapping.known(*row) for row in census)), question.names, took)


def _question(members: Sequence[Case]) -> Question:
    inserts = [member for member in members if member.chunk.action == Action.INSERT]
    lines = [line for member in inserts for line in _wanted(member)]
    days = [day for line in lines if isinstance(day := line.values.get("DaTi"), dt.date)]
    names = [images.wanted(member.chunk) for member in members if member not in inserts]
    return Question(
        (min(days), max(days)) if days else None,
        min(member.held.batch.created_at for member in members),
        frozenset(folded(line.key) for line in lines),
        asked := Names(frozenset().union(*(one.ids for one in names)), frozenset().union(*(one.keys for one in names))),
        frozenset(line.key for member in members for line in member.chunk.lines if folded(line.key) in asked.keys),
    )


def _wanted(member: Case) -> Iterable[Line]:
    """The chunk's lines that the read-back is to find, or to miss."""
    watched = {line.id for line, _ in unseen(member.chunk, member.trust)}
    asked = {row.id for row in member.rows if member.cautious and member.unlooked(row)}
    for line in member.chunk.lines:
        if line.id in watched | asked or (line.state in UNSETTLED and carriers(member.chunk, line.id)):
            yield line


def _judge(member: Case, shown: View, seen: Seen) -> After | None:
    """What the read-back decides about one chunk, on what the ones before it left of the organisation's trust."""
    moment = seen.found.begun_at
    try:
        with transaction() as session:
            trust = mapping.trust(deliveries.get(session, member.held.owner, lock=True), read_back=True)
            current = replace(member, trust=trust, limits=case.limits_of(trust), now=work.clock(session))
            if shown.stop and not trust.stopped:
                current = case.stop(session, current, shown.stop)
            _tell_census(session, current, seen, [line for told in shown.told for line in told.lines])
            ruling = _ruling(current, shown, seen)
            moved = bool(ruling.judged) or any(line.missed_at != moment for line in ruling.lines)
            after = case.record(session, current, ruling, read_back=seen.number)
            _looked(session, after, moment)
            return case.put_back(session, after, looked=not moved)
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


def _tell_census(session: Session, member: Case, seen: Seen, gone: list[int]) -> None:
    """Applied lines that are not shown, told once."""
    known = {line.id: line for line in seen.found.census}
    new = [line for line in gone if known[line].missed_at is None]
    if new:
        ids = [afas_id for line in new for afas_id in known[line].afas_ids]
        deliveries.told(session, member.held.owner, None, "census", (new, ids))
        readbacks.missed(session, new, seen.found.begun_at)


def _looked(session: Session, member: Case, moment: dt.datetime) -> None:
    """Lines that were looked for before their first sending may go."""
    asked = [row.id for row in member.rows if member.cautious and member.unlooked(row)]
    readbacks.looked(session, asked, moment)
    for row in member.rows:
        row.looked_at = moment if row.id in asked else row.looked_at


def _unread(member: Case, error: Exception) -> After | None:
    """A read-back that failed says nothing; the organisation waits when its cause is the organisation's."""
    try:
        with transaction() as session:
            return case.put_back(session, case.hold_up(session, member, error), looked=True)
    except LeaseLostError:
        return None
