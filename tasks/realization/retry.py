"""Refused and invalid lines once more, as they are or corrected: judged again, and never under a key that is taken."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tasks.realization import closing, judging
from tasks.realization.catalogue import catalogue
from tasks.realization.chunks import dealt
from tasks.realization.closing import Closed
from tasks.realization.intake import keys
from tasks.realization.intake.actions import INSERT
from tasks.realization.intake.demands import FORCE, Order
from tasks.realization.intake.fields import Catalogue
from tasks.realization.intake.rules import Judged, validate
from tasks.realization.intake.values import as_text, is_empty, shown
from tasks.realization.status import CORRECTABLE, LEADING
from tasks.realization.telling import key
from workers.database import Session, reading, transaction
from workers.ledger.realization import batches, contents, deliveries, humans, intake
from workers.ledger.realization.humans import Deed
from workers.ledger.realization.models import Batch, ChunkState, Line
from workers.rows import errors
from workers.settings import current
from workers.staff import pause
from workers.staff.models import AfasConnection
from workers.texts import text

TRIES = 5  #: at keys that others take meanwhile
#: What a line forgets when it goes once more. Its attempts and events stay.
FRESH: Mapping[str, object] = {
    **dict.fromkeys(("session_guid", "reference", "matter", "goes_as", "settled_at"), None),
    **dict.fromkeys(("seen_at", "missed_at", "before", "looked_at"), None),
    "witnessed": False,
    "wish": False,
}


class Left(NamedTuple):
    """A line that stays as it is, and why; `line` None: the batch has none such."""

    line: int | None
    key: str
    why: str


class Corrections(NamedTuple):
    """Lines of a file, and the names in the header of one that is a table."""

    rows: Sequence[object]
    columns: frozenset[str] = frozenset()


class Again(NamedTuple):
    """A line and what it is to hold from now on; `given` may hold `force`."""

    line: Line
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Retried:
    """How many lines go again, which stay, and what is to be handed on."""

    lines: int
    left: tuple[Left, ...]
    work: Closed


def retry(batch_id: int, by: str, corrections: Corrections | None = None) -> Retried:
    """Send the batch's refused and invalid lines again, or (`corrections`) those of a file.

    Chunks whose tries were used up try again; a brake of the batch and a pause of its organisation end, but for
    one that AFAS asked for.
    Raises UnknownBatchError.
    """
    order = _order(batch_id, corrections.rows if corrections else ())
    for _ in range(TRIES - 1):
        try:
            with transaction() as session:
                return _retried(session, batch_id, by, corrections, order)
        except errors("IntegrityError"):
            # Somebody took a key between our look and our commit: the next look shows it.
            continue
    with transaction() as session:
        return _retried(session, batch_id, by, corrections, order)


def _order(batch_id: int, corrections: Sequence[object]) -> Order:
    with reading() as session:
        batch = batches.head(session, batch_id).batch
        named: list[object] = [line.fields for line in batches.lines(session, batch_id, 0, None, *CORRECTABLE)]
        known = judging.known(session, batch.environment_id, batch.action, [*named, *corrections])
        connection = session.objects.get(AfasConnection, batch.owner_id)
        later = connection is not None and bool(connection.read_back)
        name = deliveries.installation(session) or ""
    fields = catalogue(batch.owner_id, batch.environment_id)
    return Order(batch.action, fields, name, keys.random_word(keys.TOKEN_LENGTH), known, later)


def _retried(session: Session, batch_id: int, by: str, corrections: Corrections | None, order: Order) -> Retried:
    locked = humans.lock(session, humans.of_batch(session, batch_id))
    batch = batches.head(session, batch_id, lock=True).batch
    held = humans.held(session, [chunk.id for chunk in locked])
    lines = batches.lines(session, batch_id, 0, None, *CORRECTABLE)
    again, left = _wanted(lines, corrections, {line.id for line in batches.lines(session, batch_id)}, order.catalogue)
    if address := judging.elsewhere(session, batch.organisation_id, batch.owner_id, batch.environment_id):
        left += [_left(one.line, text("people.elsewhere", batch=batch_id, address=address)) for one in again]
        again = []
    left += [_left(one.line, text("people.busy", line=one.line.id)) for one in again if one.line.chunk_id in held]
    again = [one for one in again if one.line.chunk_id not in held]
    judged = _judged(session, batch, again, order)
    pairs = list(zip(again, judged, strict=True))
    left += [_left(one.line, verdict.message) for one, verdict in pairs if verdict.invalid]
    good = [(one.line, verdict) for one, verdict in pairs if not verdict.invalid]
    chunks = _moved(session, batch, good, order)
    humans.keep(session, [line.id for line, _ in good], "pending", Deed("retried", by))
    chunks |= {chunk.id for chunk in locked if chunk.state == ChunkState.FAILED}
    for chunk in sorted(chunks):
        humans.take_up(session, chunk, current().sweep_seconds)
    pause.unpause(session, batch.owner_id, pause.BUSY)
    closed = None
    if batches.unbraked(session, batch_id) or chunks:
        batches.reopened(session, batch_id)
        closed = closing.close(session, batch_id, by_hand=True)
    handed = closing.together(closed, Closed(chunks=tuple(batches.open_chunks(session, batch_id))))
    return Retried(len(good), tuple(left), handed)


def _wanted(
    lines: Sequence[Line], corrections: Corrections | None, every: set[int], catalogue: Catalogue
) -> tuple[list[Again], list[Left]]:
    """Which lines go again, and with what; rows of a file about lines that have no need of it are passed over."""
    if corrections is None:
        return [Again(line, {FORCE: line.force} | line.fields) for line in lines], []
    by_id = {line.id: line for line in lines}
    again: dict[int, Again] = {}
    left: list[Left] = []
    for number, row in enumerate(corrections.rows, 1):
        given = row if isinstance(row, Mapping) else {}
        found = _meant(given, lines, by_id)
        if len(found) == 1 and found[0].id not in again:
            again[found[0].id] = Again(
                found[0], _corrected(found[0], given, given.keys() | corrections.columns, catalogue)
            )
        elif found or not _is_another(given, every):
            why = "people.row_many" if found else "people.row_none"
            left.append(Left(None, shown(given.get("XpRe")), text(why, number=number)))
    return list(again.values()), left


def _meant(given: Mapping[str, Any], lines: Iterable[Line], by_id: Mapping[int, Line]) -> list[Line]:
    """The line of that id, else those with that key."""
    number = as_text(given.get("line")).strip()
    if number:
        return [by_id[int(number)]] if number.isdecimal() and int(number) in by_id else []
    wanted = keys.fold(as_text(given.get("XpRe")))
    return [line for line in lines if wanted and keys.fold(key(line) or "") == wanted]


def _is_another(given: Mapping[str, Any], every: set[int]) -> bool:
    """Whether a row speaks of a line of the batch that is neither refused nor invalid."""
    number = as_text(given.get("line")).strip()
    return number.isdecimal() and int(number) in every


def _corrected(line: Line, given: Mapping[str, Any], named: Collection[str], catalogue: Catalogue) -> dict[str, Any]:
    """The line with what the row says of it; by its number its key may change too. `named`: fields that the row is on.

    Any other stays as it is, but for a misspelt one where the row names a new one in its place. One that the row leaves
    empty is dropped, but for what the line cleared: a table can't say it.
    """
    filled = {name for name, one in given.items() if catalogue.find(name) and not is_empty(one)}
    misspelt = {name for name in line.fields.keys() - set(named) if not catalogue.find(name)}
    in_place = misspelt if len(misspelt) <= len(filled - line.fields.keys()) else set()
    stays = line.fields.keys() - set(named) - in_place
    kept = {name: value for name, value in line.fields.items() if name in stays or is_empty(value)}
    row = {name: value for name, value in given.items() if name not in set(LEADING) - {"XpRe"}}
    own = {name: value for name, value in row.items() if catalogue.find(name) or not is_empty(value)}
    # Shown and given back as it was, a value that no field can hold would have become a text.
    same = {name: line.fields[name] for name in own.keys() & line.fields if _is_same(own[name], line.fields[name])}
    force = {} if FORCE in given else {FORCE: line.force}
    return force | kept | own | same | (_key(line) if _keeps_key(line, given, named) else {})


def _is_same(given: object, held: object) -> bool:
    return not is_empty(given) and as_text(given) == as_text(held)


def _key(line: Line) -> dict[str, Any]:
    """The line's key, or what was given as one."""
    return {"XpRe": line.fields.get("XpRe") if line.xp_re is None else line.xp_re}


def _keeps_key(line: Line, given: Mapping[str, Any], named: Collection[str]) -> bool:
    """Whether the row leaves the line's key as it is.

    One that AFAS could not take is cleared by who says so, and never for want of a word: a made one would hide it.
    """
    says = not is_empty(given.get("XpRe")) or (line.xp_re is None and "XpRe" in named)
    return key(line) is not None and (is_empty(given.get("line")) or not says)


def _judged(session: Session, batch: Batch, again: Sequence[Again], order: Order) -> list[Judged]:
    judged = validate([one.given for one in again], order, text, [one.line.position for one in again])
    if order.action != INSERT:
        return judged
    intake.lock(session, batch.environment_id)
    return judging.without_clashes(session, batch.environment_id, judged)


def _moved(session: Session, batch: Batch, good: Sequence[tuple[Line, Judged]], order: Order) -> set[int]:
    """Write the lines as pending: the chunks that they are in. Those without one get a new one at the end."""
    homeless = [line.id for line, _ in good if line.chunk_id is None]
    places: dict[int, int] = {}
    for some in dealt(homeless, current().chunk_lines):
        places |= dict.fromkeys(some, humans.new_chunk(session, batch))
    contents.save_lines(
        session,
        [
            judging.new_line(one, order)._asdict()
            | {**FRESH, "id": line.id, "position": line.position, "chunk_id": line.chunk_id or places[line.id]}
            for line, one in good
        ],
    )
    return {line.chunk_id or places[line.id] for line, _ in good}


def _left(line: Line, why: str) -> Left:
    return Left(line.id, key(line) or "", why)
