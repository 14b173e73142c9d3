"""A river of realization lines between real processes: AFAS, an `up`, and a service that sends and is answered."""

import json
import os
import random
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from celery import Celery
from kombu import Connection, Queue
from sqlalchemy import Engine, create_engine, text

from tests.e2e.processes import ROOT, alive_in_groups, environment, python
from workers.settings import read

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
COMMAND = "import sys; from tasks.cli import main; main(sys.argv[1:])"
CONFIGURATION = """
organisations:
  - guid: {guid}
    name: Voorbeeld Catering
    afas:
      environment: {url}
      token: {token}
      mail_to: beheer@voorbeeld.nl
      read_back:
        connector: Staff_Realization
        id: Regelnummer
        external_key: Externe_sleutel
        date: Datum
        created: Aangemaakt_op
        modified: Gewijzigd_op
        fields: {{Qu: Aantal, EmId: Medewerker, ItCd: Itemcode}}
"""
#: AFAS's own time and ours, so short that an unknown outcome is judged as soon as a dead worker's lease is over.
TIMES = {
    "ALLOWED_HOSTS": "127.0.0.1",
    "AFAS_SERVER_TIMEOUT": "7",
    "AFAS_READ_TIMEOUT": "8",
    "SEND_WITHIN": "3",
    "IN_DOUBT_AFTER": "11",
    "READ_BACK_LAG": "0.2",
    "SWEEP_SECONDS": "1",
    "DISPATCH_SECONDS": "600",
    "CHUNK_LINES": "100",
}
UNKNOWN = "X9"  #: what codes begin with that AFAS does not know
ANSWERS = "other.service"  #: the queue of the service that sends


@dataclass(frozen=True)
class Afas:
    """The simulator in a process of its own: what it told when it was ready."""

    ready: dict[str, Any]

    def there(self) -> Counter[str]:
        """How often each key was committed."""
        with urllib.request.urlopen(f"{self.ready['control']}committed", timeout=60) as answer:
            return Counter(entry["key"] for entry in json.load(answer) if entry["deed"] == "insert")


@contextmanager
def afas(**switches: int) -> Iterator[Afas]:
    """AFAS, whose calls and lines take some time."""
    given = [word for name, value in switches.items() for word in ("--switch", f"{name}={value}")]
    command = [sys.executable, "-m", "tests.simulator", "--days", "1", *given]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield Afas(json.loads(child.stdout.readline()))
        finally:
            child.terminate()


def lines(prefix: str, count: int, errors: float, dice: random.Random) -> list[dict[str, Any]]:
    """Lines of 200 employees; this part names an employee or a project that AFAS does not know, each another one."""
    made = [
        {
            "DaTi": "2026-11-20",
            "VaIt": "1",
            "ItCd": "300",
            "Qu": f"{number % 8 + 1}.00",
            "PrId": f"P{1000 + number % 50}",
            "EmId": str(1001 + number % 200),
            "XpRe": f"{prefix}-{number}",
        }
        for number in range(count)
    ]
    for number in dice.sample(range(count), round(count * errors)):
        made[number][dice.choice(("EmId", "PrId"))] = f"{UNKNOWN}{number:05}"
    return made


def reason(line: dict[str, Any]) -> str | None:
    """What AFAS does not know of the line; None: it takes it."""
    return next((line[name] for name in ("EmId", "PrId") if line[name].startswith(UNKNOWN)), None)


@dataclass
class Service:
    """Another service: a plain Celery client that knows names alone. `sent` lines by key, `answers` by task id."""

    broker: str
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def submits(self, reference: str, lines: Sequence[dict[str, Any]]) -> None:
        """One batch, by the name of the task."""
        self.sent |= {line["XpRe"]: line for line in lines}
        reply = {"task": "other.verdicts", "queue": ANSWERS}
        message = {"organisation": GUID, "action": "insert", "lines": list(lines), "reference": reference}
        with Celery(broker=self.broker) as client:
            client.send_task(
                "realization.submit", kwargs={**message, "reply_to": reply}, queue="realization", ignore_result=True
            )

    def heard(self) -> set[str]:
        """The task ids of all answers that have come."""
        with Connection(self.broker) as connection, connection.channel() as channel:
            queue = Queue(ANSWERS)(channel)
            queue.declare()
            while message := queue.get(no_ack=True):
                told = message.payload[1]
                self.answers.setdefault(message.headers["id"], []).append(told)
        return set(self.answers)


class Ledger:
    """The database, as a reader of its tables sees it."""

    def __init__(self, home: Path, **more: str) -> None:
        self.engine: Engine = create_engine(read(environment(home, **more)).database, pool_pre_ping=True)

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a SELECT gives."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def told(self) -> str:
        """Where delivery stands, for a test that waited in vain."""
        tables = ("delivery", "slot", "chunk", "read_back", "attempt", "lease")
        shown = {name: self.rows(f"SELECT * FROM {name} ORDER BY 1 DESC LIMIT 30") for name in tables}
        return "\n".join(f"{name} {tuple(map(str, row))}" for name, rows in shown.items() for row in rows)

    def applied(self) -> int:
        """How many lines AFAS is known to have."""
        return int(self.rows("SELECT count(*) FROM line WHERE state = 'applied'")[0][0])

    def calls(self) -> int:
        """How many calls have begun."""
        return int(self.rows("SELECT count(*) FROM attempt")[0][0])

    def finished(self) -> bool:
        """Whether there are batches, and all of them have ended."""
        return {state for (state,) in self.rows("SELECT DISTINCT state FROM batch")} == {"finished"}

    def stopped(self) -> str | None:
        """Why the organisation's deliveries stand still until a person says so."""
        return next((why for (why,) in self.rows("SELECT stop FROM delivery WHERE stop IS NOT NULL")), None)


def command(home: Path, *words: str, **more: str) -> str:
    """What a command prints; it ends well."""
    done = python("-c", COMMAND, *words, env=environment(home, **more))
    assert done.returncode == 0, done.stderr
    return done.stdout


def prepare(home: Path, there: Afas, **more: str) -> None:
    """A database with an organisation that delivers to this AFAS."""
    home.mkdir(exist_ok=True)
    file = home / "organisation.yaml"
    file.write_text(CONFIGURATION.format(guid=GUID, url=there.ready["url"], token=there.ready["token"]))
    command(home, "db", "upgrade", **more)
    command(home, "config", "apply", str(file), **more)


def resumes(home: Path, ledger: Ledger, **more: str) -> str | None:
    """What a person does after a stop, whose only cause here may be a call of which nobody knows whether it went."""
    why = ledger.stopped()
    if why is not None:
        assert why == "canary_lost", why
        command(home, "realization", "resume", GUID, **more)
    return why


def short_leases(folder: Path, seconds: float) -> dict[str, str]:
    """The environment in which processes hold what they have for so many seconds; there is no setting for it."""
    folder.mkdir(exist_ok=True)
    shorter = f"leases.LEASE_SECONDS, leases.RENEW_SECONDS = {seconds}, {seconds / 4}"
    (folder / "sitecustomize.py").write_text(f"from workers import leases\n{shorter}\n")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def victims(mains: Sequence[int]) -> list[int]:
    """These processes and their children: what may be killed."""
    return alive_in_groups(set(mains))


def replies(ledger: Ledger) -> set[str]:
    """The task ids of all replies that there must be: one a revision of each batch."""
    revisions = ledger.rows("SELECT id, revision FROM batch")
    return {
        str(uuid5(uuid5(NAMESPACE_URL, f"afasconnector:batch:{batch}"), str(number)))
        for batch, last in revisions
        for number in range(1, last + 1)
    }


def audit(there: Afas, ledger: Ledger, service: Service) -> None:
    """Each good line is in AFAS exactly once, and each other one was refused for its own reason."""
    reasons = {key: reason(line) for key, line in service.sent.items()}
    committed, good = there.there(), {key for key, why in reasons.items() if why is None}
    lost, doubled = good - set(committed), [key for key, times in committed.items() if times > 1]
    assert (len(lost), len(doubled)) == (0, 0), (sorted(lost)[:5], doubled[:5])
    assert set(committed) == good
    rows = ledger.rows("SELECT xp_re, state, message FROM line")
    assert {key: state for key, state, _ in rows} == {
        key: "refused" if why else "applied" for key, why in reasons.items()
    }
    assert [key for key, state, message in rows if state == "refused" and reasons[key] not in message] == []
