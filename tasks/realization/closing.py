"""The end of a batch, and the halts of an organisation: told once each, in the transaction that makes them true."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.realization import telling, wording
from tasks.realization.wording import MOST_KEYS, Halt
from workers.database import Session
from workers.ledger.realization import batches, halts
from workers.ledger.realization.halts import PAUSE, STOP, WENT_ON
from workers.ledger.realization.models import Batch, BatchState
from workers.settings import current
from workers.staff import pause as pauses
from workers.staff.models import Organisation
from workers.texts import text

TOLD_AFTER = 300  #: seconds: a shorter pause is over before anybody could look


@dataclass(frozen=True)
class Pausing:
    """Why an organisation waits, for `seconds` or until a probe succeeds, and the `lines` that met with it."""

    kind: str
    reason: str
    seconds: float
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Closed:
    """What is to be handed on once the end is committed: mails, replies, and chunks of batches that waited for it."""

    mails: tuple[int, ...] = ()
    replies: tuple[int, ...] = ()
    chunks: tuple[int, ...] = ()


def close(session: Session, batch_id: int, *, by_hand: bool = False) -> Closed | None:
    """End the batch, or let it wait, if nothing of it moves without a person; None: it goes on, or is told already.

    One that waited and moves again is open again.

    Call it after the chunk was given back. `by_hand`: whoever moved its lines knows, and gets no mail. Nor is there
    one for a batch that waits because the organisation has stopped, which is told by itself; a brake outlasts that.
    """
    batch = batches.head(session, batch_id, lock=True).batch
    if batches.moves(session, batch_id, current().in_doubt_after):
        if batch.state == BatchState.WAITING and not batches.halted(session, batch_id):
            batches.reopened(session, batch_id)
        return None
    state = BatchState.WAITING if batches.unfinished(session, batch_id) else BatchState.FINISHED
    if state == batch.state:
        return None
    stands = state == BatchState.WAITING and batch.braked_at is None and batches.halted(session, batch_id)
    return _ended(session, batch, state, mail=not (by_hand or stands))


def braked(session: Session, batch_id: int, said: str) -> Closed | None:
    """Pause a batch that AFAS refuses with one text, `said`, over and over; None: it was paused before.

    It is told at once, or when it is known what became of the calls that are out: the batch's chunks look for that.
    """
    if not batches.braked(session, batch_id, said):
        return None
    batch, told = batches.head(session, batch_id, lock=True).batch, None
    if not batches.moves(session, batch_id, current().in_doubt_after):
        told = _ended(session, batch, BatchState.WAITING)
    return together(told, Closed(chunks=tuple(batches.open_chunks(session, batch_id))))


def stopped(session: Session, owner_id: int, matter: str, lines: Sequence[int], afas_ids: Sequence[str]) -> int:
    """Tell that the organisation's deliveries have stopped, until a person resumes: the mail's id."""
    return _halt(session, owner_id, f"{STOP}{matter}", (lines, afas_ids))


def paused(session: Session, owner_id: int, pausing: Pausing) -> int | None:
    """Pause the organisation: the mail's id.

    None: nobody is told, for it is not for long, or was told since the organisation last went: each cause is told once.
    """
    if halts.outlasts(session, owner_id, pausing.kind, pausing.seconds):
        return None
    pauses.pause(session, owner_id, pausing.kind, pausing.reason, pausing.seconds)
    matter, told = f"{PAUSE}{pausing.kind}", {halt.matter for halt in halts.told(session, owner_id)}
    if pausing.seconds < TOLD_AFTER or matter in told or any(one.startswith(STOP) for one in told):
        return None
    return _halt(session, owner_id, matter, (pausing.lines, ()), pausing.reason)


def noticed(session: Session, owner_id: int, matter: str, lines: Sequence[int], afas_ids: Sequence[str]) -> int:
    """Tell something of the organisation's deliveries that stops nothing: the mail's id."""
    return _halt(session, owner_id, matter, (lines, afas_ids))


def went_on(session: Session, owner_id: int) -> int | None:
    """Tell that the organisation goes again: the mail's id; None: it was never told to stand still."""
    if not halts.told(session, owner_id):
        return None
    return _halt(session, owner_id, WENT_ON, ((), ()))


def look_around(session: Session) -> Closed:
    """What nobody else would tell: organisations that go again, and batches that a crash left open.

    That a pause is over says nothing yet: what met with it has to come through.
    """
    going = [owner for owner in halts.going(session) if halts.over(session, halts.told(session, owner))]
    mails = [went_on(session, owner) for owner in going]
    closed = [close(session, batch) for batch in batches.forgotten(session)]
    return together(Closed(tuple(mail for mail in mails if mail is not None)), *closed)


def together(*closed: Closed | None) -> Closed:
    """All that is to be handed on."""
    every = [one for one in closed if one]
    return Closed(
        tuple(mail for one in every for mail in one.mails),
        tuple(reply for one in every for reply in one.replies),
        tuple(chunk for one in every for chunk in one.chunks),
    )


def _ended(session: Session, batch: Batch, state: BatchState, *, mail: bool = True) -> Closed:
    revision = batches.ended(session, batch, state)
    batch, organisation = batches.head(session, batch.id)
    behind = batches.behind(session, batch.id)
    facts = telling.facts(session, batch, organisation, behind if state != BatchState.FINISHED else ())
    mails: tuple[int, ...] = ()
    if mail and facts.calls_for_people:
        message_id = f"<realization-batch-{batch.id}.{revision}.{organisation.guid}@afasconnector>"
        told = wording.batch_mail(facts, text)
        mails = (batches.add_mail(session, batch.id, message_id, batches.recipients(session, batch), told),)
    replies = (batches.add_reply(session, batch.id, revision),) if batch.reply_task else ()
    chunks = batches.open_chunks(session, *behind) if state == BatchState.FINISHED else []
    return Closed(mails, replies, tuple(chunks))


def _halt(
    session: Session,
    owner_id: int,
    matter: str,
    about: tuple[Sequence[int], Sequence[str]],
    reason: str | None = None,
) -> int:
    """The notice and its mail: to the organisation and the administrator."""
    notice = halts.tell(session, owner_id, matter, *about)
    owner = session.objects.get_one(Organisation, owner_id)
    kind = next((name for name in ("stop", "pause", WENT_ON) if matter.startswith(name)), "notice")
    what, remedy = telling.halt(matter, reason, owner.guid)
    # A pause has nothing to do with the lines that met with it.
    named = () if kind == "pause" else about[0]
    halt = Halt(owner.name, what, remedy, tuple(halts.keys(session, named, MOST_KEYS)), len(named), tuple(about[1]))
    recipients = tuple(dict.fromkeys((*halts.recipients(session, owner_id), *current().admin_mail)))
    message_id = f"<realization-notice-{notice}.{owner.guid}@afasconnector>"
    return batches.add_mail(session, None, message_id, recipients, wording.halt_mail(kind, halt, text))
