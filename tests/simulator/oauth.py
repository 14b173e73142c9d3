"""Who calls: classic tokens and OAuth client credentials."""

import base64
import hmac
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal
from urllib.parse import parse_qs

from tests.simulator.answer import Answer, Request
from tests.simulator.switches import Switches

TOKEN = f"<token><version>1</version><data>{'0123456789ABCDEF' * 4}</data></token>"
CLIENT_ID = "afas-simulator-client"
CLIENT_SECRET = "afas-simulator-client-secret"

#: What a call showed: a valid classic token, a valid OAuth token, something that is not valid, or nothing.
TokenKind = Literal["classic", "bearer", "wrong", "none"]


@dataclass
class Doorman:
    """Issues OAuth tokens and judges the Authorization header of every call."""

    switches: Switches
    token: str = TOKEN
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    issued: int = 0
    _ends: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def kind(self, authorization: str) -> TokenKind:
        """Return what the header shows."""
        scheme, _, value = authorization.partition(" ")
        if not scheme:
            return "none"
        if scheme == "AfasToken" and self.switches.classic_accepted and self._is_classic(value.strip()):
            return "classic"
        if scheme.lower() == "bearer" and self.switches.oauth_accepted and self._lives(value.strip()):
            return "bearer"
        return "wrong"

    def revoke(self) -> None:
        """End all OAuth tokens that were issued."""
        with self._lock:
            self._ends.clear()

    def answer(self, request: Request) -> Answer:
        """Answer POST oauth/token."""
        if not self.switches.oauth_accepted:
            return Answer.html("Not Found", 404)
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return Answer.json({"error": "unsupported_grant_type"}, 400)
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return Answer.json({"error": "invalid_client"}, self.switches.invalid_client_status)
        lives, token = self.switches.oauth_expires_in, secrets.token_urlsafe(32)
        with self._lock:
            self.issued += 1
            self._ends[token] = time.monotonic() + lives
        return Answer.json({"access_token": token, "token_type": "Bearer", "expires_in": lives})

    def _is_classic(self, value: str) -> bool:
        return hmac.compare_digest(value.encode(), base64.b64encode(self.token.encode()))

    def _lives(self, value: str) -> bool:
        with self._lock:
            return time.monotonic() < self._ends.get(value, 0.0)
