"""Random histories of changes and deletions: nothing is lost, claimed, overwritten, or left lying."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import chain, count, product, repeat
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.realization.chunks import MAX_FRUITLESS, dealt
from tasks.realization.words import Action, Chunk, Line, LineState, Matter, Trust, Value
from tests.realization.changes_driver import Ledger
from tests.realization.changes_model import PERSON, Afas, Version
from tests.realization.driver import START

FAULTS = [
    *["ok", "refused", "not_sent", "unauthorised", "too_large", "lost_before", "whole_call", "lost_late", "busy"],
    *["dealt", "lost_after", "timed_out", "locked", "after_commit", "crash", "zombie"],
]
FEW = ["ok", "lost_before", "lost_after", "lost_late", "locked", "after_commit"]
ASKED: list[Mapping[str, Value]] = [
    {"Qu": Decimal(5)},
    {"Ap": True},
    {"Qu": Decimal(7), "Ap": False},
    {"Ds": "not shown"},
    {"Ap": False},
]


def afas_of(rows: int, **more: Any) -> Afas:
    old = START - timedelta(days=1)
    first: Mapping[str, Value] = {"Qu": Decimal(1), "Ap": False, "Ds": "as it was"}
    return Afas({str(100 + row): [Version(old, PERSON, first)] for row in range(rows)}, **more)


def history(afas: Afas, lines: list[Line], size: int, faults: Iterator[str], trust: Trust | None = None) -> Ledger:
    known = {line.id: line for line in lines}
    parts = enumerate(dealt([line.id for line in lines], size))
    chunks = [Chunk(number, tuple(known[one] for one in part), action=afas.action) for number, part in parts]
    return Ledger(afas, chunks, faults, trust or Trust())


@st.composite
def worlds(draw: st.DrawFn) -> Ledger:
    rows = draw(st.integers(1, 3) | st.integers(1, 25))
    action = draw(st.sampled_from([Action.UPDATE, Action.UPDATE, Action.DELETE]))
    read_back, by_key = draw(st.integers(0, 9)) > 0, draw(st.booleans())
    deletes = action == Action.DELETE
    lines = []
    # One target more than there are: a line that does not exist. Twice the same target: one at a time, in order.
    targets = draw(st.lists(st.integers(100, 100 + rows), min_size=1, max_size=30))
    for number, target in enumerate(targets):
        ids = () if by_key and read_back else (str(target),)
        asked: Mapping[str, Value] = {} if deletes else draw(st.sampled_from(ASKED))
        lines.append(Line(number, f"K{target}", asked=asked, afas_ids=ids))
    names = [str(100 + row) for row in range(rows)]
    afas = afas_of(
        rows,
        action=action,
        bad=frozenset(draw(st.sets(st.sampled_from(range(len(lines)))))),
        hidden=frozenset(draw(st.sets(st.sampled_from(names), max_size=2))),
        timed=draw(st.integers(0, 3)) > 0,
        names=draw(st.booleans()),
        lag=timedelta(seconds=draw(st.sampled_from([0.0, 0.5, 1.0]))),
    )
    drawn = draw(st.lists(st.sampled_from(FAULTS), max_size=25))
    ledger = history(afas, lines, draw(st.sampled_from([5, 15, 500])), chain(drawn, repeat("ok")), Trust(read_back))
    deeds = st.tuples(st.integers(0, 20), st.sampled_from(names), st.sampled_from(["change", "back", "delete"]))
    ledger.humans = _humans(draw(st.lists(deeds, max_size=10)))
    return ledger


def _humans(deeds: list[tuple[int, str, str]]) -> Any:
    steps = count()

    def act(ledger: Ledger) -> None:
        step = next(steps)
        for at, row, deed in deeds:
            if at == step:
                ledger.afas.person(row, ledger.now, deed)

    return act


def ends_well(ledger: Ledger) -> None:
    """Every line has its end or is told, and its end is true."""
    told = {line for one in ledger.told for line in one.lines}
    given_up = {line.id for chunk in ledger.chunks if chunk.fruitless >= MAX_FRUITLESS for line in chunk.lines}
    for line in ledger.lines:
        by_hand = [one for name in line.afas_ids for one in ledger.afas.rows.get(name, [])[1:] if one.by == PERSON]
        if line.state == LineState.REFUSED:
            assert line.id not in ledger.afas.done or _unprovable(ledger, line), ("refused, and done", line)
            assert line.message or line.matter == Matter.ABSENT, line
        elif line.state == LineState.CONFLICT:
            assert by_hand, ("nobody moved it", line)
            assert line.id in told
        elif line.state == LineState.INVALID:
            assert (line.matter, line.afas_ids) == (Matter.ABSENT, ()), line
        elif line.state == LineState.IN_DOUBT:
            assert line.id in told | given_up, ("in doubt, untold", line)
        elif line.state != LineState.APPLIED:
            assert line.id in given_up or line.ahead, ("left lying", line)


def _unprovable(ledger: Ledger, line: Line) -> bool:
    """What no read-back shows is decided by AFAS's answer; so is what somebody put back where no time is shown."""
    return line.before is None or not ledger.afas.timed


def one_after_another(ledger: Ledger) -> None:
    """Operations on one line of AFAS came in the order in which they were received."""
    for versions in ledger.afas.rows.values():
        ours = [one.by for one in versions if one.by != PERSON]
        assert ours == sorted(ours), versions


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ledger=worlds())
def test_every_change_ends_as_asked_or_refused_or_told_and_overwrites_no_later_hand(ledger: Ledger) -> None:
    ledger.run()
    ends_well(ledger)
    one_after_another(ledger)


@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE])
def test_every_small_history_ends_well(action: Action) -> None:
    """Two operations on one line and one on another, any two faults, and a person's deed at any step."""
    checked = 0
    for faults, deed, step in product(product(FEW, repeat=2), ["change", "back", "delete"], range(10)):
        asked = [{}, {}, {}] if action == Action.DELETE else ASKED[:3]
        rows = enumerate(["100", "100", "101"])
        lines = [Line(number, f"K{row}", asked=asked[number], afas_ids=(row,)) for number, row in rows]
        ledger = history(afas_of(2, action=action), lines, 2, chain(faults, repeat("ok")))
        ledger.humans = _humans([(step, "100", deed)])
        ledger.run()
        ends_well(ledger)
        one_after_another(ledger)
        checked += 1
    assert checked == 36 * 3 * 10


def test_good_changes_alone_need_one_look_and_one_call_a_chunk() -> None:
    names = [str(100 + number) for number in range(20)]
    lines = [Line(number, f"K{name}", asked=ASKED[1], afas_ids=(name,)) for number, name in enumerate(names)]
    ledger = history(afas_of(20), lines, 10, repeat("ok"))
    ledger.run()
    assert (ledger.calls, ledger.reads) == (2, 1)
    assert {line.state for line in ledger.lines} == {LineState.APPLIED}
