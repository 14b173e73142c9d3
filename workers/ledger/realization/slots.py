"""At most N parallel calls per AFAS environment, over all processes and machines, fair between organisations."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, Update, and_, bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from workers import leases
from workers.database import Session, reading, transaction
from workers.ledger.realization.acts import Slot
from workers.ledger.realization.models import Batch, Chunk, ChunkState, Environment
from workers.ledger.realization.waiting import held_back, in_line
from workers.ledger.realization.work import Held, may_send


class Place(AbstractContextManager["Place"]):
    """One of the environment's `parallel` calls for a chunk, from when it is asked for until its end.

    `ended` is called when it is free again: the next chunk need not wait until this one's answer is settled.
    """

    def __init__(self, held: Held, parallel: int, ended: Callable[[], None]) -> None:
        self._held, self._parallel, self._ended = held, parallel, ended
        self._lease = ExitStack()
        self._taken = False

    def __exit__(self, *_: object) -> None:
        # One that was not used is no news: two that can't go would tell each other without an end.
        self.end(wanted=True)

    def taken(self) -> bool:
        """Whether the chunk has it; None was free, or another chunk goes first: then it waits for its turn."""
        if not self._taken and (lease := _take(self._held, self._parallel)) is not None:
            self._lease.enter_context(leases.holding(lease))
            self._taken = True
        return self._taken

    def end(self, *, wanted: bool = False) -> None:
        """Give it back, as soon as AFAS has answered; `wanted`: by whom this answer lets go, so nobody else is told."""
        if self._taken:
            self._taken = False
            self._lease.close()
            if wanted:
                return
            # Without a database nobody is told; what AFAS answered is worth more than that.
            with suppress(SQLAlchemyError):
                self._ended()


def _take(held: Held, parallel: int) -> int | None:
    """The lease of a free call; a chunk whose organisation has more calls than one that waits lets it go first."""
    environment = held.batch.environment_id
    with transaction() as session:
        # One at a time per environment, so that the turn is judged on what the others took.
        session.execute(_one_at_a_time(), {"environment": environment})
        calls = _calls(session, environment)
        if len(calls) < parallel:
            _make(session, environment, range(len(calls), parallel))
            calls = _calls(session, environment)
        free = [call.id for call in calls[:parallel] if call.owner is None]
        ahead = _waiting(session, environment, calls, held)
        if len(free) > len(ahead[: len(free)]):
            return leases.claim(session, Slot, free[0], owner_id=held.owner)
        session.execute(_stands(), {"chunk": held.id})
        return None


@cache
def _one_at_a_time() -> Select[int]:
    return select(Environment.id).where(Environment.id == bindparam("environment")).with_for_update()


@cache
def _stands() -> Update:
    return update(Chunk).where(Chunk.id == bindparam("chunk")).values(wants_slot_at=in_line())


def turns(environment: int, parallel: int) -> tuple[list[int], bool]:
    """The chunks that wait and may have the free calls now, the fairest first: to be enqueued.

    And whether a call is left over.
    """
    with reading() as session:
        calls = _calls(session, environment)
        waiting = _waiting(session, environment, calls, None)
    # One of an organisation's suspects goes at a time: its other chunks would come in vain.
    first = {one.owner: one.chunk for one in reversed(waiting) if not one.fresh}
    going = [one.chunk for one in waiting if one.fresh or first[one.owner] == one.chunk]
    free = max(0, parallel - sum(call.owner is not None for call in calls[:parallel]))
    return going[:free], len(going) < free


class _Call(NamedTuple):
    """One of the environment's parallel calls; `owner`: the organisation that has it now."""

    id: int
    owner: int | None


class _Waits(NamedTuple):
    """A chunk that waits for a call, its organisation, and how many lines it has that were never tried."""

    chunk: int
    owner: int
    fresh: int


def _calls(session: Session, environment: int) -> list[_Call]:
    return [_Call(row[0], row[1]) for row in session.execute(_all_calls(), {"environment": environment})]


@cache
def _all_calls() -> Select[int, int | None]:
    owner = case((leases.free(Slot), None), else_=Slot.owner_id)
    return select(Slot.id, owner).where(Slot.environment_id == bindparam("environment")).order_by(Slot.number)


def _make(session: Session, environment: int, numbers: range) -> None:
    flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
    for number in numbers:
        made = flavour.insert(Slot).values(environment_id=environment, number=number)
        session.execute(made.on_conflict_do_nothing())


def _waiting(session: Session, environment: int, calls: list[_Call], held: Held | None) -> list[_Waits]:
    """Chunks that wait for a call, in their turn; with `held`, those that go before it.

    Turn about: each organisation's first, then each one's second, counted with the calls that it has already.
    """
    has = Counter(call.owner for call in calls)
    found = [_Waits(row[0], row[1], row[2]) for row in session.execute(_all_waiting(), {"environment": environment})]
    turn: list[tuple[int, int, _Waits]] = []
    for place, one in enumerate(found):
        turn.append((has[one.owner], place, one))
        has[one.owner] += 1
    mine = has[held.owner] - sum(one.owner == held.owner for one in found) if held else None
    return [one for count, _, one in sorted(turn) if mine is None or count < mine]


@cache
def _all_waiting() -> Select[int, int, int]:
    wants = and_(Chunk.state == ChunkState.PENDING, Chunk.wants_slot_at.is_not(None), leases.free(Chunk))
    return (
        select(Chunk.id, Chunk.owner_id, Chunk.fresh)
        .join(Batch, Batch.id == Chunk.batch_id)
        .where(Batch.environment_id == bindparam("environment"), wants, may_send(), ~held_back())
        .order_by(Chunk.wants_slot_at, Chunk.id)
    )
