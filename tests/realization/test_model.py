"""Histories of AFAS, the network and people, driven by the decisions: nothing is lost, doubled or left lying."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, product, repeat
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.realization import missing
from tasks.realization.words import Line, Trust
from tests.realization.afas_model import Afas
from tests.realization.driver import Ledger
from tests.realization.properties import exactly_once_or_told, history, lines_of

FAULTS = [
    *["ok", "refused", "not_sent", "unauthorised", "too_large", "lost_before", "whole_call", "lost_late", "busy"],
    *["cut", "lost_after", "timed_out", "locked", "after_commit", "crash", "zombie"],
]
FEW = ["ok", "lost_before", "lost_after", "lost_late", "cut", "locked", "busy", "whole_call", "too_large"]
STAFF = [["a"], ["a", "b"], ["a", "b", "c", "d", "e", "f"], ["a", None], [None]]
STEADY = Trust(proven=True)


def _after_commit(line: Line) -> bool:
    """A pathfinder's error is its verdict: that AFAS erred after the commit can't be told (law 11 a)."""
    return "afterwards" in line.message


@st.composite
def worlds(draw: st.DrawFn) -> Ledger:
    lines = lines_of(draw(st.lists(st.sampled_from(draw(st.sampled_from(STAFF))), min_size=1, max_size=30)))
    bad = draw(st.sets(st.sampled_from([line.id for line in lines])))
    hidden = draw(st.sampled_from(["", "", "a", "b", "ab"]))
    lag = draw(st.sampled_from([0.0, 0.5, 30.0]))
    known, proven = timedelta(seconds=lag), draw(st.booleans())
    # Nobody is trusted who never showed a line; from how soon that was, the lag is known.
    trust = Trust(draw(st.integers(0, 9)) > 0, proven, shown_within=known if proven else None)
    # Refused and hidden at once is beyond what a refusal is checked by (law 4).
    faults = [fault for fault in FAULTS if fault != "after_commit" or (trust.read_back and not hidden)]
    drawn = draw(st.lists(st.sampled_from(faults), max_size=25))
    afas = Afas(frozenset(bad), frozenset(hidden), known, named=draw(st.sampled_from([0, 1, 1000])))
    ledger = history(afas, lines, draw(st.sampled_from([5, 15, 500])), chain(drawn, repeat("ok")), trust)
    ledger.mends = draw(st.booleans())
    ledger.humans = _humans(
        draw(st.lists(st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 99)), max_size=3))
    )
    return ledger


def _humans(deeds: list[tuple[int, bool, int]]) -> Any:
    steps: Iterator[int] = iter(range(10**6))

    def act(ledger: Ledger) -> None:
        step = next(steps)
        for at, deletes, number in deeds:
            if at == step and deletes:
                ledger.afas.human_deletes(ledger.now, number)
            elif at == step:
                ledger.afas.human_copies(ledger.now, number)

    return act


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ledger=worlds())
def test_every_line_is_there_once_or_told_whatever_happens(ledger: Ledger) -> None:
    ledger.run()
    exactly_once_or_told(ledger, excused=_after_commit)


@pytest.mark.parametrize("staff", ["aaaa", "aabb", "abab"])
def test_every_small_history_ends_well(staff: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four lines, a call that stops at its second error, each set of bad ones, hidden or not, any two faults."""
    monkeypatch.setattr(missing, "STOPS_AT", 2)
    checked = 0
    for good, faults, hidden in product(product([True, False], repeat=4), product(FEW, repeat=2), ["", "b"]):
        if hidden and hidden not in staff:
            continue
        bad = frozenset(number for number in range(4) if not good[number])
        afas = Afas(bad, frozenset(hidden), stops_at=2)
        ledger = history(afas, lines_of(staff), 4, chain(faults, repeat("ok")), STEADY)
        ledger.run()
        exactly_once_or_told(ledger)
        checked += 1
    assert checked == 81 * 16 * (1 + ("b" in staff))


def test_good_lines_alone_need_one_call_a_chunk_and_no_read_back() -> None:
    ledger = history(Afas(), lines_of("ab" * 500), 500, repeat("ok"), STEADY)
    ledger.run()
    assert (ledger.calls, ledger.reads) == (2, 0)
    exactly_once_or_told(ledger)


def test_a_hidden_employee_costs_one_double_line_that_is_told() -> None:
    afas = Afas(frozenset({0}), frozenset("b"))
    ledger = history(afas, lines_of("a" + "b" * 400), 500, repeat("ok"), STEADY)
    ledger.run()
    assert sum(afas.doubled(line.id) for line in ledger.lines) == 1
    exactly_once_or_told(ledger)
