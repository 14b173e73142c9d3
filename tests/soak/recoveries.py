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


@dataclass
class Recoveries:
    """Looks often at who holds which chunk. `acts`: what was done, and when; `found`: seconds by what was done."""

    acts: list[tuple[float, str]] = field(default_factory=list)
    found: dict[str, list[float]] = field(default_factory=dict)
    _held: dict[int, tuple[int, float]] = field(default_factory=dict)

    def did(self, what: str) -> None:
        """Something was done to a process."""
        self.acts.append((time.time(), what))

    def look(self, ledger: Ledger) -> None:
        """Chunks whose lease had run out and whom another one holds now, or gave back, were taken up just now."""
        at, now = time.time(), {chunk: (lease, float(ends)) for chunk, lease, ends in ledger.rows(HELD)}
        for chunk, (lease, ends) in self._held.items():
            if ends <= at and now.get(chunk, (0, 0.0))[0] != lease and (act := self._cause(ends)):
                self.found.setdefault(act[1], []).append(at - act[0])
        self._held = now

    def _cause(self, ends: float) -> tuple[float, str] | None:
        """The last thing done between the holder's last sign of life and the one that it should have given next."""
        last = ends - LEASE_SECONDS
        return next((act for act in reversed(self.acts) if last - 1 <= act[0] <= last + RENEW_SECONDS + 1), None)

    def told(self) -> list[str]:
        """A line for each kind of act: all of its seconds, and those in the middle."""
        return [
            f"{what}: {len(found)} chunks taken up after {statistics.median(found):.0f} s "
            f"({', '.join(f'{seconds:.0f}' for seconds in sorted(found))})"
            for what, found in sorted(self.found.items())
        ]
