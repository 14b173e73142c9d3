"""The public messages and their schemas."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from tasks.realization.intake import messages
from tasks.realization.intake.actions import ACTIONS
from tests.realization_intake.builders import ANY_LINE, JSON, law
from workers.settings import QUEUE_PROCESSES
from workers.texts import text

NAMES = (
    "realization.reply",
    "realization.status",
    "realization.status.result",
    "realization.submit",
    "realization.submit.result",
)
SUBMIT = messages.schema("realization.submit")["examples"][0]
SAID = {"$schema", "title", "description", "examples"}
CHECKED = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "not", "pattern",
    "minLength", "maxLength", "minimum", "maximum", "maxItems",
}  # fmt: skip


def every(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all schemas in it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *(schema[word] for word in ("items", "not") if word in schema)]
    for one in inner:
        yield from every(one)


def faults(**changed: Any) -> list[str]:
    message = {name: value for name, value in {**SUBMIT, **changed}.items() if value is not Ellipsis}
    return messages.faults("realization.submit", message, text)


def test_every_public_message_has_a_schema_and_no_other_name_has() -> None:
    assert messages.names() == NAMES
    with pytest.raises(KeyError):
        messages.schema("../fields")


@pytest.mark.parametrize("name", NAMES)
def test_every_keyword_of_a_schema_is_one_that_intake_checks(name: str) -> None:
    for schema in every(dict(messages.schema(name))):
        assert schema.keys() <= SAID | CHECKED
        pattern = schema.get("pattern", "^$")
        # Anchored, so that searching (the draft) and matching whole (intake) are one.
        assert re.fullmatch(r"\^[^|]*\$|\^\(.*\)\$", pattern)
    assert messages.schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert messages.schema(name)["title"] == name


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_a_schema_are_messages(name: str) -> None:
    examples = messages.schema(name)["examples"]
    assert examples
    for example in examples:
        assert messages.faults(name, example, text) == []
        for missing in messages.schema(name)["required"]:
            left = {key: value for key, value in example.items() if key != missing}
            (told,) = messages.faults(name, left, text)
            assert told.startswith(f"{missing}: ")


def test_reply_and_status_tell_a_line_in_one_way() -> None:
    lines = [messages.schema(name)["properties"]["lines"]["items"] for name in NAMES[:3:2]]
    assert lines[0] == lines[1]


def test_schema_and_code_know_the_same_actions_and_queues() -> None:
    properties = messages.schema("realization.submit")["properties"]
    assert properties["action"]["enum"] == list(ACTIONS)
    assert set(QUEUE_PROCESSES) <= set(properties["reply_to"]["properties"]["queue"]["not"]["enum"])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"organisation": 5}, "organisation: "),
        ({"organisation": "no guid"}, "organisation: no guid "),
        ({"organisation": f"{SUBMIT['organisation']}\n"}, "organisation: "),
        ({"action": "upsert"}, "action: upsert "),
        ({"action": None}, "action: "),
        ({"lines": {}}, "lines: "),
        ({"lines": ...}, "lines: "),
        ({"reference": ""}, "reference: "),
        ({"reference": "r" * 201}, "reference: "),
        ({"referense": "r"}, "referense: "),
        ({"reply_to": {"task": "a.b"}}, "reply_to.queue: "),
        ({"reply_to": {"task": "a.b", "queue": "realization"}}, "reply_to.queue: realization "),
        ({"reply_to": "a.b"}, "reply_to: "),
    ],
)
def test_a_message_that_is_no_submit_says_where_and_why(changed: dict[str, Any], told: str) -> None:
    (line,) = faults(**changed)
    assert line.startswith(told)
    assert line.endswith("; zie afasconnector schema realization.submit")


def test_what_a_foreign_client_may_leave_out_or_send_as_null_is_fine() -> None:
    assert faults(reference=None, reply_to=None) == faults(reference=..., reply_to=...) == []
    assert faults(organisation=f"{{{SUBMIT['organisation'].upper()}}}") == []


@law
@given(line=ANY_LINE)
def test_no_line_whatever_it_is_makes_a_submit_unreadable(line: object) -> None:
    assert faults(lines=[line]) == []


@pytest.mark.parametrize(
    ("limit", "fits"), [(0, True), (1000, True), (1001, False), (1.5, False), (True, False), ("1", False)]
)
def test_a_status_asks_for_a_thousand_lines_at_most(limit: object, fits: bool) -> None:  # noqa: FBT001 - a case
    assert (messages.faults("realization.status", {"batch": 1, "limit": limit}, text) == []) is fits


@law
@given(message=JSON)
def test_any_json_is_a_message_or_told_in_lines(message: object) -> None:
    for name in NAMES:
        told = messages.faults(name, message, text)
        assert told
        assert all("\n" not in line for line in told)


@law
@given(value=JSON)
def test_a_wrong_value_anywhere_is_told_in_lines(value: object) -> None:
    for name in SUBMIT:
        assert all("\n" not in line for line in faults(**{name: value}))
