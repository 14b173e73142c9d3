"""Delivery by the recipe itself: ledger, simulator and socket."""

import time
from typing import Any

import pytest

from tasks.realization import replying, status, story
from tests.realization_delivery.builders import SWEEP, Office, bad, good
from workers.database import reading
from workers.ledger.models import OutboxMail

LOST: dict[str, Any] = {"commits": 60, "goes_on": False}
FAULTS: dict[str, list[dict[str, Any]]] = {
    "nothing": [],
    "cut before the commit": [{"kind": "cut", "commits": 0, "goes_on": False}],
    "cut in the middle of the commit": [{"kind": "cut", **LOST}],
    "cut after the commit": [{"kind": "cut"}],
    "reset in the middle of the commit": [{"kind": "reset", **LOST}],
    "503 while AFAS works on": [{"kind": "status_503", "commits": 10, "goes_on": True}],
    "503 with a pause, not executed": [{"kind": "status_503", "retry_after": 7200, "commits": 0, "goes_on": False}],
    "401 in mid batch": [{"kind": "status_401"}],
    "403": [{"kind": "status_403"}],
    "404": [{"kind": "status_404"}],
    "413": [{"kind": "status_413"}],
    "502 while AFAS works on": [{"kind": "status_502", "commits": 0, "goes_on": True}],
    "504 after half": [{"kind": "status_504", **LOST}],
    "truncated answer": [{"kind": "truncated"}],
    "HTML with 200": [{"kind": "html"}],
    "500 after full success": [{"kind": "error_500", "commits": 1000}],
    "the time-out text after half": [{"kind": "timeout_500", **LOST}],
    "an error after the commit of one line": [{"kind": "error_after_commit", "first": 7}],
    "a lock that passes": [{"kind": "locked", "first": 7}],
    "the whole call refused": [
        {"kind": "error_500", "text": "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd."}
    ],
    "a redirect": [{"kind": "redirect"}],
}


@pytest.mark.parametrize("never_tried", [True, False])
def test_a_line_that_we_deleted_and_that_is_still_shown_proves_no_new_one_with_its_key(
    office: Office, *, never_tried: bool
) -> None:
    lag = 1.5
    office.submits([good(1)], reference="pathfinder")
    office.submits([good(50)], reference="first")
    office.works()
    time.sleep(lag)
    office.afas.switches.read_back_lag = lag
    office.submits([{"XpRe": "K-50", "force": True}], "delete", "D")
    office.works()
    assert office.there() == {"K-1": 1}
    lines = [bad(n) for n in range(100, 110)] if never_tried else []
    fields = {"PrId": "P1001"} if never_tried else {"EmId": good(50)["EmId"], "PrId": "P9999"}
    again = office.submits([*lines, good(50, **fields), good(61)], reference="again")
    for _ in range(3):
        office.takes()
    [mine] = [line for line in office.lines() if line.batch_id == again and line.key == "k-50"]
    assert mine.state != "applied"
    time.sleep(lag)
    office.works()
    [mine] = [line for line in office.lines() if line.batch_id == again and line.key == "k-50"]
    assert mine.state == ("applied" if never_tried else "refused")
    assert office.there() == {"K-1": 1, "K-61": 1} | ({"K-50": 1} if never_tried else {})


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_call_comes_to_good_lines_are_there_once_and_bad_ones_have_their_own_reason(
    office: Office, name: str
) -> None:
    lines = [bad(n) if n % 25 == 3 else good(n) for n in range(100)]
    office.submits(lines[:1], reference="pathfinder")
    office.works()
    for fault in FAULTS[name]:
        office.afas.fault(**{"path": "connectors/ptrealization", **fault})
    office.submits(lines[1:])
    office.works()
    assert office.states() == {"applied": 96, "refused": 4}, name
    assert office.there() == {f"K-{n}": 1 for n in range(100) if n % 25 != 3}, name
    for line in office.lines():
        if line.state == "refused":
            assert str(line.fields["EmId"]) in (line.message or ""), line.message


def test_a_line_whose_text_speaks_of_rights_to_a_record_holds_up_nobody(office: Office) -> None:
    office.submits([good(0)], reference="pathfinder")
    office.works()
    said = "De gebruiker is niet geautoriseerd voor project P1000."
    office.afas.fault("error_500", path="connectors/ptrealization", text=said, commits=0, times=None, carrying="K-1")
    office.submits([good(1)], reference="first")
    office.submits([good(n) for n in range(2, 12)], reference="later")
    office.works()
    assert {line.xp_re: line.message for line in office.lines() if line.state != "applied"} == {"K-1": said}
    assert office.elapsed < SWEEP


@pytest.mark.parametrize(
    ("fault", "reason", "remedy"),
    [
        ({"kind": "status_413"}, "413", "Kort de lange teksten"),
        ({"kind": "error_500", "text": "", "commits": 0}, "zei niet waarom", "logboek van Profit"),
    ],
)
def test_a_refused_line_has_a_reason_and_a_remedy_where_the_answer_holds_none(
    office: Office, fault: dict[str, Any], reason: str, remedy: str
) -> None:
    office.submits([good(0)], reference="pathfinder")
    office.works()
    office.afas.fault(path="connectors/ptrealization", times=None, carrying="K-1", **fault)
    batch = office.submits([good(1)])
    office.works()
    with reading() as session:
        [mail] = session.objects.query(OutboxMail).all()
    assert reason in mail.body
    assert remedy in mail.body
    for told in (status.answer(batch), replying.arguments(batch, 1)):
        [line] = told["lines"]
        assert line["state"] == "refused"
        assert reason in line["message"]
        assert remedy in line["remedy"]
    assert any(reason in moment.what for moment in story.show("K-1") if "geweigerd" in moment.what)
