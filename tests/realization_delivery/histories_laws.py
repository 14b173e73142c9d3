"""What must be true of every history: after each step, and at its end."""

import json
from collections import Counter
from collections.abc import Mapping

from tasks.realization.chunks import MAX_FRUITLESS
from tests.realization_delivery.histories_changes import Changes
from tests.realization_delivery.histories_ledger import Attempt, Ledger, Line
from tests.realization_delivery.model import AFTERWARDS, BLOCKED, LOCKED, bad_text, there_text
from tests.realization_delivery.model_changes import Changing

ENDED = {"applied", "refused", "invalid", "conflict", "cancelled"}
PASSED = (LOCKED, "too large", AFTERWARDS, BLOCKED)


class Laws:
    """Looks at one history. `by_hand`: a person has just changed lines."""

    def __init__(self, ledger: Ledger, afas: Changing, parallel: int) -> None:
        self._ledger, self._afas, self._parallel = ledger, afas, parallel
        self._changes = Changes(ledger, afas)
        self.by_hand = self._touched = False
        self._told: set[int] = set()
        self._last: set[int] = set()
        self._admitted = 0
        self.restored()

    def restored(self) -> None:
        """What was known of the ledger is not true any more; what people were told they know."""
        self._lines: dict[int, Line] = {}
        self._attempts: dict[int, Attempt] = {}
        self._notices = max((notice.id for notice in self._ledger.notices(0)), default=0)

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
            if one.id not in self._attempts and one.purpose != "adopted":
                self._changes.goes(one, attempts.values())
                both = [(self._lines.get(line), lines[line]) for line in json.loads(one.lines)]
                assert not any(old and old.wish and new.wish for old, new in both), ("cancelled, and sent", one)
        self._touched |= self.by_hand
        if not self._touched:
            self._counts(lines)
        late = self._ledger.late()
        assert not late, ("a read-back is wanted later than it may come", late)
        self._hears()
        self._lines, self._attempts, self.by_hand = lines, attempts, False

    def _line(self, old: Line, new: Line) -> None:
        assert (old.batch, old.key) == (new.batch, new.key)
        assert old.chunk == new.chunk, ("a line has changed chunk", old, new)
        if old.state in ENDED and not self.by_hand:
            assert old.state == new.state, ("a verdict has changed by itself", old, new)
        if new.action == "insert" and new.state not in ENDED - {"applied"}:
            assert new.holds_key or self._deleted(new), ("its key is free", new)

    def _deleted(self, line: Line) -> bool:
        """Whether it was applied, and a row of it was deleted since; somebody may have made a copy of that one."""
        ids = [int(id_) for id_ in (line.afas_id or "").split(", ") if id_]
        return line.state == "applied" and not (ids and all(map(self._afas.row, ids)))

    def _counts(self, lines: Mapping[int, Line]) -> None:
        """The chunks' columns that decide whose turn it is are what their lines say."""
        pending = Counter(line.chunk for line in lines.values() if line.state == "pending")
        prospects = "JOIN batch ON batch.id = batch_id"
        for chunk, fresh, known in self._ledger.rows(f"SELECT chunk.id, fresh, prospects FROM chunk {prospects}"):
            if known is not None and json.loads(known)["suspicious"]:
                self._last.add(chunk)
            # Lines against which something is or was known go last, and are not counted until the chunk moves again.
            counted = fresh <= pending[chunk] if chunk in self._last else fresh == pending[chunk]
            assert counted, ("fresh", chunk, fresh, pending[chunk])

    def _hears(self) -> None:
        for notice in self._ledger.notices(self._notices):
            self._notices = notice.id
            about = json.loads(notice.lines)
            self._told |= set(about)
            admits = notice.matter.startswith("stop.") or notice.matter == "unwatched"
            self._admitted += max(1, len(about)) if admits else 0

    def at_the_end(self, *, overslept: bool) -> None:
        """Every line is there once or told, every refusal has its reason, every batch has its end.

        `overslept`: a worker woke and may have known better than those that gave its call up.
        """
        self._hears()
        every = self._ledger.lines()
        lines = [line for line in every if line.action == "insert"]
        given_up = {chunk for (chunk,) in self._ledger.rows("SELECT id FROM chunk WHERE fruitless >= ?", MAX_FRUITLESS)}
        for line in lines:
            self._ended(line, given_up=line.chunk in given_up)
        self._doubles(lines)
        self._changes.at_the_end(self._told, given_up)
        self._batches(every, once=not (overslept or self._touched))

    def _ended(self, line: Line, *, given_up: bool) -> None:
        if line.state == "applied":
            assert self._afas.sent[line.key], ("lost", line)
        elif line.state == "refused":
            self._refused(line)
        elif line.state == "cancelled":
            assert not self._afas.has(line.key), ("cancelled, and there", line)
        elif line.state == "in_doubt":
            assert line.matter or line.id in self._told or given_up, ("in doubt, untold", line)
        else:
            assert given_up, ("left lying", line)

    def _refused(self, line: Line) -> None:
        """By its own error; what passes, and errors of the whole call where lines go one by one, befall good ones."""
        assert not self._afas.has(line.key) or AFTERWARDS in line.message, ("refused, and there", line)
        if line.message == there_text(line.key):
            assert self._afas.deleted[line.key], ("it never was there", line)
        elif not any(word in line.message for word in PASSED):
            assert line.message == bad_text(line.key), ("not its own reason", line)
            assert line.key in self._afas.bad, ("a good line", line)

    def _doubles(self, lines: list[Line]) -> None:
        """None beyond one a stop, and each is told."""
        found = Counter(self._afas.sent) - Counter(self._afas.deleted)
        doubled = {line.id: found[line.key] - 1 for line in lines if found[line.key] > 1}
        assert sum(doubled.values()) <= self._admitted, ("doubled", doubled)
        assert doubled.keys() <= self._told, ("doubled, untold", doubled)

    def _batches(self, lines: list[Line], *, once: bool) -> None:
        open_ = {line.batch for line in lines if line.state not in ENDED}
        bad = open_ | {line.batch for line in lines if line.state == "refused"}
        for batch, state, revision in self._ledger.rows("SELECT id, state, revision FROM batch"):
            assert state == ("waiting" if batch in open_ else "finished"), ("batch", batch, state)
            replies = self._ledger.rows("SELECT revision FROM outbox_reply WHERE batch_id = ?", batch)
            assert [one for (one,) in replies] == list(range(1, revision + 1)), ("replies", batch, replies, revision)
            if once:
                mails = self._ledger.rows("SELECT 1 FROM outbox_mail WHERE batch_id = ?", batch)
                assert revision == 1, ("told more than once", batch, revision)
                assert len(mails) == 1 or batch not in bad, ("mails", batch, mails)
