"""All that takes part in the demo, and what can be asked of it."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo import sums
from tests.demo.example import GUID
from tests.demo.machine import Machine, expect, until
from tests.demo.mailbox import Mail, Mailbox
from tests.demo.sums import Sums

Run = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """Processes, mail, and AFAS's url and token."""

    machine: Machine
    mailbox: Mailbox
    afas: dict[str, str]

    @property
    def file(self) -> Path:
        """The configuration file."""
        return self.machine.home / "example.yaml"

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        return list(json.loads(self.machine.command("afasconnector", "runs", "--json")))

    def facts(self, run: int) -> Run:
        """What a run came to."""
        told = json.loads(self.machine.command("afasconnector", "runs", "show", str(run), "--json"))
        return {**told["run"], **told["run"]["run"], "difference": told["difference"]}

    def asked(self, *runs: Run) -> tuple[int, Sums]:
        """Number and sums of AFAS's rows in the days of these runs; of all runs by default."""
        days = runs or self.runs()
        first, last = min(run["date_from"] for run in days), max(run["date_to"] for run in days)
        return sums.asked(self.afas["url"], self.afas["token"], first, last)

    def staff(self) -> Sums:
        """What Staff holds."""
        return sums.held(self.machine.command("afasconnector", "turnover", "show", GUID, "--csv"))

    def mail_about(self, run: int) -> Mail:
        """The one mail about a run."""
        about = f" run {run} ("
        until(lambda: any(about in mail.body for mail in self.mailbox.mails), f"the mail about run {run}")
        found = [mail for mail in self.mailbox.mails if about in mail.body]
        expect(len(found) == 1, f"{len(found)} mails about run {run} instead of one")
        return found[0]

    def mail_of_batch(self, batch: int) -> Mail:
        """The one mail about a batch."""
        about = f"(batch {batch})"
        until(lambda: any(about in mail.subject for mail in self.mailbox.mails), f"the mail about batch {batch}")
        found = [mail for mail in self.mailbox.mails if about in mail.subject]
        expect(len(found) == 1, f"{len(found)} mails about batch {batch} instead of one")
        return found[0]

    def flower(self) -> tuple[str, Path]:
        """Flower's address, and the file with its user and password, which alone open it."""
        address, login = self.machine.state()["flower"], self.machine.home / "secrets" / "flower_basic_auth"
        until(lambda: _status(address, login.read_text()) == 200, "Flower")
        expect(_status(address) == 401, "Flower opens without a password")
        return address, login


def _status(address: str, login: str = "") -> int:
    request = urllib.request.Request(address)
    if login:
        request.add_header("Authorization", f"Basic {base64.b64encode(login.strip().encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
