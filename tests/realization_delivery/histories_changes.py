"""Batches of changes, approvals and deletions in a history, and what must be true of each of their lines."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping

from tests.realization_delivery.builders import DAY
from tests.realization_delivery.histories import START, Change
from tests.realization_delivery.histories_ledger import Attempt, Ledger, Operation
from tests.realization_delivery.model import AFTERWARDS, BLOCKED, LOCKED, Stored, bad_text
from tests.realization_delivery.model_changes import Changing, Effect, effect, gone_text

NOBODYS = 29999  #: an Id that AFAS has not given
UNDONE = {"refused", "invalid", "cancelled"}
NOT_EXECUTED = (401, 403, 404, 413)


def old_rows(afas: Changing, count: int) -> None:
    """Lines that stand in AFAS before the story begins, and are none of ours."""
    for number in range(count):
        fields = {"DaTi": DAY.isoformat(), "Qu": "1.00", "EmId": "a"}
        afas.makes(f"O-{number}", fields, START - dt.timedelta(days=1))


def lines(afas: Changing, change: Change, old: int, reference: int) -> list[dict[str, object]]:
    """What a service sends that wants the change; the first `old` lines that it knows of are none of ours."""
    return [
        _named(afas, number - old, by) | _asked(change, 100 * reference + position)
        for position, (number, by) in enumerate(change.lines)
    ]


def _named(afas: Changing, number: int, by: str) -> dict[str, object]:
    key = f"K-{number}" if number >= 0 else f"O-{-number - 1}"
    ids = [row.id for row in afas.rows if row.key == key]
    return {"XpRe": key} if by == "XpRe" else {"Id": str(ids[0] if ids else NOBODYS)}


def _asked(change: Change, amount: int) -> dict[str, object]:
    asked: dict[str, object] = {"Qu": f"{amount}.00"} if change.action == "update" else {}
    if change.more and change.action == "update":
        # Nobody is shown it.
        asked["Ds"] = "anders"
    return asked | ({"force": True} if change.more and change.action == "delete" else {})


class Changes:
    """Looks at the lines that change others."""

    def __init__(self, ledger: Ledger, afas: Changing) -> None:
        self._ledger, self._afas, self._hidden = ledger, afas, afas.hidden

    def goes(self, call: Attempt, earlier: Iterable[Attempt]) -> None:
        """What a person changed since a line's first call, and its image could show, is never overwritten."""
        seen = {one.id: one for one in self._ledger.operations()}
        before = [one for one in earlier if one.id < call.id and executed(one)]
        for line in (seen[number] for number in json.loads(call.lines) if number in seen):
            first = next((one.begun_at for one in before if line.id in json.loads(one.lines)), None)
            if first is None or line.looked_at is None or line.modified is None or line.by_hand:
                continue
            hands = self._afas.by_hand.get(int(line.afas_id or 0), [])
            over = [at for at in hands if _moment(first) < at <= _moment(line.looked_at) - self._afas.lag]
            assert not over, ("a person's change is overwritten", line, over)

    def at_the_end(self, told: set[int], given_up: set[int]) -> None:
        """Each line is as asked, or refused for a reason of its own, or told; and nothing else was done."""
        operations = self._ledger.operations()
        claimed = Counter(_effect(line) for line in operations if line.state not in UNDONE)
        for line in operations:
            self._ended(line, told, given_up, claimed)
        self._asked_for(operations)
        self._in_order(operations)

    def _ended(self, line: Operation, told: set[int], given_up: set[int], claimed: Counter[Effect]) -> None:
        done = self._afas.effects.count(_effect(line))
        # What others ask as well may be their doing.
        done -= claimed[_effect(line)] if line.state in UNDONE else 0
        if line.state == "applied":
            assert stands(self._afas, line) or done > 0, ("not as asked", line)
        elif line.state == "refused":
            self._refused(line, done)
        elif line.state == "invalid":
            assert line.message or line.matter, ("no reason", line)
            assert line.by_hand or done <= 0, ("invalid, and done", line)
        elif line.state == "cancelled":
            assert done <= 0, ("cancelled, and done", line)
        elif line.state == "conflict":
            assert self._afas.by_hand.get(int(line.afas_id or 0)), ("nobody moved it", line)
            assert line.id in told, ("conflict, untold", line)
        elif line.state == "in_doubt":
            assert line.matter or line.id in told or line.chunk in given_up, ("in doubt, untold", line)
        else:
            assert line.chunk in given_up or line.behind, ("left lying", line)

    def _refused(self, line: Operation, done: int) -> None:
        row = int(line.afas_id or 0)
        assert done <= 0 or AFTERWARDS in line.message or line.by_hand, ("refused, and done", line)
        if line.matter == "absent":
            found = [one for one in self._afas.rows if one.id == row or (not row and one.key == line.key)]
            assert not any(map(self._seen, found)), ("it is there", line)
        elif not any(word in line.message for word in (LOCKED, "too large", AFTERWARDS, BLOCKED)):
            own = {bad_text(f"#{row}"): row in self._afas.fixed, gone_text(f"#{row}"): not self._afas.row(row)}
            assert own.get(line.message), ("not its own reason", line)

    def _asked_for(self, operations: Iterable[Operation]) -> None:
        """A deletion of another's line never happens, nor any other change that nobody asked for, or asked for once."""
        wanted = Counter(_effect(line) for line in operations)
        again = {_effect(line) for line in operations if line.by_hand}
        for done, times in Counter(self._afas.effects).items():
            assert wanted[done], ("nobody asked for it", done)
            assert times <= wanted[done] or done in again or not self._tells(done), ("done again", done, times)
        keys = {row.id: row.key for row in (*self._afas.rows, *(row for _, row in self._afas.past))}
        for line in operations:
            if line.key and _effect(line) in self._afas.effects:
                assert keys[int(line.afas_id or 0)] == line.key, ("another's line", line)

    def _tells(self, done: Effect) -> bool:
        """Whether a read-back can show that it was done: the row is nobody's who is hidden."""
        row = next(row for row in (*self._afas.rows, *(row for _, row in self._afas.past)) if row.id == done.row)
        return self._seen(row)

    def _seen(self, row: Stored) -> bool:
        """Whether the row was to be seen from the beginning."""
        return row.fields.get("EmId", "") not in self._hidden

    def _in_order(self, operations: Iterable[Operation]) -> None:
        """Changes of one row came in the order in which they were received.

        But for a row that nobody is shown: who can tell that a key and an Id mean the same?
        """
        if any(line.by_hand for line in operations):
            return
        numbers = {_effect(line): line.id for line in operations if line.action == "update"}
        by_key = {int(line.afas_id or 0) for line in operations if line.key}
        last: dict[int, int] = {}
        for done in self._afas.effects:
            number = numbers.get(done)
            if number is not None and (done.row not in by_key or self._tells(done)):
                assert last.get(done.row, 0) <= number, ("out of order", done)
                last[done.row] = number


def stands(afas: Changing, line: Operation) -> bool:
    """Whether the row is as the line asks, whoever did it."""
    row = afas.row(int(line.afas_id or 0))
    if row is None or line.action == "delete":
        return row is None and line.action == "delete"
    return all(str(row.fields.get(name)) == value for name, value in _effect(line).asked)


def executed(call: Attempt) -> bool:
    """Whether AFAS may have worked on it."""
    return call.reach not in {"not_sent", "unreachable"} and call.status not in NOT_EXECUTED


def _effect(line: Operation) -> Effect:
    asked: Mapping[str, object] = {} if line.action == "delete" else json.loads(line.fields)
    return effect(int(line.afas_id or 0), {name: one for name, one in asked.items() if name not in {"Id", "XpRe"}})


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
