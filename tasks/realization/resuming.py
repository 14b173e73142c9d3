"""An organisation that was stopped, and an installation whose database was restored, go on at a person's word."""

from collections.abc import Iterable

from tasks.realization import closing, mapping, words
from tasks.realization.closing import Closed
from tasks.realization.humans import RefusedError
from tasks.realization.trust import doubted, maybe_twice
from tasks.realization.words import Action, Line, LineState, Matter
from workers import marks
from workers.afas.address import checked_base
from workers.afas.errors import AddressError
from workers.database import Session, transaction
from workers.ledger.realization import batches, contents, deliveries, halts, humans, intake
from workers.ledger.realization.models import Batch, Chunk
from workers.settings import current
from workers.staff import lookup
from workers.texts import text

CAUTIOUS = 7 * 86_400.0  #: seconds after an adoption in which each batch is read back before its first sending
CONTINUITY = "continuity"  #: the stop that only an adoption ends


def resume(guid: str) -> Closed | None:
    """End the stop of the organisation's deliveries, or their going singly; they begin with a pathfinder.

    None: it was neither. Raises UnknownOrganisationError, RefusedError.
    """
    with transaction() as session:
        owner = lookup.owner_of(session, lookup.organisation_id(session, guid))
        if owner is None or not humans.delivers(session, owner):
            return None
        chunks = humans.lock(session, humans.of_owner(session, owner))
        delivery = deliveries.get(session, owner, lock=True)
        if delivery.stop == CONTINUITY:
            raise RefusedError(text("people.adopt_first"))
        if delivery.stop is None and not delivery.single:
            return None
        humans.fence_out(session, [chunk.id for chunk in chunks], current().sweep_seconds)
        trust = mapping.trust(delivery, read_back=True)
        twice: list[Line] = []
        for chunk in chunks:
            known = _loaded(session, chunk)
            twice += maybe_twice(known, trust)
            if trust.stopped:
                _doubt(session, known)
        mails = [_forgotten(session, owner, twice, stopped=trust.stopped)]
        humans.resume(session, owner)
        batches.go_on(session, owner)
        mails.append(closing.went_on(session, owner))
        return Closed(tuple(filter(None, mails)), (), tuple(chunk.id for chunk in chunks))


def adopt() -> tuple[int, Closed]:
    """Take this database for the one that sends from now on, whatever it may have forgotten.

    Gives the number of lines that are in doubt by that. Raises RefusedError when the marks can't be written.
    """
    outside = marks.read()
    with transaction() as session:
        name, adoptions, _ = deliveries.mark(session)
        if not name:
            raise RefusedError(text("people.nothing_to_adopt"))
        # One more than any that is known: marks that nobody reaches now, as on other machines, are lower from now on.
        deliveries.adopted(session, 1 + max(adoptions, *(mark.adoptions for mark in outside if mark), 0))
        _ensure_deliveries(session)
        chunks = [chunk.id for chunk in humans.lock(session, humans.unfinished_chunks(session))]
        lines = humans.adopt(session, chunks, CAUTIOUS, current().sweep_seconds)
        for batch in batches.of_chunks(session, chunks):
            batches.reopened(session, batch)
        session.objects.flush()
        # Before it is true here: where they are kept nowhere nothing is adopted.
        if not marks.rise(marks.Mark(*deliveries.mark(session)), over_others=True):
            raise RefusedError(text("delivery.marks", path=current().home))
    return lines, Closed(chunks=tuple(chunks))


def _forgotten(session: Session, owner: int, twice: Iterable[Line], *, stopped: bool) -> int | None:
    """Tell of lines that nobody looks for after a resume and that may be there twice, unless the stop told of them."""
    known = halts.stopped_for(session, owner) if stopped else set()
    new = [line for line in twice if line.id not in known]
    ids = [afas_id for line in new for afas_id in line.afas_ids]
    return closing.noticed(session, owner, Matter.UNWATCHED, [line.id for line in new], ids) if new else None


def _loaded(session: Session, chunk: Chunk) -> words.Chunk:
    lines, attempts = contents.of(session, chunk.id)
    return mapping.chunk(chunk, session.objects.get_one(Batch, chunk.batch_id), lines, attempts, {})


def _doubt(session: Session, before: words.Chunk) -> None:
    """What the view that was found wrong had judged absent is in doubt again, or a resume would send on its word."""
    after = doubted(before) if before.action == Action.INSERT else before
    for old, new in zip(before.lines, after.lines, strict=True):
        if old != new:
            humans.move(session, new.id, old.state, state=LineState.IN_DOUBT, goes_as=None, witnessed=False)


def _ensure_deliveries(session: Session) -> None:
    """A row for each connection: one whose first batch was lost with the old database has to be careful as well."""
    for owner, address in humans.connections(session):
        try:
            environment = intake.environment(session, checked_base(address, current().allowed_hosts))
        except AddressError:
            continue
        deliveries.ensure(session, owner, environment)
