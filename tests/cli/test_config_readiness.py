"""What `config check` says of project lines: the right to write them, and the connector by which they are read back."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.cli.test_config import complete, configure, run
from tests.simulator import Simulator, caterer
from tests.staff.files import GUID, OTHER, file, organisation

READ_BACK = {
    "connector": "Staff_Realization",
    "id": "Regelnummer",
    "external_key": "Externe_sleutel",
    "date": "Datum",
    "created": "Aangemaakt_op",
    "modified": "Gewijzigd_op",
}
FIELDS = {"EmId": "Medewerker", "ItCd": "Itemcode", "Qu": "Aantal", "Ap": "Geaccordeerd", "Pr": "Gereedgemeld"}

Told = list[tuple[bool, str]]
Lack = tuple[dict[str, str | dict[str, str] | None], bool, tuple[str, ...]]


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator(connectors=[caterer(date(2026, 11, 20), 2)]) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def ready(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> str:
    configure(monkeypatch, ALLOWED_HOSTS="127.0.0.1", SMTP_URL="smtp://127.0.0.1:25")
    return sqlite


def read_back(**change: str | dict[str, str] | None) -> str:
    """The mapping; `change` replaces parts of it, None leaves one out."""
    found = {**READ_BACK, "fields": FIELDS, **change}
    return json.dumps({name: value for name, value in found.items() if value is not None})


def afas_of(mapping: str, style: str = "id") -> str:
    """What `complete` takes as `mail_to`, with a read-back besides."""
    indent = "\n          "
    return indent.join(("mail_to: a@b.nl", f"read_back: {mapping}", f"delete_style: {style}"))


def told(home: Path, capsys: pytest.CaptureFixture[str], *content: str) -> Told:
    """Gaps and warnings but the one about the token, which every classic token gets."""
    assert run(capsys, "apply", str(file(home, *content)))[0] == 0
    code, out, _ = run(capsys, "check", "--json")
    found = [(one["gap"], one["text"]) for one in json.loads("\n".join(out))]
    assert code == int(any(gap for gap, _ in found))
    return [(gap, text) for gap, text in found if "klassieke token" not in text]


def test_a_whole_read_back_and_the_right_to_write_leave_nothing_to_tell(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(home, capsys, complete(afas.url, mail_to=afas_of(read_back()))) == []


def test_without_read_back_it_is_said_what_afas_s_administrator_has_to_add(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    ((gap, text),) = told(home, capsys, complete(afas.url))
    assert not gap
    assert all(name in text for name in ("Profit_Realization", "XpRe", "Identity", "DateModified", "app-connector"))


#: A change of the mapping, whether it is a gap, and what is told.
LACKS: list[Lack] = [
    (
        {"connector": "Staff_Realisation"},
        True,
        ("Staff_Realisation staat niet in de app-connector", "Staff_Realization"),
    ),
    ({"external_key": "Externe_sleutl"}, True, ("(external_key)", "bedoeld is misschien Externe_sleutel")),
    ({"modified": "Gewijzigd"}, True, ("heeft geen veld Gewijzigd (modified)",)),
    ({"fields": {**FIELDS, "Qu": "Aantallen"}}, True, ("heeft geen veld Aantallen (fields.Qu)",)),
    (
        {"fields": {**FIELDS, "Prid": "Itemcode"}},
        True,
        ("Prid is geen veld van PtRealization (bedoeld is misschien PrId",),
    ),
    ({"id": "Datum"}, True, ("read_back.id", "Identity")),
    ({"date": "Itemcode"}, True, ("Itemcode is geen datum",)),
    ({"created": "Itemcode"}, True, ("Itemcode is geen datum",)),
    ({"fields": {**FIELDS, "Qu": "Itemcode"}}, True, ("Itemcode is geen getal",)),
    ({"created": None}, False, ("zonder created", "SystemDate")),
    ({"modified": None}, False, ("zonder modified", "DateModified")),
    ({"fields": {name: FIELDS[name] for name in ("ItCd", "Qu", "Ap", "Pr")}}, False, ("zonder EmId:", "EmployeeId")),
    ({"fields": {name: FIELDS[name] for name in ("EmId", "ItCd", "Qu")}}, False, ("zonder Ap, Pr:", "force")),
]


@pytest.mark.parametrize("lack", LACKS)
def test_what_a_read_back_lacks_is_told_with_its_remedy(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str], lack: Lack
) -> None:
    change, gap, words = lack
    ((found, text),) = told(home, capsys, complete(afas.url, mail_to=afas_of(read_back(**change))))
    assert found == gap
    assert [word for word in words if word not in text] == []


def test_a_read_back_whose_dates_afas_formats_is_a_gap_for_each_of_them(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    afas.switches.dates = "dutch"
    found = told(home, capsys, complete(afas.url, mail_to=afas_of(read_back())))
    assert sum("connector Staff_Realization" in text and "opmaak" in text for gap, text in found if gap) == 3


@pytest.mark.parametrize("reads_back", [True, False])
def test_a_token_that_may_not_write_lines_is_a_gap_where_lines_are_read_back_and_else_a_warning(
    home: Path,
    afas: Simulator,
    capsys: pytest.CaptureFixture[str],
    reads_back: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    afas.switches.unauthorised = ("PtRealization",)
    found = told(home, capsys, complete(afas.url, mail_to=afas_of(read_back() if reads_back else "null")))
    assert [(gap, "voeg hem in AFAS toe" in text) for gap, text in found if "UpdateConnectors" in text] == [
        (reads_back, True)
    ]


@pytest.mark.parametrize("mapping", [read_back(), "null"])
def test_a_delete_style_that_wants_a_date_is_told_where_nothing_can_show_it(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str], mapping: str
) -> None:
    found = told(home, capsys, complete(afas.url, mail_to=afas_of(mapping, "id_date")))
    said = [(gap, "DaTi" in text) for gap, text in found if "delete_style id_date" in text]
    assert said == ([(False, True)] if mapping == "null" else [])


def test_a_read_back_that_same_as_makes_useless_is_told_with_its_right_place(
    home: Path, afas: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = f"afas: {{same_as: {GUID}, mail_to: a@b.nl, read_back: {read_back()}}}"
    other = organisation(shared, "turnover: {turnover_group: OA}", guid=OTHER, name="Ander")
    found = told(home, capsys, complete(afas.url, mail_to=afas_of(read_back())), other)
    assert [(gap, "Voorbeeld Catering" in text) for gap, text in found if "same_as" in text] == [(False, True)]
