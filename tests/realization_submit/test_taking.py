"""A worker's way with a message, whatever its headers and its body are: one thing to do, and never an error."""

import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kombu import Connection
from kombu.asynchronous.timer import Timer

from tests.realization_intake.builders import JSON, law
from workers.celery import app
from workers.consumer import Consumer
from workers.received import UNREADABLE


def _travels(value: object) -> bool:
    """Whether the envelope of a message can hold it: Python reads no longer number."""
    try:
        return bool(json.dumps(value, default=str))
    except ValueError:
        return False


ANY = JSON.filter(_travels).map(lambda one: json.loads(json.dumps(one, default=str)))
FUTURE = ["2099-01-01T00:00:00+00:00", "2099-12-31", "9998-12-31T23:59:59-23:59"]
#: Headers that Celery knows, and we don't obey.
IDLE = (
    "timelimit",
    "stamped_headers",
    "stamps",
    "shadow",
    "group",
    "lang",
    "origin",
    "replaced_task_nesting",
    "headers",
)
SHOWN = ("argsrepr", "kwargsrepr")
TASKS = ["realization.submit", "realization.status", "turnover.import_organisation"]
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text() | ANY,
        "task": st.sampled_from(TASKS) | ANY,
        "eta": st.sampled_from(FUTURE) | ANY,
        "expires": st.sampled_from(FUTURE) | ANY,
        "retries": st.integers() | ANY,
        **dict.fromkeys((*IDLE, *SHOWN, "root_id", "parent_id", "ignore_result", "compression"), ANY),
    },
)
GOOD: dict[str, Any] = {"id": "a", "task": "realization.submit"}
GOOD_BODY = b'[[], {"lines": ["geheim"]}, {}]'
#: What a task is told of its message: the two headers, what is shown, and how it came.
KNOWN = {"id", "task", *SHOWN, "args", "kwargs", "reply_to", "correlation_id", "hostname", "delivery_info"}
BODIES = st.binary() | ANY.map(lambda one: json.dumps([[], {"lines": one}, {}], default=str).encode())
FIRST = HEADERS.map(lambda one: json.dumps({**one, "kwargs": {"lines": ["geheim"]}}, default=str).encode())
KINDS = st.sampled_from(["application/json", "application/x-yaml", "text/plain", "application/text", "x", ""])


@dataclass
class Pool:
    """Keeps what a pool's processes would get."""

    num_processes: int = 1
    is_green: bool = False
    jobs: list[Any] = field(default_factory=list)

    def apply_async(self, _: Any, args: Any = (), **options: Any) -> None:
        """Hand it to nobody."""
        pickle.dumps(args)
        assert "geheim" not in repr(args)
        self.jobs.append((args, options))


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool()


@pytest.fixture(scope="module")
def consumer(pool: Pool) -> Iterator[Consumer]:
    """A consumer as a worker has it, with no broker but this process."""
    app.loader.import_default_modules()
    made = Consumer(
        lambda one: one.execute_using_pool(pool),
        app=app,
        pool=pool,
        timer=Timer(),
        controller=SimpleNamespace(state=state, use_eventloop=False),
    )
    made.update_strategies()
    yield made
    state.reset_state()


@settings(max_examples=400, deadline=None)
@given(headers=HEADERS, body=BODIES | FIRST, kind=KINDS)
@example(headers=GOOD | {"timelimit": [60]}, body=b"[[], {}, {}]", kind="application/json")
@example(headers=GOOD | {"timelimit": "x"}, body=b"[[], {}, {}]", kind="application/json")
@example(headers=GOOD | {"stamped_headers": 5}, body=b"[[], {}, {}]", kind="application/json")
@example(headers={"id": "a", "task": []}, body=b"[[], {}, {}]", kind="application/json")
@example(headers=GOOD, body=b'[[], {}, {"errbacks": [5], "id": 7}]', kind="application/json")
@example(headers={}, body=b'{"task": "realization.submit", "id": "a", "kwargs": {}}', kind="application/json")
def test_any_message_is_one_job_and_no_error(
    consumer: Consumer, pool: Pool, headers: dict[str, Any], body: bytes, kind: str
) -> None:
    waiting = len(consumer.timer)
    _take(consumer, headers, body, kind)
    assert len(pool.jobs) + len(consumer.timer) - waiting == 1
    # One that stays here without a job takes the place of another, for ever.
    assert len(state.reserved_requests) == len(pool.jobs)
    for (name, task_id, told, parts, *_), options in pool.jobs:
        task = app.tasks[name]
        assert isinstance(task_id, str)
        assert task_id == told["id"]
        assert parts[2] == {}
        assert UNREADABLE not in told["kwargsrepr"]
        assert (options["timeout"], options["soft_timeout"]) == (task.time_limit, task.soft_time_limit)


@law
@given(headers=st.dictionaries(st.sampled_from((*IDLE, *SHOWN)) | st.text(max_size=5), ANY))
@example(headers={"timelimit": [60]})
@example(headers={"timelimit": ["x"], "stamped_headers": 5})
def test_a_header_that_is_not_ours_to_obey_changes_nothing(
    consumer: Consumer, pool: Pool, headers: dict[str, Any]
) -> None:
    for beside in ({}, headers):
        _take(consumer, GOOD | {name: beside[name] for name in beside.keys() - GOOD.keys()})
        ((_, _, told, parts, *_), _), *more = pool.jobs
        assert not more
        assert parts[:2] == [[], {"lines": ["geheim"]}]
        assert told.keys() - {"properties"} == KNOWN
        assert told["kwargsrepr"] == "{'lines': 1}"


def _take(consumer: Consumer, headers: dict[str, Any], body: bytes = GOOD_BODY, kind: str = "application/json") -> None:
    """One message, as a worker gets it from its broker."""
    consumer.pool.jobs.clear()
    state.reset_state()
    take = consumer.create_task_handler()
    with Connection("memory://") as connection:
        channel: Any = connection.channel()
        channel.queue_declare("realization")
        channel.basic_publish(channel.prepare_message(body, None, kind, "utf-8", headers), "", "realization")
        message = channel.basic_get("realization")
        message.accept = {"application/json"}
        if message.errors:
            message._reraise_error(consumer.on_decode_error)
        else:
            take(message)
