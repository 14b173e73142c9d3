"""Random histories of changes, approvals and deletions: made once or told, and no later hand is overwritten."""

from hypothesis import example, given

from tests.realization_delivery.histories import KILL, Change, History
from tests.realization_delivery.histories_drawn import BY_HAND, ORDERS, later, told
from tests.realization_delivery.histories_stage import Stage

#: The second change of a line names it by its key, and is not looked at yet; the third one names it by Id.
NAMED_TWO_WAYS = History(
    staff=("a",) * 7,
    shows=frozenset(),
    old=2,
    fixed=frozenset({1, 4}),
    changes=(
        Change("update", ((2, "XpRe"), (1, "XpRe")), more=False),
        Change("update", ((0, "Id"), (1, "Id"), (0, "Id"), (0, "Id"), (1, "Id")), more=False),
        Change("update", ((0, "Id"), (0, "Id"), (0, "Id"), (0, "Id"), (1, "XpRe")), more=False),
    ),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    reads=("ok", "forbidden"),
    deeds=((27, "changes", 0), (16, "changes", 0), (16, "changes", 0), (20, "changes", 0), (16, "changes", 0)),
)

#: A deletion names a row by its Id that our own call made a moment ago, and that a read-back does not show yet.
HARDLY_THERE = History(
    staff=("a",) * 4,
    shows=frozenset(),
    lag=30.0,
    proven=True,
    changes=(Change("delete", ((0, "Id"),), more=False),),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    deeds=((3, "changes", 0), (1, "changes", 0)),
)

#: A canary that may have made a line twice got lost, and there is nothing to look with any more.
LOST_AND_BLIND = History(
    staff=("a",) * 7,
    bad=frozenset({1}),
    hidden=frozenset({"a"}),
    echo=False,
    shows=frozenset(),
    changes=(Change("update", ((0, "Id"),), more=False),),
    proven=True,
    chunk_lines=3,
    parallel=1,
    stops_at=2,
    faults=("ok", "too_large", "ok", "ok", "ok", "ok", "ok", "lost_after"),
    acts=((48, KILL), (10, KILL), (38, KILL), (1, KILL)),
    messages=("arrives", "lost"),
    deeds=((1, "changes", 0), (38, "changes", 0), (19, "config", 0)),
)

#: Changes that wait for an earlier one, which waits for a person: with their turn they told each other without an end.
NOT_THEIR_TURN = History(
    staff=("a",) * 5,
    bad=frozenset({4}),
    lag=0.5,
    named=0,
    shows=frozenset(),
    old=3,
    fixed=frozenset({4, 6}),
    changes=(
        Change("update", ((5, "Id"), (6, "XpRe"), (0, "Id"), (6, "XpRe"), (0, "XpRe")), more=False),
        Change("update", ((6, "Id"), (4, "Id"), (3, "Id"), (3, "XpRe"), (4, "Id")), more=True),
    ),
    proven=True,
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    faults=("lost_after", "busy", "locked", "ok"),
    reads=("ok", "ok", "forbidden", "ok"),
    acts=((13, KILL),),
    messages=("90",),
    deeds=((27, "changes", 0), (4, "again", 9), (8, "touches", 3), (16, "changes", 3)),
)

#: A line that no read-back shows is there when it goes again, AFAS says so, and then somebody deletes it there.
DELETED_THEN = History(
    staff=("a",) * 5,
    bad=frozenset({0, 2}),
    hidden=frozenset({"a"}),
    echo=False,
    unique=True,
    shows=frozenset(),
    changes=(Change("update", ((0, "Id"),), more=False),),
    proven=True,
    chunk_lines=9,
    parallel=1,
    stops_at=2,
    deeds=((1, "changes", 0), (11, "deletes", 0)),
)

#: The only line that was ever shown was so after an hour and a half: so long is each fault looked after from then on.
LONG_INVISIBLE = History(
    staff=("a",) * 4,
    others=("a",),
    bad=frozenset({1, 2, 3}),
    hidden=frozenset({"a"}),
    shows=frozenset({"created"}),
    changes=(Change("update", ((0, "Id"),) * 3, more=False),),
    chunk_lines=2,
    parallel=1,
    stops_at=2,
    faults=("ok", "gateway_timeout", "ok", "whole_call", "ok", "redirect", "ok", "ok"),
    acts=((1, KILL),),
    messages=("lost",),
    deeds=((1, "changes", 0), (1, "changes", 0)),
)


@told(80)
@example(history=NOT_THEIR_TURN)
@example(history=DELETED_THEN)
@example(history=HARDLY_THERE)
@given(history=later(BY_HAND))
def test_every_change_is_made_once_or_told_and_overwrites_no_later_hand(here: Stage, history: History) -> None:
    here.tells(history)


@told(50)
@example(history=LONG_INVISIBLE)
@example(history=NAMED_TWO_WAYS)
@example(history=LOST_AND_BLIND)
@given(history=later(ORDERS))
def test_it_is_so_of_changes_when_people_give_commands_meanwhile(here: Stage, history: History) -> None:
    here.tells(history)
