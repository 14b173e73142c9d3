"""What is no message: kept on the queue of lines, dropped on others, shown nowhere, and no worker ends of it."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import NotRegistered

from tests.e2e.processes import until
from tests.realization_submit.builders import line, lines_of, message, organisation, rejected, rows
from tests.realization_submit.worker import Scene, worker
from workers.ledger.realization.models import Batch

SECRET = "de-geheime"
NAME = "realization.submit"
BODY = json.dumps([[], message(line(SECRET, EmId=SECRET)), {}]).encode()
SHOWN = {"argsrepr": "()", "kwargsrepr": BODY.decode()}
GOOD = {"lang": "py", "task": NAME, "id": "raw", **SHOWN}
#: Headers beside good ones, and what is told of them.
UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"expires": 60}, "header expires"),
    ({"expires": "9999-12-31T23:59:59+00:00"}, "header expires"),
    ({"eta": 5}, "header eta"),
    ({"eta": "0001-01-01T00:00:00+23:00"}, "header eta"),
    ({"eta": "never"}, "header eta"),
    ({"eta": ""}, "header eta"),
    ({"id": None}, "header id"),
    ({"id": ""}, "header id"),
    ({"id": [1]}, "header id"),
    ({"id": "\ud800"}, "header id"),
    ({"root_id": {"a": 1}}, "header root_id"),
    ({"retries": "x"}, "header retries"),
    ({"retries": -1}, "header retries"),
    ({"retries": True}, "header retries"),
    ({"ignore_result": "no"}, "header ignore_result"),
    ({"task": "realization.submitt"}, "task 'realization.submitt'"),
    ({"task": ["realization.submit"]}, "body or headers"),
    ({"task": None}, "task None"),
    ({"compression": "gzip"}, "body or headers"),
    ({"compression": "unheard-of"}, "body or headers"),
]
#: Bodies in another form, and what is told of them.
FORMS: list[tuple[bytes, str, str]] = [
    (b"lines: [de-geheime]", "application/x-yaml", "content type 'application/x-yaml'"),
    (pickle.dumps([(), {"lines": [SECRET]}, {}]), "application/x-python-serialize", "content type"),
    (BODY, "text/plain", "content type 'text/plain'"),
    (BODY, "x" * 1000, "content type"),
]
#: What Celery's first protocol has in its body, and what is told of it.
FIRST: list[tuple[dict[str, Any], str]] = [
    ({"task": NAME, "id": "first", "args": [], "kwargs": 5}, "Task keyword arguments must be a mapping"),
    ({"task": NAME, "id": "first", "kwargs": message(line(SECRET)), "expires": 60}, "header expires"),
    ({"task": "realization.submitt", "id": "first", "kwargs": message(line(SECRET))}, "task 'realization.submitt'"),
    ({"id": "first", "kwargs": message(line(SECRET))}, "header task"),
]


def test_what_can_not_be_read_is_kept_with_its_reason_and_shown_nowhere(scene: Scene) -> None:
    for number, (headers, _) in enumerate(UNFIT):
        scene.push(BODY, {**GOOD, "id": f"raw-{number}", **headers})
    for number, (body, kind, _) in enumerate(FORMS):
        scene.push(body, {**GOOD, "id": f"form-{number}"}, content_type=kind)
    for first, _ in FIRST:
        scene.push(json.dumps(first).encode(), {})
    told = [one[-1] for one in UNFIT] + [one[-1] for one in FORMS] + [one[-1] for one in FIRST]
    until(lambda: len(rejected()) == len(told), tells=lambda: scene.log.read_text()[-3000:])
    kept = sorted(rejected(), key=lambda one: one.id)
    wrong = [(one.reason, why) for one, why in zip(kept, told, strict=True) if f"({why}" not in one.reason]
    assert wrong == []
    assert all(SECRET in one.message["unreadable"] for one in kept if one.message["unreadable"][:3] != '{"t')
    assert kept[0].task_id == "raw-0"
    assert "'expires': 60" in kept[0].message["headers"]
    assert scene.submit(**message(line("a"), reference="after"))["batch"] == 1
    _is_well(scene)
    assert [one["kwargs"] for one in scene.events if one["type"] == "task-received"][:-1] == ["{}"] * len(told)


def test_headers_that_are_not_ours_to_obey_end_no_worker_and_hold_nothing_up(scene: Scene) -> None:
    odd: list[dict[str, Any]] = [
        {"timelimit": [60]},
        {"timelimit": ["x"]},
        {"timelimit": [0.001, 0.001]},
        {"stamped_headers": 5},
        {"stamped_headers": ["a"], "stamps": 7},
        {"shadow": [SECRET]},
        {"retries": 10**1000},
        {"argsrepr": 5, "kwargsrepr": [SECRET]},
        {"group": 5, "replaced_task_nesting": "x", "headers": 7, "lang": {}, "origin": [SECRET]},
        {"expires": None, "eta": None, "parent_id": None},
        {"eta": "2026-01-01T00:00:00"},
    ]
    for number, headers in enumerate(odd):
        body = json.dumps([[], message(line(f"{SECRET}-{number}"), reference=f"r-{number}"), {}]).encode()
        scene.push(body, {**GOOD, "id": f"odd-{number}", **headers})
    until(lambda: rows(Batch)["batch"] == len(odd), tells=lambda: scene.log.read_text()[-3000:])
    _is_well(scene)
    assert rejected() == []


@pytest.mark.parametrize("after", [{"errbacks": [5], "chain": [5]}, {"id": 5}, {"callbacks": [{"task": SECRET}]}])
def test_what_a_sender_wants_done_afterwards_goes_nowhere(scene: Scene, after: dict[str, Any]) -> None:
    for action in ("insert", "upsert"):
        body = json.dumps([[], message(line("a"), action=action), after]).encode()
        scene.push(body, {**GOOD, "id": action})
    until(lambda: len(rejected()) == 1)
    assert scene.client.AsyncResult("insert").get(timeout=30)["batch"] == 1
    _is_well(scene)


def test_on_a_queue_that_keeps_none_it_is_dropped_and_who_waits_is_answered(scene: Scene) -> None:
    task = "turnover.import_organisation"
    for number, (headers, _) in enumerate(UNFIT):
        said = {**GOOD, "task": task, "id": f"raw-{number}", **headers}
        scene.push(BODY, said if said["task"] != "realization.submitt" else {**said, "task": "no.task"}, "turnover")
    for body, kind, _ in FORMS:
        scene.push(body, {**GOOD, "task": task}, "turnover", content_type=kind)
    for first, _ in FIRST:
        scene.push(json.dumps({**first, "task": "no.task"}).encode(), {}, "turnover")
    for strange in ({"timelimit": [60]}, {"stamped_headers": 5}):
        scene.push(b'[[], {"organisation": "nobody"}, {}]', {**GOOD, "task": task, **strange}, "turnover")
    waits = scene.client.send_task("turnover.imports", kwargs={"lines": [SECRET]}, queue="turnover", argsrepr="()")
    with pytest.raises(NotRegistered, match=r"turnover\.imports"):
        waits.get(timeout=30)
    assert scene.submit(**message(line("a")))["batch"] == 1
    dropped = scene.log.read_text().count("was dropped")
    assert dropped == len(UNFIT) + len(FORMS) + len(FIRST) + 1
    assert rejected() == []
    assert scene.process.poll() is None
    assert "Unrecoverable" not in scene.log.read_text()
    assert SECRET not in scene.log.read_text() + scene.results()


def test_a_sender_that_names_another_queue_is_kept_all_the_same(home: Path, small_ledger: None, broker: str) -> None:
    assert small_ledger is None
    organisation()
    with worker(home, broker, "realization") as scene:
        scene.push(BODY, {**GOOD, "expires": 60}, routing_key="celery")
        scene.push(BODY, {**GOOD, "id": "good"}, routing_key="celery")
        until(lambda: len(rejected()) == 1 and lines_of(1))
        _is_well(scene)


def _is_well(scene: Scene) -> None:
    """The worker has neither ended nor shown a line."""
    assert scene.process.poll() is None
    shown = scene.shown()
    assert [word for word in (SECRET, "Unrecoverable", "Restoring", "raised unexpected") if word in shown] == []
    assert "Traceback" not in scene.log.read_text()
    assert SECRET not in scene.results()
