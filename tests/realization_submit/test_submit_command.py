"""`realization submit FILE` and `schema NAME`, as people give them."""

import json
import threading
from pathlib import Path

import pytest

from tests.cli.terminal import Said, run
from tests.realization_submit.builders import GUID, batch_of, line, lines_of, organisation, rows, settle
from workers import settings
from workers.children import free_port
from workers.database import transaction
from workers.ledger.realization.models import Batch, Line, RejectedIntake
from workers.staff import pause

XML = """<?xml version="1.0" encoding="UTF-8"?><PtRealization>
<Element><Fields Action="delete"><Id>20200</Id><force>true</force></Fields></Element>
<Element><Fields Action="insert"><DaTi>2026-11-20</DaTi><ItCd>300</ItCd><XpRe>a</XpRe></Fields></Element>
<Element><Fields Action="update"><Id>20201</Id><Pr>true</Pr></Fields></Element></PtRealization>"""


@pytest.fixture(autouse=True)
def broker(small_ledger: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers there."""
    assert small_ledger is None
    monkeypatch.setenv("BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    settings.current.cache_clear()
    organisation()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lines.json"
    path.write_text(json.dumps([line("a"), line("b"), {"DaTi": "soon", "ItCd": "1", "EmId": "1"}]))
    return path


def submit(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> Said:
    """The command."""
    return run(capsys, "realization", "submit", str(path), "--organisation", GUID, *words)


def test_a_file_becomes_a_batch_whose_id_is_printed(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    said = submit(capsys, file)
    assert (said.code, said.out) == (0, "1\n")
    assert "Batch 1 (insert, referentie" in said.err
    assert "3 regels, waarvan 1 ongeldig" in said.err
    assert [one.state for one in lines_of(1)] == ["pending", "pending", "invalid"]


def test_without_a_broker_the_rows_stand_and_it_says_who_takes_them(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    assert "broker" in submit(capsys, file).err
    assert rows(Line) == {"line": 3}


def test_the_same_file_again_is_the_same_batch_and_another_action_is_another(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    assert submit(capsys, file).out == submit(capsys, file).out == "1\n"
    assert submit(capsys, file, "--action", "update").out == "2\n"
    assert rows(Batch) == {"batch": 2}


def test_other_content_under_a_reference_is_exit_2_and_one_line(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert submit(capsys, file, "--reference", "week-47").code == 0
    file.write_text(json.dumps([line("c")]))
    said = submit(capsys, file, "--reference", "week-47")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "batch 1" in said.err
    # The file is still there: nothing has to be kept of it.
    assert rows(Batch, RejectedIntake) == {"batch": 1, "rejected_intake": 0}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[{]", "JSON"),
        (b"", "leeg"),
        (b"q-1;2026-11-20;1000;4.50\n", "veldnamen"),
        (b'"[]"', "veldnamen"),
        (b"\xff\xfe\xff", "XML"),
        (b"<!DOCTYPE x><PtRealization/>", "DOCTYPE"),
    ],
)
def test_a_file_that_can_not_be_read_is_exit_2_and_one_line(
    capsys: pytest.CaptureFixture[str], file: Path, content: bytes, told: str
) -> None:
    file.write_bytes(content)
    said = submit(capsys, file)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert str(file) in said.err
    assert told in said.err


@pytest.mark.parametrize(
    ("words", "told"), [(("--action", "upsert"), "upsert"), (("--reference", "x" * 201), "reference")]
)
def test_what_no_message_may_say_no_command_may_say_either(
    capsys: pytest.CaptureFixture[str], file: Path, words: tuple[str, str], told: str
) -> None:
    said = submit(capsys, file, *words)
    assert said.code == 2
    assert told in said.err
    assert rows(Batch) == {"batch": 0}


def test_a_file_that_is_not_there_is_exit_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said = submit(capsys, tmp_path / "absent.json")
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_a_file_of_several_actions_becomes_a_batch_each_and_inserts_end_first(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    file.write_text(XML)
    said = submit(capsys, file, "--reference", "R")
    assert said.out == "1\n2\n3\n"
    assert [f"Batch {number} begint als batch 1 klaar is" in said.err for number in (1, 2, 3)] == [False, True, True]
    made = [batch_of(number) for number in (1, 2, 3)]
    assert [(one.action, one.reference, one.after_id) for one in made] == [
        ("insert", "R/insert", None),
        ("delete", "R/delete", 1),
        ("ready", "R/ready", 1),
    ]
    assert lines_of(2)[0].force


def test_a_file_of_several_actions_is_taken_whole_or_not_at_all(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "lines.xml"
    path.write_text(XML)
    assert submit(capsys, path, "--reference", "week-47").code == 0
    path.write_text(XML.replace("<XpRe>a<", "<XpRe>b<").replace("20201", "20202"))
    said = submit(capsys, path, "--reference", "week-47")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert rows(Batch, Line) == {"batch": 3, "line": 3}
    path.write_text(XML.replace("20201", "20202").replace('"delete"', '"approve"'))
    said = submit(capsys, path, "--reference", "week-47")
    assert (said.code, said.out) == (2, "")
    assert rows(Batch, Line) == {"batch": 3, "line": 3}


def test_lines_that_name_nobody_are_hinted_at_and_not_refused(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    file.write_text("DaTi;ItCd\n2026-11-20;300\n2026-11-21;300\n")
    said = submit(capsys, file)
    assert "2 regels: geen medewerker" in said.err
    assert {one.state for one in lines_of(1)} == {"pending"}


def test_who_waits_is_told_once_why_nothing_happens(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.cli.realization.LOOK_AGAIN", 0.01)
    submit(capsys, file)
    with transaction() as session:
        pause.pause(session, batch_of(1).owner_id, "unauthorised", "AFAS antwoordt 401", 900)

    def ends() -> None:
        with transaction() as session:
            session.objects.get_one(Batch, 1).state = "waiting"

    threading.Timer(0.5, ends).start()
    assert submit(capsys, file, "--wait").err.count("gepauzeerd: AFAS antwoordt 401") == 1


@pytest.mark.parametrize(("state", "code"), [("applied", 0), ("refused", 1)])
def test_who_waits_gets_the_outcome(capsys: pytest.CaptureFixture[str], file: Path, state: str, code: int) -> None:
    file.write_text(json.dumps([line("a"), line("b")]))
    submit(capsys, file)
    settle(1, 1, "applied")
    settle(1, 2, state)
    with transaction() as session:
        session.objects.get_one(Batch, 1).state = "finished"
    said = submit(capsys, file, "--wait")
    assert (said.code, said.out) == (code, "1\n")
    assert f"1 {state}" in said.err or "2 applied" in said.err
    assert "2/2" in said.err


def test_a_schema_is_printed_and_an_unknown_name_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "schema", "realization.submit")
    assert said.code == 0
    assert json.loads(said.out)["title"] == "realization.submit"
    said = run(capsys, "schema", "submit")
    assert (said.code, said.out) == (2, "")
    assert "realization.submit" in said.err
