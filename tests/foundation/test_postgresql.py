"""The PostgreSQL of the tests: one is always found, or the tests say what to install; and nothing of it stays."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgresql
from tests.foundation.gate import process

SERVE = """
from tests import postgresql
with postgresql.server() as server:
    print(server.url, server.folder, flush=True)
    import sys; sys.stdin.readline()
"""


def _none() -> list[Path]:
    return []


def _version(url: str) -> str:
    with psycopg.connect(f"{url}postgres", connect_timeout=5) as connection:
        found = connection.execute("SHOW server_version").fetchone()
    assert found
    return str(found[0])


def _answers(url: str) -> bool:
    try:
        return bool(_version(url))
    except psycopg.OperationalError:
        return False


def test_the_wheel_serves_where_none_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "installed", _none)
    with postgresql.server() as server:
        assert int(_version(server.url).partition(".")[0]) >= 16


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run it")
def test_the_wheel_serves_from_a_folder_that_is_closed_to_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    real = postgresql._open_to_all

    def closed(folder: Path) -> bool:
        return folder not in postgresql.of_the_wheel() and real(folder)

    monkeypatch.setattr(postgresql, "installed", _none)
    monkeypatch.setattr(postgresql, "_open_to_all", closed)
    with postgresql.server() as server:
        assert (server.folder / "programs").is_dir()
        assert int(_version(server.url).partition(".")[0]) >= 16


def test_without_any_server_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "installed", _none)
    monkeypatch.setattr(postgresql, "of_the_wheel", _none)
    with pytest.raises(postgresql.PostgresqlMissing, match="install"), postgresql.server():
        pass


def test_nothing_stays_of_a_server_that_was_stopped() -> None:
    with postgresql.server() as server:
        assert server.folder.is_dir()
        assert _answers(server.url)
    assert not server.folder.exists()
    assert not _answers(server.url)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_server_ends_with_the_process_that_started_it() -> None:
    with process(SERVE) as (starter, told):
        url, folder = told.split()
        note = Path(folder) / "data" / "postmaster.pid"
        try:
            assert _version(url)
            os.kill(starter.pid, signal.SIGKILL)
            starter.wait()
            deadline = time.monotonic() + 20
            while note.exists() or _answers(url):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            shutil.rmtree(folder)
