"""Marks outside the database, in the home and at the broker: whose it is, and its highest attempt number.

By them a restored or copied database is known, which is older than AFAS.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers import home, settings

KEY = "afasconnector:mark"
SECONDS = 3.0  #: that an answer of the broker is waited for
#: What is kept there becomes the second argument if it is the first one still.
SWAP = """
if (redis.call("GET", KEYS[1]) or "") ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2])
return 1
"""
PATIENCE = 0.5  #: seconds that the file is waited for, which a stopped process may hold


class Mark(NamedTuple):
    """An installation's name, how often its ledger was adopted, and its highest attempt number."""

    installation: str
    adoptions: int
    attempt: int


def read() -> list[Mark | None]:
    """What the home's file and the broker say; None where there is nothing to be had."""
    said: list[Any] = [None, None]
    with suppress(OSError):
        said[0] = _file().read_bytes()
    with suppress(redis.RedisError, ValueError, OSError):
        said[1] = _broker(home.broker_url(settings.current())).get(KEY)
    return [_mark(one) for one in said]


def rise(mark: Mark, *, over_others: bool = False) -> list[Mark | None]:
    """Raise both to `mark`; a higher one stays, and another installation's but for an adoption. What was there before.

    A worker may sleep on its way here: its late mark would hide that the ledger was restored meanwhile.
    """

    def higher(old: Mark | None) -> Mark:
        if old is not None and old.installation == mark.installation:
            return max(old, mark)
        return old if old is not None and not over_others else mark

    return change(higher)


def change(decide: Callable[[Mark | None], Mark]) -> list[Mark | None]:
    """Let the home's file and the broker keep what `decide` says of the mark that is there; what was there before.

    Nobody writes in between. One that can't be had is missing.
    """
    before = []
    with suppress(OSError):
        before.append(_in_file(decide))
    with suppress(redis.RedisError, ValueError, OSError):
        before.append(_at_broker(decide))
    return before


def _in_file(decide: Callable[[Mark | None], Mark]) -> Mark | None:
    path = _file()
    until = time.monotonic() + PATIENCE
    while (held := home.lock(path.with_suffix(".lock"))) is None:
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.01)
    try:
        old = _mark(path.read_bytes() if path.exists() else None)
        beside = path.with_suffix(".new")
        beside.write_text(_said(decide(old)), encoding="utf-8")
        beside.replace(path)
    finally:
        os.close(held)
    return old


def _at_broker(decide: Callable[[Mark | None], Mark]) -> Mark | None:
    broker = _broker(home.broker_url(settings.current()))
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        said: Any = broker.get(KEY)
        old = _mark(said)
        if broker.eval(SWAP, 1, KEY, said or b"", _said(decide(old))):
            return old
    raise TimeoutError


def _file() -> Path:
    return settings.current().home / "mark.json"


@lru_cache(maxsize=1)
def _broker(url: str) -> "redis.Redis":
    """A client whose connection is kept from one mark to the next; one that broke is made anew by itself."""
    # A command whose answer is lost may have been executed, and is not given again.
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=once)


def _said(mark: Mark) -> str:
    return json.dumps(mark._asdict())


def _mark(text: bytes | None) -> Mark | None:
    try:
        said = json.loads(text or b"null")
        return Mark(str(said["installation"]), int(said.get("adoptions", 0)), int(said["attempt"]))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
