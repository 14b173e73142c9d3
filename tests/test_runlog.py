"""The run log: whole lines of many processes in one file, and never in the way."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from workers import runlog, settings

ROOT = Path(__file__).resolve().parent.parent
WRITER = (
    "import sys; from workers import runlog\nfor n in range(300): runlog.write(f'{sys.argv[1]}:{n}:' + 'x' * {size})"
)
Point = Callable[[str], None]


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Iterator[Point]:
    """Points LOG_FILE somewhere."""

    def at(log_file: str) -> None:
        monkeypatch.setenv("LOG_FILE", log_file)
        settings.current.cache_clear()

    yield at
    monkeypatch.undo()
    settings.current.cache_clear()


def test_a_line_begins_with_the_local_time_its_offset_and_the_level(
    point: Point, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIMEZONE", "Asia/Kolkata")
    point(str(tmp_path / "log"))
    runlog.write("event=start run=1", "WARNING")
    moment, level, rest = (tmp_path / "log").read_text().rstrip("\n").split(" ", 2)
    assert (level, rest) == ("WARNING", "event=start run=1")
    assert datetime.fromisoformat(moment).utcoffset() == timedelta(hours=5, minutes=30)


def test_the_folder_is_made(point: Point, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "turnover.log"
    point(str(path))
    runlog.write("een")
    assert path.read_text().endswith(" INFO een\n")


def test_after_a_rotation_the_next_line_goes_to_the_new_file(point: Point, tmp_path: Path) -> None:
    path = tmp_path / "log" / "turnover.log"
    point(str(path))
    runlog.write("een")
    path.rename(path.with_name("turnover.log.1"))
    runlog.write("twee")
    path.unlink()
    runlog.write("drie")
    assert path.with_name("turnover.log.1").read_text().endswith(" een\n")
    assert path.read_text().endswith(" drie\n")


def test_a_removed_folder_is_made_again(point: Point, tmp_path: Path) -> None:
    path = tmp_path / "log" / "turnover.log"
    point(str(path))
    runlog.write("een")
    path.unlink()
    path.parent.rmdir()
    runlog.write("twee")
    assert path.read_text().endswith(" twee\n")


@pytest.mark.parametrize("size", [20, 30_000])
def test_four_processes_and_a_rotation_lose_and_mix_no_line(tmp_path: Path, size: int) -> None:
    path = tmp_path / "turnover.log"
    code = WRITER.replace("{size}", str(size))
    environment = os.environ | {"LOG_FILE": str(path), "AFASCONNECTOR_HOME": str(tmp_path)}
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(name)], cwd=ROOT, env=environment) for name in range(4)
    ]
    rotated = 0
    while any(writer.poll() is None for writer in writers):
        if rotated < 5 and path.exists() and path.stat().st_size:
            path.rename(tmp_path / f"turnover.log.{rotated}")
            rotated += 1
    assert [writer.returncode for writer in writers] == [0] * 4
    lines = [line for file in tmp_path.glob("turnover.log*") for line in file.read_text().splitlines()]
    assert rotated
    assert all(re.fullmatch(rf"\S+ INFO \d:\d+:x{{{size}}}", line) for line in lines)
    assert sorted(line.split(" ")[2].rstrip("x") for line in lines) == sorted(
        f"{name}:{number}:" for name in range(4) for number in range(300)
    )


def test_a_dash_is_standard_output(point: Point, capsys: pytest.CaptureFixture[str]) -> None:
    point("-")
    runlog.write("event=start")
    assert capsys.readouterr().out.endswith(" INFO event=start\n")


def test_a_line_stays_one_line(point: Point, tmp_path: Path) -> None:
    point(str(tmp_path / "log"))
    runlog.write("een\r\ntwee\u2028drie \ud800 100%s")
    assert (tmp_path / "log").read_text().endswith(" INFO een twee drie \\ud800 100%s\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told_on_standard_error_and_raises_nothing(
    point: Point, capsys: pytest.CaptureFixture[str]
) -> None:
    point("/dev/full")
    runlog.write("event=start")
    told = capsys.readouterr().err
    assert "No space left" in told
    assert told.endswith(" INFO event=start\n")
    assert told.count("\n") == 1


def test_a_place_that_can_not_be_written_is_told_each_time(
    point: Point, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    point(str(tmp_path / "file" / "turnover.log"))
    runlog.write("een")
    runlog.write("twee")
    assert [line.rsplit(" ", 1)[1] for line in capsys.readouterr().err.splitlines()] == ["een", "twee"]


def test_without_any_console_nothing_is_raised(point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
    point("-")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        runlog.write("event=start")
