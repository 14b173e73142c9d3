"""What every command with the same home finds in it."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.foundation.gate import together
from workers import home as homes
from workers.settings import SettingsError, read

MAKE = "import os; from pathlib import Path; from workers.home import made_secret"
MADE = "print(made_secret(Path(os.environ['AFASCONNECTOR_HOME']), 'broker_password', str(os.getpid()) * 1000))"


def test_a_secret_is_made_once_also_by_eight_processes_at_once(home: Path) -> None:
    answers = together(8, MAKE, MADE)
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert homes.made_secret(home, "broker_password", "later") == answers[0]


def test_a_made_secret_is_readable_by_its_owner_alone_and_leaves_no_draft(home: Path) -> None:
    assert homes.made_secret(home, "broker_password", "first") == "first"
    file = home / "secrets" / "broker_password"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_a_key_is_made_for_sqlite_and_asked_for_elsewhere(home: Path) -> None:
    local = read({"AFASCONNECTOR_HOME": str(home)})
    made = homes.secret_keys(local)
    assert len(made) == 1
    assert homes.secret_keys(local) == made
    Fernet(made[0])
    shared = {"AFASCONNECTOR_HOME": str(home), "DATABASE_URL": "postgresql://db/staff"}
    with pytest.raises(SettingsError, match="SECRET_KEYS"):
        homes.secret_keys(read(shared))
    key = Fernet.generate_key().decode()
    assert homes.secret_keys(read({**shared, "SECRET_KEYS": key})) == (key,)


def test_the_broker_is_the_one_that_is_set_else_that_of_up_else_a_local_one(home: Path) -> None:
    asked = {"AFASCONNECTOR_HOME": str(home)}
    assert homes.broker_url(read(asked)) == "redis://localhost:6379/0"
    (home / "up.json").write_text(json.dumps({"broker": "redis://127.0.0.1:6390/0"}))
    assert homes.broker_url(read(asked)) == "redis://localhost:6379/0"
    homes.made_secret(home, "broker_password", "a/b@c")
    assert homes.broker_url(read(asked)) == "redis://:a%2Fb%40c@127.0.0.1:6390/0"
    assert homes.result_backend(read(asked)) == homes.broker_url(read(asked))
    assert homes.broker_url(read({**asked, "BROKER_URL": "redis://elsewhere"})) == "redis://elsewhere"
    assert homes.result_backend(read({**asked, "RESULT_BACKEND": "redis://results"})) == "redis://results"


@pytest.mark.parametrize("content", ["", "{", "{}"])
def test_a_broken_note_of_up_is_no_broker(home: Path, content: str) -> None:
    homes.made_secret(home, "broker_password", "secret")
    (home / "up.json").write_text(content)
    assert homes.broker_url(read({"AFASCONNECTOR_HOME": str(home)})) == "redis://localhost:6379/0"
