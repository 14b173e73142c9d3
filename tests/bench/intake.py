"""`python -m tests.bench.intake`: 20,000 lines taken in, as a ratio to a bulk write of the same rows beside it."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tasks.realization import submit
from tests import postgresql
from tests.bench import scene
from workers.database import reading, table_of, transaction
from workers.ledger.realization.models import Batch, Chunk, Line
from workers.rows import insert_many
from workers.secrets import Secret, seal
from workers.staff import owners
from workers.staff.models import AfasConnection, Organisation

LINES = 20_000
TIMES = 5
MOST = 3  #: times a bulk write of the same rows
TOKEN = f"<token><version>1</version><data>{'a' * 64}</data></token>"


def main() -> None:
    with postgresql.server() as server, tempfile.TemporaryDirectory() as folder:
        for kind in ("SQLite", "PostgreSQL"):
            taken, floors = [], []
            for number in range(TIMES + 1):
                url = None
                if kind == "PostgreSQL":
                    server.sql(f"CREATE DATABASE intake_{number}")
                    url = f"{server.url}intake_{number}"
                scene.use(Path(tempfile.mkdtemp(dir=folder)), url)
                organisation()
                # Once a day AFAS is asked for its fields: that is no part of every intake.
                submit.take(message("warm", 1), "")
                taken.append(timed(lambda: submit.take(message("first"), "")))
                floors.append(timed(written(rows_of_first())))
            # The first round warms up both.
            told(kind, taken[1:], floors[1:])


def organisation() -> None:
    """One whose AFAS refuses every connection: its field list is the shipped one."""
    with transaction() as session:
        made = Organisation(guid=scene.GUID, name="Bench")
        session.objects.add(made)
        session.objects.flush()
        own = {
            "environment": "http://127.0.0.1:9/ProfitRestServices",
            "token": seal(Secret(TOKEN), owners.token(scene.GUID)),
        }
        session.objects.add(AfasConnection(organisation_id=made.id, mail_to=[], **own))


def message(reference: str, count: int = LINES) -> dict[str, Any]:
    lines = [
        {
            "DaTi": "2026-11-20",
            "EmId": f"{1000 + number % 200}",
            "PrId": f"P{number % 50:04}",
            "ItCd": "300",
            "Qu": "4.00",
            "Ds": f"Werkzaamheden {number}",
            "XpRe": f"{reference}-{number}",
        }
        for number in range(count)
    ]
    return {"organisation": scene.GUID, "action": "insert", "lines": lines, "reference": reference}


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def rows_of_first() -> tuple[list[str], list[list[Any]]]:
    """The rows that the intake wrote, made those of a second batch."""
    with transaction() as session:
        batch = session.objects.scalars(select(Batch).where(Batch.reference == "first")).one()
        names = [column.key for column in table_of(Batch).columns if column.key != "id"]
        copy = Batch(**{name: getattr(batch, name) for name in names} | {"reference": "second"})
        session.objects.add(copy)
        session.objects.flush()
        chunks = list(session.scalars(select(Chunk.id).where(Chunk.batch_id == batch.id)))
        of_first = Line.batch_id == batch.id
    columns = [column.key for column in table_of(Line).columns if column.key != "id"]
    with reading() as session:
        found = [
            list(row) for row in session.execute(select(*(table_of(Line).c[name] for name in columns)).where(of_first))
        ]
    key, of_batch = columns.index("key"), columns.index("batch_id")
    assert len(found) == LINES, len(found)
    assert len(chunks) == LINES // 500, len(chunks)
    for row in found:
        row[key], row[of_batch] = f"second-{row[key]}", copy.id
    return columns, found


def written(rows: tuple[list[str], list[list[Any]]]) -> Callable[[], None]:
    """The least that any intake has to do: the same rows, by the fastest road of the database."""

    def write() -> None:
        with transaction() as session:
            insert_many(session, table_of(Line), *rows)

    return write


def told(kind: str, taken: list[float], floors: list[float]) -> None:
    ratios = [one / floor for one, floor in zip(taken, floors, strict=True)]
    middle, spread = statistics.median(ratios), f"({min(ratios):.2f}-{max(ratios):.2f})"
    print(f"{kind}: intake of {LINES:,} lines {middle:.2f} x a bulk write {spread}, to be at most {MOST}")
    print(f"{kind}: intake {statistics.median(taken):.2f} s, a bulk write {statistics.median(floors):.2f} s")


if __name__ == "__main__":
    main()
