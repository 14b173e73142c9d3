"""The ledger as a history sees it, past the recipe: begun anew for each, on the story's clock, seen from outside."""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import event

from tests.realization_delivery.builders import READ_BACK
from workers import database
from workers.database import Base, engine

KEPT = {"organisation", "afas_connection", "environment", "installation"}
SHOWN = {"Qu": "Aantal", "EmId": "Medewerker", "Ap": "Geaccordeerd"}
LEASE = dt.timedelta(seconds=30)
#: Conditions on `line`: `first` was received earlier, means the same line of AFAS, and has not ended; there is one.
_FIRST = (
    "(first.afas_id = line.afas_id OR first.key = line.key"
    " OR (first.afas_id IS NULL AND first.key = lower(json_extract(line.before, '$.key'))))"
    " AND first.id < line.id AND first.state IN ('pending', 'sent', 'suspect', 'in_doubt')"
)
BEHIND = f"EXISTS (SELECT 1 FROM line first WHERE {_FIRST})"
_OPEN = "state IN ('pending', 'suspect')"
_ITS = "SELECT 1 FROM line WHERE chunk_id = chunk.id AND line."
#: Condition on `chunk`: nothing of it moves before an earlier operation on each of its open lines has ended.
STUCK = (
    f"action <> 'insert' AND NOT holds AND EXISTS ({_ITS}{_OPEN} AND {BEHIND})"
    f" AND NOT EXISTS ({_ITS}{_OPEN} AND NOT {BEHIND})"
    f" AND NOT EXISTS ({_ITS}state IN ('sent', 'in_doubt') AND matter IS NULL)"
)
BY_HAND = 'EXISTS (SELECT 1 FROM line_event WHERE line_id = line.id AND "by" IS NOT NULL)'


class Line(NamedTuple):
    """A line as it stands."""

    id: int
    batch: int
    chunk: int | None
    key: str
    state: str
    matter: str | None
    message: str
    afas_id: str | None
    wish: bool
    holds_key: bool
    action: str


class Attempt(NamedTuple):
    """A call as it stands; `lines`: as they were written."""

    id: int
    chunk: int
    purpose: str
    lines: str
    begun_at: str
    answered_at: str | None
    reach: str | None
    status: int | None


class Operation(NamedTuple):
    """A line that changes another. `modified`: whether its image tells when that was changed last.

    `behind`: an earlier one of the same line has not ended; `by_hand`: a person has moved it.
    """

    id: int
    chunk: int | None
    action: str
    key: str | None
    state: str
    matter: str | None
    message: str
    afas_id: str | None
    fields: str
    looked_at: str | None
    modified: str | None
    behind: bool
    by_hand: bool


class Notice(NamedTuple):
    """What somebody was told; `lines`: which it is about."""

    id: int
    matter: str
    lines: str


class Ledger:
    """The database file, through a connection of its own."""

    def __init__(self) -> None:
        self._file = sqlite3.connect(engine().url.database or "", isolation_level=None, check_same_thread=False)
        self._version: object = None
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)

    def rows(self, sql: str, *values: object) -> list[Any]:
        """What a query finds."""
        return self._file.execute(sql, values).fetchall()

    def begin(self, *, shows: Collection[str] | None, proven: float | None) -> None:
        """Nothing has happened yet. `shows`: what the read-back connector does beside Id, key, date, Qu and EmId.

        None: there is no such connector; `proven`: in how many seconds a line of an earlier batch was shown.
        """
        more = set(shows or ())
        places = {"connector", "id", "external_key", "date"} | ({"created", "modified"} & more)
        fields = {name: SHOWN[name] for name in ("Qu", "EmId", *({"Ap"} & more))}
        mapped = {name: READ_BACK[name] for name in places} | {"fields": fields}
        self._file.execute("PRAGMA foreign_keys = OFF")
        self._file.execute("BEGIN IMMEDIATE")
        for table in Base.metadata.sorted_tables:
            if table.name not in KEPT:
                self._file.execute(f"DELETE FROM {table.name}")
        self._file.execute("DELETE FROM sqlite_sequence")
        self._file.execute(
            "UPDATE afas_connection SET paused_until = NULL, pause_kind = NULL, pause_reason = NULL, read_back = ?",
            [None if shows is None else json.dumps(mapped)],
        )
        if proven is not None:
            self._file.execute(
                "INSERT INTO delivery (organisation_id, environment_id, proven, single, largest_lag, shown_within,"
                " failures) SELECT organisation.id, environment.id, 1, 0, 0, ?, 0 FROM organisation, environment",
                [proven],
            )
        self._file.execute("COMMIT")
        self._copy.close()
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)

    def renew(self, leases: Iterable[int], now: dt.datetime) -> None:
        """What the thread of a process does that is awake."""
        until = f"{now + LEASE:%Y-%m-%d %H:%M:%S.%f}"
        self._file.executemany("UPDATE lease SET expires_at = ? WHERE id = ?", [(until, one) for one in leases])

    def waits(self) -> bool:
        """Whether a chunk moves without a person."""
        return bool(
            self.rows(
                "SELECT 1 FROM chunk JOIN batch ON batch.id = chunk.batch_id"
                " JOIN delivery ON delivery.organisation_id = chunk.owner_id"
                f" WHERE hint_at IS NOT NULL AND braked_at IS NULL AND stop IS NULL AND NOT ({STUCK}) LIMIT 1"
            )
        )

    def blocking(self) -> set[int]:
        """Lines that have not ended and keep later operations on the same line waiting."""
        found = self.rows(
            "SELECT DISTINCT first.id FROM line JOIN chunk ON chunk.id = line.chunk_id JOIN batch ON"
            f" batch.id = line.batch_id JOIN line first ON {_FIRST} WHERE action <> 'insert' AND line.{_OPEN}"
        )
        return {number for (number,) in found}

    def next_due(self, now: dt.datetime) -> dt.datetime | None:
        """When the sweep finds something next, for all that is known; None: it may at any time."""
        found = self.rows(
            "SELECT max(coalesce(hint_at, ''), coalesce(due_at, ''), coalesce(paused_until, '')) FROM chunk"
            " JOIN afas_connection ON organisation_id = owner_id WHERE state IN ('pending', 'leased', 'to_read_back')"
        )
        moments = [dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC) for (moment,) in found if moment]
        return min(moments) if moments and min(moments) > now else None

    def changed(self) -> bool:
        """Whether anybody else has committed since the last look."""
        before, self._version = self._version, self.rows("PRAGMA data_version")
        return before != self._version

    def lines(self) -> list[Line]:
        """All lines."""
        found = self.rows(
            "SELECT line.id, batch_id, chunk_id, xp_re, line.state, matter, coalesce(message, ''), afas_id, wish,"
            " holds_key, action FROM line JOIN batch ON batch.id = batch_id ORDER BY line.id"
        )
        return [Line(*row) for row in found]

    def late(self) -> list[Any]:
        """Chunks that wait for a read-back alone, and from later on than it may come."""
        return self.rows(
            "SELECT id, waits_since, due_at FROM chunk WHERE state = 'to_read_back' AND waits_since > due_at"
        )

    def operations(self) -> list[Operation]:
        """All lines that change others."""
        found = self.rows(
            "SELECT line.id, chunk_id, action, xp_re, line.state, matter, coalesce(message, ''), afas_id, fields,"
            f" looked_at, json_extract(before, '$.modified'), {BEHIND}, {BY_HAND}"
            " FROM line JOIN batch ON batch.id = batch_id WHERE action <> 'insert' ORDER BY line.id"
        )
        return [Operation(*row) for row in found]

    def attempts(self) -> list[Attempt]:
        """All calls."""
        found = self.rows(
            "SELECT id, chunk_id, purpose, lines, begun_at, answered_at, reach, status FROM attempt ORDER BY id"
        )
        return [Attempt(*row) for row in found]

    def notices(self, after: int) -> list[Notice]:
        """What was told after that one."""
        return [
            Notice(*row) for row in self.rows("SELECT id, matter, lines FROM notice WHERE id > ? ORDER BY id", after)
        ]

    def back_up(self) -> None:
        """Keep the database as it is."""
        self._file.backup(self._copy)

    def restore(self) -> bool:
        """The database is what it was; False: nobody has kept it."""
        if not self._copy.execute("SELECT 1 FROM sqlite_master").fetchall():
            return False
        self._copy.backup(self._file)
        return True

    def batches(self) -> dict[tuple[str, str], int]:
        """All batches by their organisation's guid and their reference."""
        batches = "batch JOIN organisation ON organisation.id = organisation_id"
        return {
            (guid, reference): batch
            for guid, reference, batch in self.rows(f"SELECT guid, reference, batch.id FROM {batches}")
        }

    def blind(self, guid: str, mapping: str | None) -> str | None:
        """The organisation's read-back connector is `mapping` from now on; what it was."""
        mine = "organisation_id = (SELECT id FROM organisation WHERE guid = ?)"
        ((before,),) = self.rows(f"SELECT read_back FROM afas_connection WHERE {mine}", guid)
        self.rows(f"UPDATE afas_connection SET read_back = ? WHERE {mine}", mapping, guid)
        return None if before is None else str(before)

    def stopped(self) -> list[str]:
        """The organisations that stand still, by guid."""
        return [
            guid
            for (guid,) in self.rows(
                "SELECT guid FROM delivery JOIN organisation ON organisation.id = organisation_id"
                " WHERE stop IS NOT NULL OR single ORDER BY guid"
            )
        ]

    def told(self) -> list[Any]:
        """Everything that stands where it is, to be read by a person."""
        names = ("chunk", "line", "attempt", "delivery", "notice", "batch")
        return [(name, self.rows(f"SELECT * FROM {name}")) for name in names]


def clockwork(clock: Callable[[], dt.datetime], begins: Callable[[], None], commits: Callable[[], None]) -> None:
    """The database's clock is `clock`; whoever begins a transaction, or is about to commit one, meets a boundary."""

    def strftime(form: str, base: str, seconds: str) -> str:
        assert form.endswith("%f")
        assert base == "now"
        moment = clock() + dt.timedelta(seconds=float(seconds.removesuffix(" seconds")))
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}"[:-3]

    def connected(connection: Any, _record: Any) -> None:
        connection.create_function("strftime", 3, strftime)
        connection.execute("PRAGMA synchronous = OFF")
        # Only one worker runs at a time, beside the thread that renews leases: nobody waits longer than for that.
        connection.execute("PRAGMA busy_timeout = 5000")

    def begun(_connection: Any) -> None:
        begins()

    def committing(_connection: Any) -> None:
        commits()

    event.listen(engine(), "connect", connected)
    # Before the transaction itself begins.
    event.remove(engine(), "begin", database._begin)
    event.listen(engine(), "begin", begun)
    event.listen(engine(), "begin", database._begin)
    event.listen(engine(), "commit", committing)
