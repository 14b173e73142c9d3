"""Keys of lines, and digests that tell whether two intakes are the same (delivery, law 8)."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal

from tasks.realization.intake.values import as_text

KEY_LENGTH = 40  #: characters of XpRe in AFAS
INSTALLATION_LENGTH = 5
TOKEN_LENGTH = 10
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def random_word(length: int) -> str:
    """A random word of A-Z and 0-9: an installation's id, or a batch's token."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def made(installation: str, token: str, position: int) -> str:
    """The key of a line that came without one: `position` counts from 1 within its batch."""
    return f"{installation}{token}-{position}"


def is_key(text: str) -> bool:
    """Whether a given key can be used as it is: 1-40 printable characters, no outer blanks."""
    return 1 <= len(text) <= KEY_LENGTH and text.isprintable() and text == text.strip()


def fold(key: str) -> str:
    """How keys are compared: two keys are the same when these are."""
    return key.strip().casefold()


def digest(action: str, lines: Iterable[object]) -> str:
    """What a batch asks, as 64 hex digits: the same for the same lines in the same order, their fields in any.

    Numbers count as their text, so 4.00 equals "4.00" and differs from 4.0; an absent field differs from an empty one.
    """
    return _hashed([action, [_canonical(line) for line in lines]])


def file_reference(data: bytes, action: str) -> str:
    """The reference of a file that was given none: the same file and action, the same reference. 32 hex digits."""
    return _hashed([action, hashlib.sha256(data).hexdigest()])[:32]


def _canonical(line: object) -> object:
    if isinstance(line, Mapping):
        return {str(name): _counted(value) for name, value in line.items()}
    return _counted(line)


def _counted(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and value.isascii()):
        return value
    # In a list, as what no field can hold must not equal the text that shows it.
    return as_text(value) if value is None or isinstance(value, str | int | float | Decimal) else [as_text(value)]


def _hashed(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("ascii")).hexdigest()
