"""At most N parallel calls per AFAS environment, over all processes and machines, fair between organisations."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from workers import leases
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization.acts import Slot
from workers.ledger.realization.models import Batch, Chunk, ChunkState, Environment
from workers.ledger.realization.work import Held, held_back, may_go


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
        session.execute(select(Environment.id).where(Environment.id == environment).with_for_update())
        _make(session, environment, parallel)
        mine = (Slot.environment_id == environment, Slot.number < parallel, leases.free(Slot))
        free = list(session.scalars(select(Slot.id).where(*mine).order_by(Slot.number)))
        ahead = [chunk for chunk, _ in _waiting(session, environment, held)]
        if len(free) > len(ahead[: len(free)]):
            return leases.claim(session, Slot, free[0], owner_id=held.owner)
        waits = func.coalesce(Chunk.wants_slot_at, now())
        session.execute(update(Chunk).where(Chunk.id == held.id).values(wants_slot_at=waits))
        return None


def turns(environment: int, parallel: int) -> list[int]:
    """The chunks that wait and may have the free calls now, the fairest first: to be enqueued."""
    with reading() as session:
        busy = session.scalar(
            select(func.count()).where(Slot.environment_id == environment, Slot.number < parallel, ~leases.free(Slot))
        )
        waiting = _waiting(session, environment, None)
        fresh = set(session.scalars(select(Chunk.id).where(Chunk.id.in_([one for one, _ in waiting]), Chunk.fresh > 0)))
        # One of an organisation's suspects goes at a time: its other chunks would come in vain.
        first = {owner: chunk for chunk, owner in reversed(waiting) if chunk not in fresh}
        going = [chunk for chunk, owner in waiting if chunk in fresh or first[owner] == chunk]
        return going[: max(0, parallel - (busy or 0))]


def _make(session: Session, environment: int, parallel: int) -> None:
    there = session.scalar(select(func.count()).where(Slot.environment_id == environment)) or 0
    flavour = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for number in range(there, parallel):
        made = flavour.insert(Slot).values(environment_id=environment, number=number)
        session.execute(made.on_conflict_do_nothing())


def _waiting(session: Session, environment: int, held: Held | None) -> list[tuple[int, int]]:
    """Chunks that wait for a call, with their organisations, in their turn; with `held`, those that go before it.

    Turn about: each organisation's first, then each one's second, counted with the calls that it has already.
    """
    has = Counter(
        session.scalars(
            select(Slot.owner_id).where(
                Slot.environment_id == environment, ~leases.free(Slot), Slot.owner_id.is_not(None)
            )
        )
    )
    waits = and_(
        Chunk.state == ChunkState.PENDING, Chunk.wants_slot_at.is_not(None), leases.free(Chunk), may_go(), ~held_back()
    )
    found = session.execute(
        select(Chunk.id, Chunk.owner_id)
        .join(Batch, Batch.id == Chunk.batch_id)
        .where(Batch.environment_id == environment, waits)
        .order_by(Chunk.wants_slot_at, Chunk.id)
    ).all()
    turn: list[tuple[int, int, int, int]] = []
    for place, (chunk, owner) in enumerate(found):
        turn.append((has[owner], place, chunk, owner))
        has[owner] += 1
    mine = has[held.owner] - sum(owner == held.owner for *_, owner in turn) if held else None
    return [(chunk, owner) for count, _, chunk, owner in sorted(turn) if mine is None or count < mine]
