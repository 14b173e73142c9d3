"""Calls that were made and are still to be kept in the call log."""

from workers.afas.calls import Call
from workers.database import Session, transaction
from workers.ledger import calls


class CallNotes:
    """The calls to one address in one run: they come to the call log with the register-days that they brought."""

    def __init__(self, organisation_id: int, run_id: int, address: str) -> None:
        self._whose = (organisation_id, run_id, address)
        self._facts: list[dict[str, object]] = []

    def add(self, call: Call) -> None:
        """Note one call."""
        self._facts.append({name: getattr(call, name) for name in calls.FACTS})

    def keep(self, session: Session) -> int:
        """Keep what is noted by now: how many calls, to be forgotten once they are committed."""
        made = self._facts[:]
        calls.keep(session, *self._whose, made)
        return len(made)

    def forget(self, count: int) -> None:
        """The first so many are committed."""
        del self._facts[:count]

    def flush(self) -> None:
        """Keep what is left, whatever became of the run."""
        if self._facts:
            with transaction() as session:
                count = self.keep(session)
            self.forget(count)
