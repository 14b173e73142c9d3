"""The OAuth access token of an organisation, shared by all its workers through the database."""

import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from workers import leases
from workers.columns import now
from workers.database import Session, reading, transaction
from workers.secrets import Secret, SecretError, seal, unseal
from workers.staff import owners
from workers.staff.models import AccessToken

POLL_SECONDS = 0.2  #: between two looks while another process fetches


class SharedTokens:
    """A token store in the database, sealed; one process at a time fetches a new token, the others wait for it."""

    def __init__(self, organisation_id: int, guid: str) -> None:
        self._organisation_id = organisation_id
        self._owner = owners.access_token(guid)

    def current(self) -> tuple[Secret, float] | None:
        """The kept token and the seconds it still lives; None when there is none, or no key opens it any more."""
        with reading() as session:
            found = session.execute(
                select(AccessToken.token, AccessToken.ends_at, now()).where(
                    AccessToken.organisation_id == self._organisation_id
                )
            ).first()
        if found is None or found.token is None:
            return None
        try:
            return unseal(found.token, self._owner), (found.ends_at - found[2]).total_seconds()
        except SecretError:
            return None

    def renew(self, stale: Secret | None, fetch: Callable[[], tuple[Secret, float]]) -> Secret:
        """The token after `stale`: what somebody else kept meanwhile, else fetched by one process, and kept."""
        while (kept := self._after(stale)) is None:
            with transaction() as session:
                self._ensure_row(session)
                lease = leases.claim(session, AccessToken, self._organisation_id)
            if lease is None:
                time.sleep(POLL_SECONDS)
                continue
            with leases.holding(lease):
                # Somebody else may have kept one, and ended, between the look and the claim.
                if (kept := self._after(stale)) is None:
                    kept, seconds = fetch()
                    self._keep(lease, kept, seconds)
                return kept
        return kept

    def _after(self, stale: Secret | None) -> Secret | None:
        """The kept token, when it lives and is another one than `stale`."""
        kept = self.current()
        return kept[0] if kept and kept[0] != stale and kept[1] > 0 else None

    def _keep(self, lease: int, token: Secret, seconds: float) -> None:
        with transaction() as session:
            values = {"token": seal(token, self._owner), "ends_at": now(seconds), "lease_id": None}
            leases.fenced(session, AccessToken, self._organisation_id, lease, **values)

    def _ensure_row(self, session: Session) -> None:
        flavour = postgresql if session.connection.dialect.name == "postgresql" else sqlite
        row = flavour.insert(AccessToken).values(organisation_id=self._organisation_id)
        session.execute(row.on_conflict_do_nothing())
