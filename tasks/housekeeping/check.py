"""What an organisation still lacks: its set-up looked at, AFAS asked, each gap told with its remedy."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from tasks import connect
from tasks.housekeeping import readiness
from tasks.housekeeping.readiness import Lack
from workers.afas.address import checked_base, import_address
from workers.afas.client import Client
from workers.afas.errors import AfasError
from workers.afas.metainfo import FieldInfo, Overview, connector_fields, overview, version
from workers.database import reading
from workers.secrets import Secret, SecretError
from workers.settings import Settings, current
from workers.staff import lookup, served
from workers.staff.lookup import Connection, ImportFacts, UnknownOrganisationError
from workers.staff.models import IMPORT_CLASS
from workers.staff.setup.tree import Organisation, read
from workers.texts import text

CLASSIC_ENDS = dt.date(2027, 5, 1)  #: AFAS: classic tokens of today expire then


@dataclass(frozen=True)
class Finding:
    """What is amiss at an organisation (its name; empty: the settings). `gap` false: a warning, all works without."""

    organisation: str
    told: str
    gap: bool = True


def check(guid: str | None) -> list[Finding]:
    """Everything amiss at one organisation, or at all of them, gaps first. Asks AFAS; writes nothing but the call log.

    Raises UnknownOrganisationError for a guid that no organisation has.
    """
    with reading() as session:
        tree = read(session)
    wanted = None if guid is None else guid.strip().strip("{}").lower()
    chosen = [held for held in tree if wanted in {None, held.row.guid}]
    if wanted and not chosen:
        raise UnknownOrganisationError(text("check.unknown", guid=guid))
    found = _settings(current())
    for held in chosen:
        check_one = _Check(held, next((other for other in tree if other.row.guid == held.same_as), held))
        check_one.run()
        found += [replace(finding, organisation=held.label) for finding in check_one.found]
    return sorted(dict.fromkeys(found), key=lambda finding: not finding.gap)


def _settings(settings: Settings) -> list[Finding]:
    found = [] if settings.smtp_url else [Finding("", text("check.smtp"))]
    read_timeout, server_timeout = settings.afas_read_timeout, settings.afas_server_timeout
    if read_timeout < server_timeout:
        values = {"read": f"{read_timeout:g}", "server": f"{server_timeout:g}"}
        found.append(Finding("", text("check.timeout", **values), gap=False))
    return found


class _Check:
    """One organisation looked at; `owner` is the one whose connection it uses, mostly itself."""

    def __init__(self, held: Organisation, owner: Organisation) -> None:
        self._held, self._owner, self._settings = held, owner, current()
        self._seen: dict[tuple[str, Secret | None], Overview | None] = {}
        self.found: list[Finding] = []

    def run(self) -> None:
        """Fill `found`."""
        self._registers()
        if self._owner.connection is None:
            self._tell("connection")
            return
        if self._owner is self._held:
            self._own_set_up()
        else:
            self._borrowed()
        try:
            with reading() as session:
                connection = lookup.connection(session, self._owner.row.id)
                facts = lookup.imports(session, self._owner.row.id)
        except SecretError as error:
            self.found.append(Finding("", str(error)))
            return
        if self._owner is self._held:
            self._environment(connection)
        for fact in facts:
            if fact.organisation_id == self._held.row.id and fact.uri:
                self._import(connection, fact)

    def _tell(self, key: str, *, gap: bool = True, **values: object) -> None:
        self.found.append(Finding("", text(f"check.{key}", **values), gap))

    def _own_set_up(self) -> None:
        with reading() as session:
            imported = [daily.organisation_id for daily in served.daily(session)]
            told = served.recipients(session, self._held.row.guid)
        if self._held.turnover is None and self._held.row.id not in imported:
            self._tell("turnover")
        if not told and not self._settings.admin_mail:
            self._tell("mail")

    def _borrowed(self) -> None:
        """Lines go by the owner's connection, read-back and delete style."""
        row = self._held.connection.row if self._held.connection else None
        if row and (row.read_back or row.delete_style != readiness.DELETE_BY_ID):
            self._tell("borrowed", gap=False, owner=self._owner.label)

    def _registers(self) -> None:
        turnover = self._held.turnover
        for register in self._held.registers:
            row, setting = register.row, register.import_.row if register.import_ else None
            if row.external_id is None:
                self._tell("external_id", name=row.name)
            elif setting is None:
                self._tell("import", code=row.external_id)
            elif setting.import_class == IMPORT_CLASS and not (
                setting.default_turnover_account or (turnover and turnover.row.default_turnover_account)
            ):
                self._tell("account", gap=False, code=row.external_id)

    def _environment(self, connection: Connection) -> None:
        """The connection by which lines are delivered."""
        row = self._held.connection.row if self._held.connection else None
        read_back = row.read_back if row else None
        self._lacks(readiness.set_up(read_back, row.delete_style if row else readiness.DELETE_BY_ID))
        try:
            base = checked_base(connection.environment, self._settings.allowed_hosts)
            with connect.own(connection, self._settings, base) as afas:
                if seen := self._overview(connection, afas, None):
                    self._lacks(readiness.rights(read_back, seen.update_connectors, base))
                    self._read_back(afas, read_back)
        except AfasError as error:
            self.found.append(Finding("", str(error)))

    def _read_back(self, afas: Client, read_back: Mapping[str, Any] | None) -> None:
        if read_back:
            known = self._connector(afas, None, read_back["connector"], readiness.mapped(read_back))
            self.found += [Finding("", told) for told in readiness.unfit(read_back, known)]

    def _lacks(self, found: Iterable[Lack]) -> None:
        for lack in found:
            self._tell(lack.key, gap=lack.gap, **lack.values)

    def _import(self, connection: Connection, fact: ImportFacts) -> None:
        try:
            base, connector = import_address(fact.uri or "")
            with connect.own(connection, self._settings, base, fact.password) as afas:
                if self._overview(connection, afas, fact.password):
                    fields = fact.fields or {}
                    self._dates(connector, fields, self._connector(afas, fact.password, connector, fields))
        except AfasError as error:
            self.found.append(Finding("", str(error)))

    def _dates(self, connector: str, fields: Mapping[str, str], known: Iterable[FieldInfo]) -> None:
        for field in known:
            if field.id == fields.get("date") and not field.is_date:
                self._tell("date", name=connector, field=field.id, type=field.data_type)

    def _overview(self, connection: Connection, afas: Client, password: Secret | None) -> Overview | None:
        """What the credential may see; asked and told once, None when AFAS did not say."""
        key = (afas.base, password)
        if key not in self._seen:
            self._seen[key] = None
            version(afas)
            self._seen[key] = seen = overview(afas)
            if password or connection.token:
                ends = seen.token_expiry or CLASSIC_ENDS
                self._tell("classic", gap=False, where=afas.base, ends=ends.strftime("%d-%m-%Y"))
        return self._seen[key]

    def _connector(
        self, afas: Client, password: Secret | None, name: str, fields: Mapping[str, str]
    ) -> tuple[FieldInfo, ...]:
        """The connector's fields, those that are missing told; none when it is missing itself."""
        seen = self._seen[afas.base, password]
        there = {connector.lower(): connector for connector in seen.connectors} if seen else {}
        if name.lower() not in there:
            similar = [there[one] for one in get_close_matches(name.lower(), there)]
            self._tell("connector", where=afas.base, name=name, near=readiness.nearest(similar))
            return ()
        known = connector_fields(afas, name)
        names = [field.id for field in known]
        for role, field in fields.items():
            if field not in names:
                near = readiness.nearest(get_close_matches(field, names))
                self._tell("field", name=name, role=role, field=field, near=near)
        return known
