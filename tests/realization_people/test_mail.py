"""The mail about a batch: counts first, then each reason with its field, remedy and lines."""

from collections.abc import Iterator

import pytest

from tasks.realization import closing
from tests.realization_people.builders import BAD, Desk, good, line
from workers import texts
from workers.database import transaction
from workers.ledger.models import OutboxMail

CLOSED = "Project P1 is geblokkeerd."


@pytest.fixture
def desk(small_desk: Desk) -> Iterator[Desk]:
    yield small_desk
    texts.use("nl")


def told(desk: Desk, batch: int) -> OutboxMail:
    with transaction() as session:
        closing.close(session, batch)
    return desk.mails()[-1]


def refused(text: str, reference: str | None = None) -> dict[str, object]:
    return {"state": "refused", "message": text, "reference": reference}


def test_counts_come_first_and_the_largest_group_before_the_others(desk: Desk) -> None:
    batch = desk.batch(good(6))
    desk.all_are(batch, "applied")
    desk.ends(batch, {"L1": refused(CLOSED), "L2": refused(BAD), "L3": refused(BAD)})
    body = told(desk, batch).body
    places = [body.index(part) for part in ("- verwerkt: 3", "- geweigerd door AFAS: 3", "2 ×", BAD, "1 ×", CLOSED)]
    assert places == sorted(places)


def test_a_group_names_field_remedy_reference_and_lines(desk: Desk) -> None:
    batch = desk.batch(good(2))
    desk.all_are(batch, "refused", message=BAD, reference="a" * 32)
    body = told(desk, batch).body
    for part in ("veld: Medewerker (EmId)", "wat te doen: Controleer de code", "a" * 32, "regels: L1, L2"):
        assert part in body


def test_a_long_list_is_cut_and_the_command_for_the_rest_is_given(desk: Desk) -> None:
    batch = desk.batch(good(25))
    desk.all_are(batch, "refused", message=BAD)
    body = told(desk, batch).body
    assert "L20 en nog 5" in body
    assert "L21" not in body
    assert f"realization status {batch} --csv" in body


def test_many_reasons_are_cut_too(desk: Desk) -> None:
    batch = desk.batch(good(45))
    desk.ends(batch, {f"L{number}": refused(f"fout {'x' * number}") for number in range(1, 46)})
    body = told(desk, batch).body
    assert body.count("1 ×") == 40
    assert "Nog 5 redenen" in body


def test_reasons_that_differ_in_their_values_alone_are_one_group(desk: Desk) -> None:
    unknown = "De waarde '{}' bij het veld '{}' bestaat niet."
    batch = desk.batch(good(60) + [line(f"X{n}", Qu=f"{n},00") for n in range(30)])
    for number in range(60):
        label = "Medewerker" if number < 50 else "Project"
        desk.ends(batch, {f"L{number + 1}": refused(unknown.format(9000 + number, label))})
    body = told(desk, batch).body
    assert body.count(" × ") == 3
    for part in ("50 × ", "10 × ", "30 × ", unknown.format("…", "Medewerker"), unknown.format("…", "Project")):
        assert part in body
    assert 'Qu (Aantal): "…" is geen getal' in body
    assert "X0, X1, X2" in body
    assert "waarden: '9000', '9001', '9002'" in body
    assert '"29,00"' not in body


def test_a_group_shows_the_values_that_all_its_lines_have(desk: Desk) -> None:
    batch = desk.batch(good(3))
    for number in (1, 2, 3):
        desk.ends(batch, {f"L{number}": refused(f"Project 'P1' van 2026-11-{number} is dicht na {number * 7} dagen")})
    body = told(desk, batch).body
    assert "Project 'P1' van … is dicht na … dagen" in body
    assert "waarden: 2026-11-1 7, 2026-11-2 14, 2026-11-3 21" in body


def test_an_invalid_line_says_field_value_and_remedy_itself(desk: Desk) -> None:
    batch = desk.batch([*good(1), {"XpRe": "L2", "DaTi": "gisteren", "ItCd": "300"}])
    desk.ends(batch, {"L1": {"state": "applied"}})
    body = told(desk, batch).body
    assert 'DaTi (Datum): "gisteren"' in body
    assert "veld:" not in body


def test_a_line_in_doubt_says_why_and_how_to_settle_it(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "in_doubt", matter="lost")
    mail = told(desk, batch)
    assert "wacht op u" in mail.subject
    assert "ging verloren" in mail.body
    assert "realization resolve" in mail.body


def test_the_mail_is_dutch_or_english(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "refused", message=BAD)
    texts.use("en")
    mail = told(desk, batch)
    assert "not applied whole" in mail.subject
    assert "field: Employee (EmId)" in mail.body


def test_a_text_of_afas_stays_on_its_line(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "refused", message="een\r\ntwee")
    assert "een  twee" in told(desk, batch).body
