"""Wrong use, wrong settings and a missing database: one line with the remedy, exit code 2, and nothing is made."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import DAYS, MAIN, TURNOVER, ended, process, run, start
from tests.turnover.builders import GUID, OTHER, Shop, execute, rows_of, sale
from workers import settings

COMMANDS = [
    "",
    "TURNOVER",
    "turnover show",
    "turnover history",
    "runs",
    "runs show",
    "runs retry",
    "config",
    "config apply",
    "config export",
    "config check",
    "db",
    "db upgrade",
    "up",
    "status",
    "simulate",
]
HELPS = f"import sys; from tasks.cli import main\nfor one in {COMMANDS!r}: print('#', main([*one.split(), '--help']))"
WRONG = [
    (("TURNOVER",), "GUID ontbreekt; zie: afasconnector turnover --help"),
    (("TURNOVER", OTHER, "-40"), f"Organisatie {OTHER} is onbekend"),
    (("TURNOVER", "nonsens", "-40"), "controleer de guid"),
    (("TURNOVER", GUID, "40"), "40: schrijf het aantal dagen terug met een minteken: -40"),
    (("TURNOVER", GUID, "-1.5"), "-1.5 is geen geheel getal"),
    (("TURNOVER", GUID, "-1_0"), "-1_0 is geen geheel getal"),
    (("TURNOVER", GUID, "–40"), "–40 is geen geheel getal zoals 12 of -40"),
    (("TURNOVER", GUID, "-99999999"), "Geef de dagen als -40"),
    (("TURNOVER", GUID, "-4", "-4"), "-4 is hier geen opdracht of optie"),
    (("TURNOVER", GUID, "--from", "2026-03-02"), "Geef de dagen als -40"),
    (("TURNOVER", GUID, "--to", "2026-03-02"), "Geef de dagen als -40"),
    (("TURNOVER", GUID, "-4", *DAYS), "Geef de dagen als -40"),
    (("TURNOVER", GUID, "--from", "2026-03-03", "--to", "2026-03-02"), "niet na het einde"),
    (("TURNOVER", GUID, "--from", "02-03-2026", "--to", "2026-03-03"), "02-03-2026 is geen dag; schrijf jjjj-mm-dd"),
    (("TURNOVER", GUID, "--from", "2026-02-30", "--to", "2026-03-03"), "2026-02-30 is geen dag"),
    (("TURNOVER", GUID, "--register"), "--register mist zijn waarde"),
    (("TURNOVER", GUID, "--register", "260l"), "Kassa 260l is in Staff onbekend (bedoeld is misschien 2600); verbeter"),
    (("TURNOVER", GUID, "--register", "kelder", "--dry-run"), "Kassa kelder is in Staff onbekend; verbeter de code"),
    (("TURNOVER", GUID, "--register", "", "--enqueue"), "Kassa  is in Staff onbekend"),
    (("TURNOVER", GUID, "--morgen"), "--morgen is hier geen opdracht of optie; zie: afasconnector turnover --help"),
    (("turnover", "show", OTHER), f"Organisatie {OTHER} is onbekend"),
    (("turnover", "history", GUID, "2600", "gisteren"), "gisteren is geen dag"),
    (("runs", OTHER), f"Organisatie {OTHER} is onbekend"),
    (("runs", "show", "7"), "Run 7 bestaat niet; afasconnector runs toont ze"),
    (("runs", "show", "99999999999999999999"), "is geen geheel getal"),
    (("runs", "retry", "7"), "Run 7 bestaat niet"),
    (("runs", "retry", "x"), "x is geen geheel getal"),
    (("simulate", "--port", "99999"), "--port 99999: geef een poort van 1 tot en met 65535"),
    (("omzet",), "omzet is hier geen opdracht of optie; zie: afasconnector --help"),
]


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[" ".join(words).replace(GUID, "G") for words, _ in WRONG])
def test_wrong_use_is_one_line_with_the_remedy_and_makes_no_run(
    shop: Shop, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    said = run(capsys, *words)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert told in said.err
    assert shop.afas.asked == []
    assert rows_of("SELECT * FROM turnover_run") == []


def test_a_host_that_is_not_allowed_is_told_and_makes_no_run(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALLOWED_HOSTS")
    settings.current.cache_clear()
    for more in ((), ("--dry-run",), ("--enqueue",)):
        said = run(capsys, *TURNOVER, *more)
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert said.err.startswith("127.0.0.1: deze host is niet toegestaan; verbeter het adres of zet de host in")
    assert shop.afas.asked == []
    assert rows_of("SELECT * FROM turnover_run") == []


def test_a_token_that_no_key_opens_is_told_and_makes_no_run(
    shop: Shop, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shop
    (home / "secrets" / "secret_keys").unlink()
    said = run(capsys, *TURNOVER)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "SECRET_KEYS" in said.err
    assert rows_of("SELECT * FROM turnover_run") == []


def test_wrong_settings_are_told_all_at_once_before_anything_is_done(shop: Shop) -> None:
    said = process(*TURNOVER, SWEEP_SECONDS="soon", TIMEZONE="Mars/Base", DATABASE_URL="sqlite:///here.db")
    assert (said.code, said.out) == (2, "")
    assert [line.split("=")[0].split(":")[0] for line in said.err.splitlines()] == [
        "SWEEP_SECONDS",
        "TIMEZONE",
        "DATABASE_URL",
    ]
    assert rows_of("SELECT * FROM turnover_run") == []
    assert shop.afas.asked == []


@pytest.mark.parametrize(
    "words",
    [
        TURNOVER,
        (*TURNOVER, "--dry-run"),
        (*TURNOVER, "--enqueue"),
        ("turnover", "show", GUID),
        ("turnover", "history", GUID, "2600", "2026-03-02"),
        ("runs",),
        ("runs", "show", "1"),
        ("runs", "retry", "1"),
    ],
)
def test_without_a_database_its_path_is_told_and_none_is_made(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    said = run(capsys, *words)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert f"{home}/afasconnector.db" in said.err
    assert "afasconnector db upgrade" in said.err
    assert list(home.rglob("*.db")) == []


def test_status_without_a_database_is_3(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"{home}/afasconnector.db" in run(capsys, "status").out
    said = run(capsys, "status", "--json")
    assert (said.code, said.err) == (3, "")
    assert [(sign["about"], sign["level"]) for sign in json.loads(said.out)] == [("database", 3)]


def test_a_database_that_cannot_be_reached_or_made_is_one_line_without_its_password(tmp_path: Path) -> None:
    address = "postgresql://staff:geheim@127.0.0.1:1/staff"
    key = {"SECRET_KEYS": "x" * 43 + "="}
    for words in (("db", "upgrade"), ("runs",)):
        said = process(*words, AFASCONNECTOR_HOME=str(tmp_path), DATABASE_URL=address, **key)
        assert (said.code, said.err.count("\n")) == (2, 1)
        assert "staff:***@127.0.0.1:1/staff is niet bereikbaar" in said.err
        assert "geheim" not in said.err
    (tmp_path / "file").touch()
    said = process("db", "upgrade", DATABASE_URL=f"sqlite:///{tmp_path}/file/staff.db")
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_an_unexpected_error_is_one_line_and_with_debug_a_traceback(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    execute("DROP TABLE call_log")
    said = process(*TURNOVER)
    assert said.code == 3
    assert "Traceback" not in said.err
    assert said.err.splitlines()[-1].startswith(
        "Onverwachte fout OperationalError: no such table: call_log; met --debug"
    )
    debug = process("--debug", *TURNOVER)
    assert debug.code != 0
    assert "Traceback (most recent call last)" in debug.err
    secret = shop.afas.token.partition("<data>")[2].partition("<")[0]
    assert secret
    assert secret not in said.err + debug.err


def test_every_command_explains_itself_in_dutch_and_in_english(home: Path) -> None:
    assert home
    dutch, english = (
        ended(start(code=HELPS, env={"TEXT_LANGUAGE": language, "AFASCONNECTOR_HOME": str(home), "COLUMNS": "200"}))
        for language in ("nl", "en")
    )
    for said in (dutch, english):
        assert (said.code, said.err, said.out.count("# 0")) == (0, "", len(COMMANDS))
        assert "cli." not in said.out
        assert "--no-" not in said.out
    for one, other in zip(dutch.out.split("# 0"), english.out.split("# 0"), strict=True):
        assert one.strip() == "" or one.split("\n\n")[1:] != other.split("\n\n")[1:], one
    assert "Omzet van een organisatie importeren" in dutch.out.split("# 0")[0], "the list has a line of each command"
    assert "this register code only" in english.out


def test_the_version_is_told_without_what_takes_long_to_import() -> None:
    code = f"import sys\ntry:\n    exec({MAIN!r})\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    said = ended(start("--version", code=code))
    heavy = ("sqlalchemy", "celery", "requests", "alembic", "kombu", "redis")
    assert [name for name in heavy if f"'{name}'" in said.out] == []
    assert said.out.splitlines()[0].count(".") == 2
