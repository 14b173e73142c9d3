"""What the ledger knows of the lines that a change means."""

from typing import Any

import pytest

from tests.realization_submit.builders import line, lines_of, organisation, settle, submitted

pytestmark = pytest.mark.usefixtures("ledger")
READ_BACK = {"connector": "Staff", "id": "Regelnummer", "external_key": "Sleutel", "date": "Datum"}


def applied(key: str, afas_id: str | None, **fields: Any) -> None:
    """A line that AFAS has through us."""
    settle(submitted(line(key, **fields), reference=f"insert-{key}")["batch"], 1, "applied", afas_id=afas_id)


def change(action: str, reference: str = "change", **fields: Any) -> Any:
    """The one line of a change."""
    return lines_of(submitted(fields, action=action, reference=reference)["batch"])[0]


def done(action: str, reference: str, **fields: Any) -> None:
    """A change that AFAS took."""
    made = change(action, reference, **fields)
    settle(made.batch_id, 1, "applied")


def test_a_change_by_key_gets_the_id_that_was_applied_through_us() -> None:
    organisation()
    applied("Na-1", "20200")
    made = change("update", XpRe="NA-1", Qu="5.00")
    assert (made.state, made.afas_id, made.key, made.holds_key) == ("pending", "20200", "na-1", False)
    assert made.fields == {"XpRe": "NA-1", "Qu": "5.00"}


def test_a_change_by_id_keeps_it_beside_the_line() -> None:
    organisation()
    assert change("approve", Id=20200).afas_id == "20200"
    assert change("approve", "long", Id="9" * 5000).afas_id is None


@pytest.mark.parametrize("ids", [None, "20200, 20201"])
def test_a_key_without_one_certain_id_is_unresolved(ids: str | None) -> None:
    organisation()
    applied("a", ids)
    made = change("update", XpRe="a", Qu="5")
    assert made.state == "invalid"
    assert "geen regelnummer bekend" in made.message


def test_with_a_read_back_connector_what_is_unknown_is_found_out_later() -> None:
    organisation(read_back=READ_BACK)
    for action in ("update", "delete"):
        made = change(action, action, XpRe="a")
        assert (made.state, made.afas_id) == ("pending", None)


def test_a_line_does_not_move_to_another_period_than_the_ledger_knows() -> None:
    organisation()
    applied("a", "20200")
    assert "andere periode dan 2026-11-20" in change("update", Id="20200", DaTi="2026-07-01").message
    assert change("update", "near", Id="20200", DaTi="2026-11-21").state == "pending"


def test_a_delete_needs_force_unless_we_know_that_the_line_is_neither_approved_nor_ready() -> None:
    organisation()
    applied("a", "20200", Ap=False, Pr=False)
    assert "kan geaccordeerd of gereed zijn" in change("delete", "d1", Id="20200").message
    done("unapprove", "u", Id="20200")
    done("update", "p", Id="20200", Pr="false")
    assert change("delete", "d2", Id="20200").state == "pending"
    done("approve", "a", XpRe="a")
    assert "is geaccordeerd of gereedgemeld" in change("delete", "d3", Id="20200").message
    forced = change("delete", "d4", Id="20200", force=True)
    assert (forced.state, forced.force, "force" in forced.fields) == ("pending", True, False)


def test_a_change_that_was_refused_tells_nothing_of_the_line() -> None:
    organisation()
    applied("a", "20200")
    settle(change("approve", "refused", Id="20200").batch_id, 1, "refused")
    assert "kan geaccordeerd" in change("delete", Id="20200").message


def test_of_a_line_that_was_deleted_through_us_nothing_is_known_any_more() -> None:
    organisation()
    applied("a", "20200")
    done("delete", "d", Id="20200", force=True)
    assert change("update", XpRe="a").state == "invalid"
