"""What a batch has come to, as other services and files get it."""

import csv
import io

import pytest

from tasks.realization import status
from tasks.realization.intake.files import parts
from tasks.realization.intake.messages import misfits, schema
from tests.realization_people.builders import BAD, Desk, good, line
from workers.ledger.realization.batches import UnknownBatchError
from workers.texts import text

RESULT = schema("realization.status.result")


def test_the_answer_is_what_its_schema_says_whatever_became_of_the_lines(desk: Desk) -> None:
    batch = desk.batch([*good(5), line("X1", DaTi=None), "no line at all", {"DaTi": "2026-11-20"}])
    desk.ends(
        batch,
        {
            "L1": {"state": "applied", "afas_id": "20200, 20201", "matter": "duplicate", "session_guid": "{a}"},
            "L2": {"state": "refused", "message": BAD, "reference": "f" * 32},
            "L3": {"state": "in_doubt", "matter": "lost"},
            "L4": {"state": "cancelled"},
        },
    )
    found = status.answer(batch)
    assert list(misfits(RESULT, found)) == []
    assert sum(found["counts"].values()) == len(found["lines"]) == 8
    first, second, third = found["lines"][:3]
    assert (first["Id"], first["Sessieguid"], first["profitLogReference"]) == ("20200,20201", "{a}", None)
    assert (second["field"], second["message"], second["profitLogReference"]) == ("EmId", BAD, "f" * 32)
    assert "Controleer de code" in second["remedy"]
    assert "realization resolve" in third["remedy"]
    assert found["lines"][5]["field"] == "DaTi"


def test_the_counts_are_the_lines_of_each_state(desk: Desk) -> None:
    batch = desk.batch(good(4))
    desk.ends(batch, {"L1": {"state": "applied"}, "L2": {"state": "refused"}})
    counts = status.answer(batch, limit=0)["counts"]
    assert {state: count for state, count in counts.items() if count} == {"applied": 1, "refused": 1, "pending": 2}


def test_pages_together_are_the_batch(small_desk: Desk) -> None:
    batch, after, seen = small_desk.batch(good(23)), 0, []
    while lines := status.answer(batch, after, 5)["lines"]:
        assert len(lines) <= 5
        seen += [one["XpRe"] for one in lines]
        after = lines[-1]["line"]
    assert seen == [one["XpRe"] for one in good(23)]
    assert status.whole(batch)["lines"] == status.answer(batch)["lines"]


def test_no_answer_has_more_than_a_thousand_lines(small_desk: Desk) -> None:
    batch = small_desk.batch(good(1001))
    assert len(status.answer(batch)["lines"]) == len(status.answer(batch, 0, 5000)["lines"]) == 1000
    assert len(status.whole(batch)["lines"]) == 1001


def test_a_batch_that_does_not_exist_is_told(desk: Desk) -> None:
    with pytest.raises(UnknownBatchError, match="99"):
        status.answer(desk.batch(good(1)) + 98)


def test_the_table_read_again_is_the_same_lines(small_desk: Desk) -> None:
    given = [line("L1", Ds='twee\nregels, "en" meer', Qu="4.00"), line("L2", Onzin="x"), line("L3", force=True)]
    batch = small_desk.batch(given)
    small_desk.ends(batch, {"L1": {"state": "refused", "message": BAD}})
    header, rows = status.table(batch)
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows([header, *rows])
    [part] = parts(written.getvalue().encode(), "insert", "", text)
    lines = [one for one in part.lines if isinstance(one, dict)]
    for one in lines:
        del one["line"], one["state"]
        one.pop("message", None)
    expected = [{**one, "VaIt": "1"} for one in given]
    expected[2]["force"] = "true"
    assert sorted(lines, key=lambda one: str(one["XpRe"])) == expected


def test_refused_and_invalid_lines_stand_first_in_the_table(small_desk: Desk) -> None:
    batch = small_desk.batch([*good(3), line("X1", DaTi=None)])
    small_desk.ends(batch, {"L1": {"state": "applied"}, "L3": {"state": "refused", "message": BAD}})
    header, rows = status.table(batch)
    assert tuple(header[:4]) == ("line", "XpRe", "state", "message")
    assert [row[1] for row in rows] == ["L3", "X1", "L1", "L2"]


@pytest.mark.parametrize("matter", ["unsaid", "oversize", "absent"])
def test_the_table_says_of_each_refused_line_why_though_afas_gave_no_text(small_desk: Desk, matter: str) -> None:
    batch = small_desk.batch(good(1))
    small_desk.ends(batch, {"L1": {"state": "refused", "message": None, "matter": matter}})
    _, [row] = status.table(batch)
    assert row[3] == status.answer(batch)["lines"][0]["message"] == text(f"batches.matter.{matter}")
