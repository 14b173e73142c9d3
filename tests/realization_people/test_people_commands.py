"""The commands about batches: what they print, and their exit codes."""

import csv
import getpass
import io
import json
from pathlib import Path

import pytest

from tasks.realization import closing
from tasks.realization.intake.messages import misfits, schema
from tests.cli.terminal import Said, run
from tests.realization_people.builders import BAD, GUID, Desk, good, line
from workers import settings
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization.acts import Delivery
from workers.ledger.realization.models import OutboxReply, RejectedIntake
from workers.staff.models import AfasConnection


@pytest.fixture
def desk(small_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    return small_desk


class Shell:
    """The commands of `realization`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Said:
        return run(self._capsys, "realization", *map(str, words))

    def status(self, *words: str) -> Said:
        return run(self._capsys, "status", *words)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def refused(desk: Desk, count: int = 3) -> int:
    batch = desk.batch(good(count))
    desk.all_are(batch, "applied", afas_id="20200")
    desk.ends(batch, {"L1": {"state": "refused", "message": BAD, "reference": "f" * 32}})
    with transaction() as session:
        closing.close(session, batch)
    return batch


def test_status_prints_lines_and_counts_and_asks_for_attention(desk: Desk, shell: Shell) -> None:
    said = shell("status", refused(desk))
    assert said.code == 1
    assert [part in said.out for part in (BAD, "EmId", "f" * 32, "L2")] == [True] * 4
    assert ("verwerkt: 2" in said.err, "geweigerd door AFAS: 1" in said.err) == (True, True)


def test_status_of_an_applied_batch_is_well(desk: Desk, shell: Shell) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "applied")
    assert shell("status", batch).code == 0


def test_status_as_json_is_the_public_answer(desk: Desk, shell: Shell) -> None:
    found = json.loads(shell("status", refused(desk), "--json").out)
    assert list(misfits(schema("realization.status.result"), found)) == []


def test_the_table_corrected_is_sent_again(desk: Desk, shell: Shell, tmp_path: Path) -> None:
    batch = refused(desk)
    rows = list(csv.DictReader(io.StringIO(shell("status", batch, "--csv").out)))
    assert [row["XpRe"] for row in rows] == ["L1", "L2", "L3"]
    rows[0]["EmId"] = "2000"
    file = tmp_path / "regels.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    said = shell("retry", batch, "--file", file)
    assert (said.code, desk.line(batch, "L1").fields["EmId"], desk.states(batch)[0]) == (0, "2000", "pending")
    assert "1 regels gaan opnieuw, 0 blijven" in said.err


def test_retry_tells_the_lines_that_stay_and_exits_1(desk: Desk, shell: Shell) -> None:
    batch = desk.batch([line("L1", DaTi=None)])
    said = shell("retry", batch, "--json")
    assert said.code == 1
    assert json.loads(said.out)["left"][0]["key"] == "L1"


@pytest.mark.parametrize(
    "content", ["{", '<PtRealization><Element><Fields Action="delete"/></Element></PtRealization>']
)
def test_a_file_that_does_not_fit_is_told_in_one_line(desk: Desk, shell: Shell, tmp_path: Path, content: str) -> None:
    batch, file = refused(desk), tmp_path / "regels"
    file.write_text(content)
    for path in (file, tmp_path / "weg"):
        said = shell("retry", batch, "--file", path)
        assert (said.code, said.err.count("\n"), said.out) == (2, 1, "")
    assert desk.states(batch)[0] == "refused"


def test_resolve_cancel_and_show(desk: Desk, shell: Shell) -> None:
    desk.change(AfasConnection, read_back=None)
    batch = desk.batch(good(3))
    desk.ends(batch, {"L1": {"state": "in_doubt", "matter": "lost"}, "L2": {"state": "applied"}}, None)
    desk.attempt(batch, ["L1"])
    assert shell("resolve", batch, "L1", "applied", "--note", "op scherm gezien").code == 0
    assert shell("cancel", batch).code == 0
    assert desk.states(batch) == ["applied", "applied", "cancelled"]
    story = shell("show", "L1")
    assert (story.code, "op scherm gezien" in story.out, getpass.getuser() in story.out) == (0, True, True)
    assert json.loads(shell("show", "L1", "--json").out)[0]["line"] == desk.lines(batch)[0].id
    assert shell("forget", "L1", "L2").code == 0
    assert not any(one.holds_key for one in desk.lines(batch))


def test_resume_and_adopt(desk: Desk, shell: Shell) -> None:
    desk.batch(good(2))
    assert "niets stil" in shell("resume", GUID).err
    desk.change(Delivery, stop="invisible")
    assert "gaat verder" in shell("resume", GUID).err
    said = shell("adopt")
    assert (said.code, "2 regels zijn onzeker" in said.err) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("status", "99"),
        ("retry", "99"),
        ("cancel", "99"),
        ("resolve", "99", "L1", "applied", "--note", "x"),
        ("show", "weg"),
        ("forget", "weg"),
        ("resume", "geen-guid"),
        ("status", "vier"),
        ("resolve", "1", "L1", "misschien", "--note", "x"),
        ("resolve", "1", "L1", "applied"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(desk: Desk, shell: Shell, words: tuple[str, ...]) -> None:
    desk.batch(good(1))
    said = shell(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.strip().count("\n") == 0


def test_without_a_database_every_command_says_which_one_is_missing(home: Path, shell: Shell) -> None:
    assert home.is_dir()
    for words in (("status", "1"), ("retry", "1"), ("cancel", "1"), ("show", "L1"), ("forget", "L1"), ("adopt",)):
        said = shell(*words)
        assert (said.code, "afasconnector.db" in said.err) == (2, True)


def test_the_overview_tells_what_stands_still_waits_or_was_lost(desk: Desk, shell: Shell) -> None:
    batch, braked = desk.batch(good(2), reply=("taak", "rij")), desk.batch([line("X1")])
    assert ("3 regels onderweg" in shell.status().out, "wacht op u" in shell.status().out) == (True, False)
    desk.all_are(batch, "in_doubt", matter="lost")
    with transaction() as session:
        closing.close(session, batch)
        closing.braked(session, braked, BAD)
        closing.noticed(session, desk.owner, "census", [1], [])
        session.objects.add(RejectedIntake(at=now(-60), reason="lines: ontbreekt", message={}))
        session.objects.add(RejectedIntake(at=now(-9 * 86_400), reason="lang geleden", message={}))
    desk.change(OutboxReply, error="OperationalError: weg")
    desk.change(Delivery, stop="invisible", stopped_at=now())
    said = shell.status()
    for part in (
        "aflevering gestopt",
        f"batch {batch} wacht op u, 2 regels onzeker",
        f"batch {braked} gepauzeerd",
        "1 antwoorden aan afzenders niet verstuurd: OperationalError",
        "1 aanleveringen afgewezen in de laatste week, de laatste: lines: ontbreekt",
        "toont AFAS niet meer",
    ):
        assert part in said.out
    assert said.code == 1
    assert all(len(row["told"].splitlines()) == 1 for row in json.loads(shell.status("--json").out))
