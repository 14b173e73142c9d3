"""What a run came to, gathered from the ledger."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from tasks.turnover.facts import (
    Changed,
    Failure,
    MissingMethod,
    MissingRegister,
    Proof,
    Run,
    RunFacts,
    SourceFacts,
    Vanished,
)
from tasks.turnover.suggest import suggest
from workers.database import Session
from workers.ledger import told
from workers.ledger.models import DayState, RegisterDay, SourceRead
from workers.staff import lookup


def gather(session: Session, run_id: int) -> RunFacts:
    """The facts of a run as the ledger has them now."""
    head = told.head(session, run_id)
    sources = told.sources(session, run_id)
    totals = told.totals(session, run_id)
    notable = told.notable_days(session, run_id)
    by_state: dict[str, list[RegisterDay]] = defaultdict(list)
    for day in notable:
        by_state[day.state].append(day)
    accounts = {code: said for source in sources for code, said in source.accounts.items()}
    waiting = _once(by_state[DayState.PARKED] + by_state[DayState.FAILED])
    return RunFacts(
        run=run_of(head),
        state=head.state,
        message=head.message,
        duration=head.duration,
        rows=sum(source.rows for source in sources),
        rounded=sum(source.rounded for source in sources),
        days={state: count for state, (count, _) in totals.items()},
        proof=_proof(sources, totals),
        sources=tuple(_source(source, by_state[DayState.VANISHED]) for source in sources),
        missing_registers=tuple(_missing_registers(session, head.organisation_id, waiting)),
        missing_methods=tuple(_missing_methods(session, head.organisation_id, by_state[DayState.FAILED], accounts)),
        failures=tuple(_failure(day) for day in by_state[DayState.FAILED]),
        vanished=tuple(Vanished(d.register_external_id, d.date, d.amount) for d in by_state[DayState.VANISHED]),
        changed=tuple(
            Changed(d.register_external_id, d.date, d.old_amount or Decimal(0), d.amount)
            for d in by_state[DayState.WRITTEN]
        ),
    )


def run_of(head: told.Head) -> Run:
    """Which run it is, for people."""
    return Run(head.id, head.organisation, head.guid, head.kind, head.date_from, head.date_to)


def _once(days: Iterable[RegisterDay]) -> list[RegisterDay]:
    """Register-days of unknown codes, each once: two sources of one connector may both show it."""
    return list({(day.register_external_id, day.date): day for day in days}.values())


def _proof(sources: Iterable[SourceRead], totals: dict[str, tuple[int, Decimal]]) -> Proof:
    read = [source for source in sources if source.state == "read"]
    return Proof(
        read=sum((source.amount for source in read), Decimal(0)),
        amounts={state: amount for state, (_, amount) in totals.items() if state != DayState.VANISHED},
        other=sum((source.other for source in read), Decimal(0)),
        undated=sum((source.undated for source in read), Decimal(0)),
    )


def _source(source: SourceRead, vanished: Iterable[RegisterDay]) -> SourceFacts:
    return SourceFacts(
        source=source.address,
        state=source.state,
        message=source.message,
        notice=source.notice,
        rows=source.rows,
        registers=tuple(source.registers),
        known_days=source.known_days,
        vanished_days=sum(day.source_read_id == source.id for day in vanished),
        complaints=tuple(source.complaints),
    )


def _missing_registers(
    session: Session, organisation_id: int, waiting: Iterable[RegisterDay]
) -> Iterable[MissingRegister]:
    unknown = [day for day in waiting if day.register_id is None]
    known = lookup.register_names(session, organisation_id) if unknown else []
    for code, days in _grouped(unknown, lambda day: [day.register_external_id]):
        dates = [day.date for day in days]
        amount = sum((day.amount for day in days), Decimal(0))
        yield MissingRegister(code, min(dates), max(dates), len(days), amount, suggest(code, known))


def _missing_methods(
    session: Session, organisation_id: int, failed: Iterable[RegisterDay], accounts: Mapping[str, str]
) -> Iterable[MissingMethod]:
    failed = [day for day in failed if day.reason == "payment_method"]
    if not failed:
        return
    methods = lookup.payment_method_names(session, organisation_id)
    known = {(organisation, code) for organisation, code, _ in methods}
    owner_of = lookup.register_owners(session, organisation_id)
    names = [(code, name) for _, code, name in methods]

    def missing(day: RegisterDay) -> list[str]:
        return [code for code in day.payments or {} if (owner_of.get(day.register_id or 0), code) not in known]

    for code, days in _grouped(failed, missing):
        amount = sum((Decimal((day.payments or {}).get(code, "0")) for day in days), Decimal(0))
        registers = tuple(sorted({day.register_external_id for day in days}))
        yield MissingMethod(code, len(days), amount, registers, suggest(code, names), accounts.get(code, ""))


def _grouped(
    days: Iterable[RegisterDay], codes: Callable[[RegisterDay], list[str]]
) -> Iterable[tuple[str, list[RegisterDay]]]:
    groups: dict[str, list[RegisterDay]] = defaultdict(list)
    for day in days:
        for code in codes(day):
            groups[code].append(day)
    return sorted(groups.items())


def _failure(day: RegisterDay) -> Failure:
    return Failure(day.register_external_id, day.date, day.amount, day.message or "", day.reason or "error")
