"""Where the set-up and AFAS meet: a client out of a connection's facts, and AFAS's rules for the configuration file."""

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from workers.afas.address import checked_base, import_address
from workers.afas.auth import Classic, Credential, OAuth, TokenStore
from workers.afas.calls import Call
from workers.afas.client import Client, Options
from workers.afas.errors import AfasError
from workers.database import Session
from workers.ledger import calls
from workers.ledger.realization import moving
from workers.ledger.realization.moving import Moved
from workers.secrets import Secret
from workers.settings import Settings, current
from workers.staff.lookup import Connection
from workers.staff.setup import RuleError
from workers.staff.tokens import SharedTokens
from workers.texts import text


def credential(connection: Connection, password: Secret | None, tokens: TokenStore) -> Credential:
    """The register's own token, else what the organisation signs with. Raises Never (token) when it is malformed."""
    if password is not None:
        return Classic(password)
    if connection.client_id is not None and connection.client_secret is not None:
        return OAuth(connection.client_id, connection.client_secret, tokens)
    return Classic(connection.token or Secret(""))


def own(connection: Connection, settings: Settings, base: str | None = None, password: Secret | None = None) -> Client:
    """A client of the organisation's environment, or of `base`, whose every call is kept in the call log at once.

    Raises AddressError, Never (token).
    """
    address = base or connection.environment
    signed = credential(connection, password, SharedTokens(connection.organisation_id, connection.guid))
    return client(address, signed, settings, call_log(connection, address))


def call_log(connection: Connection, address: str) -> Callable[[Call], None]:
    """What keeps calls to `address`, of the organisation but of no run, in the call log."""

    def log(call: Call) -> None:
        # A database that is away must not take AFAS's answer along.
        with suppress(DBAPIError):
            calls.add(connection.organisation_id, address, {name: getattr(call, name) for name in calls.FACTS})

    return log


def client(base: str, signed: Credential, settings: Settings, log: Callable[[Call], None]) -> Client:
    """A client of the environment at `base`. Raises AddressError for a host that is not allowed."""
    return Client(base, signed, log, Options.of(settings))


class Rules:
    """What AFAS and the ledger say of the configuration file; `is_newest`: whether this ledger is what sent last."""

    def __init__(self, allowed_hosts: tuple[str, ...], is_newest: Callable[[], bool]) -> None:
        self._allowed_hosts = allowed_hosts
        self._is_newest = is_newest

    def base(self, address: str) -> str:
        """The one spelling of an environment's base address. Raises RuleError when it may not be called."""
        try:
            return checked_base(address, self._allowed_hosts)
        except AfasError as error:
            raise RuleError(str(error)) from None

    def import_base(self, uri: str) -> str:
        """The base address of an import's URI. Raises RuleError for a wrong form or a host that is not allowed."""
        try:
            return checked_base(import_address(uri)[0], self._allowed_hosts)
        except AfasError as error:
            raise RuleError(str(error)) from None

    def check_token(self, token: Secret) -> None:
        """Raises RuleError when this is no classic token."""
        try:
            Classic(token)
        except AfasError as error:
            raise RuleError(str(error)) from None

    def move(self, session: Session, organisation: int, owner: int, address: str | None) -> Moved:
        """Lead the organisation's batches that have not ended to `address`, by the connection of `owner`.

        One that may not be called, which is told as such, moves nothing.
        Raises RuleError where the ledger has forgotten what was sent: what never left by it may have.
        """
        try:
            base = None if address is None else self.base(address)
        except RuleError:
            return Moved()
        moved = moving.move(session, organisation, owner, base, current().sweep_seconds)
        if moved.along and (moving.is_stopped(session, owner) or not self._is_newest()):
            raise RuleError(text("people.adopt_first"))
        return moved
