"""Lines judged by what the ledger knows: the lines that a change means, and keys that other lines have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tasks.realization.intake.actions import DELETE, INSERT
from tasks.realization.intake.demands import KnownLine, Order, name
from tasks.realization.intake.keys import fold
from tasks.realization.intake.rules import Judged, Reason
from tasks.realization.intake.values import as_text, boolean, day, is_empty, shown
from workers.afas.address import is_same
from workers.database import Session
from workers.ledger.realization import intake
from workers.ledger.realization.intake import Applied, Held, NewLine
from workers.staff import served
from workers.texts import text

LONGEST_NAME = 120  #: characters of an Id or folded key that is looked up; AFAS's are far shorter

Known = dict[tuple[str, str], KnownLine]


def known(session: Session, environment: int, action: str, lines: Iterable[object]) -> Known:
    """What we did before to the lines that a change names; an insert names none."""
    named: dict[str, set[str]] = {"Id": set(), "XpRe": set()}
    for kind, value in filter(None, map(name, () if action == INSERT else lines)):
        if _can_be_looked_up(value):
            named[kind].add(value)
    return after(intake.applied(session, environment, named["Id"], named["XpRe"]))


def after(operations: Iterable[Applied]) -> Known:
    """Lines by Id and by key, as these operations, oldest first, left them."""
    lines: dict[str, KnownLine] = {}
    keys: dict[str, str] = {}
    for one in operations:
        if one.action == DELETE:
            lines.pop(one.afas_id, None)
        elif one.afas_id.isdecimal():
            # AFAS showed a line of several Ids more than once: none of them is meant for certain.
            lines[one.afas_id] = _after(lines.get(one.afas_id, KnownLine(one.afas_id)), one)
            if one.action == INSERT and one.key is not None:
                keys[one.key] = one.afas_id
    by_key = {("XpRe", key): lines[id_] for key, id_ in keys.items() if id_ in lines}
    return {("Id", id_): line for id_, line in lines.items()} | by_key


def elsewhere(session: Session, organisation: int, owner: int, environment: int) -> str | None:
    """The environment's address, where another connection than `owner`'s or another address serves the organisation.

    None: it is the same, and stays so until the transaction ends.
    """
    meant, found = intake.address(session, environment), served.leads(session, organisation)
    same = found is not None and found[0] == owner and found[1] is not None and is_same(found[1], meant)
    return None if same else meant


def without_clashes(session: Session, environment: int, judged: Sequence[Judged]) -> list[Judged]:
    """Inserts whose key an unfinished or applied line has are invalid, and say whose it is."""
    folded = {one.position: fold(one.key) for one in judged if one.key is not None and not one.invalid}
    found = intake.held(session, environment, folded.values())
    if not found:
        return list(judged)
    return [
        replace(one, reasons=(_clash(one, found[key]),)) if (key := folded.get(one.position)) in found else one
        for one in judged
    ]


def new_line(one: Judged, order: Order) -> NewLine:
    """The line's columns. Of an invalid one nothing is looked up later but its text."""
    fields = one.fields
    is_insert, employee = order.action == INSERT, None if one.invalid else fields.get("EmId")
    named = None if is_insert or one.invalid else name(fields)
    return NewLine(
        position=one.position,
        xp_re=one.key,
        key=None if one.key is None else fold(one.key),
        holds_key=is_insert and not one.invalid,
        fields=fields,
        force=one.force,
        date=None if one.invalid else day(fields.get("DaTi")),
        employee=None if is_empty(employee) else fold(as_text(employee)),
        state="invalid" if one.invalid else "pending",
        afas_id=None if named is None else _id(named, order.known),
        message=one.message or None,
    )


def _id(named: tuple[str, str], known: Mapping[tuple[str, str], KnownLine]) -> str | None:
    kind, value = named
    id_ = value if kind == "Id" else known.get(named, KnownLine()).id
    return id_ if id_ is not None and _can_be_looked_up(id_) else None


def _can_be_looked_up(value: str) -> bool:
    return len(value) <= LONGEST_NAME and value.isprintable()


def _after(line: KnownLine, operation: Applied) -> KnownLine:
    approved, ready = (boolean(operation.fields.get(field)) for field in ("Ap", "Pr"))
    if operation.action == INSERT:
        # A project may approve and mark ready on insert by itself: there only yes is certain.
        approved, ready = approved or None, ready or None
    return line._replace(
        day=operation.date or line.day,
        approved=line.approved if approved is None else approved,
        ready=line.ready if ready is None else ready,
    )


def _clash(one: Judged, held: Held) -> Reason:
    value = shown(one.key)
    if held.state == "applied":
        return Reason("XpRe", text("submit.delivered", value=value, id=held.afas_id or "?"))
    return Reason("XpRe", text("submit.under_way", value=value, batch=held.batch))
