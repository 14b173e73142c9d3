"""Every error of a call to AFAS, split by what the caller should do. No other exception leaves this room.

`kind` is one word for the cause: address, token, unreachable, certificate, reset, cut, timeout, busy, unauthorised,
forbidden, not_found, redirect, refused, whole_call, field, server, broken, too_large, changing, not_sent.
"""

MAX_QUOTE = 500  #: characters of AFAS's own text that are repeated


class AfasError(Exception):
    """Raised when a call to AFAS gave nothing to work with; its text is one line with the remedy."""

    def __init__(self, kind: str, told: str, *, reference: str | None = None) -> None:
        # Both are args, so that a process pool can hand the exception on.
        super().__init__(kind, told)
        self.kind = kind
        self.told = told
        self.reference = reference

    def __str__(self) -> str:
        return self.told


class TryLater(AfasError):  # noqa: N818 - named for what the caller should do
    """Raised when the same call may succeed later; `pause`: seconds that AFAS asks for, None when it does not."""

    def __init__(self, kind: str, told: str, *, reference: str | None = None, pause: float | None = None) -> None:
        super().__init__(kind, told, reference=reference)
        self.pause = pause


class Never(AfasError):  # noqa: N818 - as TryLater
    """Raised when the same call never succeeds until somebody mends something."""


class Unfit(Never):
    """Raised when a line can't be put into its call: its own fault, which holds up nobody else; nothing was sent."""


class OutcomeUnknown(AfasError):  # noqa: N818 - as TryLater
    """Raised when AFAS may or may not have executed a call that writes."""


class AddressError(Never):
    """Raised when an address is malformed, or not among the allowed ones; nothing was sent."""

    def __init__(self, told: str, kind: str = "address") -> None:
        super().__init__(kind, told)


def quoted(said: str) -> str:
    """AFAS's own words on one line, ready to stand behind a cause; empty when it said nothing."""
    line = " ".join(said.split())
    return f': "{line[:MAX_QUOTE]}"' if line else ""
