"""Refused and invalid lines once more: judged again, never twice under one key, and nothing else is touched."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tasks.realization import closing, retry, status
from tasks.realization.intake.files import columns, parts
from tasks.realization.retry import Corrections, Retried
from tests.realization_people.builders import BAD, Desk, good, line
from workers import settings as configured
from workers.database import transaction
from workers.leases import Lease
from workers.ledger.realization import intake
from workers.ledger.realization.models import Chunk, Line
from workers.staff import pause as pauses
from workers.staff.models import AfasConnection
from workers.texts import text

REFUSED = {"state": "refused", "message": BAD, "reference": "f" * 32, "session_guid": "{a}", "witnessed": True}


def again(batch: int, *rows: object) -> Retried:
    return retry.retry(batch, "els", Corrections(rows) if rows else None)


def close(batch: int) -> None:
    with transaction() as session:
        closing.close(session, batch)


def refused(desk: Desk, count: int = 3, **head: Any) -> int:
    """A finished batch whose first line was refused."""
    batch = desk.batch(good(count), **head)
    desk.all_are(batch, "applied")
    desk.ends(batch, {"L1": REFUSED})
    close(batch)
    return batch


def test_refused_lines_go_again_as_they_are_and_no_other_line_is_touched(desk: Desk) -> None:
    batch = refused(desk)
    done = again(batch)
    assert (done.lines, done.left) == (1, ())
    assert desk.states(batch) == ["pending", "applied", "applied"]
    first = desk.line(batch, "L1")
    assert (first.holds_key, first.message, first.reference, first.witnessed) == (True, None, None, False)
    [chunk] = desk.chunks(batch)
    assert (chunk.state, chunk.fresh, chunk.fruitless, done.work.chunks) == ("pending", 1, 0, (chunk.id,))
    assert chunk.hint_at is not None
    assert (desk.head(batch).state, desk.head(batch).finished_at) == ("open", None)
    assert [(event.state, event.matter, event.by) for event in desk.events()] == [("pending", "retried", "els")]


def test_twice_at_once_sets_each_line_to_go_once(desk: Desk) -> None:
    batch = refused(desk)
    assert [again(batch).lines, again(batch).lines] == [1, 0]
    assert desk.states(batch).count("pending") == 1


def test_a_corrected_line_is_what_the_file_says(desk: Desk) -> None:
    batch = refused(desk)
    assert again(batch, line("L1", EmId="2000", Qu="8.00", Ds="nieuw")).lines == 1
    first = desk.line(batch, "L1")
    assert first.fields == {**line("L1", EmId="2000", Qu="8.00", Ds="nieuw"), "VaIt": "1"}
    assert (first.employee, first.position) == ("2000", 1)


def test_a_line_is_meant_by_its_key_or_its_number(desk: Desk) -> None:
    batch = desk.batch([line("L1"), line("L2", Onzin="x"), line(None, DaTi="morgen")])
    desk.ends(batch, {"L1": REFUSED})
    third = desk.lines(batch)[2]
    done = again(
        batch,
        line(" l1 "),
        line("L2") | {"Onzin": None},
        {**line(None), "line": third.id, "state": "invalid", "message": "…"},
    )
    assert (done.lines, done.left) == (3, ())
    assert [one.xp_re for one in desk.lines(batch)] == ["L1", "L2", third.xp_re]
    assert set(desk.states(batch)) == {"pending"}


def test_a_row_changes_the_fields_that_it_names_and_no_other(desk: Desk) -> None:
    batch = refused(desk)
    assert again(batch, {"XpRe": "L1", "EmId": "1001"}).lines == 1
    assert desk.line(batch, "L1").fields == {**line("L1", EmId="1001"), "VaIt": "1"}


def test_a_misspelt_field_stays_until_the_row_names_another_in_its_place(desk: Desk) -> None:
    batch = desk.batch([line("L1", Qu=None, EmId="1" * 40) | {"qu": "4.00"}])
    done = again(batch, {"XpRe": "L1", "EmId": "1000"})
    assert done.lines == 0
    assert "qu" in done.left[0].why
    assert again(batch, {"XpRe": "L1", "EmId": "1000", "Qu": "4.00"}).lines == 1
    assert "qu" not in desk.line(batch, "L1").fields


def test_a_row_that_says_nothing_of_force_leaves_it(desk: Desk) -> None:
    batch = desk.batch([{"Id": "20200", "XpRe": "L1", "DaTi": "2026-11-20", "force": True}], "delete")
    desk.ends(batch, {"L1": REFUSED})
    assert again(batch, {"XpRe": "L1", "Id": "20201"}).lines == 1
    assert desk.line(batch, "L1").force


def test_a_cell_that_was_emptied_takes_its_field_along_and_a_column_that_is_not_there_none(desk: Desk) -> None:
    batch = desk.batch([line("L1", Ds="oud"), line("L2")])
    desk.ends(batch, {"L1": REFUSED})
    data = b"XpRe;EmId;Ds;Qu\nL1;1001;;5"
    rows = [one for part in parts(data, "insert", "", text) for one in part.lines]
    assert retry.retry(batch, "els", Corrections(rows, columns(data))).lines == 1
    assert desk.line(batch, "L1").fields == {**line("L1", EmId="1001", Qu="5"), "VaIt": "1"}


def test_a_key_that_afas_could_not_take_is_corrected_by_its_sender_and_never_by_us(desk: Desk) -> None:
    batch = desk.batch([line(" k-8")])
    header, rows = status.table(batch)
    back = {name: value for name, value in zip(header, rows[0], strict=True) if value is not None}
    assert back["XpRe"] == status.answer(batch)["lines"][0]["XpRe"] == " k-8"
    for row in (back, {name: value for name, value in back.items() if name != "XpRe"}):
        assert again(batch, row).lines == 0
    assert again(batch, back | {"XpRe": "k-8"}).lines == 1
    assert desk.line(batch, "k-8").state == "pending"
    [long] = desk.lines(desk.batch([line("K" * 60)]))
    assert again(long.batch_id, {"line": long.id, "XpRe": None}).lines == 1


@pytest.mark.parametrize("value", [["a", "b"], {"x": 1}, "half \ud83d", float("nan"), {"unfit": "a"}])
@pytest.mark.parametrize("name", ["Ds", "XpRe", "U1C6CA2FC43CB274EF4972DAE5AF3A66C"])
def test_a_value_that_no_field_can_hold_never_becomes_one_that_nobody_gave(
    desk: Desk, name: str, value: object
) -> None:
    batch = desk.batch([line("L1") | {name: value}, line("L2", Qu="acht")])
    assert again(batch).lines == 0
    header, rows = status.table(batch)
    cells = [{name: one for name, one in zip(header, row, strict=True) if one is not None} for row in rows]
    [other] = [number for number, one in enumerate(cells) if one.get("Qu") == "acht"]
    cells[other]["Qu"] = "8"
    assert again(batch, *cells).lines == 1
    assert sorted(desk.states(batch)) == ["invalid", "pending"]
    cells[1 - other][name] = "L1-corrected"
    assert again(batch, cells[1 - other]).lines == 1
    assert desk.states(batch) == ["pending", "pending"]


def test_a_line_that_is_no_object_stays_what_it_was_until_it_is_corrected(desk: Desk) -> None:
    batch = desk.batch([[line("L1")], line("L2")])
    [first] = again(batch).left
    assert "L1" in first.why
    assert "ontbreekt" not in first.why
    assert "L1" in str(desk.lines(batch)[0].fields)
    assert "" not in status.table(batch)[0]
    assert again(batch, {**line("L1"), "line": first.line}).lines == 1
    assert desk.line(batch, "L1").fields == {**line("L1"), "VaIt": "1"}


def test_a_repeated_key_names_the_line_of_the_batch_that_has_it(desk: Desk) -> None:
    batch = desk.batch([line("L1"), line("L2", Qu="acht"), line("L3", Qu="acht")])
    second, third = desk.lines(batch)[1:]
    done = again(batch, {"line": second.id, "XpRe": "K", "Qu": "8"}, {"line": third.id, "XpRe": "K", "Qu": "8"})
    assert done.lines == 1
    assert "regel 2 in deze batch" in done.left[0].why


def test_a_misspelt_field_can_be_taken_out(desk: Desk) -> None:
    batch = desk.batch([line("L1", Medewerkr="1000", EmId=None)])
    assert again(batch, line("L1")).lines == 1
    assert "Medewerkr" not in desk.line(batch, "L1").fields


def test_what_a_line_clears_stays_cleared_though_a_table_has_an_empty_cell_for_it(small_desk: Desk) -> None:
    batch = small_desk.batch([{"Id": "20200", "DaTi": "2026-11-20", "Ds": "", "Qu": "acht"}], "update")
    assert again(batch, {"line": small_desk.lines(batch)[0].id, "Id": "20200", "DaTi": "2026-11-20", "Qu": "8"}).lines
    assert small_desk.lines(batch)[0].fields == {"Id": "20200", "DaTi": "2026-11-20", "Ds": "", "Qu": "8"}


def test_a_line_that_is_still_wrong_stays_and_says_why(desk: Desk) -> None:
    batch = desk.batch([line("L1", DaTi=None), line("L2")])
    desk.ends(batch, {"L2": REFUSED})
    done = again(batch, line("L1", DaTi="gisteren"), line("L2", Qu="veel"))
    assert done.lines == 0
    assert ["gisteren" in done.left[0].why, "veel" in done.left[1].why] == [True, True]
    assert desk.states(batch) == ["invalid", "refused"]
    assert desk.line(batch, "L2").fields["Qu"] == "4.00"


def test_an_invalid_line_without_a_chunk_gets_one_at_the_end(desk: Desk) -> None:
    batch = desk.batch([*good(2), *(line(f"X{number}", DaTi=None) for number in range(3))], size=2)
    desk.ends(batch, {"L1": {"state": "applied"}, "L2": {"state": "applied"}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHUNK_LINES", "2")
        configured.current.cache_clear()
        done = again(batch, *(line(f"X{number}") for number in range(3)))
    configured.current.cache_clear()
    assert [(chunk.position, chunk.state, chunk.fresh) for chunk in desk.chunks(batch)] == [
        (1, "done", 0),
        (2, "pending", 2),
        (3, "pending", 1),
    ]
    assert len(done.work.chunks) == 2
    assert {one.chunk_id for one in desk.lines(batch)[:2]}.isdisjoint(done.work.chunks)


def test_a_key_that_another_line_took_meanwhile_is_never_sent_twice(desk: Desk) -> None:
    first = refused(desk)
    second = desk.batch([line("L1")], reference="anders")
    desk.all_are(second, "applied", afas_id="20300")
    done = again(first)
    assert done.lines == 0
    assert "20300" in done.left[0].why
    assert desk.states(first)[0] == "refused"


def test_a_key_that_another_line_took_between_our_look_and_our_commit_is_judged_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = refused(desk)
    second = desk.batch([line("L1")], reference="anders")
    real, looks = intake.held, list[object]()

    def looks_too_early(*asked: Any) -> Any:
        looks.append(asked)
        return real(*asked) if len(looks) > 1 else {}

    monkeypatch.setattr(intake, "held", looks_too_early)
    done = again(first)
    assert (done.lines, len(looks)) == (0, 2)
    assert f"batch {second}" in done.left[0].why
    assert desk.states(first)[0] == "refused"


def test_two_lines_of_one_retry_never_take_one_key(desk: Desk) -> None:
    batch = desk.batch([line("L1"), line("L2")])
    desk.all_are(batch, "refused", message=BAD)
    second = desk.line(batch, "L2")
    done = again(batch, line("L1"), {**line("L1"), "line": second.id})
    assert done.lines == 1
    assert sorted(desk.states(batch)) == ["pending", "refused"]


def test_rows_of_other_lines_are_passed_over_and_rows_of_none_are_told(desk: Desk) -> None:
    batch = refused(desk, 2)
    second = desk.line(batch, "L2")
    done = again(batch, {**line("L2"), "line": second.id}, line("Q9"), "geen regel", line("L1"), line("L1"))
    assert done.lines == 1
    assert [one.line for one in done.left] == [None, None, None]
    assert desk.states(batch) == ["pending", "applied"]


def test_the_table_of_a_batch_can_be_sent_back_as_it_is(small_desk: Desk) -> None:
    batch = refused(small_desk)
    header, rows = status.table(batch)
    back = [{name: value for name, value in zip(header, row, strict=True) if value is not None} for row in rows]
    done = again(batch, *back)
    assert (done.lines, done.left) == (1, ())


@pytest.mark.parametrize("state", ["applied", "in_doubt", "cancelled", "conflict", "sent", "suspect"])
def test_only_refused_and_invalid_lines_go_again(desk: Desk, state: str) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, state, matter="lost" if state == "in_doubt" else None)
    assert again(batch).lines == 0
    assert again(batch, line("L1")).lines == 0
    assert desk.states(batch) == [state]


def test_a_chunk_that_a_worker_holds_is_left_alone(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.ends(batch, {"L1": REFUSED}, None)
    lease = desk.holds(batch)
    done = again(batch)
    assert done.lines == 0
    assert "afgeleverd" in done.left[0].why
    assert desk.chunks(batch)[0].lease_id == lease
    assert desk.states(batch)[0] == "refused"


def test_a_worker_that_came_to_grief_writes_no_more_after_a_retry(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.ends(batch, {"L1": REFUSED}, None)
    desk.holds(batch)
    with transaction() as session:
        session.execute(delete(Lease))
    assert again(batch).lines == 1
    assert desk.chunks(batch)[0].lease_id is None


def test_a_chunk_whose_tries_were_used_up_tries_again(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.all_are(batch, "pending", "failed")
    desk.change(Chunk, fruitless=8)
    close(batch)
    done = again(batch)
    [chunk] = desk.chunks(batch)
    assert (chunk.state, chunk.fruitless, chunk.fresh, done.work.chunks) == ("pending", 0, 2, (chunk.id,))
    assert desk.head(batch).state == "open"


def test_no_line_goes_to_another_environment_than_it_was_made_for(desk: Desk) -> None:
    batch = refused(desk)
    desk.change(AfasConnection, environment="T12345AA")
    done = again(batch)
    [left] = done.left
    assert (done.lines, left.key) == (0, "L1")
    assert "https://12345.rest.afas.online" in left.why
    assert desk.line(batch, "L1").state == "refused"
    desk.change(AfasConnection, environment="O12345AA")
    assert again(batch).lines == 1, "another spelling of the same"


def test_a_brake_ends_and_refusals_are_counted_anew(desk: Desk) -> None:
    batch = desk.batch(good(2))
    with transaction() as session:
        closing.braked(session, batch, BAD)
    again(batch)
    found = desk.head(batch)
    assert (found.state, found.braked_at, found.brake_text) == ("open", None, None)
    assert found.counted_from is not None


def test_a_pause_of_the_organisation_ends(desk: Desk) -> None:
    batch = refused(desk)
    with transaction() as session:
        pauses.pause(session, desk.owner, "whole_call", "reden", 900)
    again(batch)
    assert desk.rows(AfasConnection)[0].pause_kind is None


def test_a_pause_that_afas_asked_for_lasts_as_long_as_it_said(desk: Desk) -> None:
    batch = refused(desk)
    with transaction() as session:
        pauses.pause(session, desk.owner, pauses.BUSY, "AFAS vraagt te wachten", 7200)
    assert again(batch).lines == 1
    assert desk.rows(AfasConnection)[0].pause_kind == pauses.BUSY


def test_a_retry_that_moves_nothing_is_no_new_revision(desk: Desk) -> None:
    batch = desk.batch(good(1), reply=("taak", "rij"))
    desk.all_are(batch, "applied")
    close(batch)
    again(batch)
    assert (desk.head(batch).state, desk.head(batch).revision, len(desk.replies())) == ("finished", 1, 1)


KEYS = [one["XpRe"] for one in good(6)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.sampled_from(["applied", "refused", "invalid", "in_doubt", "cancelled"]), min_size=6, max_size=6),
    st.none() | st.lists(st.sampled_from(["L1", "l2", " L3", "L9", "", None]), max_size=5),
)
def test_a_retry_loses_no_line_and_moves_only_refused_and_invalid_ones(
    small_desk: Desk, states: list[str], rows: list[str | None] | None
) -> None:
    tag = str(len(small_desk.rows(Line)))
    batch = small_desk.batch([line(f"{key}-{tag}") for key in KEYS])
    small_desk.all_are(batch, "applied")
    small_desk.ends(batch, {f"{key}-{tag}": {"state": state} for key, state in zip(KEYS, states, strict=True)})
    given_ = None if rows is None else Corrections([line(f"{key}-{tag}" if key else key) for key in rows])
    done = retry.retry(batch, "els", given_)
    after = small_desk.states(batch)
    assert all(
        new == old or (old in ("refused", "invalid") and new == "pending")
        for old, new in zip(states, after, strict=True)
    )
    assert after.count("pending") == done.lines
    assert sum(chunk.fresh for chunk in small_desk.chunks(batch)) == done.lines
