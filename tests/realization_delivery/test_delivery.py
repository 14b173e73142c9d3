"""Delivery by the recipe itself: ledger, simulator and socket."""

from typing import Any

import pytest

from tests.realization_delivery.builders import Office, bad, good

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
