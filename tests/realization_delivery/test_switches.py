"""What nobody knows of AFAS, one way and the other: good lines are there once, bad ones have their own reason."""

from typing import Any

import pytest

from tests.realization_delivery.builders import Office, bad, good
from workers import settings

SWITCHES: dict[str, dict[str, Any]] = {
    "as it is documented": {},
    "the older form of errors": {"error_body": False, "profit_error_header": True},
    "errors labelled as XML": {"error_label": "application/xml"},
    "a prefix before each error": {"message_prefix": "(AntaObject) "},
    "a prefix before the message": {"error_prefix": True},
    "messages on lines of their own": {"messages": "newline"},
    "only the first message": {"messages": "first"},
    "only the last message": {"messages": "last"},
    "results as a list": {"results": "list"},
    "results as an object": {"results": "object"},
    "no results": {"results": "nothing"},
    "results in any order": {"results_order": "random"},
    "lines worked in any order": {"commit_order": "random"},
    "XpRe not repeated": {"xpre_echoed": False},
    "XpRe unique": {"xpre_unique": True},
    "200 for a change": {"put_status": 200},
    "projects that approve by themselves": {"project_marks": "approved"},
    "at most seven lines": {"lines_limit": 7},
    "at most 2,000 bytes": {"bytes_limit": 2000},
    "bodies in chunks": {"framing": "chunked"},
    "bodies up to the end of the connection": {"framing": "close"},
    "a read-back with each row twice": {"rows_twice": True},
    "a few errors stop a call": {"errors_at_most": 3},
}


@pytest.mark.parametrize("name", SWITCHES)
def test_whatever_afas_turns_out_to_do_good_lines_are_there_once_and_each_bad_one_has_its_own_reason(
    office: Office, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHUNK_LINES", "30")
    settings.current.cache_clear()
    for switch, value in SWITCHES[name].items():
        setattr(office.afas.switches, switch, value)
    lines = [bad(n) if n % 4 == 3 and n < 56 else good(n) for n in range(60)]
    office.submits(lines)
    office.works()
    assert office.states() == {"applied": 46, "refused": 14}
    assert office.there() == {f"K-{n}": 1 for n in range(60) if n % 4 != 3 or n >= 56}
    reasons = {line.xp_re: line.message or "" for line in office.lines() if line.state == "refused"}
    assert all(f"9{int(key[2:]):04}" in reason for key, reason in reasons.items() if key), reasons


@pytest.mark.parametrize("name", ["as it is documented", "200 for a change", "no results", "the older form of errors"])
def test_changes_are_made_once_and_each_bad_one_has_its_own_reason(office: Office, name: str) -> None:
    for switch, value in SWITCHES[name].items():
        setattr(office.afas.switches, switch, value)
    office.submits([good(n) for n in range(8)], reference="inserts")
    office.works()
    office.passes(60)
    office.afas.person("ready", key="K-3")
    office.submits([{"XpRe": f"K-{n}", "Ds": "anders"} for n in range(8)], "update", "changes")
    office.works()
    changed = [line for line in office.lines() if line.batch_id == 2]
    assert [line.state for line in changed] == ["applied"] * 3 + ["refused"] + ["applied"] * 4
    assert "gereed" in (changed[3].message or "")
