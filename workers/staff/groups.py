"""The turnover group that takes a register's turnover: found by the register's links, or made and linked once."""

from collections.abc import Collection, Iterable

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from workers.columns import among
from workers.database import Session
from workers.staff.models import Register, RegisterTurnoverGroup, TurnoverGroup, TurnoverSetting

OTHER_GROUP = "AO"  #: external ids of an organisation without turnover settings, as Staff has them
OWN_GROUP = "OA"


def of_registers(session: Session, register_ids: Collection[int]) -> dict[int, int]:
    """{register id: turnover group id} for those that are linked to a fitting group; the first link wins."""
    rows = session.execute(
        select(RegisterTurnoverGroup.register_id, TurnoverGroup.id, TurnoverGroup.external_id, Register.organisation_id)
        .join(TurnoverGroup, TurnoverGroup.id == RegisterTurnoverGroup.turnover_group_id)
        .join(Register, Register.id == RegisterTurnoverGroup.register_id)
        .where(among(RegisterTurnoverGroup.register_id, register_ids))
        .order_by(RegisterTurnoverGroup.register_id, RegisterTurnoverGroup.position)
    ).all()
    own = select(TurnoverSetting).where(TurnoverSetting.organisation_id.in_({row.organisation_id for row in rows}))
    fitting = {
        setting.organisation_id: {setting.turnover_group, *setting.other_turnover_groups}
        for setting in session.objects.scalars(own)
    }
    found: dict[int, int] = {}
    for register, group, code, organisation in rows:
        if code in fitting.get(organisation, {OWN_GROUP, OTHER_GROUP}):
            found.setdefault(register, group)
    return found


def ensure(session: Session, register_ids: Collection[int]) -> dict[int, int]:
    """As `of_registers`, for all of them: where none fits, the organisation's own group is linked, and made if absent.

    Two workers that do it at once make and link one: the second one's insert does nothing.
    """
    found = of_registers(session, register_ids)
    missing = [register for register in register_ids if register not in found]
    if not missing:
        return found
    rows = session.execute(
        select(Register.id, Register.organisation_id, TurnoverSetting.turnover_group)
        .outerjoin(TurnoverSetting, TurnoverSetting.organisation_id == Register.organisation_id)
        .where(Register.id.in_(missing))
    ).all()
    groups = {key: _own(session, *key) for key in {(row.organisation_id, row.turnover_group) for row in rows}}
    links = [
        {
            "register_id": row.id,
            "turnover_group_id": groups[row.organisation_id, row.turnover_group],
            "position": 0,
        }
        for row in rows
    ]
    _insert_missing(session, RegisterTurnoverGroup.__table__, links)
    return of_registers(session, register_ids)


def _own(session: Session, organisation_id: int, code: str | None) -> int:
    code = code or OWN_GROUP
    row = {"organisation_id": organisation_id, "external_id": code, "name": code}
    _insert_missing(session, TurnoverGroup.__table__, [row])
    return session.scalars(
        select(TurnoverGroup.id).where(
            TurnoverGroup.organisation_id == organisation_id, TurnoverGroup.external_id == code
        )
    ).one()


def _insert_missing(session: Session, table: object, rows: Iterable[dict[str, object]]) -> None:
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
    session.execute(flavour.insert(table).on_conflict_do_nothing(), list(rows))
