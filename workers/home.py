"""What the home holds for every command: made passwords and keys, locks, and the addresses of what `up` runs."""

import errno
import json
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

from cryptography.fernet import Fernet

from workers.settings import Settings, SettingsError
from workers.texts import text

if sys.platform != "win32":
    import fcntl


def made_secret(home: Path, name: str, value: str) -> str:
    """The content of `secrets/<name>` in the home; `value` is written there, mode 600, when nothing is there yet."""
    path = home / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value)
    try:
        # A link appears whole or not at all, so two that start together read one secret.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    return path.read_text(encoding="utf-8").strip()


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """Fernet keys, the first one encrypts: SECRET_KEYS, else on SQLite a key made once in the home."""
    if settings.secret_keys:
        return settings.secret_keys
    if not settings.database.startswith("sqlite"):
        raise SettingsError(text("settings.no_keys"))
    return tuple(made_secret(settings.home, "secret_keys", Fernet.generate_key().decode()).split(","))


def broker_url(settings: Settings) -> str:
    """BROKER_URL, else the embedded broker that `up` runs in this home, else a local Redis."""
    return settings.broker_url or _of_up(settings, "broker") or "redis://localhost:6379/0"


def result_backend(settings: Settings) -> str:
    """RESULT_BACKEND, else the broker."""
    return settings.result_backend or broker_url(settings)


def lock(path: Path) -> int | None:
    """An open file that holds the lock `path` until it and its copies in children close; None when another has it.

    Raises OSError where there are no locks.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), path)
    path.parent.mkdir(parents=True, exist_ok=True)
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return held


def _of_up(settings: Settings, key: str) -> str | None:
    """An address in up.json, with the password that lies beside it; None when `up` never ran here."""
    try:
        address = urlsplit(json.loads((settings.home / "up.json").read_text(encoding="utf-8"))[key])
        password = (settings.home / "secrets" / "broker_password").read_text(encoding="utf-8").strip()
    except (OSError, ValueError, KeyError):
        return None
    return str(address._replace(netloc=f":{quote(password, safe='')}@{address.hostname}:{address.port}").geturl())
