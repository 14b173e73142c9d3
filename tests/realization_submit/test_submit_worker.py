"""A real worker takes messages of services that know nothing of us."""

import json
import os
import signal
from typing import Any

import pytest
from sqlalchemy import text as sql

from tests.e2e.processes import until
from tests.realization_submit.builders import GUID, batch_of, line, lines_of, message, rejected, rows
from tests.realization_submit.worker import Scene
from workers.database import transaction
from workers.ledger.realization.models import Batch, Line

SECRET = "de-geheime"


def test_a_plain_client_gets_its_batch_and_its_lines_are_shown_nowhere(scene: Scene) -> None:
    given = message(line(SECRET, EmId=SECRET), {"EmId": SECRET, "Qu": float("nan")})
    result = scene.submit(**given)
    assert result == {"batch": 1, "lines": 2, "chunks": 1, "invalid": 1}
    assert scene.submit(**given) == result
    with pytest.raises(Exception, match=r"schema realization\.submit"):
        scene.submit(**message(line("b", EmId=SECRET), actiom=SECRET))
    until(lambda: [one for one in scene.events if one["type"] == "task-failed"])
    asked = scene.client.send_task("realization.status", kwargs={"batch": 1}, queue="realization")
    assert [one["XpRe"] for one in asked.get(timeout=30)["lines"]][:1] == [SECRET]
    with pytest.raises(Exception, match="99"):
        scene.client.send_task("realization.status", kwargs={"batch": 99}, queue="realization").get(timeout=30)
    until(lambda: "task-succeeded" in [one["type"] for one in scene.events if one.get("uuid") == asked.id])
    shown = scene.shown()
    assert SECRET not in shown
    assert "raised unexpected" not in shown
    assert GUID in str([one for one in scene.events if one["type"] == "task-received"])
    assert "'lines': 2" in shown
    assert len(rejected()) == 1


def test_no_message_ends_the_worker_and_what_can_not_be_read_is_kept(scene: Scene) -> None:
    deep = b"[" * 400 + b"]" * 400
    bodies = [
        b"\xff\xfe no JSON",
        b"[" * 200_000,
        b'[[], {"lines": [' + deep + b"]}, {}]",
        b'[[], "x", {}]',
        b'{"args": [], "kwargs": 5}',
        b"7",
        b'[[], {"a": {"__type__": "datetime", "__value__": 5}}, {}]',
        b'[["positional"], {}, {}]',
    ]
    for number, body in enumerate(bodies):
        scene.raw(body, id=f"raw-{number}")
    until(lambda: len(rejected()) == len(bodies))
    long = "x" * 10_000_000
    assert scene.submit(**message(line("a"), {"Ds": long, long: 1, "Id": 10**4000}))["invalid"] == 1
    assert [one.state for one in lines_of(1)] == ["pending", "invalid"]
    scene.raw(b"[[], {}, {}]", id=None, task="realization.submit", eta="never", timelimit="x")
    assert scene.submit(**message(line("c"), reference="after"))["batch"] == 2
    assert scene.process.poll() is None
    assert "Unrecoverable" not in scene.log.read_text()


def test_no_message_on_another_queue_ends_the_worker(scene: Scene) -> None:
    task = "turnover.import_organisation"
    for number, body in enumerate((b"\xff\xfe no JSON", b"7", b"null", b'[[], "x", {}]', b'{"args": []}', b"[[], 5]")):
        scene.raw(body, "turnover", task=task, id=f"raw-{number}")
    scene.raw(b'[[], {"organisation": "nobody"}, {}]', "turnover", task=task, id="last")
    until(lambda: [one for one in scene.events if one["type"] == "task-failed" and one["uuid"] == "last"])
    assert scene.process.poll() is None
    assert "Unrecoverable" not in scene.log.read_text()


def test_decimals_of_a_foreign_message_are_kept_to_the_last_digit(scene: Scene) -> None:
    body = json.dumps([[], message({**line("a"), "Qu": "QQ"}), {}]).replace('"QQ"', "4.00").encode()
    scene.raw(body)
    until(lambda: lines_of(1))
    assert str(lines_of(1)[0].fields["Qu"]) == "4.00"
    assert batch_of(1).reference == "week-47"


def test_a_database_that_is_away_loses_no_submit_and_shows_no_line(scene: Scene) -> None:
    with transaction() as session:
        session.execute(sql("ALTER TABLE environment RENAME TO away"))
    sent = scene.client.send_task("realization.submit", kwargs=message(line("a", EmId=SECRET)), queue="realization")
    until(lambda: [one for one in scene.events if one["type"] == "task-retried"])
    with transaction() as session:
        session.execute(sql("ALTER TABLE away RENAME TO environment"))
    assert sent.get(timeout=30)["lines"] == 1
    assert SECRET not in scene.shown()


def test_a_submit_is_tried_again_on_our_queue_whatever_its_headers_say(scene: Scene) -> None:
    body = json.dumps([[], message(line("a")), {}]).encode()
    told = {"task": "realization.submit", "id": "strange"}
    with transaction() as session:
        session.execute(sql("ALTER TABLE environment RENAME TO away"))
    scene.push(body, told, routing_key="celery")
    scene.push(body, told | {"id": "often", "retries": 10**1000})
    until(lambda: {one["uuid"] for one in scene.events if one["type"] == "task-retried"} >= {"strange", "often"})
    with transaction() as session:
        session.execute(sql("ALTER TABLE away RENAME TO environment"))
    until(lambda: rows(Batch)["batch"] == 1)


def test_a_status_that_can_not_be_asked_is_refused_in_words(scene: Scene) -> None:
    scene.submit(**message(line("a")))
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "batch"),
        ({"batch": 1, "batches": 2}, "batches"),
        ({"batch": "1"}, "batch"),
        ({"batch": 10**30}, "batch"),
        ({"batch": 1, "after": 10**30}, "after"),
        ({"batch": 1, "limit": 10**30}, "limit"),
    ]
    for asked, told in wrong:
        sent = scene.client.send_task("realization.status", kwargs=asked, queue="realization")
        with pytest.raises(ValueError, match=f"^{told}: "):
            sent.get(timeout=30)
    positional = scene.client.send_task("realization.status", args=[1], queue="realization")
    with pytest.raises(ValueError, match="args: "):
        positional.get(timeout=30)
    last = scene.client.send_task("realization.status", kwargs={"batch": 1, "after": 2**63 - 1}, queue="realization")
    assert last.get(timeout=30)["lines"] == []
    assert "raised unexpected" not in scene.log.read_text()


def test_a_submit_whose_process_is_killed_is_taken_up_again_and_makes_one_batch(scene: Scene) -> None:
    # Nobody else can write meanwhile, so the task stands still in its midst.
    with transaction():
        sent = scene.client.send_task("realization.submit", kwargs=message(line("a")), queue="realization")
        os.kill(until(lambda: _at_work(scene)), signal.SIGKILL)
    assert sent.get(timeout=60) == {"batch": 1, "lines": 1, "chunks": 1, "invalid": 0}
    assert rows(Batch, Line) == {"batch": 1, "line": 1}


def _at_work(scene: Scene) -> int:
    """The process that does the task; 0: none yet."""
    found = scene.client.control.inspect(timeout=1).active() or {}
    return next((one["worker_pid"] for tasks in found.values() for one in tasks if one["worker_pid"]), 0)
