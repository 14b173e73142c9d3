"""What a batch has come to: counts and lines, as the message answers it, and as a file that can be corrected."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.realization import telling
from tasks.realization.intake.rules import WHOLE
from tasks.realization.intake.values import as_text
from tasks.realization.telling import Reader, key, said
from workers.database import reading
from workers.ledger.realization import batches
from workers.ledger.realization.models import Line

MOST_LINES = 1000  #: lines of one answer
CORRECTABLE = ("refused", "invalid")
LEADING = ("line", "XpRe", "state", "message")  #: columns of the file, before those of AFAS


def answer(batch: int, after: int | None = None, limit: int | None = None) -> dict[str, Any]:
    """The answer to realization.status: counts, and at most `limit` lines behind line `after`.

    Raises UnknownBatchError.
    """
    most = MOST_LINES if limit is None else min(limit, MOST_LINES)
    with reading() as session:
        found, organisation = batches.head(session, batch)
        by = telling.reader(session, found.environment_id)
        return {
            "batch": found.id,
            "organisation": organisation.guid,
            "reference": found.reference,
            "action": found.action,
            "state": found.state,
            "counts": batches.counts(session, batch),
            "lines": [telling.told(line, by) for line in batches.lines(session, batch, after or 0, most)],
        }


def whole(batch: int) -> dict[str, Any]:
    """The same with every line. Raises UnknownBatchError."""
    found = answer(batch)
    while len(more := answer(batch, found["lines"][-1]["line"])["lines"] if found["lines"] else []):
        found["lines"] += more
    return found


def table(batch: int) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Every line as a header and a row each, fields as they are in the ledger: to be corrected and sent by retry.

    Refused and invalid lines come first. Raises UnknownBatchError.
    """
    with reading() as session:
        by = telling.reader(session, batches.head(session, batch).batch.environment_id)
        lines = batches.lines(session, batch)
    lines.sort(key=lambda line: line.state not in CORRECTABLE)
    names = dict.fromkeys(name for line in lines for name in line.fields if name not in (*LEADING, WHOLE))
    if any(line.force for line in lines):
        names.setdefault("force")
    header = (*LEADING, *names)
    return header, [_row(header, {"force": line.force or None} | line.fields, line, by) for line in lines]


def _row(header: Sequence[str], fields: Mapping[str, object], line: Line, by: Reader) -> list[object]:
    own = {"line": line.id, "XpRe": key(line), "state": line.state, "message": said(line, by)}
    return [_cell(own[name] if name in LEADING else fields.get(name)) for name in header]


def _cell(value: object) -> object:
    return as_text(value) if isinstance(value, bool | Mapping) else value
