"""Intake of realization lines: judged, written with their chunks, and only then handed on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.realization import closing, judging
from tasks.realization.back import After
from tasks.realization.catalogue import catalogue
from tasks.realization.chunks import dealt
from tasks.realization.deliver import Hands, hand_on
from tasks.realization.intake import keys, messages
from tasks.realization.intake.actions import INSERT
from tasks.realization.intake.demands import Order
from tasks.realization.intake.rules import Judged, validate
from tasks.realization.intake.values import as_text, shown
from workers.afas.address import checked_base
from workers.afas.errors import AddressError
from workers.database import Session, reading, transaction
from workers.ledger.realization import intake
from workers.ledger.realization.intake import Counts, Head
from workers.received import UNREADABLE, WHY
from workers.rows import errors
from workers.settings import current
from workers.staff import lookup
from workers.staff.lookup import UnknownOrganisationError
from workers.staff.models import AfasConnection
from workers.texts import text

NAME = "realization.submit"
TRIES = 5  #: at a batch whose keys others take meanwhile


class SubmitRejected(Exception):  # noqa: N818 - named for what happened
    """Raised when a submit is not taken; its text is one line with the remedy."""


class MovedError(Exception):
    """Raised when the connection reaches another environment than the one that the lines were judged for."""


@dataclass(frozen=True)
class Taken:
    """A batch that stands. `work` is to be handed on; none when it stood before.

    `hints`: what valid lines may have forgotten, with the number of lines.
    """

    batch: int
    counts: Counts
    work: tuple[After, ...] = ()
    hints: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Asked:
    """A submit that can be read, and the connection that delivers it."""

    head: Head
    lines: list[object]
    read_back: bool


def take(message: Mapping[str, Any], fallback: str, after: int | None = None) -> Taken:
    """Make the batch that `message` asks for; the same again when it stands already.

    `fallback`: the reference of a message without one; `after`: a batch to end first. Raises SubmitRejected.
    """
    for _ in range(TRIES - 1):
        try:
            return _once(message, fallback, after)
        except MovedError:
            continue
        except errors("IntegrityError"):
            # Somebody took a key, or the reference, between our look and our commit: the next look shows it.
            continue
    return _once(message, fallback, after)


def _once(message: Mapping[str, Any], fallback: str, after: int | None) -> Taken:
    asked = _read(message, fallback, after)
    with reading() as session:
        if found := _standing(session, asked.head):
            return found
    order = _order(asked)
    return _written(asked, order, validate(asked.lines, order, text))


def take_or_keep(message: Mapping[str, Any], task_id: str, hands: Hands) -> dict[str, int]:
    """What a task does: take the message and hand its work on. A message that is not taken is kept with its reason.

    Gives the result of the task. Raises SubmitRejected.
    """
    try:
        taken = take(message, task_id)
    except SubmitRejected as error:
        _keep(message, task_id, str(error))
        raise
    hand_on(taken.work, hands)
    return {"batch": taken.batch, **taken.counts._asdict()}


def _keep(message: Mapping[str, Any], task_id: str, reason: str) -> None:
    said = {name: shown(message[name]) for name in ("organisation", "reference") if message.get(name) is not None}
    kept = {as_text(name): as_text(value) for name, value in message.items()}
    with transaction() as session:
        intake.reject(session, reason, kept, task_id=shown(task_id), **said)


def check(message: Mapping[str, Any]) -> None:
    """Raises SubmitRejected for a message that `take` would not take."""
    asked = _read(message, "", None)
    with reading() as session:
        _standing(session, asked.head)


def _fit(message: Mapping[str, Any]) -> None:
    if UNREADABLE in message:
        raise SubmitRejected(text("submit.unreadable", why=shown(message.get(WHY, "body"))))
    reply = message.get("reply_to")
    reply = reply if isinstance(reply, dict) else {}
    named = {"reference": message.get("reference")} | {f"reply_to.{name}": value for name, value in reply.items()}
    faults = messages.faults(NAME, message, text) or [
        text("submit.unprintable", where=where, value=shown(value))
        for where, value in named.items()
        if value is not None and not value.isprintable()
    ]
    if faults:
        raise SubmitRejected("; ".join(faults))


def _read(message: Mapping[str, Any], fallback: str, after: int | None) -> _Asked:
    if message.get("reference") is None:
        message = {**message, "reference": fallback}
    _fit(message)
    guid, action, lines = message["organisation"], message["action"], message["lines"]
    reply = message.get("reply_to") or {}
    with transaction() as session:
        organisation, connection = _connection(session, guid)
        head = Head(
            organisation=organisation,
            owner=connection.organisation_id,
            environment=intake.environment(session, _address(connection)),
            reference=message["reference"],
            action=action,
            digest=keys.digest(action, lines),
            reply=(reply.get("task"), reply.get("queue")),
            after=after,
        )
    return _Asked(head, lines, bool(connection.read_back))


def _connection(session: Session, guid: str) -> tuple[int, AfasConnection]:
    """The organisation, and the connection that serves it."""
    try:
        organisation = lookup.organisation_id(session, guid)
    except UnknownOrganisationError as error:
        raise SubmitRejected(str(error)) from None
    owner = lookup.owner_of(session, organisation)
    connection = None if owner is None else session.objects.get(AfasConnection, owner)
    if connection is None or connection.environment is None:
        raise SubmitRejected(text("submit.no_connection", guid=guid))
    return organisation, connection


def _address(connection: AfasConnection) -> str:
    try:
        return checked_base(str(connection.environment), current().allowed_hosts)
    except AddressError as error:
        raise SubmitRejected(str(error)) from None


def _standing(session: Session, head: Head) -> Taken | None:
    """The batch of that reference. Raises SubmitRejected when its content is another."""
    found = intake.find(session, head.organisation, head.reference)
    if found is None:
        return None
    batch, digest = found
    if digest != head.digest:
        raise SubmitRejected(text("submit.other_content", reference=shown(head.reference), batch=batch))
    return Taken(batch, intake.counts(session, batch))


def _order(asked: _Asked) -> Order:
    head = asked.head
    fields = catalogue(head.owner, head.environment)
    with transaction() as session:
        name = intake.installation(session, keys.random_word(keys.INSTALLATION_LENGTH))
        known = judging.known(session, head.environment, head.action, asked.lines)
    return Order(head.action, fields, name, keys.random_word(keys.TOKEN_LENGTH), known, asked.read_back)


def _written(asked: _Asked, order: Order, judged: list[Judged]) -> Taken:
    head, settings = asked.head, current()
    with transaction() as session:
        intake.lock(session, head.environment)
        if found := _standing(session, head):
            return found
        if judging.elsewhere(session, head.organisation, head.owner, head.environment):
            raise MovedError
        if head.action == INSERT:
            judged = judging.without_clashes(session, head.environment, judged)
        lines = [judging.new_line(one, order) for one in judged]
        parts = dealt([number for number, line in enumerate(lines) if line.message is None], settings.chunk_lines)
        batch, *chunks = intake.keep(session, head, lines, parts, settings.sweep_seconds)
        work = [After(chunk) for chunk in chunks]
        if not chunks:
            # Without a line to send it ends here and now.
            work = [After(None, closed=closing.close(session, batch))]
    counts = Counts(len(lines), len(chunks), sum(one.invalid for one in judged))
    hints = Counter(hint for one in judged if not one.invalid for hint in one.hints)
    return Taken(batch, counts, tuple(work), hints)
