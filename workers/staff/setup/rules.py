"""What the set-up must obey as a whole. A mistake is noted where the file names it; the rest is not judged."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from workers.database import Session
from workers.secrets import Secret
from workers.staff.models import IMPORT_CLASS, ImportSetting
from workers.staff.setup.document import Entry
from workers.staff.setup.readers import KEPT
from workers.staff.setup.tree import Kept, Organisation
from workers.texts import text

Placed = tuple[Organisation, Kept[Any]]


class RuleError(Exception):
    """Raised when AFAS can't work with an address or a token; its text is one line with the remedy."""


class AfasRules(Protocol):
    """What AFAS and the ledger say of values in the file; handed in, for Staff's room knows neither."""

    def base(self, address: str) -> str:
        """The one spelling of an environment's base address. Raises RuleError when it may not be called."""

    def import_base(self, uri: str) -> str:
        """The base address of an import's URI. Raises RuleError for a wrong form or a host that is not allowed."""

    def check_token(self, token: Secret) -> None:
        """Raises RuleError when this is no classic token."""

    def move(
        self, session: Session, organisation: int, owner: int, address: str | None
    ) -> tuple[Sequence[int], Sequence[int]]:
        """Lead the organisation's batches to `address` by the connection of `owner`; gives those that go and stay.

        `address` is null where that is another organisation; one that may not be called moves nothing.
        Raises RuleError when nobody knows what can go.
        """


class Rules:
    """Notes the mistakes of a tree at the entries that made them."""

    def __init__(self, afas: AfasRules, tree: Sequence[Organisation]) -> None:
        self._afas = afas
        self._tree = tree
        self._by_guid = {organisation.row.guid: organisation for organisation in tree}

    def check(self) -> None:
        """Note all mistakes."""
        groups: dict[str, list[Placed]] = {}
        for organisation in self._tree:
            self._connection(organisation)
            self._same_as(organisation)
            self._defaults(organisation)
            _check_unique([(organisation, kept) for kept in organisation.payment_methods])
            for register in organisation.registers:
                groups.setdefault(self._owner(organisation).row.guid, []).append((organisation, register))
                if register.import_ and register.import_.row.import_class == IMPORT_CLASS:
                    self._import(organisation, register.import_)
        for registers in groups.values():
            _check_unique(registers)

    def _owner(self, organisation: Organisation) -> Organisation:
        """The organisation whose connection this one uses."""
        return self._by_guid.get(organisation.same_as or "", organisation)

    def _connection(self, organisation: Organisation) -> None:
        entry = organisation.connection.entry if organisation.connection else None
        if entry:
            _ask(self._afas.base, entry, "environment")
            _ask(self._afas.check_token, entry, "token")

    def _same_as(self, organisation: Organisation) -> None:
        if organisation.same_as is None:
            return
        target = self._by_guid.get(organisation.same_as)
        if found := _first((organisation.connection, "same_as")):
            if target is None:
                found.wrong("same_as", "config.same_as_unknown", value=organisation.same_as)
            elif target is organisation:
                found.wrong("same_as", "config.same_as_self", value=organisation.same_as)
            elif target.same_as:
                found.wrong("same_as", "config.same_as_chain", value=target.label, other=target.same_as)
            elif target.connection is None and "afas" not in _lines(target):
                found.wrong("same_as", "config.same_as_unconnected", value=target.label)
        elif target and target.same_as and (found := _first((target.connection, "same_as"))):
            found.wrong("same_as", "config.same_as_used", value=target.same_as, other=organisation.label)

    def _defaults(self, organisation: Organisation) -> None:
        """A row without account number goes to the payment method that the default account names, so it must exist."""
        lines = _lines(organisation)
        if "payment_methods" in lines and organisation.entry and "payment_methods" not in organisation.entry.values:
            return
        codes = {kept.row.external_id for kept in organisation.payment_methods}
        for kept in (organisation.turnover, *(register.import_ for register in organisation.registers)):
            values = kept.entry.values if kept and kept.entry else {}
            account = values.get("default_turnover_account")
            if kept and kept.entry and account is not None and account not in codes:
                kept.entry.wrong("default_turnover_account", "config.no_method", value=account)

    def _import(self, organisation: Organisation, setting: Kept[ImportSetting]) -> None:
        base = None
        try:
            base = self._afas.import_base(setting.row.uri)
        except RuleError as error:
            if setting.row.uri and (found := _first((setting, "uri"), (setting, "import_class"))):
                found.wrong("uri", "config.refused", reason=error)
        if setting.entry:
            _ask(self._afas.check_token, setting.entry, "password")
        if base and setting.row.password is None:
            self._host(organisation, setting, base)

    def _host(self, organisation: Organisation, setting: Kept[ImportSetting], base: str) -> None:
        """The organisation's credential goes to its own environment only."""
        owner = self._owner(organisation)
        own, owners = organisation.connection, owner.connection
        found = _first((setting, "uri"), (setting, "password"), (setting, "import_class"), (own, "same_as"))
        found = found or _first((owners, "environment"))
        if found is None:
            return
        name = next(
            name for name in ("uri", "password", "import_class", "same_as", "environment") if name in found.lines
        )
        if owners is None:
            if "afas" not in _lines(owner):
                found.wrong(name, "config.no_credential", value=setting.row.uri)
            return
        try:
            environment = self._afas.base(owners.row.environment or "")
        except RuleError:
            return
        if environment != base:
            found.wrong(name, "config.other_host", value=base, other=environment)


def _lines(organisation: Organisation) -> dict[str, int]:
    return organisation.entry.lines if organisation.entry else {}


def _first(*places: tuple[Kept[Any] | None, str]) -> Entry | None:
    """The entry of the first place that the file names."""
    return next((kept.entry for kept, name in places if kept and kept.entry and name in kept.entry.lines), None)


def _ask(rule: Callable[[Any], object], entry: Entry, name: str) -> None:
    value = entry.values.get(name, KEPT)
    if value == KEPT or value is None:
        return
    try:
        rule(value)
    except RuleError as error:
        entry.wrong(name, "config.refused", reason=error)


def _check_unique(rows: Iterable[Placed]) -> None:
    """Each external id is given once; told where the file gives it a second time, or where it brings two together."""
    seen: dict[str, Placed] = {}
    for organisation, kept in sorted(rows, key=lambda placed: placed[1].line("external_id") or 0):
        code = kept.row.external_id
        if code is None:
            continue
        first, other = seen.setdefault(code, (organisation, kept))
        if other is kept:
            continue
        if found := _first((kept, "external_id")):
            found.wrong("external_id", "config.code_twice", value=code, other=_where(first, other))
        elif found := _first((organisation.connection, "same_as"), (first.connection, "same_as")):
            found.wrong("same_as", "config.code_shared", value=code, other=f"{first.label}, {organisation.label}")


def _where(organisation: Organisation, kept: Kept[Any]) -> str:
    line = kept.line("external_id")
    return text("config.line", line=line) if line else f"{organisation.label}, {kept.row.name}"
