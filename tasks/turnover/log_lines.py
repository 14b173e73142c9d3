"""The lines that a run leaves in the run log: key=value pairs, the same keys in every language."""

import json
import re
from datetime import date
from decimal import Decimal

from tasks.turnover.facts import ACCOUNTED, Failure, MissingMethod, MissingRegister, Run, RunFacts, SourceFacts
from tasks.turnover.wording import Say, Wording, plain

Value = str | int | Decimal | date
Pairs = dict[str, Value]


def start(run: Run) -> str:
    """The line at the start of a run."""
    return _line("start", run, kind=run.kind, date_from=run.date_from, date_to=run.date_to)


def end(facts: RunFacts) -> str:
    """The line at the end of a run: counts of register-days, and the closing proof in euros."""
    run, proof = facts.run, facts.proof
    window: Pairs = {"kind": run.kind, "date_from": run.date_from, "date_to": run.date_to}
    rows: Pairs = {"rows": facts.rows, "rounded": facts.rounded, "duration": f"{facts.duration:.1f}"}
    days: Pairs = {state: facts.days.get(state, 0) for state in (*ACCOUNTED, "vanished")}
    amounts: Pairs = {f"amount_{state}": proof.part(state) for state in ACCOUNTED}
    sums: Pairs = {"amount_read": proof.read, **amounts, "amount_other": proof.other, "difference": proof.difference}
    told: Pairs = {"message": facts.message} if facts.message else {}
    return _line("end", run, state=facts.state, **window, **rows, **days, **sums, **told)


def failures(facts: RunFacts, say: Say) -> list[str]:
    """A line for each source that was not read, each unknown code and each failed register-day; none is left out."""
    run, words = facts.run, Wording(say)
    return [
        *(_source(run, source) for source in facts.sources if source.unread),
        *(_register(run, missing, words) for missing in facts.missing_registers),
        *(_method(run, missing, words) for missing in facts.missing_methods),
        *(_failure(run, failure) for failure in facts.failures),
    ]


def _source(run: Run, source: SourceFacts) -> str:
    registers = ", ".join(source.registers)
    return _line("source_failed", run, source=source.source, registers=registers, message=source.message or "")


def _register(run: Run, missing: MissingRegister, words: Wording) -> str:
    window: Pairs = {"first": missing.first, "last": missing.last, "days": missing.days}
    told = words.say("register_not_found", code=words.code(missing.code))
    return _line("missing_register", run, register=missing.code, **window, amount=missing.amount, message=told)


def _method(run: Run, missing: MissingMethod, words: Wording) -> str:
    size: Pairs = {"registers": ", ".join(missing.registers), "days": missing.days, "amount": missing.amount}
    told = words.say("payment_method_not_found", code=missing.code)
    return _line("missing_payment_method", run, payment_method=missing.code, **size, message=told)


def _failure(run: Run, failure: Failure) -> str:
    day: Pairs = {"register": failure.register, "date": failure.date, "amount": failure.amount}
    return _line("failure", run, **day, reason=failure.reason, message=failure.message)


def applied(organisation: str, guid: str, register: str, size: tuple[int, Decimal]) -> str:
    """The line of one register's amounts that had waited and are written now; `size`: register-days and euros."""
    days, amount = size
    whose: Pairs = {"event": "applied", "organisation": organisation, "guid": guid}
    return _joined(whose | {"register": register, "days": days, "amount": amount})


def _line(event: str, run: Run, **pairs: Value) -> str:
    head: Pairs = {"event": event, "run": run.id, "organisation": run.organisation, "guid": run.guid}
    return _joined(head | pairs)


def _joined(pairs: Pairs) -> str:
    return " ".join(f"{key}={_value(value)}" for key, value in pairs.items())


def _value(value: Value) -> str:
    """A bare word as it is; anything else as a JSON string, accents kept readable and nothing that ends a line."""
    text = plain(value) if isinstance(value, Decimal) else str(value)
    if re.fullmatch(r"[\w.:+/@-]+", text):
        return text
    letters = (letter if letter.isprintable() and letter not in '"\\' else json.dumps(letter)[1:-1] for letter in text)
    return f'"{"".join(letters)}"'
