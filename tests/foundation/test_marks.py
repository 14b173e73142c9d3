"""Marks outside the database: a late one lowers none, whoever sleeps between the commit and the mark."""

from contextlib import closing
from os import close
from pathlib import Path

import pytest
import redis

from tests.foundation.gate import together
from workers import home as homes
from workers import marks, settings
from workers.marks import KEY, Mark

ALL_AT_ONCE = """
shown = 0
for _ in range(60):
    mine = min(mark.attempt for mark in marks.read()) + random.randint(1, 3)
    assert marks.rise(marks.Mark("ABCDE", mine))
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
    before = [marks.rise(Mark("ABCDE", number)) for number in (3, 7, 5)]
    assert before == [[None] * 2, [Mark("ABCDE", 3)] * 2, [Mark("ABCDE", 7)] * 2]
    assert marks.read() == [Mark("ABCDE", 7)] * 2


def test_of_workers_that_raise_at_once_the_highest_stays_and_nobody_sees_it_fall(file: Path) -> None:
    assert marks.rise(Mark("ABCDE", 0))
    numbers = together(
        6, "import random; from workers import marks", "import random; from workers import marks\n" + ALL_AT_ONCE
    )
    assert marks.read() == [Mark("ABCDE", max(map(int, numbers)))] * 2
    assert sorted(path.name for path in file.parent.iterdir()) == ["mark.json", "mark.lock"]


def test_the_broker_asks_again_when_another_wrote_in_between(file: Path, broker: str) -> None:
    assert marks.rise(Mark("ABCDE", 3))
    file.unlink()
    asked: list[Mark | None] = []

    def decide(old: Mark | None) -> Mark:
        asked.append(old)
        if asked[1:] == [Mark("ABCDE", 3)]:
            with closing(redis.Redis.from_url(broker)) as other:
                other.set(KEY, '{"installation": "ABCDE", "attempt": 9}')
        return Mark("ABCDE", max(5, old.attempt if old else 0))

    assert marks.change(decide) == [None, Mark("ABCDE", 9)]
    assert marks.read() == [Mark("ABCDE", 5), Mark("ABCDE", 9)]
    assert asked == [None, Mark("ABCDE", 3), Mark("ABCDE", 9)]


def test_while_a_worker_sleeps_over_the_file_the_others_go_on_by_the_broker(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.05)
    assert marks.rise(Mark("ABCDE", 3))
    held = homes.lock(file.with_suffix(".lock"))
    assert held is not None
    assert marks.rise(Mark("ABCDE", 5))
    assert marks.read() == [Mark("ABCDE", 3), Mark("ABCDE", 5)]
    close(held)
    assert marks.rise(Mark("ABCDE", 4))
    assert marks.read() == [Mark("ABCDE", 4), Mark("ABCDE", 5)]


def test_a_mark_that_neither_took_is_told(lonely_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.05)
    held = homes.lock(lonely_file.with_suffix(".lock"))
    assert held is not None
    assert marks.rise(Mark("ABCDE", 5)) == []
    assert not marks.adopt(Mark("ABCDE", 5))
    close(held)
    assert marks.rise(Mark("ABCDE", 5))


def test_another_installations_mark_falls_to_an_adoption_alone(file: Path) -> None:
    assert marks.rise(Mark("OTHER", 3))
    assert marks.rise(Mark("ABCDE", 5)) == [Mark("OTHER", 3)] * 2
    assert marks.read() == [Mark("OTHER", 3)] * 2
    assert marks.adopt(Mark("ABCDE", 2))
    assert marks.read() == [Mark("ABCDE", 2)] * 2
    assert file.exists()


def test_a_number_that_was_used_before_leaves_a_higher_mark_than_the_ledger_has(file: Path) -> None:
    assert marks.rise(Mark("ABCDE", 7))
    file.unlink()
    assert marks.rise(Mark("ABCDE", 7)) == [None, Mark("ABCDE", 7)]
    assert marks.read() == [Mark("ABCDE", 7), Mark("ABCDE", 8)]


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\xfe\xfa", b"null", b'{"attempt": 9}', b'["ABCDE", 9]', b'{"installation']
)
def test_what_can_not_be_read_is_no_mark_and_written_anew(file: Path, broker: str, garbage: bytes) -> None:
    file.write_bytes(garbage)
    with closing(redis.Redis.from_url(broker)) as client:
        client.set(KEY, garbage)
    assert marks.read() == [None, None]
    assert marks.rise(Mark("ABCDE", 5))
    assert marks.read() == [Mark("ABCDE", 5)] * 2
