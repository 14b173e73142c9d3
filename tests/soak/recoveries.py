"""How long work that a process left behind lay still: from what happened to it until another one took it."""

import statistics
import time
from dataclasses import dataclass, field

from tests.e2e.deliveries import Ledger
from workers.leases import LEASE_SECONDS, RENEW_SECONDS

HELD = """
SELECT chunk.id, lease.id, extract(epoch FROM lease.expires_at)
FROM chunk JOIN lease ON lease.id = chunk.lease_id WHERE chunk.state = 'leased'
"""
LEFT = "SELECT id FROM lease"  #: one that ended well is gone


@dataclass
class Recoveries:
    """Looks often at who holds which chunk. `acts`: what was done, and when; `found`: seconds by what was done."""

    acts: list[tuple[float, str]] = field(default_factory=list)
    found: dict[str, list[float]] = field(default_factory=dict)
    _held: dict[int, tuple[int, float]] = field(default_factory=dict)
    _gone: list[tuple[int, float, float]] = field(default_factory=list)

    def did(self, what: str) -> None:
        """Something was done to a process."""
        self.acts.append((time.time(), what))

    def look(self, ledger: Ledger) -> None:
        """Chunks that have left a holder who never gave them back were recovered just now."""
        left = {lease for (lease,) in ledger.rows(LEFT)}
        for lease, ends, at in self._gone:
            # Looked for once more: a lease that ends well is gone a moment later than its chunk.
            if lease in left and (act := self._cause(ends)):
                self.found.setdefault(act[1], []).append(at - act[0])
        now = {chunk: (lease, float(ends)) for chunk, lease, ends in ledger.rows(HELD)}
        gone = [held for chunk, held in self._held.items() if now.get(chunk, (0, 0))[0] != held[0]]
        self._gone = [(*held, time.time()) for held in gone]
        self._held = now

    def _cause(self, ends: float) -> tuple[float, str] | None:
        """The last thing done between the holder's last sign of life and the one that it should have given next."""
        last = ends - LEASE_SECONDS
        return next((act for act in reversed(self.acts) if last - 1 <= act[0] <= last + RENEW_SECONDS + 1), None)

    def told(self) -> list[str]:
        """A line for each kind of act."""
        return [
            f"{what}: {len(found)} chunks taken up after {statistics.median(found):.0f} s, at most {max(found):.0f} s"
            for what, found in sorted(self.found.items())
        ]
