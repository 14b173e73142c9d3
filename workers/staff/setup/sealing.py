"""Secrets of the file on their way to a row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.secrets import Secret, SecretError, seal, unseal
from workers.staff.setup.document import Entry
from workers.staff.setup.readers import KEPT


@dataclass
class Place:
    """An attribute of a row that holds a sealed secret; its owner's name may be known only when the row is saved."""

    row: Any
    attribute: str
    owner: Callable[[], str]

    @property
    def stored(self) -> str | None:
        """The sealed secret that is there now."""
        found: str | None = getattr(self.row, self.attribute)
        return found


@dataclass
class Sealing:
    """A secret that a place is to get."""

    place: Place
    secret: Secret

    @property
    def attribute(self) -> str:
        """The name of the secret."""
        return self.place.attribute

    def write(self) -> None:
        """Put the sealed secret into the row."""
        setattr(self.place.row, self.place.attribute, seal(self.secret, self.place.owner()))


def asked(entry: Entry, name: str, place: Place) -> Sealing | None:
    """The secret that the entry gives under `name`; None when it gives none, or the one that is stored already."""
    given = entry.values.get(name)
    if given is None:
        return None
    if given != KEPT:
        return None if place.stored and _opens_as(place, given) else Sealing(place, given)
    if place.stored is None:
        entry.wrong(name, "config.nothing_kept")
    return None


def _opens_as(place: Place, secret: Secret) -> bool:
    try:
        return unseal(place.stored or "", place.owner()) == secret
    except SecretError:
        # Filling a secret in again is the remedy for a lost key, so it must not need that key.
        return False
