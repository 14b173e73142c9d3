"""What AFAS tells about an environment and its connectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workers.afas.address import segment
from workers.afas.answer import Answer, broken, decoded
from workers.afas.client import Client


@dataclass(frozen=True)
class Overview:
    """What a token may use: connectors by name, and whose environment it is; None where AFAS does not say."""

    connectors: tuple[str, ...]
    update_connectors: tuple[str, ...] | None
    environment: str | None
    app_name: str | None
    group: str | None
    token_expiry: date | None


@dataclass(frozen=True)
class FieldInfo:
    """A field of a GetConnector; `length` 0 means that no limit is known."""

    id: str
    data_type: str
    label: str
    length: int

    @property
    def is_date(self) -> bool:
        """Whether AFAS compares it as a date; a date that its definition formats is text."""
        return self.data_type.lower().startswith("date")


def version(client: Client) -> str:
    """AFAS's version: a cheap check of address and token."""
    return client.get("ProfitVersion", {}, lambda answer: str(_object(answer).get("version", "")))


def overview(client: Client) -> Overview:
    """Connectors and environment of the client's token."""
    return client.get("metainfo", {}, _overview)


def connector_fields(client: Client, name: str) -> tuple[FieldInfo, ...]:
    """All fields of the GetConnector `name`, in AFAS's order."""
    return client.get(f"metainfo/get/{segment(name)}", {}, _fields)


def _overview(answer: Answer) -> Overview:
    found = _object(answer)
    info = found.get("info")
    info = info if isinstance(info, Mapping) else {}
    return Overview(
        connectors=_ids(answer, "getConnectors"),
        update_connectors=_ids(answer, "updateConnectors") if "updateConnectors" in found else None,
        environment=_said(info, "envid"),
        app_name=_said(info, "appName"),
        group=_said(info, "group"),
        token_expiry=_day(_said(info, "tokenExpiry")),
    )


def _ids(answer: Answer, key: str) -> tuple[str, ...]:
    return tuple(str(one.get("id", "")) for one in _objects(answer, key))


def _fields(answer: Answer) -> tuple[FieldInfo, ...]:
    return tuple(
        FieldInfo(
            id=str(one.get("id", "")),
            data_type=str(one.get("dataType", "")),
            label=str(one.get("label", "")),
            length=one["length"] if isinstance(one.get("length"), int) else 0,
        )
        for one in _objects(answer, "fields")
    )


def _object(answer: Answer) -> Mapping[str, Any]:
    found = decoded(answer)
    if not isinstance(found, dict):
        raise broken(answer)
    return found


def _objects(answer: Answer, key: str) -> list[Mapping[str, Any]]:
    found = _object(answer).get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise broken(answer)
    return found


def _said(info: Mapping[str, Any], key: str) -> str | None:
    value = info.get(key)
    return None if value is None else str(value)


def _day(moment: str | None) -> date | None:
    try:
        return date.fromisoformat((moment or "")[:10])
    except ValueError:
        return None
