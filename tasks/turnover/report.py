"""The one mail about a finished run: the verdict first, then what somebody must do, then the totals."""

from collections.abc import Iterable, Iterator

from tasks.turnover.facts import (
    ACCOUNTED,
    Changed,
    Failure,
    MissingMethod,
    MissingRegister,
    RunFacts,
    SourceFacts,
    Vanished,
)
from tasks.turnover.suggest import Suggestion
from tasks.turnover.wording import Say, Wording

REASONS = ("coupling", "payment_method", "amount", "date", "error")  #: why a register-day failed, in the mail's order


def mail(facts: RunFacts, say: Say) -> tuple[str, str]:
    """Subject and plain text of the mail about `facts`, in the language of `say`; the first line is the verdict."""
    letter = _Letter(facts, Wording(say))
    return letter.subject(), "\n\n".join([letter.verdict(), *letter.lists(), letter.totals()]) + "\n"


class _Letter:
    """The parts of the mail; a list about nothing is absent."""

    def __init__(self, facts: RunFacts, words: Wording) -> None:
        self._facts = facts
        self._words = words
        self._unread = [source for source in facts.sources if source.unread]
        self._hiding = [source for source in facts.sources if source.hides]

    def subject(self) -> str:
        """Organisation and the gravest that the verdict says."""
        state, proof = self._facts.state, self._facts.proof
        grave = {"difference": bool(proof.difference), "hidden": bool(self._hiding)}
        kind = state if state == "failed" else next((name for name, so in grave.items() if so), state)
        return self._say(f"subject.{kind}", organisation=self._facts.run.organisation)

    def verdict(self) -> str:
        """One line. Hidden rows go first, for with them every other number says less than it seems."""
        sentences = []
        if self._hiding:
            sentences.append(self._say("hidden", sources="; ".join(map(self._hidden, self._hiding))))
        if self._facts.state == "failed":
            return " ".join([*sentences, self._say("verdict.failed", reason=self._reason())])
        if self._facts.proof.difference:
            difference = self._words.amount(self._facts.proof.difference)
            sentences.append(self._say("verdict.difference", difference=difference))
        return " ".join([*sentences, self._say(f"verdict.{self._facts.state}", days=self._counts()), *self._gaps()])

    def lists(self) -> Iterator[str]:
        """What asks for a hand, with its remedy, then what is good to know."""
        facts = self._facts
        yield from self._list("missing_registers", map(self._missing_register, facts.missing_registers))
        yield from self._list("missing_methods", map(self._missing_method, facts.missing_methods))
        yield from self._list("unread", map(self._unread_source, self._unread))
        for reason in REASONS:
            failures = [failure for failure in facts.failures if _remedy(failure) == reason]
            yield from self._list(f"failed.{reason}", map(self._failure, failures))
        complaints = ((source, told) for source in facts.sources for told in source.complaints)
        yield from self._list("complaints", (self._of_source(*complaint) for complaint in complaints))
        yield from self._list("vanished", map(self._vanished, facts.vanished))
        yield from self._list("changed", map(self._changed, facts.changed))
        notices = (self._of_source(source, source.notice) for source in facts.sources if source.notice)
        yield from self._list("notices", notices)

    def totals(self) -> str:
        """Window, rows, register-days and the closing proof."""
        run, proof, words = self._facts.run, self._facts.proof, self._words
        window = {"run": run.id, "first": words.date(run.date_from), "last": words.date(run.date_to)}
        counts = {"rows": words.count(self._facts.rows), "rounded": words.count(self._facts.rounded)}
        parts = {state: words.amount(proof.part(state)) for state in ACCOUNTED}
        sums = {"read": proof.read, "other": proof.other, "undated": proof.undated, "difference": proof.difference}
        amounts = {name: words.amount(amount) for name, amount in sums.items()}
        return "\n".join(
            [
                self._say("totals", kind=self._say(f"kind.{run.kind}"), **window),
                self._say("totals.rows", duration=words.number(f"{self._facts.duration:.1f}"), **counts),
                self._say("totals.days", days=self._counts()),
                self._say("totals.proof", **parts, **amounts),
                *([self._say("totals.undated", undated=amounts["undated"])] if proof.undated else []),
            ]
        )

    def _say(self, key: str, **values: object) -> str:
        return self._words.say(f"mail.{key}", **values)

    def _list(self, key: str, entries: Iterable[str]) -> Iterator[str]:
        """The heading and remedy of `key` above its entries; nothing without entries."""
        if shown := self._words.listed(entries, self._facts.run.id):
            yield f"{self._say(key, run=self._facts.run.id)}\n{shown}"

    def _hidden(self, source: SourceFacts) -> str:
        if source.rows == 0:
            return self._say("hidden.no_rows", source=source.source)
        gone, known = self._words.count(source.vanished_days), self._words.count(source.known_days)
        return self._say("hidden.vanished", source=source.source, vanished=gone, known=known)

    def _reason(self) -> str:
        """What the run says of itself, unless a source says it; then the first source that was not read."""
        told = self._facts.message
        reasons = [told] if told and told not in [source.message for source in self._unread] else []
        reasons += [self._of_source(source, source.message or "") for source in self._unread[:1]]
        if len(self._unread) > 1:
            reasons.append(self._say("verdict.more_sources", count=self._words.count(len(self._unread) - 1)))
        return " ".join(f"{reason.rstrip('.')}." for reason in reasons)

    def _counts(self) -> str:
        days = self._facts.days
        shown = [state for state in (*ACCOUNTED, "vanished") if days.get(state) or state in ("written", "unchanged")]
        return ", ".join(self._say(f"days.{state}", count=self._words.count(days.get(state, 0))) for state in shown)

    def _gaps(self) -> Iterator[str]:
        """What is wrong besides register-days, each with its number."""
        facts = self._facts
        gaps = {"registers": facts.missing_registers, "methods": facts.missing_methods, "sources": self._unread}
        for name, found in gaps.items():
            if found:
                yield self._say(f"verdict.{name}", count=self._words.count(len(found)))

    def _missing_register(self, missing: MissingRegister) -> str:
        return self._say(
            "missing_register",
            told=self._words.say("register_not_found", code=self._words.code(missing.code)),
            first=self._words.date(missing.first),
            last=self._words.date(missing.last),
            days=self._words.count(missing.days),
            amount=self._words.amount(missing.amount),
            suggestion=self._suggestion(missing.suggestion),
        )

    def _missing_method(self, missing: MissingMethod) -> str:
        return self._say(
            "missing_method",
            told=self._words.say("payment_method_not_found", code=missing.code),
            days=self._words.count(missing.days),
            amount=self._words.amount(missing.amount),
            registers=self._words.codes(missing.registers),
            account=" " + self._say("account", account=missing.account) if missing.account else "",
            suggestion=self._suggestion(missing.suggestion),
        )

    def _suggestion(self, suggestion: Suggestion | None) -> str:
        if suggestion is None:
            return ""
        return " " + self._say(f"suggestion.{suggestion.kind}", name=suggestion.name, id=suggestion.external_id)

    def _unread_source(self, source: SourceFacts) -> str:
        told = self._of_source(source, source.message or "")
        return self._say("unread_source", told=told, registers=self._words.codes(source.registers))

    def _of_source(self, source: SourceFacts, told: str) -> str:
        """An error of AFAS names its address itself."""
        address = source.source.partition("/connectors/")[0]
        return told if address in told else self._say("of_source", source=source.source, told=told)

    def _failure(self, failure: Failure) -> str:
        return self._say("failure", told=failure.message, **self._day(failure))

    def _vanished(self, day: Vanished) -> str:
        return self._say("vanished_day", **self._day(day))

    def _changed(self, day: Changed) -> str:
        key = "changed_payments" if day.old == day.new else "changed_day"
        old, new = self._words.amount(day.old), self._words.amount(day.new)
        register, date = self._words.code(day.register), self._words.date(day.date)
        return self._say(key, register=register, date=date, old=old, new=new)

    def _day(self, day: Failure | Vanished) -> dict[str, str]:
        words = self._words
        return {"register": words.code(day.register), "date": words.date(day.date), "amount": words.amount(day.amount)}


def _remedy(failure: Failure) -> str:
    """Under which remedy it is told; a reason without one of its own is an error, never left out."""
    return failure.reason if failure.reason in REASONS else "error"
