"""Marks outside the database: a late one lowers none, whoever sleeps between the commit and the mark."""

import errno
import fcntl
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.foundation.gate import together
from workers import home as homes
from workers import marks, settings
from workers.marks import KEY, Mark

ALL_AT_ONCE = """
shown = 0
for _ in range(60):
    # A number of its own, as the ledger gives them.
    mine = min(mark.attempt for mark in marks.read()) + 1
    mine += (os.getpid() - mine) % 1000
    assert marks.rise(marks.Mark("ABCDE", 0, mine))
    assert shown <= (shown := min(mark.attempt for mark in marks.read()))
    assert mine <= shown
print(mine)
"""


@pytest.fixture
def file(home: Path, broker: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mark's file in the home; a broker answers as well."""
    return _beside(broker, home, monkeypatch)


@pytest.fixture
def lonely_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mark's file in the home, where no broker answers."""
    return _beside("redis://127.0.0.1:1/0", home, monkeypatch)


def _beside(broker: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BROKER_URL", broker)
    settings.current.cache_clear()
    return home / "mark.json"


def test_a_mark_that_comes_late_lowers_none(file: Path) -> None:
    assert not file.exists()
    before = [marks.rise(Mark("ABCDE", 0, number)) for number in (3, 7, 5)]
    assert before == [[None] * 2, [Mark("ABCDE", 0, 3)] * 2, [Mark("ABCDE", 0, 7)] * 2]
    assert marks.read() == [Mark("ABCDE", 0, 7)] * 2


def test_of_workers_that_raise_at_once_the_highest_stays_and_nobody_sees_it_fall(file: Path) -> None:
    assert marks.rise(Mark("ABCDE", 0, 0))
    numbers = together(
        6, "import os; from workers import marks", f"import os; from workers import marks\n{ALL_AT_ONCE}"
    )
    assert marks.read() == [Mark("ABCDE", 0, max(map(int, numbers)))] * 2
    assert sorted(path.name for path in file.parent.iterdir()) == ["mark.json", "mark.lock"]


def test_the_broker_asks_again_when_another_wrote_in_between(file: Path, broker: str) -> None:
    assert marks.rise(Mark("ABCDE", 0, 3))
    file.unlink()
    asked: list[Mark | None] = []

    def decide(old: Mark | None) -> Mark:
        asked.append(old)
        if asked[1:] == [Mark("ABCDE", 0, 3)]:
            with closing(redis.Redis.from_url(broker)) as other:
                other.set(KEY, '{"installation": "ABCDE", "attempt": 9}')
        return Mark("ABCDE", 0, max(5, old.attempt if old else 0))

    assert marks.change(decide) == [None, Mark("ABCDE", 0, 9)]
    assert marks.read() == [Mark("ABCDE", 0, 5), Mark("ABCDE", 0, 9)]
    assert asked == [None, Mark("ABCDE", 0, 3), Mark("ABCDE", 0, 9)]


def test_while_a_worker_sleeps_over_the_file_the_others_go_on_by_the_broker(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.05)
    assert marks.rise(Mark("ABCDE", 0, 3))
    held = homes.lock(file.with_suffix(".lock"))
    assert held is not None
    assert marks.rise(Mark("ABCDE", 0, 5))
    assert marks.read() == [Mark("ABCDE", 0, 3), Mark("ABCDE", 0, 5)]
    os.close(held)
    assert marks.rise(Mark("ABCDE", 0, 4))
    assert marks.read() == [Mark("ABCDE", 0, 4), Mark("ABCDE", 0, 5)]


def test_a_mark_that_neither_took_is_told(lonely_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.05)
    held = homes.lock(lonely_file.with_suffix(".lock"))
    assert held is not None
    assert marks.rise(Mark("ABCDE", 0, 5)) == []
    os.close(held)
    assert marks.rise(Mark("ABCDE", 0, 5))


def test_an_answer_of_the_broker_that_gets_lost_makes_no_number_one_that_was_used_before(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = redis.Redis.eval

    def lost(*args: Any) -> Any:
        real(*args)
        raise redis.TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(redis.Redis, "eval", lost)
        assert marks.rise(Mark("ABCDE", 0, 5)) == [None]
    assert marks.read() == [Mark("ABCDE", 0, 5)] * 2
    assert marks.rise(Mark("ABCDE", 0, 6)) == [Mark("ABCDE", 0, 5)] * 2
    assert file.exists()


def test_an_adoption_makes_every_mark_of_before_lower(file: Path) -> None:
    assert marks.rise(Mark("ABCDE", 0, 900))
    assert marks.rise(Mark("ABCDE", 1, 7))
    assert marks.rise(Mark("ABCDE", 0, 901), over_others=True)
    assert marks.read() == [Mark("ABCDE", 1, 7)] * 2
    assert file.exists()


def test_where_there_are_no_locks_the_broker_keeps_the_mark_and_no_file_stays_open(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    before = len(list(Path("/dev/fd").iterdir()))
    for number in range(5):
        assert len(marks.rise(Mark("ABCDE", 0, number))) == 1
    assert len(list(Path("/dev/fd").iterdir())) <= before + 1, "the broker's connection"
    assert marks.read() == [None, Mark("ABCDE", 0, 4)]
    assert file.exists() is False


def test_another_installations_mark_falls_to_an_adoption_alone(file: Path) -> None:
    assert marks.rise(Mark("OTHER", 0, 3))
    assert marks.rise(Mark("ABCDE", 0, 5)) == [Mark("OTHER", 0, 3)] * 2
    assert marks.read() == [Mark("OTHER", 0, 3)] * 2
    assert marks.rise(Mark("ABCDE", 0, 2), over_others=True) == [Mark("OTHER", 0, 3)] * 2
    assert marks.read() == [Mark("ABCDE", 0, 2)] * 2
    assert file.exists()


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe\xfa",
        b"null",
        b'{"attempt": 9}',
        b'["ABCDE", 9]',
        b'{"installation": "A", "attempt": Infinity}',
        b'{"installation',
    ],
)
def test_what_can_not_be_read_is_no_mark_and_written_anew(file: Path, broker: str, garbage: bytes) -> None:
    file.write_bytes(garbage)
    with closing(redis.Redis.from_url(broker)) as client:
        client.set(KEY, garbage)
    assert marks.read() == [None, None]
    assert marks.rise(Mark("ABCDE", 0, 5))
    assert marks.read() == [Mark("ABCDE", 0, 5)] * 2
