"""The demo's second half: another service submits project lines, and AFAS has each good one once."""

import json
import re
import sys
import urllib.request
from typing import Any

from tests.demo import batch
from tests.demo.batch import LINES, REFERENCE, WRONG
from tests.demo.example import GUID, MAIL_TO
from tests.demo.machine import expect
from tests.demo.stage import Stage
from tests.demo.telling import heading, quote, say
from tests.e2e.processes import ROOT

README = ROOT / "README.md"
SERVICE, FILE = "service.py", f"{REFERENCE}.json"
SHOWN = 24  #: lines of the mail
WIDEST = 130  #: letters of a row of a table


def service() -> str:
    """The program of the other service, as the README shows it."""
    found = re.search(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    expect(found, "the README shows no program in Python")
    assert found is not None
    return found[1]


def delivered(stage: Stage) -> None:
    """The whole scene."""
    reply = _submitted(stage)
    verdicts = _verdicts(stage, reply["batch"])
    _mailed(stage, reply["batch"])
    _compared(stage, verdicts)


def _submitted(stage: Stage) -> dict[str, Any]:
    heading(f"Project hours: another service submits {LINES:,} lines, {len(WRONG)} of them wrong, with plain Celery")
    home = stage.machine.home
    (home / SERVICE).write_text(service(), encoding="utf-8")
    (home / FILE).write_text(json.dumps(batch.lines()), encoding="utf-8")
    say(f"python {SERVICE} {home} {GUID} {FILE} (the program is the README's)")
    last = ""
    for last in stage.machine.program(
        "service", sys.executable, str(home / SERVICE), str(home), GUID, str(home / FILE)
    ):
        quote([last])
    reply: dict[str, Any] = json.loads(last)
    good = LINES - len(WRONG)
    expect((reply["applied"], reply["refused"]) == (good, len(WRONG)), f"the reply says {last}")
    say("The last line is the reply, which came to the service's own queue.")
    return reply


def _verdicts(stage: Stage, number: int) -> list[dict[str, Any]]:
    command = ("afasconnector", "realization", "status", str(number))
    heading(f"The verdict of every line: `{' '.join(command)}` (exit code 1: not all were applied)")
    told = stage.machine.command(*command, code=1).splitlines()
    refused = [line for line in told if not line.endswith(" applied")]
    quote([*map(_cut, refused), f"… {len(told) - len(refused)} more lines: applied …"])
    verdicts = json.loads(stage.machine.command(*command, "--json", code=1))["lines"]
    key = next(line["XpRe"] for line in verdicts if line["state"] == "refused")
    heading(f"The story of one of them: `afasconnector realization show {key}`")
    quote(map(_cut, stage.machine.command("afasconnector", "realization", "show", key).splitlines()))
    return list(verdicts)


def _mailed(stage: Stage, number: int) -> None:
    heading("One mail for the batch, for not all of it was applied")
    mail = stage.mail_of_batch(number)
    body = mail.body.splitlines()
    quote([f"To: {', '.join(mail.recipients)}", f"Subject: {mail.subject}", "", *body[:SHOWN]])
    quote([f"… {len(body) - SHOWN} more lines …", *body[-1:]])
    expect(MAIL_TO in mail.recipients, f"the mail went to {mail.recipients}")
    for _, _, said in WRONG.values():
        expect(said in mail.body, f"the mail does not tell the reason {said}")


def _compared(stage: Stage, verdicts: list[dict[str, Any]]) -> None:
    heading("Each good line once? The simulator's own list of what was committed, beside the batch and its verdicts")
    with urllib.request.urlopen(f"{stage.afas['control']}committed", timeout=30) as answer:
        committed = json.load(answer)
    wrong = list(batch.faults(committed, verdicts))
    expect(not wrong, f"{len(wrong)} faults in the delivery, the first: {(wrong or [''])[0]}")
    say(f"AFAS committed {len(committed)} lines: every good one once, with its fields as they were sent.")
    say(f"The {len(WRONG)} wrong ones are not among them, and each was refused with its own reason.")


def _cut(row: str) -> str:
    return row if len(row) <= WIDEST else row[: WIDEST - 1] + "…"
