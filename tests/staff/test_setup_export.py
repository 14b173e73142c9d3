import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.staff.files import EXAMPLE, applied, everything, rows
from workers.database import engine
from workers.staff.setup import SetupErrors, export
from workers.staff.setup.document import Entry, Problems
from workers.staff.setup.matching import match
from workers.staff.setup.tree import Kept


def written(home: Path, content: Any) -> Path:
    path = home / "written.yaml"
    with path.open("w", encoding="utf-8") as out:
        YAML().dump(content, out)
    return path


@pytest.mark.usefixtures("database")
def test_what_is_exported_and_applied_changes_nothing(home: Path) -> None:
    applied(EXAMPLE)
    before, out = everything(), export()
    path = home / "export.yaml"
    path.write_text(out, encoding="utf-8")
    assert applied(path).changes == ()
    assert everything() == before
    assert export() == out


@pytest.mark.usefixtures("sqlite")
def test_an_export_shows_no_secret_and_quotes_every_code() -> None:
    applied(EXAMPLE)
    out = export()
    assert "0123456789ABCDEF" not in out
    assert "FEDCBA" not in out
    assert "geheim" not in out
    assert out.count('"***"') == 3
    assert 'external_id: "02601"' in out


@pytest.mark.usefixtures("sqlite")
def test_an_export_makes_another_database_the_same_once_its_secrets_are_filled_in(
    home: Path, migrated_sqlite: Path
) -> None:
    applied(EXAMPLE)
    out = export()
    path = home / "export.yaml"
    path.write_text(out, encoding="utf-8")
    engine().dispose()
    shutil.copy(migrated_sqlite, home / "afasconnector.db")
    with pytest.raises(SetupErrors) as caught:
        applied(path)
    assert str(caught.value).count("vul het echte geheim in") == 3
    path.write_text(out.replace('"***"', "A" * 64), encoding="utf-8")
    applied(path)
    assert export() == out


#: Text as people type it, and as YAML would misread it.
TEXTS = st.one_of(
    st.sampled_from(
        [
            "no",
            "1e3",
            "0123",
            "~",
            "null",
            "a: b",
            "- a",
            "'",
            '"',
            "#1",
            "{a}",
            "[",
            "é",
            "***",
            "05:00",
            "=",
            "%",
            "<<",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12),
)
ITEMS = st.lists(st.fixed_dictionaries({"name": TEXTS}, optional={"external_id": TEXTS}), max_size=4)
GROUPS = st.lists(TEXTS, unique=True, max_size=3).map(
    lambda codes: [{"name": code, "external_id": code} for code in codes]
)


def unique(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    codes = [item.get("external_id") for item in items]
    return [item for number, item in enumerate(items) if codes[number] is None or codes.index(codes[number]) == number]


@given(
    name=TEXTS,
    methods=ITEMS.map(unique),
    registers=st.lists(
        st.fixed_dictionaries({"name": TEXTS}, optional={"external_id": TEXTS, "turnover_groups": GROUPS}), max_size=4
    ).map(unique),
)
@pytest.mark.usefixtures("sqlite")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_is_applied_comes_back_and_applied_again_changes_nothing(
    home: Path, name: str, methods: list[dict[str, Any]], registers: list[dict[str, Any]]
) -> None:
    guid = uuid.uuid4()
    one = {"guid": str(guid), "name": name, "payment_methods": methods, "registers": registers}
    path = written(home, {"organisations": [one]})
    applied(path)
    assert applied(path).changes == ()
    out = export()
    path.write_text(out, encoding="utf-8")
    assert applied(path).changes == ()
    assert export() == out
    stored = rows(
        "SELECT r.name, r.external_id FROM register r JOIN organisation o ON o.id = organisation_id"
        f" WHERE guid = '{guid}' ORDER BY r.id"
    )
    assert stored == [(register["name"], register.get("external_id")) for register in registers]


class Row:
    def __init__(self, name: str, external_id: str | None) -> None:
        self.name, self.external_id = name, external_id


FEW = st.sampled_from("ABC")
PAIRS = st.lists(st.tuples(FEW, st.none() | FEW), max_size=6)


@given(entries=PAIRS, held=PAIRS)
def test_a_row_is_given_once_and_the_external_id_goes_first(
    entries: list[tuple[str, str | None]], held: list[tuple[str, str | None]]
) -> None:
    problems = Problems(Path("x"))
    wanted = []
    for name, code in entries:
        values = {"name": name} if code is None else {"name": name, "external_id": code}
        wanted.append(Entry(1, problems, dict(values), dict.fromkeys(values, 1)))
    kept: list[Kept[Any]] = [Kept(Row(name, code)) for name, code in held]
    found = match(wanted, kept)
    given_rows = [one.row for one in found if one]
    assert len({id(row) for row in given_rows}) == len(given_rows)
    for (name, code), one in zip(entries, found, strict=True):
        if one and code is not None:
            assert one.row.external_id == code or (one.row.external_id is None and one.row.name == name)
        elif one:
            assert one.row.name == name
        if code is not None and one is None:
            assert sum(row.external_id == code for row in given_rows) == sum(c == code for _, c in held)
