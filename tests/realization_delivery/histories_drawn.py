"""Histories as they are drawn: small ones, in which much goes wrong at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.realization_delivery.histories import KILL, Change, History
from tests.realization_delivery.model import FAULTS

READ_BACK_LAG = 1.0  #: the setting's default
STAFF = ["a", "ab", "abcdef", ["a", ""], [""]]
NAPS = [KILL, KILL, 0.0, 5.0, 40.0, 40.0, 400.0, 1300.0, 4000.0]
IN_AFAS = ("deletes", "copies", "moves")
BY_HAND = ("changes", "changes", "edits", "touches", "deletes", "copies", "flush", "restart", "again")
ORDERS = ("changes", "changes", "edits", "cancel", "retry", "resume", "resolve", "config", "again")
COMMANDS = ("cancel", "retry", "resume", "resolve", "config", "again")
MACHINES = ("flush", "restart", "again")
RESTORED = ("backup", "backup", "restore", "restore", "restart")
SOAKING = settings.get_current_profile_name() == "soak"


def told(number: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many histories; the same ones each time, but for a soak."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    most = number * 20 if SOAKING else number
    so_many = settings(deadline=None, max_examples=most, derandomize=not SOAKING, suppress_health_check=checks)
    # It is their number that takes long, as that of the crash points does.
    return lambda test: pytest.mark.timeout(0 if SOAKING else 1200)(so_many(test))


@st.composite
def histories(draw: st.DrawFn, deeds: tuple[str, ...] = ()) -> History:
    """`deeds`: what may be done between two steps.

    Refused after its commit, of an employee whose rows nobody sees, or before anybody could know how late AFAS shows
    them: beyond what a refusal is checked by (law 4).
    """
    staff = draw(st.lists(st.sampled_from(draw(st.sampled_from(STAFF))), min_size=1, max_size=7).map(tuple))
    others = draw(st.lists(st.sampled_from("ab"), max_size=2).map(tuple))
    numbers = st.integers(0, len(staff) + len(others) - 1)
    hidden = draw(st.sampled_from(["", "", "", "a", "b", "ab"]))
    read_back, created = draw(st.integers(0, 9)) > 0, draw(st.booleans())
    shows = {*({"created"} if created else ()), *draw(st.sets(st.sampled_from(["modified", "Ap"])))}
    lag, proven = draw(st.sampled_from([0.0, 0.5, 30.0])), draw(st.booleans())
    checked = read_back and not hidden and (proven or lag < READ_BACK_LAG)
    faults = [name for name in FAULTS if name != "after_commit" or checked]
    # Without the moment of its making a line whose date was changed can't be told from one that is gone.
    able = [name for name in deeds if name != "moves" or created]
    doing = st.tuples(st.integers(1, 40), st.sampled_from(able or ["flush"]), st.integers(0, 9))
    return History(
        staff=staff,
        others=others,
        bad=draw(st.frozensets(numbers, max_size=8)),
        hidden=frozenset(hidden),
        lag=lag,
        named=draw(st.sampled_from([1000, 1000, 1, 0])),
        echo=draw(st.booleans()),
        unique=draw(st.booleans()),
        read_back=read_back,
        shows=frozenset(shows),
        proven=proven,
        chunk_lines=draw(st.sampled_from([2, 3, 9])),
        parallel=draw(st.sampled_from([1, 2, 4])),
        stops_at=draw(st.sampled_from([2, 3, 10])),
        faults=draw(st.lists(st.sampled_from(["ok", *faults]), max_size=8).map(tuple)),
        reads=draw(st.lists(st.sampled_from(["ok", "ok", "slow", "timeout", "forbidden"]), max_size=4).map(tuple)),
        acts=draw(st.lists(st.tuples(st.integers(1, 60), st.sampled_from(NAPS)), max_size=6).map(tuple)),
        messages=draw(st.lists(st.sampled_from(["arrives", "lost", "twice", "90"]), max_size=6).map(tuple)),
        deeds=draw(st.lists(doing, min_size=1, max_size=4).map(tuple)) if able else (),
        # What nobody mends stops once for each line that nobody sees.
        mends=len(staff) > 3 or draw(st.booleans()),
    )


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A batch about lines that are there, or were."""
    action = draw(st.sampled_from(["update", "update", "approve", "delete", "delete"]))
    named = st.tuples(st.integers(0, 6), st.sampled_from(["Id", "XpRe"]))
    return Change(action, tuple(draw(st.lists(named, min_size=1, max_size=5))), more=draw(st.booleans()))


@st.composite
def later(draw: st.DrawFn, deeds: tuple[str, ...]) -> History:
    """A history with batches of changes."""
    told = draw(histories(deeds))
    # More lag than the organisation knows of shows a change too late to be believed.
    lag = told.lag if told.proven or told.lag < 1 else 0.5
    doing = (draw(st.integers(1, 40)), "changes", 0)
    return replace(
        told,
        lag=lag,
        old=draw(st.integers(0, 3)),
        fixed=draw(st.frozensets(st.integers(0, 6), max_size=2)),
        changes=tuple(draw(st.lists(changes(), min_size=1, max_size=3))),
        deeds=(doing, *told.deeds),
    )
