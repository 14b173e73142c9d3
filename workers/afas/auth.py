"""Who we are to AFAS: a classic token in any form people paste, or OAuth client credentials."""

import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from workers.afas.answer import Answer, broken, decoded
from workers.afas.errors import Never
from workers.secrets import Secret
from workers.texts import text

MARGIN = 120  #: seconds before its end from which an OAuth token is not used: a call may take SEND_WITHIN to go
HOUR = 3600  #: seconds that AFAS's OAuth tokens live, where an answer does not say

_XML = re.compile(r"(?:<\?xml[^>]*>)?<token><version>1</version><data>([0-9a-f]{64})</data></token>", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_SCHEME = re.compile(r"(?:authorization:)?\s*afastoken\s", re.IGNORECASE)
_BEARER = re.compile(r"[!-~]+")

#: Posts a form to oauth/token; what `granted` reads in its answer.
Ask = Callable[[Mapping[str, str]], tuple[Secret, float]]


@dataclass(frozen=True)
class Authorization:
    """What one call shows. `kept`: the token is from before this call, so that a 401 is worth one renewal."""

    scheme: str
    token: Secret
    kept: bool = False

    def header(self) -> str:
        """The plain header value: for the request only."""
        return f"{self.scheme} {self.token.reveal()}"


class Credential(Protocol):
    """What a client signs its calls with."""

    def authorization(self, ask: Ask, refused: Secret | None = None) -> Authorization:
        """What to show now; `refused` is the token that AFAS just answered with 401."""


class Classic:
    """A classic token: its XML, the 64 hex digits, the base64, or the whole header value.

    Raises Never (token) for anything else, without showing it.
    """

    def __init__(self, pasted: Secret) -> None:
        digits = _digits(pasted.reveal().strip())
        if digits is None:
            raise Never("token", text("afas.token"))
        xml = f"<token><version>1</version><data>{digits}</data></token>"
        self._token = Secret(base64.b64encode(xml.encode()).decode())

    def authorization(self, ask: Ask, refused: Secret | None = None) -> Authorization:  # noqa: ARG002
        """Always the same token."""
        return Authorization("AfasToken", self._token)


def _digits(pasted: str) -> str | None:
    """The 64 hex digits inside a pasted token; blanks and line breaks don't count."""
    squeezed = "".join(_SCHEME.sub("", pasted, count=1).split()).removeprefix("\ufeff")
    if _HEX.fullmatch(squeezed):
        return squeezed
    try:
        opened = base64.b64decode(squeezed + "=" * (-len(squeezed) % 4), validate=True).decode("ascii")
    except ValueError:
        opened = squeezed
    found = _XML.fullmatch("".join(opened.split()))
    return found[1] if found else None


class TokenStore(Protocol):
    """Where the OAuth token of one connection is kept, for all processes that use it."""

    def current(self) -> tuple[Secret, float] | None:
        """The kept token and the seconds it still lives; None when there is none."""

    def renew(self, stale: Secret | None, fetch: Callable[[], tuple[Secret, float]]) -> Secret:
        """The token after `stale`: what somebody else kept meanwhile, else fetched, one at a time, and kept."""


class MemoryTokens:
    """A token store of one process, safe between its threads."""

    def __init__(self) -> None:
        self._kept: tuple[Secret, float] | None = None
        self._renewing = Lock()

    def current(self) -> tuple[Secret, float] | None:
        """The kept token and the seconds it still lives."""
        kept = self._kept
        return (kept[0], kept[1] - time.monotonic()) if kept else None

    def renew(self, stale: Secret | None, fetch: Callable[[], tuple[Secret, float]]) -> Secret:
        """The token after `stale`, fetched unless another thread was first."""
        with self._renewing:
            kept = self._kept
            if kept and kept[0] != stale:
                return kept[0]
            token, seconds = fetch()
            self._kept = (token, time.monotonic() + seconds)
            return token


class OAuth:
    """OAuth client credentials; the token is shared through `tokens` and used until shortly before its end."""

    def __init__(self, client_id: str, client_secret: Secret, tokens: TokenStore) -> None:
        self._client_id, self._client_secret, self._tokens = client_id, client_secret, tokens

    def authorization(self, ask: Ask, refused: Secret | None = None) -> Authorization:
        """The kept token, or a new one. Raises what `ask` raises; Never (unauthorised) for a wrong client."""
        kept = self._tokens.current()
        if kept and kept[0] != refused and kept[1] > MARGIN:
            return Authorization("Bearer", kept[0], kept=True)
        fetched: list[Secret] = []

        def fetch() -> tuple[Secret, float]:
            token, seconds = self._fetched(ask)
            fetched.append(token)
            return token, seconds

        token = self._tokens.renew(kept[0] if kept else refused, fetch)
        return Authorization("Bearer", token, kept=not fetched)

    def _fetched(self, ask: Ask) -> tuple[Secret, float]:
        form = {"grant_type": "client_credentials", "client_id": self._client_id}
        try:
            return ask(form | {"client_secret": self._client_secret.reveal()})
        except Never as error:
            if error.kind not in ("unauthorised", "refused"):
                raise
            told = text("afas.client", client=self._client_id)
            raise Never("unauthorised", told, reference=error.reference) from None


def granted(answer: Answer) -> tuple[Secret, float]:
    """The token of an answer of oauth/token and the seconds it lives. Raises TryLater (broken)."""
    grant = decoded(answer)
    token = grant.get("access_token") if isinstance(grant, dict) else None
    if not isinstance(token, str) or not _BEARER.fullmatch(token):
        raise broken(answer)
    try:
        return Secret(token), float(grant.get("expires_in", HOUR))
    except (TypeError, ValueError):
        raise broken(answer) from None
