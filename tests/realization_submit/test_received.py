"""Messages of services that we don't know, as a worker takes them: exact, kept, and shown without their lines."""

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from celery.exceptions import InvalidTaskError
from hypothesis import example, given
from hypothesis import strategies as st
from kombu.message import Message
from kombu.utils.json import dumps

from tasks.realization import received
from tasks.realization.intake.values import as_text
from tasks.realization.received import Request
from tasks.realization.tasks import submit
from tests.realization_intake.builders import JSON, law
from tests.realization_submit.builders import GUID, line, message
from workers.celery import app
from workers.received import UNREADABLE


def arguments(body: bytes | str) -> Any:
    """What the task gets."""
    positional, named, _ = received.payload(body)
    return (positional, named) if positional else named


def request(named: dict[str, Any], **headers: Any) -> Request:
    """A message as Celery's consumer makes a request of it."""
    said = {"id": "task-1", "task": "realization.submit", "kwargsrepr": str(named), "argsrepr": "secret"} | headers
    return Request(raw(dumps([[], named, {}]), said), app=app, task=submit, hostname="h")


def raw(body: str, headers: dict[str, Any]) -> Message:
    """A message as it comes from the broker."""
    return Message(body, "1", "application/json", "utf-8", properties={}, headers=headers, accept={"application/json"})


def test_numbers_come_as_they_were_written() -> None:
    written = '{"Qu": 4.00, "QuSa": 0.1, "Id": 7, "x": 12345678901234567890.123456789}'
    named = arguments(f'[[], {{"lines": [{written}]}}, null]')
    (one,) = named["lines"]
    assert {name: str(value) for name, value in one.items()} == {
        "Qu": "4.00",
        "QuSa": "0.1",
        "Id": "7",
        "x": "12345678901234567890.123456789",
    }


def test_what_pythons_celery_wraps_is_what_it_means() -> None:
    given_ = {"a": Decimal("4.00"), "b": dt.date(2026, 11, 20), "c": uuid.UUID(int=7), "d": dt.time(9, 30)}
    wanted = {"a": Decimal("4.00"), "b": "2026-11-20", "c": uuid.UUID(int=7).hex, "d": "09:30:00"}
    assert arguments(dumps([[], {"lines": [given_]}, {}])) == {"lines": [wanted]}
    unknown = {"__type__": ["x"], "__value__": 1}
    assert arguments(json.dumps([[], {"lines": [unknown]}, {}])) == {"lines": [unknown]}


def test_a_field_that_comes_twice_is_not_dropped() -> None:
    assert arguments('[[], {"lines": [{"Qu": "1", "Qu": "2"}]}, {}]') == {"lines": [{"Qu": ["1", "2"]}]}


@law
@given(body=st.binary() | st.text().map(str.encode) | JSON.map(lambda one: as_text([[], {"lines": one}, {}]).encode()))
@example(body=b"[" * 100_000)
@example(body=b'[[], {"a": ' + b"[" * 900 + b"]" * 900 + b"}, {}]")
@example(body=b'[[], {"lines": [NaN, Infinity]}, {}]')
@example(body=b'[[], {"a": 1' + b"0" * 5000 + b"}, {}]")
@example(body=b"[[], [], {}]")
@example(body=b'{"args": []}')
def test_any_body_is_three_parts_and_what_is_none_is_kept(body: bytes) -> None:
    positional, named, rest = received.payload(body)
    assert (type(positional), type(named), type(rest)) == (list, dict, dict)
    if UNREADABLE in named:
        assert named == {UNREADABLE: body.decode(errors="replace")}


def test_a_request_shows_what_is_asked_and_no_line() -> None:
    made = request(message(line("secret"), line("secret-too")))
    shown = f"{made.argsrepr} {made.kwargsrepr} {made!r} {made.info()} {made.request_dict['kwargsrepr']}"
    assert "secret" not in shown
    assert all(word in shown for word in (GUID, "week-47", "insert", "'lines': 2"))
    assert made.kwargs["lines"][1]["XpRe"] == "secret-too"


def test_a_request_with_broken_headers_is_invalid_and_its_body_in_no_log() -> None:
    broken = raw('[[], {"lines": ["secret"]}, {}]', {"task": "x"})
    with pytest.raises(InvalidTaskError) as caught:
        Request(broken, app=app, task=submit, hostname="h")
    assert "secret" not in str(caught.value)
    assert broken.body == '[[], {"lines": ["secret"]}, {}]'
