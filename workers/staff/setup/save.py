"""The tree into the database."""

from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy import text as sql

from workers.database import Session
from workers.staff import models
from workers.staff.models import AccessToken, RegisterTurnoverGroup
from workers.staff.setup.tree import Kept, Organisation, Register


def lock(session: Session) -> None:
    """Nobody else applies a file, or makes or links a turnover group, until the transaction ends."""
    if session.connection.dialect.name == "postgresql":
        tables = "organisation, turnover_group, register_turnover_group"
        session.execute(sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def save(session: Session, tree: list[Organisation]) -> None:
    """Write what is new or changed; secrets are sealed here, for an owner's name may hold an id."""
    for organisation in tree:
        _save_organisation(session, organisation)
    ids = {organisation.row.guid: organisation.row.id for organisation in tree}
    for organisation in tree:
        if organisation.connection:
            same_as = organisation.same_as
            organisation.connection.row.same_as_id = None if same_as is None else ids[same_as]
    items = [(organisation.row.id, kept) for organisation in tree for kept in organisation.items()]
    for organisation_id, kept in items:
        kept.row.organisation_id = organisation_id
        session.objects.add(kept.row)
    session.objects.flush()
    for organisation in tree:
        _save_settings(session, organisation)
        for register in organisation.registers:
            _save_parts(session, register)
    session.objects.flush()


def _save_organisation(session: Session, organisation: Organisation) -> None:
    # Not by flush: that would write changed connections too, before the organisations they refer to have an id.
    row = organisation.row
    if organisation.new:
        added = insert(models.Organisation).values(guid=row.guid, name=row.name).returning(models.Organisation.id)
        row.id = session.scalars(added).one()


def _save_settings(session: Session, organisation: Organisation) -> None:
    if organisation.connection and organisation.connection.forget_access_token:
        _forget_access_token(session, organisation.row.id)
    parts: list[Kept[Any] | None] = [organisation.connection, organisation.turnover]
    for part in filter(None, parts):
        part.row.organisation_id = organisation.row.id
        _seal_and_add(session, part)


def _save_parts(session: Session, register: Register) -> None:
    link = RegisterTurnoverGroup
    if register.import_:
        register.import_.row.register_id = register.row.id
        _seal_and_add(session, register.import_)
    if register.relinked:
        session.execute(delete(link).where(link.register_id == register.row.id))
        for position, group in enumerate(register.groups):
            session.objects.add(link(register_id=register.row.id, turnover_group_id=group.id, position=position))


def _forget_access_token(session: Session, organisation_id: int) -> None:
    # A worker that is fetching one with the old credentials loses its lease with it.
    forgotten = update(AccessToken).where(AccessToken.organisation_id == organisation_id)
    session.execute(forgotten.values(token=None, ends_at=None, lease_id=None))


def _seal_and_add(session: Session, kept: Kept[Any]) -> None:
    for sealing in kept.sealings:
        sealing.write()
    session.objects.add(kept.row)
