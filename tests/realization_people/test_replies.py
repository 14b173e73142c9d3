"""The reply to whoever sent a batch: the broker has it at least once, under one id, as its schema says."""

import base64
import json
import os
from typing import Any

import redis

from tasks.realization import closing, replying
from tasks.realization.intake.messages import misfits, schema
from tests.e2e.processes import python
from tests.realization_people.builders import BAD, GUID, Desk, good
from workers.columns import now
from workers.database import transaction
from workers.leases import Lease
from workers.ledger.realization import replies
from workers.ledger.realization.models import OutboxReply

REPLY: dict[str, Any] = {"reply": ("staff.realization_done", "staff.answers")}
SEND = "import sys; from tasks.housekeeping.replies import send_reply; sys.exit(not send_reply(int(sys.argv[1])))"


def ended(desk: Desk, count: int = 2) -> int:
    """A finished batch with one refused line; gives its reply."""
    batch = desk.batch(good(count), **REPLY)
    desk.all_are(batch, "applied", afas_id="20200")
    desk.ends(batch, {"L1": {"state": "refused", "message": BAD}})
    with transaction() as session:
        closed = closing.close(session, batch)
    assert closed is not None
    return closed.replies[0]


def send(reply: int, url: str) -> bool:
    """In a process of its own, for Celery reads its settings once."""
    result = python("-c", SEND, str(reply), env=dict(os.environ) | {"BROKER_URL": url})
    assert "Traceback" not in result.stderr
    return result.returncode == 0


def messages(url: str, queue: str = "staff.answers") -> list[dict[str, Any]]:
    with redis.Redis.from_url(url) as client:
        return [json.loads(one) for one in client.lrange(queue, 0, -1)]


def arguments(message: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(base64.b64decode(message["body"]))[1])


def test_a_reply_reaches_a_queue_that_is_none_of_ours(small_desk: Desk, broker: str) -> None:
    assert send(ended(small_desk), broker)
    [message] = messages(broker)
    said = arguments(message)
    assert list(misfits(schema("realization.reply"), said)) == []
    counts = {name: said[name] for name in ("batch", "revision", "applied", "refused", "in_doubt")}
    assert counts == {"batch": 1, "revision": 1, "applied": 1, "refused": 1, "in_doubt": 0}
    assert (said["organisation"], [one["state"] for one in said["lines"]]) == (GUID, ["refused", "applied"])
    assert message["headers"]["task"] == "staff.realization_done"
    assert message["headers"]["id"] == str(replying.task_id(1, 1))
    assert BAD not in message["headers"]["kwargsrepr"]
    [row] = small_desk.replies()
    assert (row.sent_at is not None, row.due_at, row.error, row.attempts) == (True, None, None, 1)
    assert replies.due() == []


def test_a_reply_that_was_sent_is_not_sent_again(small_desk: Desk, broker: str) -> None:
    reply = ended(small_desk)
    assert [send(reply, broker), send(reply, broker)] == [True, False]
    assert len(messages(broker)) == 1


def test_while_the_broker_is_away_the_reply_waits_and_keeps_its_id(small_desk: Desk, broker: str) -> None:
    reply = ended(small_desk)
    assert not send(reply, "redis://127.0.0.1:1/0")
    [row] = small_desk.replies()
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "OperationalError" in (row.error or "")
    assert replies.due() == [], "it is not due yet"
    small_desk.change(OutboxReply, due_at=now(-1))
    assert replies.due() == [reply]
    assert send(reply, broker)
    assert messages(broker)[0]["headers"]["id"] == str(replying.task_id(1, 1))
    assert small_desk.replies()[0].error is None


def test_one_process_at_a_time_sends_a_reply_and_a_dead_one_holds_none(desk: Desk) -> None:
    reply = ended(desk)
    assert replies.due() == [reply]
    assert replies.claim(reply)
    assert replies.claim(reply) is None
    assert replies.due() == []
    desk.change(Lease, expires_at=now(-1))
    assert replies.due() == [reply]
    assert replies.claim(reply)


def test_the_pauses_between_two_tries_double_up_to_a_quarter_of_an_hour(desk: Desk) -> None:
    reply, waits = ended(desk), []
    for _ in range(8):
        claimed = replies.claim(reply)
        assert claimed
        before = desk.rows(OutboxReply)[0].created_at
        replies.put_off(*claimed, "weg")
        due = desk.rows(OutboxReply)[0].due_at
        waits.append(round((due - before).total_seconds(), -1))
        desk.change(OutboxReply, due_at=now(-1))
    assert waits[0] < waits[1] < waits[2]
    assert max(waits) < 960


def test_a_long_batch_is_told_in_its_first_thousand_lines(small_desk: Desk) -> None:
    batch = small_desk.batch(good(1001), **REPLY)
    said = replying.arguments(batch, 1)
    assert len(said["lines"]) == 1000
    assert list(misfits(schema("realization.reply"), said)) == []


def test_each_revision_of_each_batch_has_an_id_of_its_own() -> None:
    ids = {replying.task_id(batch, revision) for batch in range(1, 30) for revision in range(1, 30)}
    assert len(ids) == 29 * 29
    assert {one.version for one in ids} == {5}
