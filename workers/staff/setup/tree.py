"""The set-up as rows of the database, and the entries of the file that name them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from workers.database import Base, Session
from workers.staff import models
from workers.staff.models import AfasConnection, ImportSetting, PaymentMethod, TurnoverGroup, TurnoverSetting
from workers.staff.setup.document import Entry
from workers.staff.setup.sealing import Sealing
from workers.texts import text

Row = TypeVar("Row", bound=Base)


@dataclass
class Kept(Generic[Row]):
    """A row as it will be; `entry` names it in the file (None: nothing does), `new`: not in the database yet."""

    row: Row
    entry: Entry | None = None
    new: bool = False
    sealings: list[Sealing] = field(default_factory=list)

    def line(self, name: str) -> int | None:
        """The line where the file gives this row's `name`; None: it does not."""
        return self.entry.lines.get(name) if self.entry else None


@dataclass
class Register(Kept[models.Register]):
    """A register with its import setting and its turnover groups in order, as they will be."""

    import_: Kept[ImportSetting] | None = None
    groups: list[TurnoverGroup] = field(default_factory=list)
    relinked: bool = False


@dataclass
class Connection(Kept[AfasConnection]):
    """A connection; with other credentials, its access token is no longer theirs."""

    forget_access_token: bool = False


@dataclass
class Organisation(Kept[models.Organisation]):
    """An organisation with all that hangs on it; `same_as` is the guid of the one whose connection it uses."""

    connection: Connection | None = None
    same_as: str | None = None
    turnover: Kept[TurnoverSetting] | None = None
    payment_methods: list[Kept[PaymentMethod]] = field(default_factory=list)
    groups: list[Kept[TurnoverGroup]] = field(default_factory=list)
    registers: list[Register] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What people call it."""
        return self.row.name or self.row.guid

    def items(self) -> list[Kept[Any]]:
        """Its payment methods, turnover groups and registers."""
        return [*self.payment_methods, *self.groups, *self.registers]

    def subject(self, kind: str, row: Any = None) -> str:
        """A part of it in a message: `kind` is payment_method, turnover_group, register, import, afas or turnover."""
        code = (row.external_id or row.name) if row is not None else ""
        return text(f"config.subject.{kind}", organisation=self.label, code=code)


def _by_organisation(rows: Iterable[Row]) -> dict[int, list[Kept[Row]]]:
    found: dict[int, list[Kept[Row]]] = defaultdict(list)
    for row in rows:
        found[row.organisation_id].append(Kept(row))  # type: ignore[attr-defined]
    return found


def read(session: Session) -> list[Organisation]:
    """The whole set-up as the database holds it, in the order in which it was added."""
    tree = {row.id: Organisation(row) for row in session.objects.scalars(select(models.Organisation).order_by("id"))}
    methods = _by_organisation(session.objects.scalars(select(PaymentMethod).order_by("id")))
    groups = _by_organisation(session.objects.scalars(select(TurnoverGroup).order_by("id")))
    for organisation_id, held in tree.items():
        held.payment_methods, held.groups = methods[organisation_id], groups[organisation_id]
    for connection in session.objects.scalars(select(AfasConnection)):
        tree[connection.organisation_id].connection = Connection(connection)
        if connection.same_as_id is not None:
            tree[connection.organisation_id].same_as = tree[connection.same_as_id].row.guid
    for turnover in session.objects.scalars(select(TurnoverSetting)):
        tree[turnover.organisation_id].turnover = Kept(turnover)
    for register in _registers(session):
        tree[register.row.organisation_id].registers.append(register)
    return list(tree.values())


def _registers(session: Session) -> Iterable[Register]:
    registers = {row.id: Register(row) for row in session.objects.scalars(select(models.Register).order_by("id"))}
    for setting in session.objects.scalars(select(ImportSetting)):
        registers[setting.register_id].import_ = Kept(setting)
    link = models.RegisterTurnoverGroup
    links = select(link.register_id, TurnoverGroup).join(TurnoverGroup, TurnoverGroup.id == link.turnover_group_id)
    links = links.order_by(link.register_id, link.position, link.turnover_group_id)
    for register_id, group in session.objects.execute(links):
        registers[register_id].groups.append(group)
    return registers.values()
