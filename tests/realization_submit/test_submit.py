"""A submit becomes a batch with its chunks and lines, once."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import update

from tasks.realization import submit
from tasks.realization.submit import SubmitRejected
from tests.realization_intake.builders import ANY_LINE
from tests.realization_submit.builders import (
    GUID,
    OTHER,
    Handed,
    batch_of,
    chunks_of,
    line,
    lines_of,
    message,
    organisation,
    rejected,
    rows,
    submitted,
)
from workers import settings
from workers.database import reading, transaction
from workers.ledger.realization import intake
from workers.ledger.realization.models import Batch, Chunk, Environment, Line, RejectedIntake
from workers.staff.models import AfasConnection, Organisation

pytestmark = pytest.mark.usefixtures("ledger")
law = examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25, deadline=None
)


def refused(**said: Any) -> str:
    """Why a submit is not taken."""
    with pytest.raises(SubmitRejected) as caught:
        submitted(line(), **said)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_lines_are_dealt_over_chunks_and_invalid_ones_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUNK_LINES", "2")
    settings.current.cache_clear()
    organisation()
    handed = Handed()
    result = submit.take_or_keep(
        message(line("a"), {"DaTi": "soon"}, line("b"), 5, line("c")), "task-1", handed.hands()
    )
    chunks = chunks_of(result["batch"])
    assert result == {"batch": result["batch"], "lines": 5, "chunks": 2, "invalid": 2}
    assert handed.chunks == [one.id for one in chunks]
    assert [(one.position, one.fresh, one.state, one.attempts) for one in chunks] == [
        (1, 2, "pending", 0),
        (2, 1, "pending", 0),
    ]
    first, second = handed.chunks
    assert [(one.xp_re, one.state, one.chunk_id, one.holds_key) for one in lines_of(result["batch"])] == [
        ("a", "pending", first, True),
        (lines_of(result["batch"])[1].xp_re, "invalid", None, False),
        ("b", "pending", second, True),
        (None, "invalid", None, False),
        ("c", "pending", first, True),
    ]
    assert all(one.hint_at and not one.lease_id for one in chunks)


def test_values_travel_as_they_were_given_and_decimals_stay_decimals() -> None:
    organisation()
    given = {"Qu": Decimal("4.00"), "QuSa": Decimal("1E+2"), "Ds": "naïef\n\t", "EnSe": 10**30, "Ch": False}
    (kept,) = lines_of(submitted(line("a", **given))["batch"])
    assert kept.fields == {**line("a"), **given, "VaIt": "1"}
    assert {name: repr(kept.fields[name]) for name in given} == {name: repr(value) for name, value in given.items()}


def test_what_a_read_back_asks_for_stands_beside_the_line() -> None:
    organisation()
    (kept,) = lines_of(submitted(line("Na-12 ß", EmId=" Pieter ", DaTi="2026-11-20T09:00:00"))["batch"])
    assert (str(kept.date), kept.employee, kept.xp_re, kept.key) == ("2026-11-20", "pieter", "Na-12 ß", "na-12 ss")


@law
@given(lines=st.lists(ANY_LINE, max_size=4))
def test_the_same_submit_twice_makes_one_batch_and_no_more_rows(lines: list[object]) -> None:
    if not rows(Batch)["batch"]:
        organisation()
    reference = str(uuid4())
    first = submitted(*lines, reference=reference)
    before = rows(Batch, Chunk, Line, Environment, RejectedIntake)
    handed = Handed()
    assert submit.take_or_keep(message(*lines, reference=reference), "task-2", handed.hands()) == first
    assert rows(Batch, Chunk, Line, Environment, RejectedIntake) == before
    assert handed == Handed()
    assert first["lines"] == len(lines) == len(lines_of(first["batch"]))
    assert [one.position for one in lines_of(first["batch"])] == list(range(1, len(lines) + 1))


def test_other_content_under_the_same_reference_is_rejected_and_kept() -> None:
    organisation()
    batch = submitted(line("a"))["batch"]
    with pytest.raises(SubmitRejected) as caught:
        submitted(line("b"))
    assert f"batch {batch}" in str(caught.value)
    (kept,) = rejected()
    assert (kept.task_id, kept.organisation, kept.reference) == ("task-1", GUID, "week-47")
    assert kept.reason == str(caught.value)
    assert '"XpRe": "b"' in kept.message["lines"]
    assert rows(Batch, Line) == {"batch": 1, "line": 1}


def test_references_are_an_organisations_own() -> None:
    organisation()
    organisation(OTHER)
    first = submitted(line("a"))["batch"]
    assert submitted(line("b"), organisation=OTHER)["batch"] != first


def test_without_a_reference_the_tasks_id_is_one() -> None:
    organisation()
    result = submitted(line("a"), reference=None)
    assert batch_of(result["batch"]).reference == "task-1"
    assert submitted(line("a"), reference=None) == result


def test_an_organisation_that_nobody_knows_or_that_reaches_no_afas_is_rejected_and_kept() -> None:
    assert GUID in refused()
    organisation(same_as=organisation(OTHER))
    assert submitted(line("a"))["lines"] == 1
    assert "DaTi" in rejected()[0].message["lines"]


def test_an_organisation_without_a_connection_is_rejected() -> None:
    with transaction() as session:
        session.objects.add(Organisation(guid=GUID, name="x"))
    assert "config apply" in refused()


def test_an_address_that_may_not_be_called_is_told_at_intake() -> None:
    organisation(at="http://10.0.0.1/ProfitRestServices")
    assert "10.0.0.1" in refused()


def test_a_batch_goes_where_the_connection_leads_as_its_rows_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation(at="http://127.0.0.1:1/ProfitRestServices")
    written = submit._written

    def moved(*said: Any) -> Any:
        with transaction() as session:
            session.execute(update(AfasConnection).values(environment="http://127.0.0.1:2"))
        return written(*said)

    monkeypatch.setattr(submit, "_written", moved)
    batch = batch_of(submitted(line("a"))["batch"])
    with reading() as session:
        assert intake.address(session, batch.environment_id) == "http://127.0.0.1:2/ProfitRestServices"
    assert rows(Batch) == {"batch": 1}


def test_an_organisation_that_uses_anothers_connection_is_delivered_by_that_one() -> None:
    owner = organisation(OTHER)
    mine = organisation(same_as=owner)
    batch = batch_of(submitted(line("a"))["batch"])
    assert (batch.organisation_id, batch.owner_id) == (mine, owner)
    assert rows(Environment) == {"environment": 1}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"organisation": 7}, "organisation: "),
        ({"action": "upsert"}, "action: upsert"),
        ({"lines": {"XpRe": "a"}}, "lines: "),
        ({"reference": "a\nb"}, "reference: "),
        ({"reference": "\ud800"}, "reference: "),
        ({"reply_to": {"task": "a", "queue": "realization"}}, "reply_to.queue: "),
        ({"reply_to": {"task": "a\0", "queue": "b"}}, "reply_to.task: "),
        ({"args": [1]}, "args: "),
        ({"unreadable": "{"}, "protocol 2"),
    ],
)
def test_a_message_that_is_no_submit_is_rejected_and_kept_with_its_reason(said: dict[str, Any], told: str) -> None:
    organisation()
    assert told in refused(**said)
    (kept,) = rejected()
    assert told in kept.reason
    assert kept.message.keys() == {"organisation", "action", "lines", "reference", *said}


@law
@given(said=st.dictionaries(st.text(max_size=5), ANY_LINE, max_size=3))
def test_any_message_is_taken_or_kept(said: dict[str, Any]) -> None:
    before = rows(RejectedIntake)["rejected_intake"]
    with pytest.raises(SubmitRejected):
        submit.take_or_keep(said, "task-1", Handed().hands())
    assert rows(RejectedIntake)["rejected_intake"] == before + 1


def test_where_the_outcome_goes_is_kept() -> None:
    organisation()
    batch = batch_of(submitted(line("a"), reply_to={"task": "planning.done", "queue": "planning"})["batch"])
    assert (batch.reply_task, batch.reply_queue) == ("planning.done", "planning")


def test_a_batch_without_a_line_to_send_ends_at_once() -> None:
    organisation()
    for number, lines in enumerate([(), (5,)]):
        result = submitted(*lines, reference=f"r{number}")
        assert result["chunks"] == 0
        assert batch_of(result["batch"]).state == "finished"


def test_twenty_thousand_lines_are_one_submit() -> None:
    organisation()
    result = submitted(*(line(f"na-{number}") for number in range(20_000)))
    assert result == {"batch": result["batch"], "lines": 20_000, "chunks": 40, "invalid": 0}
    assert rows(Line, Chunk) == {"line": 20_000, "chunk": 40}
