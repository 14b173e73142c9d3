"""A line's whole story in order: how it came in, each call and its answer, read-backs and people, and what is next."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from tasks.realization import humans, telling
from tasks.realization.telling import Reader
from tasks.realization.wording import flat
from tasks.realization.words import LineState
from workers.database import reading
from workers.ledger.realization import humans as names
from workers.ledger.realization import stories
from workers.ledger.realization.acts import Attempt, LineEvent
from workers.ledger.realization.models import BatchState, ChunkState
from workers.ledger.realization.stories import Setting, Story
from workers.texts import text


class Moment(NamedTuple):
    """Something that happened; `at` None: it is about now, or about no moment."""

    line: int
    at: dt.datetime | None
    what: str


def show(name: str) -> list[Moment]:
    """The stories of all lines that `name` means, by id or XpRe. Raises RefusedError when there is none."""
    with reading() as session:
        found = names.find(session, name)
        if not found:
            humans.one(session, name)
        told = []
        for line in found:
            one = stories.story(session, line)
            by = telling.reader(session, one.batch.environment_id)
            next_ = Moment(line.id, None, _next(one, by, humans.ends_at(session, line)))
            told += [*sorted(_past(one), key=lambda moment: str(moment.at)), _now(one, by), next_]
        return told


def _past(one: Story) -> Iterator[Moment]:
    line, batch = one.line, one.batch
    about = {"organisation": one.organisation.name, "reference": flat(batch.reference), "position": line.position}
    what = text("story.intake", batch=batch.id, action=text(f"batches.action.{batch.action}"), **about)
    yield Moment(line.id, batch.created_at, what)
    for call in one.attempts:
        yield from _call(line.id, call)
    for event in one.events:
        yield Moment(line.id, event.at, _event(event))


def _call(line: int, call: Attempt) -> Iterator[Moment]:
    if call.purpose == "adopted":
        yield Moment(line, call.begun_at, text("story.adopted", attempt=call.id))
        return
    purpose = text(f"story.purpose.{call.purpose}")
    yield Moment(line, call.begun_at, text("story.sent", attempt=call.id, lines=len(call.lines), purpose=purpose))
    if call.late_at is not None:
        yield Moment(line, call.late_at, text("story.late", attempt=call.id))
    if call.answered_at is not None:
        said = flat(call.text or "-")
        how = call.status if call.reach == "answered" else text(f"story.reach.{call.reach}")
        duration = f"{call.duration or 0:.1f}"
        told = text("story.answered", attempt=call.id, how=how, said=said, duration=duration)
        reference = text("story.reference", reference=call.reference) if call.reference else ""
        yield Moment(line, call.answered_at, told + reference)


def _event(event: LineEvent) -> str:
    state = text(f"batches.count.{event.state}")
    if event.by is None:
        matter = telling.about(event.matter) if event.matter else ""
        return text("story.read_back", read_back=event.read_back_id, state=state) + (f": {matter}" if matter else "")
    note = f": {flat(event.note)}" if event.note else ""
    return text(f"story.deed.{event.matter}", by=flat(event.by), state=state) + note


def _now(one: Story, by: Reader) -> Moment:
    line = one.line
    state = text(f"batches.count.{line.state}")
    reason = f": {flat(by.reason(line))}" if line.message or line.matter else ""
    ids = text("story.ids", ids=line.afas_id) if line.afas_id else ""
    return Moment(line.id, line.settled_at, text("story.now", state=state) + ids + reason)


def _next(one: Story, by: Reader, ends_at: dt.datetime | None) -> str:
    """What comes next, and when: first what holds it up."""
    line, chunk, again = one.line, one.chunk, text("story.next.retry", batch=one.batch.id)
    if line.state in ("refused", "invalid"):
        return again
    if line.state in ("applied", "cancelled", "conflict"):
        return text("story.next.none")
    if held := _standstill(one) or _stands(one):
        return held
    if chunk is None or chunk.state in (ChunkState.DONE, ChunkState.FAILED) or line.matter:
        return by.remedy(line) or again
    due = humans.local(chunk.due_at) if chunk.due_at else "-"
    if line.state == "in_doubt" and ends_at is not None:
        return text("story.next.judged", ends=humans.local(ends_at))
    return text(f"story.next.{'read_back' if chunk.state == ChunkState.TO_READ_BACK else 'sent'}", due=due)


def standstill(batch_id: int) -> str | None:
    """What keeps the whole batch waiting now; None: nothing does. Raises UnknownBatchError."""
    with reading() as session:
        return _standstill(stories.setting(session, batch_id))


def _standstill(one: Setting) -> str | None:
    guid = one.organisation.guid
    if one.delivery is not None and one.delivery.stop is not None:
        return text("story.next.stopped", guid=guid, why=telling.about(one.delivery.stop))
    if one.connection is not None and one.connection.pause_kind is not None:
        return text("story.next.paused", why=flat(one.connection.pause_reason or "-"))
    if one.batch.braked_at is not None:
        return text("story.next.braked", batch=one.batch.id, said=flat(one.batch.brake_text or "-"))
    return None


def _stands(one: Story) -> str | None:
    """What keeps this line alone, or its batch, waiting."""
    if one.held_by is not None and one.batch.state == BatchState.OPEN:
        return text("story.next.behind", batch=one.held_by)
    if one.chunk is not None and one.chunk.state == ChunkState.FAILED and not one.line.matter:
        return text("story.next.spent", batch=one.batch.id)
    if one.ahead is not None and one.line.state in (LineState.PENDING, LineState.SUSPECT):
        state = text(f"batches.count.{one.ahead.state}")
        return text("story.next.ahead", line=one.ahead.id, batch=one.ahead.batch_id, state=state)
    return None
