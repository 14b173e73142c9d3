"""The database as the file that would make it."""

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from workers.database import reading
from workers.staff.models import AfasConnection, ImportSetting, TurnoverSetting
from workers.staff.setup.readers import HIDDEN
from workers.staff.setup.tree import Organisation, Register, read

WIDTH = 10_000  #: characters of a line; a folded address is hard to read


def export() -> str:
    """The whole set-up as YAML, in the order in which it was added; secrets as "***". Applied, it changes nothing."""
    with reading() as session:
        organisations = [_organisation(held) for held in read(session)]
    yaml = YAML()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump({"organisations": organisations}, out)
    return out.getvalue()


def _organisation(held: Organisation) -> dict[str, Any]:
    return _given(
        guid=held.row.guid,
        name=held.row.name,
        afas=_afas(held.connection.row, held.same_as) if held.connection else None,
        turnover=_turnover(held.turnover.row) if held.turnover else None,
        payment_methods=[_item(kept.row) for kept in held.payment_methods],
        registers=[_register(register) for register in held.registers],
    )


def _afas(row: AfasConnection, same_as: str | None) -> dict[str, Any]:
    oauth = {"client_id": row.client_id, "client_secret": _hidden(row.client_secret)} if row.client_id else None
    return _given(
        same_as=same_as,
        environment=row.environment,
        token=_hidden(row.token),
        oauth=oauth,
        mail_to=row.mail_to,
        read_back=row.read_back,
        delete_style=row.delete_style,
    )


def _turnover(row: TurnoverSetting) -> dict[str, Any]:
    return _given(
        active=row.active,
        daily_at=Quoted(row.daily_at.strftime("%H:%M")),
        days_back=row.days_back,
        turnover_group=_code(row.turnover_group),
        other_turnover_groups=[_code(code) for code in row.other_turnover_groups],
        sign=row.sign,
        default_turnover_account=_code(row.default_turnover_account),
    )


def _register(register: Register) -> dict[str, Any]:
    groups = [_item(group) for group in register.groups]
    setting = _import(register.import_.row) if register.import_ else None
    return _item(register.row) | _given(turnover_groups=groups, **{"import": setting})


def _import(row: ImportSetting) -> dict[str, Any]:
    return _given(
        import_class=row.import_class,
        uri=row.uri,
        password=_hidden(row.password),
        default_turnover_account=_code(row.default_turnover_account),
        fields=row.fields,
    )


def _item(row: Any) -> dict[str, Any]:
    return _given(name=row.name, external_id=_code(row.external_id))


def _code(code: str | None) -> Quoted | None:
    return None if code is None else Quoted(code)


def _hidden(sealed: str | None) -> Quoted | None:
    return None if sealed is None else Quoted(HIDDEN)


def _given(**values: Any) -> dict[str, Any]:
    """Without what is not there, so that applying it elsewhere takes nothing away."""
    return {name: value for name, value in values.items() if value not in (None, [], "", {})}
