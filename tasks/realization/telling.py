"""What is told of lines and halts: the ledger's facts with the field meant and the remedy."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tasks.realization import remedies
from tasks.realization.intake.fields import Catalogue, shipped, with_metainfo
from tasks.realization.intake.values import as_text, is_empty
from tasks.realization.remedies import Meant
from tasks.realization.wording import MOST_KEYS, BatchFacts, Group
from workers.database import Session
from workers.ledger.realization import batches, order
from workers.ledger.realization.batches import Outcome
from workers.ledger.realization.halts import PAUSE, STOP, WENT_ON
from workers.ledger.realization.models import Batch, Environment, Line
from workers.staff.models import Organisation
from workers.staff.pause import TIMED
from workers.texts import TEXTS, text

NOT_APPLIED = ("refused", "invalid", "in_doubt", "conflict")
REFERENCES = 3  #: profitLogReferences that a group names
#: What a reason says of one line: texts in quotes, and numbers.
_VALUE = re.compile(r"""("[^"]*"|(?<!\w)'[^']*'(?!\w)|[‘“][^’”]*[’”]|(?<!\w)[0-9][\w.,:/-]*)""")
#: Matters of lines in doubt whose remedy is to look and to decide, and those with a remedy of their own.
DOUBTS = frozenset({None, "exists", "unnamed", "lost", "too_large", "locked", "wished"})
MENDED = frozenset({"duplicate", "key_collision", "moved", "absent", "ambiguous", "oversize", "unsaid"})


class Reader:
    """Reads lines of one environment for people."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._meant = Meant(catalogue)

    def field(self, line: Line | Outcome) -> str | None:
        """The field meant, by its id."""
        if not line.message or line.state not in NOT_APPLIED:
            return None
        return self._meant.by_us(line.message) if line.state == "invalid" else self._meant.by_afas(line.message)

    def shown_field(self, line: Line | Outcome) -> str | None:
        """The field meant as people know it; a line that we refused says it itself."""
        field = self.field(line) if line.state != "invalid" else None
        label = self._meant.label(field, text("realization.language")) if field else None
        return f"{label} ({field})" if label else field

    def reason(self, line: Line | Outcome) -> str:
        """Why the line is where it is: the matter, else AFAS's text or ours."""
        matter = line.matter or ("unsettled" if line.state == "in_doubt" else None)
        said = line.message if line.matter != "duplicate" else None
        parts = [about(matter) if matter else None, said]
        return ": ".join(filter(None, parts)) or "-"

    def remedy(self, line: Line | Outcome) -> str | None:
        """What to do; None where the text is not known, or says it itself."""
        if line.matter in MENDED:
            return text(f"batches.remedy.{line.matter}", batch=line.batch_id, line=line.id)
        if line.state == "in_doubt" and line.matter in DOUBTS:
            return text("batches.remedy.doubt", batch=line.batch_id, line=line.id)
        known = remedies.known(line.message) if line.message and line.state in ("refused", "conflict") else None
        return text(f"batches.known.{known}") if known else None


def reader(session: Session, environment_id: int) -> Reader:
    """Reads lines by the environment's own field list, where it is known."""
    metainfo = session.objects.get_one(Environment, environment_id).metainfo
    return Reader(with_metainfo(metainfo) if metainfo else shipped())


def told(line: Line, by: Reader) -> dict[str, Any]:
    """A line as status and reply tell it."""
    return {
        "line": line.id,
        "XpRe": key(line),
        "Id": line.afas_id.replace(" ", "") if line.afas_id else None,
        "Sessieguid": line.session_guid,
        "state": line.state,
        "message": said(line, by),
        "profitLogReference": line.reference,
        "field": by.field(line),
        "remedy": by.remedy(line),
    }


def said(line: Line, by: Reader) -> str | None:
    """The text about the line: AFAS's or ours, else the matter."""
    return line.message or (by.reason(line) if line.matter else None)


def key(line: Line) -> str | None:
    """The line's external key as its sender knows it, also one that AFAS could not take; None: it has none."""
    given = line.fields.get("XpRe")
    return line.xp_re if line.xp_re is not None or is_empty(given) else as_text(given)


def facts(session: Session, batch: Batch, organisation: Organisation, behind: Sequence[int]) -> BatchFacts:
    """What the mail tells of a batch."""
    found = batches.outcomes(session, batch.id, *NOT_APPLIED)
    return BatchFacts(
        batch.id,
        organisation.name,
        batch.reference,
        batch.action,
        batch.state,
        batches.counts(session, batch.id),
        groups(found, reader(session, batch.environment_id)),
        [about(matter) for matter in batches.notices(session, batch.id)],
        (batch.brake_text or "") if batch.braked_at else None,
        behind,
        batches.spent(session, batch.id),
        order.ahead(session, batch.id) if batch.action != "insert" else (),
    )


class _Reason:
    """One reason for several lines: texts, and between them values, of which some differ from line to line."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._parts = parts
        self._differ: set[int] = set()
        self._first: list[Sequence[str]] = []

    def add(self, parts: Sequence[str]) -> None:
        """The reason of one more line."""
        self._differ |= {place for place in range(1, len(parts), 2) if parts[place] != self._parts[place]}
        if len(self._first) < MOST_KEYS:
            self._first.append(parts)

    def shown(self) -> str:
        """The reason without what differs."""
        hidden = {place: self._parts[place] for place in self._differ}
        dots = {place: "…" if one[0].isdigit() else f"{one[0]}…{one[-1]}" for place, one in hidden.items()}
        return "".join(dots.get(place, part) for place, part in enumerate(self._parts))

    def values(self) -> tuple[str, ...]:
        """What differs, of the first lines."""
        every = (" ".join(parts[place] for place in sorted(self._differ)) for parts in self._first)
        return tuple(dict.fromkeys(filter(None, every)))


def groups(lines: Iterable[Outcome], by: Reader) -> list[Group]:
    """Lines by state and reason, in order of the first of each; only the first ones are kept.

    Reasons that differ in their values alone are one, and show of those what all have.
    """
    first: dict[tuple[object, ...], list[Outcome]] = {}
    reasons: dict[tuple[object, ...], _Reason] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        parts = _VALUE.split(by.reason(line))
        kind = (line.state, by.shown_field(line), *parts[::2])
        counts[kind] += 1
        if counts[kind] <= MOST_KEYS:
            first.setdefault(kind, []).append(line)
        reasons.setdefault(kind, _Reason(parts)).add(parts)
    return [
        Group(
            some[0].state,
            reasons[kind].shown(),
            counts[kind],
            tuple(line.xp_re or f"#{line.id}" for line in some),
            tuple(dict.fromkeys(line.reference for line in some if line.reference))[:REFERENCES],
            by.shown_field(some[0]),
            by.remedy(some[0]),
            reasons[kind].values(),
        )
        for kind, some in first.items()
    ]


def halt(matter: str, reason: str | None, guid: str) -> tuple[str, str]:
    """What an organisation's halt or notice is, and its remedy."""
    name = matter.removeprefix(STOP)
    if matter == WENT_ON:
        return text("batches.halt.went_on"), ""
    if matter.startswith(PAUSE):
        timed = matter.removeprefix(PAUSE) in TIMED
        return reason or "", text("batches.halt.by_itself" if timed else "batches.halt.mend")
    remedies_ = [text(f"batches.remedy.{name}")] if name in ("census", "unwatched") else []
    if name == "order":
        remedies_.append(text("batches.remedy.order", guid=guid))
    if matter != name:
        stop = text("batches.remedy.continuity") if name == "continuity" else text("batches.remedy.stop", guid=guid)
        remedies_.append(stop)
    return about(name), "\n\n".join(remedies_)


def about(matter: str) -> str:
    """What a matter is, in a sentence."""
    key = f"batches.matter.{matter}"
    return text(key) if key in TEXTS else text("batches.matter.other", matter=matter)
