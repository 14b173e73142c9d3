"""What is measured on: the simulator as a child process, and a database with an organisation that reads from it."""

import datetime as dt
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workers import database, migrations, settings
from workers.database import transaction
from workers.secrets import Secret, seal
from workers.staff import owners
from workers.staff.models import (
    IMPORT_CLASS,
    AfasConnection,
    ImportSetting,
    Organisation,
    PaymentMethod,
    Register,
    TurnoverSetting,
)

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
FIELDS = {
    "register": "Verbijzonderingscode",
    "date": "Datum",
    "amount": "Bedrag",
    "account": "Grootboekrekening",
    "account_number": "Nr",
}
CONNECTOR = "Cateringmanager_automatenomzet"
CODES = [str(10_000 + number) for number in range(200)]
ACCOUNTS = ["1000", "1310", "1320", "1330", "8000", "8010"]
ROWS_A_DAY = 24  #: per register
LAST_DAY = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Afas:
    """A running simulator and what its one connector holds."""

    url: str
    token: str
    connector: str
    days: int

    @property
    def first(self) -> dt.date:
        return LAST_DAY - dt.timedelta(days=self.days - 1)

    @property
    def address(self) -> str:
        return f"{self.url}/connectors/{self.connector}"


@contextmanager
def simulator(days: int) -> Iterator[Afas]:
    shape = f"{len(CODES)}x{days}x{ROWS_A_DAY}"
    command = [sys.executable, "-m", "tests.simulator", "--bench", shape, "--today", LAST_DAY.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            ready = json.loads(child.stdout.readline())
            yield Afas(ready["url"], ready["token"], CONNECTOR, days)
        finally:
            child.terminate()


def use(home: Path, url: str | None) -> None:
    """From here on this process works in `home`, on the database `url` (None: SQLite in the home), migrated."""
    for name in list(os.environ):
        if name in {field.upper() for field in settings.Settings.model_fields}:
            del os.environ[name]
    os.environ |= {"AFASCONNECTOR_HOME": str(home), "ALLOWED_HOSTS": "127.0.0.1"}
    if url is not None:
        os.environ |= {"DATABASE_URL": url, "SECRET_KEYS": "uE1uHV5zEvSZ1GzF2pO0Ji0Nqg1nV1dB3mC7Hn0dT2o="}
    settings.current.cache_clear()
    database.forget_engine()
    migrations.upgrade()
    # As each pool process does when it begins.
    gc.collect()
    gc.freeze()


def organisation(afas: Afas) -> int:
    """An organisation set up to read `afas`: its id."""
    with transaction() as session:
        made = Organisation(guid=GUID, name="Bench")
        session.objects.add(made)
        session.objects.flush()
        token = seal(Secret(afas.token), owners.token(GUID))
        session.objects.add(AfasConnection(organisation_id=made.id, environment=afas.url, token=token, mail_to=[]))
        session.objects.add(
            TurnoverSetting(
                organisation_id=made.id,
                active=False,
                daily_at=dt.time(5),
                days_back=afas.days,
                turnover_group="OA",
                other_turnover_groups=["AO"],
                sign=1,
                default_turnover_account=None,
            )
        )
        session.objects.add_all(
            PaymentMethod(organisation_id=made.id, external_id=code, name=code) for code in ACCOUNTS
        )
        registers = [Register(organisation_id=made.id, external_id=code, name=code) for code in CODES]
        session.objects.add_all(registers)
        session.objects.flush()
        session.objects.add_all(
            ImportSetting(register_id=one.id, import_class=IMPORT_CLASS, uri=afas.address, fields=FIELDS)
            for one in registers
        )
        return made.id
