"""Histories as they are drawn: small ones, in which much goes wrong at once."""

from hypothesis import strategies as st

from tests.realization_delivery.histories import KILL, History
from tests.realization_delivery.model import FAULTS

STAFF = ["a", "ab", "abcdef", ["a", ""], [""]]
NAPS = [KILL, KILL, 0.0, 5.0, 40.0, 40.0, 400.0, 1300.0, 4000.0]
IN_AFAS = ("deletes", "copies", "moves")
COMMANDS = ("cancel", "retry", "resume", "resolve", "config", "again")
MACHINES = ("flush", "restart", "again")
RESTORED = ("backup", "backup", "restore", "restore", "restart")


@st.composite
def histories(draw: st.DrawFn, deeds: tuple[str, ...] = ()) -> History:
    """`deeds`: what may be done between two steps.

    Refused afterwards, by an employee whose rows nobody sees: beyond what a refusal is checked by (law 4).
    """
    staff = draw(st.lists(st.sampled_from(draw(st.sampled_from(STAFF))), min_size=1, max_size=7).map(tuple))
    others = draw(st.lists(st.sampled_from("ab"), max_size=2).map(tuple))
    numbers = st.integers(0, len(staff) + len(others) - 1)
    hidden = draw(st.sampled_from(["", "", "", "a", "b", "ab"]))
    read_back, created = draw(st.integers(0, 9)) > 0, draw(st.booleans())
    faults = [name for name in FAULTS if name != "after_commit" or (read_back and not hidden)]
    # Without the moment of its making a line whose date was changed can't be told from one that is gone.
    able = [name for name in deeds if name != "moves" or created]
    doing = st.tuples(st.integers(1, 40), st.sampled_from(able or ["flush"]), st.integers(0, 9))
    return History(
        staff=staff,
        others=others,
        bad=draw(st.frozensets(numbers, max_size=8)),
        hidden=frozenset(hidden),
        lag=draw(st.sampled_from([0.0, 0.5, 30.0])),
        named=draw(st.sampled_from([1000, 1000, 1, 0])),
        echo=draw(st.booleans()),
        unique=draw(st.booleans()),
        read_back=read_back,
        created=created,
        proven=draw(st.booleans()),
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
