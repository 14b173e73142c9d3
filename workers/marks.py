"""Marks outside the database: the installation's name and its highest attempt number, in the home and at the broker.

By them a restored or copied database is known, which is older than AFAS.
"""

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import redis

from workers import home, settings

KEY = "afasconnector:mark"
SECONDS = 3.0  #: that the broker is waited for


class Mark(NamedTuple):
    """An installation's name and its highest attempt number."""

    installation: str
    attempt: int


def read() -> list[Mark | None]:
    """What the home's file and the broker say; None where there is nothing to be had."""
    texts: list[str | bytes | None] = [None, None]
    with suppress(OSError):
        texts[0] = _file().read_text(encoding="utf-8")
    with suppress(redis.RedisError, ValueError, OSError):
        texts[1] = _broker(home.broker_url(settings.current())).get(KEY)
    return [_mark(text) for text in texts]


def write(mark: Mark) -> bool:
    """Raise both to `mark`; whether at least one took it."""
    said, taken = json.dumps(mark._asdict()), False
    with suppress(OSError):
        _replace(_file(), said)
        taken = True
    with suppress(redis.RedisError, ValueError, OSError):
        _broker(home.broker_url(settings.current())).set(KEY, said)
        taken = True
    return taken


def _file() -> Path:
    return settings.current().home / "mark.json"


def _replace(path: Path, said: str) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(said, encoding="utf-8")
    beside.replace(path)


@lru_cache(maxsize=1)
def _broker(url: str) -> "redis.Redis":
    """A client whose connection is kept from one mark to the next; one that broke is made anew by itself."""
    return redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)


def _mark(text: str | bytes | None) -> Mark | None:
    try:
        said = json.loads(text or "null")
        return Mark(str(said["installation"]), int(said["attempt"]))
    except (ValueError, TypeError, KeyError):
        return None
