"""Changes: which line is meant, what is sent, and what AFAS's connector can't do."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.realization.intake.actions import ACTIONS, FLAGS, meant
from tasks.realization.intake.demands import KnownLine, is_other_period, name
from tasks.realization.intake.rules import validate
from tests.realization_intake.builders import judge, law, order, wrong_fields
from workers.texts import text

CHANGES = [action for action in ACTIONS if action != "insert"]
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SETTLED = [KnownLine("7", approved=True, ready=False), KnownLine("7", approved=False, ready=True)]


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_names_its_line_by_id_or_key(action: str) -> None:
    for neither in ({}, {"Id": "", "XpRe": None}):
        judged = judge({**neither, "force": True}, by=order(action, later=True))
        assert wrong_fields(judged) == ["Id"]
        assert "XpRe" in judged.message
    for one in ({"Id": "7"}, {"Id": 7}, {"XpRe": "na-1"}, {"Id": "7", "XpRe": "na-1"}):
        assert judge({**one, "force": True}, by=order(action, later=True)).message == ""


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_gets_no_key_no_item_type_and_no_charge(action: str) -> None:
    judged = judge({"Id": "7", "force": True}, by=order(action))
    assert judged.key is None
    assert judged.fields.keys() - {flag for flag, _ in FLAGS.values()} == {"Id"}


@pytest.mark.parametrize(("action", "flag"), FLAGS.items())
def test_an_action_sets_its_own_flag_and_leaves_one_that_says_so_as_it_was_given(
    action: str, flag: tuple[str, bool]
) -> None:
    field, value = flag
    assert judge({"Id": "7"}, by=order(action)).fields == {"Id": "7", field: value}
    assert judge({"Id": "7", field: ""}, by=order(action)).fields[field] is value
    given_so = str(int(value))
    assert judge({"Id": "7", field: given_so}, by=order(action)).fields[field] == given_so
    judged = judge({"Id": "7", field: not value}, by=order(action))
    assert wrong_fields(judged) == [field]
    assert action in judged.message


def test_a_rejection_without_comment_is_a_hint() -> None:
    assert not judge({"Id": "7"}, by=order("reject")).invalid
    assert judge({"Id": "7"}, by=order("reject")).hints
    assert not judge({"Id": "7", "DiRe": "te laat"}, by=order("reject")).hints


def test_a_key_alone_needs_a_read_back_or_a_ledger_that_knows_its_id() -> None:
    assert wrong_fields(judge({"XpRe": "NA-1"}, by=order("update"))) == ["XpRe"]
    assert not judge({"XpRe": "NA-1"}, by=order("update", later=True)).invalid
    assert not judge({"XpRe": "NA-1"}, by=order("update", known={("XpRe", "na-1"): KnownLine("7")})).invalid


@pytest.mark.parametrize("line", [{"Id": 7}, {"Id": " 7 "}, {"Id": "7", "XpRe": "x"}])
def test_a_line_is_named_by_its_id_before_its_key(line: dict[str, Any]) -> None:
    assert name(line) == ("Id", "7")
    assert name({"XpRe": " Na-1"}) == ("XpRe", "na-1")
    assert name({}) is name("no line") is None


def test_one_line_may_be_changed_more_than_once_in_a_batch() -> None:
    judged = validate([{"XpRe": "na-1", "Qu": "1"}, {"XpRe": "NA-1", "Qu": "2"}], order("update", later=True), text)
    assert [one.message for one in judged] == ["", ""]


@pytest.mark.parametrize("known", SETTLED)
def test_an_approved_or_ready_line_is_deleted_by_force_alone(known: KnownLine) -> None:
    by = order("delete", known={("Id", "7"): known}, later=True)
    judged = judge({"Id": "7"}, by=by)
    assert "force" in judged.message
    assert '"7"' in judged.message
    assert judge({"Id": "7", "force": False}, by=by).invalid
    forced = judge({"Id": "7", "force": True}, by=by)
    assert not forced.invalid
    assert forced.force
    assert forced.fields == {"Id": "7"}


def test_a_delete_that_may_hit_an_approved_line_waits_for_the_read_back_or_is_refused() -> None:
    for known in ({}, {("Id", "7"): KnownLine("7", approved=False)}):
        assert judge({"Id": "7"}, by=order("delete", known=known)).invalid
        assert not judge({"Id": "7"}, by=order("delete", known=known, later=True)).invalid
    plain = {("Id", "7"): KnownLine("7", approved=False, ready=False)}
    assert not judge({"Id": "7"}, by=order("delete", known=plain)).invalid


def test_a_line_is_not_moved_to_another_period() -> None:
    by = order("update", known={("Id", "7"): KnownLine("7", date(2026, 11, 20))})
    judged = judge({"Id": "7", "DaTi": "2026-12-20"}, by=by)
    assert wrong_fields(judged) == ["DaTi"]
    assert "2026-11-20" in judged.message
    assert "2026-12-20" in judged.message
    assert not judge({"Id": "7", "DaTi": "2026-11-23"}, by=by).invalid
    assert not judge({"Id": "8", "DaTi": "2026-12-20"}, by=by).invalid


@law
@given(old=DAYS, new=DAYS)
@example(old=date(2026, 11, 30), new=date(2026, 12, 1))  # one week
@example(old=date(2020, 12, 27), new=date(2021, 1, 1))  # weeks 52 and 53 of one year
@example(old=date(2026, 11, 1), new=date(2026, 11, 30))
def test_two_days_of_one_month_or_four_weeks_are_never_called_two_periods(old: date, new: date) -> None:
    assert is_other_period(old, new) == is_other_period(new, old)
    week, other = old.isocalendar(), new.isocalendar()
    one_month = (old.year, old.month) == (new.year, new.month)
    if one_month or week[:2] == other[:2] or (week[0] == other[0] and {week[1], other[1]} == {52, 53}):
        assert not is_other_period(old, new)
    # Five weeks are the longest period of four weeks, that with week 53 in it.
    if abs((new - old).days) >= 35:
        assert is_other_period(old, new)


def test_a_line_from_a_declaration_is_corrected_elsewhere() -> None:
    by = order("update", known={("Id", "7"): KnownLine("7", declaration=True)})
    assert "PtCorrectionDeclaration" in judge({"Id": "7", "Qu": "1"}, by=by).message
    assert "PtCorrectionDeclaration" in judge({"Id": "8", "DcId": "D1"}, by=order("update")).message
    assert not judge({"Id": "7"}, by=order("approve", known=by.known)).invalid  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"Ap": "true"}, "approve"),
        ({"Ap": "0"}, "unapprove"),
        ({"Pr": "1", "DaTi": "2026-11-20"}, "ready"),
        ({"DiAp": "True", "DiRe": "te laat"}, "reject"),
        ({"DiAp": "True"}, "reject"),
        ({"DiAp": "false"}, "update"),
        ({"Ap": "true", "Pr": "true"}, "update"),
        ({"Ap": "true", "Qu": "1"}, "update"),
        ({"Ap": "true", "DiRe": "x"}, "update"),
        ({"Ap": "perhaps"}, "update"),
        ({}, "update"),
    ],
)
def test_an_update_is_what_its_fields_say(fields: dict[str, str], action: str) -> None:
    assert meant({"Id": "7", **fields}) == action
