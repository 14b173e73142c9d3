"""Secrets: a type that does not show itself, and encryption at rest, bound to the owner."""

import json
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from workers import home, settings
from workers.texts import text


class SecretError(Exception):
    """Raised when a stored secret can't be opened: the key does not fit, or it belongs to another owner."""


class Secret:
    """A token or password. Its repr and str are `***`; only `reveal` gives the text."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    def reveal(self) -> str:
        """The plain text: for a request header or for encryption, never for a message."""
        return self._plain

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._plain == self._plain

    def __hash__(self) -> int:
        return hash(self._plain)


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _box() -> MultiFernet:
    return _keys(home.secret_keys(settings.current()))


def seal(secret: Secret, owner: str) -> str:
    """Ciphertext of `secret`, bound to `owner` (organisation and field): moved to another row it does not open."""
    plain = json.dumps({"owner": owner, "secret": secret.reveal()})
    return _box().encrypt(plain.encode()).decode()


def unseal(sealed: str, owner: str) -> Secret:
    """The secret inside `sealed`. Raises SecretError when no key of SECRET_KEYS fits or `owner` is another."""
    try:
        opened = json.loads(_box().decrypt(sealed.encode()))
    except InvalidToken:
        # str(InvalidToken()) is empty, so the remedy must be ours.
        raise SecretError(text("secret.key", owner=owner)) from None
    if opened["owner"] != owner:
        raise SecretError(text("secret.owner", owner=owner))
    return Secret(opened["secret"])
