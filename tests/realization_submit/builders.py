"""Organisations that lines are submitted for, the lines, and what the ledger then holds."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from tasks.realization import submit
from tasks.realization.deliver import Hands
from workers.children import free_port
from workers.database import Base, reading, transaction
from workers.ledger.realization.models import Batch, Chunk, Line, RejectedIntake
from workers.secrets import Secret, seal
from workers.staff import owners
from workers.staff.models import AfasConnection, Organisation

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
OTHER = "0b2f6a34-1111-4222-8333-abcdefabcdef"
TOKEN = f"<token><version>1</version><data>{'a' * 64}</data></token>"


def organisation(
    guid: str = GUID, *, at: str | None = None, same_as: int | None = None, token: str = TOKEN, **more: Any
) -> int:
    """An organisation whose AFAS answers nothing, unless it is `at` another address: its id."""
    address = at or f"http://127.0.0.1:{free_port()}/ProfitRestServices"
    own = {"environment": address, "token": seal(Secret(token), owners.token(guid))} if same_as is None else {}
    with transaction() as session:
        made = Organisation(guid=guid, name=f"Organisatie {guid[:4]}")
        session.objects.add(made)
        session.objects.flush()
        session.objects.add(AfasConnection(organisation_id=made.id, same_as_id=same_as, mail_to=[], **(own | more)))
    return made.id


def line(key: str | None = None, **fields: Any) -> dict[str, Any]:
    """A good line; without a key none is given."""
    named = {} if key is None else {"XpRe": key}
    return {"DaTi": "2026-11-20", "EmId": "1000", "ItCd": "300", "Qu": "4.00", **named, **fields}


def message(*lines: object, **said: Any) -> dict[str, Any]:
    """A submit of inserts."""
    return {"organisation": GUID, "action": "insert", "lines": list(lines), "reference": "week-47", **said}


@dataclass
class Handed:
    """What was handed on."""

    chunks: list[int] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    replies: list[int] = field(default_factory=list)

    def hands(self) -> Hands:
        """Hands that keep it."""
        return Hands(lambda chunk, _: self.chunks.append(chunk), self.mails.append, self.replies.append)


def submitted(*lines: object, **said: Any) -> dict[str, int]:
    """The result of a submit by message."""
    return submit.take_or_keep(message(*lines, **said), "task-1", Handed().hands())


def lines_of(batch: int) -> list[Line]:
    """The batch's lines in order."""
    with reading() as session:
        return list(session.objects.scalars(select(Line).where(Line.batch_id == batch).order_by(Line.position)))


def chunks_of(batch: int) -> list[Chunk]:
    """The batch's chunks in order."""
    with reading() as session:
        return list(session.objects.scalars(select(Chunk).where(Chunk.batch_id == batch).order_by(Chunk.position)))


def batch_of(number: int) -> Batch:
    """The batch."""
    with reading() as session:
        return session.objects.scalars(select(Batch).where(Batch.id == number)).one()


def rejected() -> list[RejectedIntake]:
    """Every message that was not taken."""
    with reading() as session:
        return list(session.objects.scalars(select(RejectedIntake).order_by(RejectedIntake.id)))


def rows(*tables: type[Base]) -> Counter[str]:
    """How many rows these tables have."""
    with reading() as session:
        return Counter(
            {one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}
        )


def settle(batch: int, position: int, state: str, **values: Any) -> None:
    """A line has this outcome now, as the delivery would write it."""
    holds = {"holds_key": False} if state in {"refused", "cancelled"} else {}
    with transaction() as session:
        found = session.objects.scalars(select(Line).where(Line.batch_id == batch, Line.position == position)).one()
        for name, value in {"state": state, **holds, **values}.items():
            setattr(found, name, value)
