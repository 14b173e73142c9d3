"""Deliveries at a glance, for `status`: each thing with whether it asks for a person."""

from collections.abc import Iterator
from typing import NamedTuple

from tasks.realization import telling
from tasks.realization.wording import flat
from workers.database import reading
from workers.ledger.realization import overview
from workers.texts import text


class Seen(NamedTuple):
    """One thing: what it is about, a line, and whether a person has to look."""

    about: str
    told: str
    attention: bool = True


def look() -> Iterator[Seen]:
    """What stands still, waits or went wrong; one line more when lines are under way."""
    with reading() as session:
        for one in overview.stopped(session):
            what, remedy = telling.halt(f"stop.{one.matter}", None, one.guid)
            yield Seen(one.organisation, text("glance.stopped", why=what, remedy=flat(remedy)))
        for batch in overview.waiting(session):
            if batch.brake is not None:
                yield Seen(batch.organisation, text("glance.braked", batch=batch.batch, said=flat(batch.brake)))
            else:
                told = text("glance.waiting", batch=batch.batch, in_doubt=batch.in_doubt)
                yield Seen(batch.organisation, told)
        for organisation, matter, lines in overview.notices(session):
            yield Seen(organisation, text("glance.notice", count=lines, what=telling.about(matter)))
        replies, rejected = overview.unsent_replies(session), overview.rejected(session)
        if replies.number:
            yield Seen("reply_to", text("glance.replies", count=replies.number, error=flat(replies.last or "-")))
        if rejected.number:
            reason = flat(rejected.last or "-")
            yield Seen("submit", text("glance.rejected", count=rejected.number, reason=reason))
        if lines := overview.under_way(session):
            yield Seen("realization", text("glance.under_way", count=lines), attention=False)
