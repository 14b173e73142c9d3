"""What the demo shows, step by step; a step that is not as it should be ends it."""

import sys
import time
from decimal import Decimal
from pathlib import Path

from tests.demo import example
from tests.demo.delivery import delivered
from tests.demo.example import ADMIN_MAIL, GUID, MAIL_TO, REGISTERS, UNKNOWN
from tests.demo.machine import Machine, expect, machine, until
from tests.demo.mailbox import mailbox
from tests.demo.stage import Run, Stage
from tests.demo.sums import Sums
from tests.demo.telling import heading, quote, say
from workers.children import free_port

ENDED = ("done", "done_with_failures", "failed")
LONGEST = 60.0  #: seconds that the import may take
LOOK_AGAIN = 2.0  #: seconds; each look is a process, and what that takes the workers don't get


def tell(home: Path, *, keep: bool) -> None:
    """The whole story, in `home`."""
    began = time.monotonic()
    port = free_port()
    environment = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
        "ADMIN_MAIL": ADMIN_MAIL,
        "DISPATCH_SECONDS": "2",
        "SWEEP_SECONDS": "5",
    }
    with machine(home, environment) as made:
        afas = _started(made)
        with mailbox(port) as box:
            _played(Stage(made, box, afas), keep=keep)
        heading("Stopping")
    say(f"Everything ended well and nothing is left running. The demo took {time.monotonic() - began:.0f} s.")


def _played(stage: Stage, *, keep: bool) -> None:
    _configured(stage)
    _imported(stage)
    _same_again(stage)
    _register_added(stage)
    _compared(stage)
    delivered(stage)
    _addresses(stage)
    if keep:
        _stay(stage)


def _started(made: Machine) -> dict[str, str]:
    heading("Starting: an AFAS simulator, and all services with `afasconnector up`")
    afas = made.simulator()
    state = made.up()
    say(f"AFAS simulator: {afas['url']}")
    say(f"Services: {', '.join(entry['name'] for entry in state['processes'])}")
    say(f"Database: {state['database']}")
    return afas


def _configured(stage: Stage) -> None:
    heading(f"Setting up a caterer from one file: `afasconnector config apply {stage.file.name}`")
    example.write(stage.file, stage.afas, REGISTERS)
    changes = stage.machine.command("afasconnector", "config", "apply", str(stage.file)).splitlines()
    quote([*changes[:2], f"… {len(changes) - 3} more lines …", *changes[-1:]])


def _imported(stage: Stage) -> None:
    heading("The night's import: its hour has passed, so beat wakes the workers, which read AFAS")
    seen, deadline = "", time.monotonic() + LONGEST
    while seen not in ENDED:
        expect(time.monotonic() < deadline, f"the run is still {seen} after {LONGEST:g} s")
        time.sleep(LOOK_AGAIN)
        found = until(stage.runs, "the scheduled run")
        if found[-1]["state"] != seen:
            seen = found[-1]["state"]
            say(f"run {found[-1]['id']} ({found[-1]['kind']}): {seen}")
    # One for each day: midnight may pass meanwhile.
    expect(len(found) == len({run["day"] for run in found}), f"{len(found)} runs on one day")
    expect(seen == "done_with_failures", f"the run ended {seen}")
    facts = stage.facts(found[-1]["id"])
    right = _figures(stage, facts, written=True)
    heading("One mail tells it (texts are Dutch; with TEXT_LANGUAGE=en they are English)")
    mail = stage.mail_about(facts["id"])
    quote([f"To: {', '.join(mail.recipients)}", f"Subject: {mail.subject}", "", *mail.body.splitlines()])
    expect(set(mail.recipients) == {MAIL_TO, ADMIN_MAIL}, f"the mail went to {mail.recipients}")
    for code in {key[0] for key in right.days} - set(REGISTERS):
        expect(f"Register {code} not found" in mail.body, f"the mail does not name register {code}")


def _same_again(stage: Stage) -> None:
    heading(f"The same again, by hand in a process of its own: `AFASConnector TURNOVER {GUID} -{example.DAYS_BACK}`")
    before = stage.staff()
    told = stage.machine.command("AFASConnector", "TURNOVER", GUID, f"-{example.DAYS_BACK}", code=1)
    quote(told.splitlines()[:1])
    facts = stage.facts(next(run["id"] for run in stage.runs() if run["kind"] == "manual"))
    _figures(stage, facts, written=False)
    expect(stage.staff() == before, "the second run changed what Staff holds")
    stage.mail_about(facts["id"])
    say("Staff holds the same as before, to the cent. Exit code 1, for some register codes are still unknown.")


def _register_added(stage: Stage) -> None:
    heading(f"Register {UNKNOWN} is added to the file and applied: what waited for it is written")
    example.write(stage.file, stage.afas, (*REGISTERS, UNKNOWN))
    quote(stage.machine.command("afasconnector", "config", "apply", str(stage.file)).splitlines())
    _, right = stage.asked()
    expect(right.of({UNKNOWN}).days, f"AFAS has nothing of register {UNKNOWN}")
    expect(stage.staff().of({UNKNOWN}) == right.of({UNKNOWN}), f"what Staff holds of register {UNKNOWN} is not AFAS's")


def _compared(stage: Stage) -> None:
    heading("To the cent? The simulator's rows, summed once more by other code, beside what Staff holds")
    rows, right = stage.asked()
    right, found = right.of({*REGISTERS, UNKNOWN}), stage.staff()
    say(f"AFAS:  {rows} rows; {len(right.days)} register-days, {len(right.payments)} payments, {right.total:,.2f}")
    say(f"Staff: {len(found.days)} register-days, {len(found.payments)} payments, {found.total:,.2f}")
    expect(found == right, "Staff and AFAS differ")
    say(f"Every register-day and every payment is equal; difference {found.total - right.total:.2f}")


def _addresses(stage: Stage) -> None:
    heading("At a glance: `afasconnector status` (exit code 1: something wants attention)")
    quote(stage.machine.command("afasconnector", "status", code=1).splitlines())
    flower, login = stage.flower()
    heading("Addresses")
    say(f"Flower:  {flower} (user:password in {login})")
    say(f"Run log: {stage.machine.home / 'log' / 'turnover.log'}")


def _stay(stage: Stage) -> None:
    heading("Staying up until Ctrl-C. In another terminal:")
    names = ("AFASCONNECTOR_HOME", "ALLOWED_HOSTS", "SMTP_URL", "ADMIN_MAIL")
    say("export " + " ".join(f"{name}='{stage.machine.environment[name]}'" for name in names))
    say(f"{Path(sys.executable).with_name('afasconnector')} runs")
    shown = len(stage.mailbox.mails)
    try:
        while True:
            time.sleep(0.5)
            for mail in stage.mailbox.mails[shown:]:
                say(f"Mail to {', '.join(mail.recipients)}: {mail.subject}")
            shown = len(stage.mailbox.mails)
    except KeyboardInterrupt:
        sys.stdout.write("\n")


def _figures(stage: Stage, facts: Run, *, written: bool) -> Sums:
    """Hold a run's figures against AFAS's rows, whose sums are returned."""
    rows, right = stage.asked(facts)
    known = len(right.of(REGISTERS).days)
    expected = {"written": known * written, "unchanged": known * (not written), "parked": len(right.days) - known}
    counted = {name: facts["days"].get(name, 0) for name in expected}
    say(f"{facts['rows']} rows read; register-days: {', '.join(f'{count} {name}' for name, count in counted.items())}")
    expect(facts["rows"] == rows, f"{facts['rows']} rows read instead of {rows}")
    expect(counted == expected, f"register-days {counted} instead of {expected}")
    expect(Decimal(facts["difference"]) == 0, f"the closing proof is off by {facts['difference']}")
    return right
