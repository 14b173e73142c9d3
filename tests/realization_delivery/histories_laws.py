"""What must be true of every history: after each step, and at its end."""

import json
from collections import Counter
from collections.abc import Mapping

from tasks.realization.chunks import MAX_FRUITLESS
from tests.realization_delivery.histories_ledger import Attempt, Ledger, Line
from tests.realization_delivery.model import AFTERWARDS, BLOCKED, LOCKED, Afas, bad_text

ENDED = {"applied", "refused", "invalid", "conflict", "cancelled"}
PASSED = (LOCKED, "too large", AFTERWARDS, BLOCKED, "bestaat reeds")


class Laws:
    """Looks at one history; `expected`: how many lines the services have sent so far, by their batches' ids."""

    def __init__(self, ledger: Ledger, afas: Afas, parallel: int) -> None:
        self._ledger, self._afas, self._parallel = ledger, afas, parallel
        self._lines: dict[int, Line] = {}
        self._attempts: dict[int, Attempt] = {}
        self.by_hand = self._touched = False

    def after_each_step(self, flying: int) -> None:
        """Law 10; a line never changes chunk, an attempt never its lines, a verdict only by hand."""
        assert flying <= self._parallel, "more parallel calls than AFAS is to have"
        if not self._ledger.changed():
            return
        lines = {line.id: line for line in self._ledger.lines()}
        attempts = {one.id: one for one in self._ledger.attempts()}
        assert lines.keys() >= self._lines.keys(), "a line is gone"
        assert attempts.keys() >= self._attempts.keys(), "an attempt is gone"
        for number, old in self._lines.items():
            self._line(old, lines[number])
        for number, before in self._attempts.items():
            assert attempts[number][:5] == before[:5], ("an attempt has changed", before, attempts[number])
        open_ = Counter(one.chunk for one in attempts.values() if not one.answered_at and one.purpose != "adopted")
        assert max(open_.values(), default=0) <= 1, "two calls of one chunk"
        for one in attempts.values():
            assert all(lines[line].chunk == one.chunk for line in json.loads(one.lines)), ("not its chunk", one)
        self._touched |= self.by_hand
        if not self._touched:
            self._counts(lines)
        self._lines, self._attempts, self.by_hand = lines, attempts, False

    def _line(self, old: Line, new: Line) -> None:
        assert (old.batch, old.key) == (new.batch, new.key)
        assert old.chunk == new.chunk, ("a line has changed chunk", old, new)
        if old.state in ENDED and not self.by_hand:
            assert old.state == new.state, ("a verdict has changed by itself", old, new)
        if new.state not in ENDED - {"applied"}:
            assert new.holds_key, ("its key is free", new)

    def _counts(self, lines: Mapping[int, Line]) -> None:
        """The chunks' columns that decide whose turn it is are what their lines say."""
        pending = Counter(line.chunk for line in lines.values() if line.state == "pending")
        for chunk, fresh in self._ledger.rows("SELECT id, fresh FROM chunk"):
            assert fresh == pending[chunk], ("fresh", chunk, fresh, pending[chunk])

    def at_the_end(self) -> None:
        """Every line is there once or told, every refusal has its reason, every batch has its end."""
        lines = self._ledger.lines()
        told = {line for (found,) in self._ledger.rows("SELECT lines FROM notice") for line in json.loads(found)}
        given_up = {chunk for (chunk,) in self._ledger.rows("SELECT id FROM chunk WHERE fruitless >= ?", MAX_FRUITLESS)}
        for line in lines:
            self._ended(line, told, given_up=line.chunk in given_up)
        self._doubles(lines, told)
        self._batches(lines)

    def _ended(self, line: Line, told: set[int], *, given_up: bool) -> None:
        sent = self._afas.sent[line.key]
        if line.state == "applied":
            assert sent, ("lost", line)
        elif line.state == "refused":
            assert not sent or AFTERWARDS in line.message, ("refused, and there", line)
            passed = any(word in line.message for word in PASSED)
            assert passed or line.message.startswith(bad_text(line.key)), ("not its own reason", line)
            assert passed or line.key in self._afas.bad, ("a good line", line)
        elif line.state == "cancelled":
            assert not sent, ("cancelled, and there", line)
        elif line.state == "in_doubt":
            assert line.matter or line.id in told or given_up, ("in doubt, untold", line)
        else:
            assert given_up, ("left lying", line)

    def _doubles(self, lines: list[Line], told: set[int]) -> None:
        """None beyond one a stop, and each is told."""
        doubled = {line.id: more for line in lines if (more := self._doubled(line.key)) > 0}
        stops = self._ledger.rows("SELECT lines FROM notice WHERE matter LIKE 'stop.%'")
        assert sum(doubled.values()) <= sum(max(1, len(json.loads(found))) for (found,) in stops), ("doubled", doubled)
        assert doubled.keys() <= told, ("doubled, untold", doubled)

    def _doubled(self, key: str) -> int:
        return self._afas.sent[key] - self._afas.deleted[key] - 1

    def _batches(self, lines: list[Line]) -> None:
        open_ = {line.batch for line in lines if line.state not in ENDED}
        for batch, state, revision in self._ledger.rows("SELECT id, state, revision FROM batch"):
            assert state == ("waiting" if batch in open_ else "finished"), ("batch", batch, state)
            replies = self._ledger.rows("SELECT revision FROM outbox_reply WHERE batch_id = ?", batch)
            assert [one for (one,) in replies] == list(range(1, revision + 1)), ("replies", batch, replies, revision)
