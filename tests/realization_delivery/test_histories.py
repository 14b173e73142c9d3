"""Random histories of delivery: recipe and ledger as they are, AFAS in memory. Nothing is lost, doubled, left lying.

More of them, and others each time: --hypothesis-profile=soak.
"""

from hypothesis import example, given

from tests.realization_delivery.histories import KILL, History
from tests.realization_delivery.histories_drawn import (
    COMMANDS,
    IN_AFAS,
    MACHINES,
    RESTORED,
    histories,
    told,
)
from tests.realization_delivery.histories_stage import Stage

#: A read-back that took long showed what a quick one a moment later does not: its beginning tells no lag.
SLOW_READ_BACK = History(
    staff=("a", "", "", "a", "a", "", "a", "", "a"),
    bad=frozenset({8}),
    lag=30.0,
    unique=True,
    chunk_lines=12,
    stops_at=10,
    faults=("lost_before", "ok", "timed_out"),
    reads=("slow",),
    acts=((59, KILL),),
)

#: A worker slept in a read-back, and two chunks that came too late for it sent each other without an end.
LATE_FOR_A_READ_BACK = History(
    staff=("a", "b", "a", "a", "a", "b", "a"),
    others=("a", "b"),
    lag=0.5,
    unique=True,
    shows=frozenset({"Ap", "created", "modified"}),
    proven=True,
    chunk_lines=2,
    faults=(
        *("after_commit", "unreachable", "after_commit", "busy"),
        *("after_commit", "forbidden_token", "whole_call", "too_late"),
    ),
    reads=("slow", "slow"),
    acts=((27, 400.0), (18, 4000.0), (36, 4000.0), (24, KILL), (31, KILL), (4, 4000.0)),
    messages=("twice", "arrives", "arrives", "arrives", "lost", "90"),
    deeds=((30, "resolve", 6), (36, "again", 4), (21, "again", 9), (15, "retry", 2)),
)

#: What was sent alone and not looked for yet waits for a person when there is nothing to look with any more.
BLINDED = History(
    staff=("a",) * 7,
    others=("a",),
    bad=frozenset(range(5)),
    unique=True,
    echo=False,
    proven=True,
    shows=frozenset(),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    deeds=((39, "config", 0), (1, "resolve", 0)),
)

#: What was cancelled and can't be proved absent is missed by each read-back that looks for the canary of its call.
GIVEN_UP = History(
    staff=("a",) * 6,
    others=("a",),
    hidden=frozenset({"a", "b"}),
    echo=False,
    unique=True,
    shows=frozenset(),
    proven=True,
    chunk_lines=2,
    stops_at=2,
    faults=("busy", "whole_call", "ok"),
    acts=((30, KILL), (1, KILL)),
    deeds=((32, "resume", 0), (28, "cancel", 0)),
)

#: The connector is taken away between a step that wants a read-back and its first page.
GONE_BEFORE_THE_FIRST_PAGE = History(
    echo=False,
    shows=frozenset(),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    faults=("ok", "unreachable"),
    acts=((21, -1.0), (1, -1.0), (55, -1.0), (16, 0.0), (57, 0.0)),
    deeds=((22, "config", 0),),
)

#: A line that nobody shows may be there, and there is nothing to look with any more before it goes again, or after.
BLIND_CANARIES = [
    History(
        staff=("",),
        others=("a",),
        hidden=frozenset({"a"}),
        echo=False,
        shows=frozenset(),
        chunk_lines=2,
        parallel=1,
        stops_at=2,
        faults=("ok", "bad_gateway"),
        deeds=((step, "config", 1),),
    )
    for step in (19, 23)
]

#: What was known against lines that go last is known no more when one with the same employee is applied.
CLEARED = History(
    staff=("a",) * 6,
    bad=frozenset({0, 1, 3, 4}),
    echo=False,
    shows=frozenset(),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    faults=("ok", "too_late", "unauthorised"),
    deeds=((1, "backup", 0),),
)

#: A worker sleeps before it raises the mark, which another raises further meanwhile, and the ledger is restored to it.
LOWERED = History(
    staff=("a",),
    others=("a",),
    echo=False,
    read_back=False,
    shows=frozenset(),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    acts=((1, 5.0), (35, 4000.0)),
    messages=("90",),
    deeds=((4, "backup", 0), (12, "restore", 1)),
    mends=False,
)


@told(100)
@example(history=SLOW_READ_BACK)
@given(history=histories())
def test_every_line_is_there_once_or_told_whatever_calls_and_workers_come_to(here: Stage, history: History) -> None:
    here.tells(history)


@told(70)
@given(history=histories(IN_AFAS))
def test_it_is_so_when_people_work_in_afas_meanwhile(here: Stage, history: History) -> None:
    here.tells(history)


@told(90)
@example(history=LATE_FOR_A_READ_BACK)
@example(history=BLINDED)
@example(history=GIVEN_UP)
@example(history=GONE_BEFORE_THE_FIRST_PAGE)
@example(history=BLIND_CANARIES[0])
@example(history=BLIND_CANARIES[1])
@given(history=histories(COMMANDS))
def test_it_is_so_when_people_give_commands_meanwhile(here: Stage, history: History) -> None:
    here.tells(history)


@told(50)
@given(history=histories(MACHINES))
def test_it_is_so_when_brokers_and_machines_fail(here: Stage, history: History) -> None:
    here.tells(history)


@told(70)
@example(history=CLEARED)
@example(history=LOWERED)
@given(history=histories((*RESTORED, *IN_AFAS)))
def test_it_is_so_when_the_database_is_restored(here: Stage, history: History) -> None:
    here.tells(history)
