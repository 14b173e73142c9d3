"""The lines of a run in the run log can be read by a program."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.turnover import log_lines
from tasks.turnover.facts import Failure, MissingMethod, MissingRegister, Proof, Run, RunFacts, SourceFacts
from workers import texts
from workers.texts import text

RUN = Run(12, "Voorbeeld Catering", "6f07c4dd", "manual", date(2026, 10, 12), date(2026, 11, 21))
HEAD = {"run": "12", "organisation": "Voorbeeld Catering", "guid": "6f07c4dd"}
WINDOW = {"kind": "manual", "date_from": "2026-10-12", "date_to": "2026-11-21"}


@pytest.fixture(autouse=True)
def _dutch() -> Iterator[None]:
    texts.use("nl")
    yield
    texts.use("nl")


def parse_line(line: str) -> dict[str, str]:
    """Every pair of a line, and nothing but pairs."""
    pair = r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)'
    assert re.fullmatch(f"{pair}( {pair})*", line)
    found = re.findall(pair, line)
    assert len({key for key, _ in found}) == len(found)
    return {key: json.loads(value) if value.startswith('"') else value for key, value in found}


def test_the_first_line_says_whose_run_it_is_and_over_which_days() -> None:
    assert parse_line(log_lines.start(RUN)) == {"event": "start"} | HEAD | WINDOW


def test_amounts_that_waited_are_told_when_they_are_written() -> None:
    line = log_lines.applied("Voorbeeld Catering", "6f07c4dd", "2606", (8, Decimal("4093.3300")))
    told = {"event": "applied", "organisation": "Voorbeeld Catering", "guid": "6f07c4dd", "register": "2606"}
    assert parse_line(line) == told | {"days": "8", "amount": "4093.33"}


def test_the_last_line_counts_everything_and_proves_the_sum() -> None:
    amounts = {"written": Decimal("1234.5"), "parked": Decimal("-0.0001"), "failed": Decimal(1)}
    proof = Proof(Decimal("1240.4999"), amounts, other=Decimal(3), undated=Decimal(2))
    days = {"written": 3, "parked": 1, "failed": 1, "vanished": 4}
    facts = RunFacts(RUN, "done_with_failures", duration=61.26, rows=10, rounded=1, days=days, proof=proof)
    counted = {"rows": "10", "rounded": "1", "duration": "61.3", "state": "done_with_failures"}
    counts = {"written": "3", "unchanged": "0", "parked": "1", "failed": "1", "vanished": "4"}
    sums = {
        "amount_read": "1240.4999",
        "amount_written": "1234.50",
        "amount_unchanged": "0.00",
        "amount_parked": "-0.0001",
        "amount_failed": "3.00",
        "amount_other": "3.00",
        "difference": "0.00",
    }
    assert parse_line(log_lines.end(facts)) == {"event": "end"} | HEAD | WINDOW | counted | counts | sums


def test_the_last_line_of_a_failed_run_says_why() -> None:
    assert parse_line(log_lines.end(RunFacts(RUN, "failed", "De tijd is om.")))["message"] == "De tijd is om."


def test_each_failure_and_each_missing_code_has_a_line_and_none_is_cut() -> None:
    failure = Failure("2600", date(2026, 11, 3), Decimal("12.5"), "boem", "coupling")
    facts = RunFacts(
        RUN,
        "done_with_failures",
        sources=(
            SourceFacts("https://a/connectors/X", rows=1),
            SourceFacts("Y", "failed", "401", registers=("1", "2")),
        ),
        missing_registers=(MissingRegister("", date(2026, 11, 1), date(2026, 11, 20), 12, Decimal(7)),),
        missing_methods=(MissingMethod("1399", 2, Decimal(5), ("2600", "2601")),),
        failures=(failure,) * 500,
    )
    found = [parse_line(line) for line in log_lines.failures(facts, text)]
    assert found[0] == HEAD | {"event": "source_failed", "source": "Y", "registers": "1, 2", "message": "401"}
    assert found[1] == HEAD | {
        "event": "missing_register",
        "register": "",
        "first": "2026-11-01",
        "last": "2026-11-20",
        "days": "12",
        "amount": "7.00",
        "message": "Register (leeg) not found",
    }
    assert found[2] == HEAD | {
        "event": "missing_payment_method",
        "payment_method": "1399",
        "registers": "2600, 2601",
        "days": "2",
        "amount": "5.00",
        "message": "Betaalwijze met ExternId 1399 niet gevonden",
    }
    day = {"event": "failure", "register": "2600", "date": "2026-11-03", "amount": "12.50", "reason": "coupling"}
    assert found[3:] == [HEAD | day | {"message": "boem"}] * 500


def test_the_keys_are_the_same_in_every_language() -> None:
    facts = RunFacts(RUN, "done", missing_registers=(MissingRegister("1", RUN.date_from, RUN.date_to, 1, Decimal(7)),))
    dutch = log_lines.failures(facts, text)
    texts.use("en")
    assert log_lines.failures(facts, text) == dutch


@given(foreign=st.text(), organisation=st.text())
def test_any_text_comes_back_from_its_line_as_it_went_in(foreign: str, organisation: str) -> None:
    run = replace(RUN, organisation=organisation)
    facts = RunFacts(run, "done", failures=(Failure(foreign, date(2026, 11, 3), Decimal(1), foreign),))
    [line] = log_lines.failures(facts, text)
    assert line.isprintable()
    found = parse_line(line)
    assert (found["register"], found["message"], found["organisation"]) == (foreign, foreign, organisation)


def test_accents_stay_readable() -> None:
    line = log_lines.start(replace(RUN, organisation="Café 'De Ruïne'"))
    assert "organisation=\"Café 'De Ruïne'\"" in line
