"""The example batch: 1,200 lines of hours, 14 of them wrong; and whether AFAS and our verdicts agree about it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LINES = 1200
DAY = "2026-11-20"
EMPLOYEES, PROJECTS, ITEM = 40, 50, "100"
FIRST_EMPLOYEE, FIRST_PROJECT = 1001, 1000
REFERENCE = "week-47"
#: By position: the field that is wrong, its value, and what of it AFAS's text repeats. Twelve lie in the first 500
#: lines, for AFAS stops at the tenth error of a call.
WRONG = {
    20: ("EmId", "9001", "'9001'"),
    61: ("EmId", "9002", "'9002'"),
    102: ("PrId", "P9001", "'P9001'"),
    143: ("PrId", "P9002", "'P9002'"),
    184: ("ItCd", "901", "'901'"),
    225: ("ItCd", "902", "'902'"),
    266: ("DaTi", "2025-03-31", "2025-03"),
    307: ("DaTi", "2025-06-30", "2025-06"),
    348: ("EmId", "9003", "'9003'"),
    389: ("PrId", "P9003", "'P9003'"),
    430: ("ItCd", "903", "'903'"),
    471: ("DaTi", "2025-09-30", "2025-09"),
    777: ("EmId", "9004", "'9004'"),
    1111: ("PrId", "P9004", "'P9004'"),
}

Line = dict[str, str]
Told = Mapping[str, Any]


def lines() -> list[Line]:
    """The batch, in order."""
    return [_line(position) for position in range(LINES)]


def faults(committed: Sequence[Told], verdicts: Sequence[Told]) -> Iterator[str]:
    """What is not as promised in AFAS's own list of commits, and in the verdicts of `realization status --json`."""
    sent = {line["XpRe"]: line for line in lines()}
    reasons = {_key(position): said for position, (_, _, said) in WRONG.items()}
    told = {line["XpRe"]: line for line in verdicts}
    if len(verdicts) != LINES or told.keys() != sent.keys():
        yield f"{len(verdicts)} verdicts instead of one for each of {LINES} lines"
        return
    found = Counter(entry["key"] for entry in committed)
    yield from (
        f"AFAS has line {key} {found[key]} times"
        for key in found.keys() | sent.keys()
        if found[key] != (key in sent.keys() - reasons.keys())
    )
    for entry in committed:
        key = entry["key"]
        if entry["deed"] != "insert" or not sent.get(key, {}).items() <= entry["fields"].items():
            yield f"AFAS has other fields of line {key}: {entry['deed']} {entry['fields']}"
        elif key in told and told[key]["Id"] != entry["id"]:
            yield f"line {key} is {entry['id']} in AFAS, and we say {told[key]['Id']}"
    yield from _misjudged(verdicts, reasons)


def _misjudged(verdicts: Sequence[Told], reasons: Mapping[str, str]) -> Iterator[str]:
    for line in verdicts:
        reason = reasons.get(line["XpRe"])
        if line["state"] != ("refused" if reason else "applied"):
            yield f"line {line['XpRe']} is {line['state']}"
        elif reason and not (reason in line["message"] and line["profitLogReference"]):
            yield f"line {line['XpRe']} is refused with another reason: {line['message']}"
    if len({line["message"] for line in verdicts if line["state"] == "refused"}) != len(reasons):
        yield "refused lines share a reason"


def _line(position: int) -> Line:
    line = {
        "XpRe": _key(position),
        "DaTi": DAY,
        "EmId": str(FIRST_EMPLOYEE + position % EMPLOYEES),
        "PrId": f"P{FIRST_PROJECT + position % PROJECTS}",
        "ItCd": ITEM,
        "Qu": f"{position % 8 + 1}.50",
    }
    if position in WRONG:
        field, value, _ = WRONG[position]
        line[field] = value
    return line


def _key(position: int) -> str:
    return f"{REFERENCE}-{position:04}"
