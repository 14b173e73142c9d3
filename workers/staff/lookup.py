"""What an import needs to know of the set-up, as plain frozen facts."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from workers.columns import now
from workers.database import Session, table_of
from workers.rows import split
from workers.secrets import Secret, unseal
from workers.staff import owners
from workers.staff.models import (
    IMPORT_CLASS,
    AfasConnection,
    ImportSetting,
    Organisation,
    PaymentMethod,
    Register,
    TurnoverSetting,
)
from workers.texts import text

DAYS_BACK = 40  #: days before today, for an organisation without turnover settings


class UnknownOrganisationError(Exception):
    """Raised when no organisation has that guid, or it reaches AFAS by no connection."""


@dataclass(frozen=True)
class Connection:
    """An organisation with a connection of its own. `pause_left`: seconds until its pause ends, None: not paused.

    `read_back`: its read-back connector, None: none; `delete_style`: how AFAS is asked to delete.
    """

    organisation_id: int
    guid: str
    name: str
    environment: str
    token: Secret | None
    client_id: str | None
    client_secret: Secret | None
    mail_to: tuple[str, ...]
    read_back: Mapping[str, Any] | None
    delete_style: str
    pause_kind: str | None
    pause_reason: str | None
    pause_left: float | None


@dataclass(frozen=True)
class ImportFacts:
    """A register of a connection group with its import setting; `uri` null: it has none that is ours.

    `linked`: it has an import setting of any class. `password` null: the connection's own credential is used.
    """

    register_id: int
    organisation_id: int
    code: str
    name: str
    linked: bool
    uri: str | None
    password: Secret | None
    fields: Mapping[str, str] | None
    default_account: str | None
    sign: int


def owner_id(session: Session, guid: str) -> int | None:
    """Id of the organisation whose connection serves `guid`: itself, or the one it is the same as; None if unknown."""
    found = session.execute(
        select(Organisation.id, AfasConnection.same_as_id)
        .join(AfasConnection, AfasConnection.organisation_id == Organisation.id)
        .where(Organisation.guid == guid.strip().strip("{}").lower())
    ).first()
    return (found.same_as_id or found.id) if found else None


def organisation_id(session: Session, guid: str) -> int:
    """Id of the organisation with that guid, with or without braces. Raises UnknownOrganisationError."""
    found = session.scalar(select(Organisation.id).where(Organisation.guid == guid.strip().strip("{}").lower()))
    if found is None:
        raise UnknownOrganisationError(text("turnover.unknown_organisation", guid=guid))
    return found


def owner_of(session: Session, organisation_id: int) -> int | None:
    """Id of the organisation whose connection serves this one; None when it has none."""
    found = session.objects.get(AfasConnection, organisation_id)
    return (found.same_as_id or organisation_id) if found else None


def connection(session: Session, organisation_id: int) -> Connection:
    """The connection of an organisation that has its own. Raises UnknownOrganisationError, SecretError."""
    found = session.execute(_connection(), {"organisation": organisation_id}).first()
    if found is None:
        raise UnknownOrganisationError(text("turnover.no_connection", organisation=organisation_id))
    organisation, afas = split(found, Organisation, AfasConnection)
    return Connection(
        organisation_id=organisation.id,
        guid=organisation.guid,
        name=organisation.name,
        environment=str(afas.environment),
        token=unseal(afas.token, owners.token(organisation.guid)) if afas.token else None,
        client_id=afas.client_id,
        client_secret=(
            unseal(afas.client_secret, owners.client_secret(organisation.guid)) if afas.client_secret else None
        ),
        mail_to=tuple(afas.mail_to),
        read_back=afas.read_back,
        delete_style=afas.delete_style,
        pause_kind=afas.pause_kind,
        pause_reason=afas.pause_reason,
        pause_left=_seconds(afas.paused_until, found[-1]),
    )


@cache
def _connection() -> Select[Any]:
    # Each call of delivery asks it: no objects, and the statement is made once.
    return (
        select(table_of(Organisation), table_of(AfasConnection))
        .add_columns(now())
        .join(AfasConnection, AfasConnection.organisation_id == Organisation.id)
        .where(Organisation.id == bindparam("organisation"), AfasConnection.environment.is_not(None))
    )


def _seconds(until: dt.datetime | None, clock: dt.datetime) -> float | None:
    return None if until is None else max((until - clock).total_seconds(), 0.0)


def group_ids(session: Session, organisation_id: int) -> list[int]:
    """The organisations that the connection of `organisation_id` serves, itself first."""
    same = select(AfasConnection.organisation_id).where(AfasConnection.same_as_id == organisation_id)
    return [organisation_id, *session.scalars(same.order_by(AfasConnection.organisation_id))]


def imports(session: Session, organisation_id: int) -> list[ImportFacts]:
    """Every register with a code in the connection group of `organisation_id`, in order of its id."""
    # The empty code is nobody's: in AFAS it means that a code is missing. NULL is not unequal to it either.
    rows = session.execute(
        select(
            Register.id,
            Register.organisation_id,
            Register.external_id,
            Register.name,
            Organisation.guid,
            ImportSetting.import_class,
            ImportSetting.uri,
            ImportSetting.password,
            ImportSetting.fields,
            ImportSetting.default_turnover_account,
            TurnoverSetting.default_turnover_account.label("organisation_default"),
            TurnoverSetting.sign,
        )
        .join(Organisation, Organisation.id == Register.organisation_id)
        .outerjoin(ImportSetting, ImportSetting.register_id == Register.id)
        .outerjoin(TurnoverSetting, TurnoverSetting.organisation_id == Register.organisation_id)
        .where(Register.organisation_id.in_(group_ids(session, organisation_id)), Register.external_id != "")
        .order_by(Register.id)
    )
    return [_import(row) for row in rows]


def _import(row: Any) -> ImportFacts:
    ours = row.import_class == IMPORT_CLASS
    sealed = row.password if ours else None
    return ImportFacts(
        register_id=row.id,
        organisation_id=row.organisation_id,
        code=row.external_id,
        name=row.name,
        linked=row.import_class is not None,
        uri=row.uri if ours else None,
        password=unseal(sealed, owners.import_password(row.guid, row.id)) if sealed else None,
        fields=row.fields if ours else None,
        default_account=(row.default_turnover_account if ours else None) or row.organisation_default or None,
        sign=row.sign or 1,
    )


def payment_methods(session: Session, organisation_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """{organisation id: {account number: payment method id}}."""
    found: dict[int, dict[str, int]] = {key: {} for key in organisation_ids}
    rows = session.execute(
        select(PaymentMethod.organisation_id, PaymentMethod.external_id, PaymentMethod.id).where(
            PaymentMethod.organisation_id.in_(found), PaymentMethod.external_id != ""
        )
    )
    for organisation, code, method in rows:
        found[organisation][str(code)] = method
    return found


def register_names(session: Session, organisation_id: int) -> list[tuple[str | None, str]]:
    """(external id, name) of every register of the connection group, those without external id too."""
    rows = session.execute(
        select(Register.external_id, Register.name)
        .where(Register.organisation_id.in_(group_ids(session, organisation_id)))
        .order_by(Register.id)
    )
    return [(code, name) for code, name in rows]


def register_owners(session: Session, organisation_id: int) -> dict[int, int]:
    """{register id: organisation id} of the connection group."""
    group = Register.organisation_id.in_(group_ids(session, organisation_id))
    rows = session.execute(select(Register.id, Register.organisation_id).where(group))
    return {row.id: row.organisation_id for row in rows}


def sign(session: Session, organisation_id: int) -> int:
    """1, or -1 for an organisation whose connector gives turnover as credit."""
    chosen = select(TurnoverSetting.sign).where(TurnoverSetting.organisation_id == organisation_id)
    return session.scalar(chosen) or 1


def payment_method_names(session: Session, organisation_id: int) -> list[tuple[int, str | None, str]]:
    """(organisation id, account number, name) of every payment method of the connection group."""
    rows = session.execute(
        select(PaymentMethod.organisation_id, PaymentMethod.external_id, PaymentMethod.name)
        .where(PaymentMethod.organisation_id.in_(group_ids(session, organisation_id)))
        .order_by(PaymentMethod.id)
    )
    return [(organisation, code, name) for organisation, code, name in rows]


def days_back(session: Session, organisation_id: int) -> int:
    """How many days before today the organisation's import goes back."""
    chosen = select(TurnoverSetting.days_back).where(TurnoverSetting.organisation_id == organisation_id)
    found = session.scalar(chosen)
    return DAYS_BACK if found is None else found


def guid(session: Session, organisation_id: int) -> str:
    """The organisation's guid."""
    return session.scalars(select(Organisation.guid).where(Organisation.id == organisation_id)).one()
