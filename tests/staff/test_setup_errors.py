import re
from pathlib import Path

import pytest

from tests.staff.files import AFAS, EXAMPLE, GUID, HOST, OTHER, TOKEN, applied, everything, file, organisation
from workers.staff.setup import SetupErrors

URI = f"uri: {HOST}/connectors/Omzet"
THIRD = "9d5c1f0e-2222-4333-8444-0123456789ab"

FIVE_MISTAKES = f"""organisations:
  - guid: {GUID}
    name: Voorbeeld Catering
    afas:
      environment: https://12345.rest.afas.online.example.com/ProfitRestServices
      tokn: {TOKEN}
    turnover: {{turnover_group: OA, daily_at: 5 uur, default_turnover_account: "8000"}}
    payment_methods:
      - {{name: Automatenomzet, external_id: 8000}}
    registers:
      - {{name: Utrecht, external_id: "2600"}}
      - {{name: Zwolle, external_id: "2600"}}
"""


pytestmark = pytest.mark.usefixtures("sqlite")


def mistakes(path: Path) -> list[str]:
    """What is told of a file, without the file's name: LINE: text."""
    with pytest.raises(SetupErrors) as caught:
        applied(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def test_five_mistakes_are_five_lines_in_order_and_nothing_is_changed(home: Path) -> None:
    applied(EXAMPLE)
    before = everything()
    path = home / "five.yaml"
    path.write_text(FIVE_MISTAKES, encoding="utf-8")
    told = mistakes(path)
    expected = [
        "5: environment: 12345.rest.afas.online.example.com: deze host is niet toegestaan",
        "6: tokn: onbekend; bedoelt u token?",
        "7: daily_at: 5 uur is geen tijd",
        '9: external_id: 8000 staat niet tussen aanhalingstekens en is dan geen tekst; schrijf external_id: "8000"',
        "12: external_id: 2600 is al in gebruik (regel 11)",
    ]
    assert len(told) == len(expected)
    for line, start in zip(told, expected, strict=True):
        assert line.startswith(start)
    assert everything() == before


def register(setting: str) -> str:
    return f"registers:\n  - {{name: A, external_id: '1', import: {{{setting}}}}}"


def methods(*items: str) -> str:
    return "\n".join(["payment_methods:", *(f"  - {item}" for item in items)])


def turnover(entries: str) -> str:
    return f"turnover: {{turnover_group: OA, {entries}}}"


def environment(address: str, credential: str = f"token: {'A' * 64}") -> str:
    return f"afas: {{environment: '{address}', {credential}}}"


#: (parts of one organisation, what is told); line 2 is its guid, 3 its name, 4 the first line of the parts.
WRONG = [
    ([methods("name: PIN\n    external_id: 02600")], '6: external_id: 02600 .* schrijf external_id: "02600"'),
    ([methods("name: 12")], '5: name: 12 .* schrijf name: "12"'),
    ([methods("{external_id: '1'}")], "5: name ontbreekt"),
    ([methods("{name: A, external_id: ' '}")], "5: external_id is leeg"),
    ([methods("{name: A, external_id: '1'}", "{name: B, external_id: ' 1'}")], r"6: .* 1 .* \(regel 5\)"),
    (["payment_methods: PIN"], "4: payment_methods: hier hoort een lijst"),
    (["payment_methods:"], "4: payment_methods: hier hoort een lijst"),
    (["registers: [Utrecht]"], "4: registers: hier horen namen met waarden"),
    (["kassas: []"], "4: kassas: onbekend; bekend zijn hier guid, name"),
    ([turnover("active: 'yes'")], "4: active: yes is geen keuze; schrijf true of false"),
    ([turnover("days_back: -1")], "4: days_back: -1 is geen aantal dagen"),
    ([turnover("days_back: '40'")], "4: days_back: 40 is geen aantal dagen"),
    ([turnover("days_back: 99999999")], "4: days_back: 99999999 is geen aantal dagen"),
    ([turnover("daily_at: '24:00'")], "4: daily_at: 24:00 is geen tijd"),
    ([turnover("sign: 2")], "4: sign: 2 is geen teken; schrijf 1 of -1"),
    (["turnover: {active: true}"], "4: turnover_group ontbreekt"),
    (["turnover: {turnover_group: OA}", "turnover: {}"], "5: turnover staat al op regel 4"),
    ([turnover("default_turnover_account: '8000'")], "4: .* 8000 is geen betaalwijze"),
    (["afas: {}"], "4: environment ontbreekt"),
    (["afas: {}"], "4: token ontbreekt; geef token, of oauth"),
    ([environment(HOST, "oauth: {client_id: a}")], "4: client_secret ontbreekt"),
    ([environment(HOST, "token: abc")], "4: token: Dit is geen AFAS-token"),
    ([AFAS + "  oauth: {client_id: a, client_secret: b}"], "7: oauth en token gaan niet samen"),
    ([AFAS + f"  same_as: {OTHER}"], "5: environment en same_as gaan niet samen"),
    ([AFAS + "  mail_to: beheer"], "7: mail_to: beheer is geen mailadres"),
    ([AFAS + "  mail_to:\n    - a@b.nl\n    - a@b.nl, c@d.nl"], "9: mail_to: a@b.nl, c@d.nl is geen mailadres"),
    ([AFAS + "  delete_style: hard"], "7: delete_style: hard .* id, id_date, action_post, action_put"),
    ([AFAS + "  read_back: {connector: A, id: B, date: C}"], "7: external_key ontbreekt"),
    ([environment("http://12345.rest.afas.online")], "4: environment: .* alleen https"),
    ([environment("https://a:b@12345.rest.afas.online")], "4: environment: .*geen adres"),
    ([f"afas: {{same_as: {GUID}}}"], "4: same_as: .* is deze organisatie zelf"),
    ([f"afas: {{same_as: {OTHER}}}"], "4: same_as: .* bestaat niet"),
    (["afas: {same_as: 6f07}"], "4: same_as: 6f07 is geen guid"),
    ([AFAS, register("default_turnover_account: '8000'")], "8: uri ontbreekt"),
    ([AFAS, register(f"{URI}, default_turnover_account: '8000'")], "8: .* 8000 is geen betaalwijze"),
    ([AFAS, register(f"{URI}?take=5&filter=x")], "8: uri: .* alleen skip en take"),
    ([AFAS, register(f"uri: {HOST}/metainfo")], "8: uri: .* geen adres van een GetConnector"),
    ([AFAS, register(URI.replace("online", "example"))], "8: uri: .* niet toegestaan"),
    ([AFAS, register(URI.replace("12345", "67890"))], "8: uri: .*67890.* is niet de omgeving van de organisatie"),
    ([register(URI)], "5: uri: .* heeft geen password en de organisatie geen afas"),
    ([AFAS, register(f"{URI}, password: geheim")], "8: password: Dit is geen AFAS-token"),
    ([AFAS, register(f"{URI}, fields: {{credit: A}}")], "8: credit staat alleen; geef ook debit"),
    ([AFAS, register(f"{URI}, fields: {{credit: A, debit: B, amount: C}}")], "8: amount en credit, debit gaan"),
    ([AFAS, register(f"{URI}, fields: {{regster: A}}")], "8: regster: onbekend; bedoelt u register"),
    ([f"afas: {{token:{TOKEN}}}"], "4: token: achter de dubbele punt hoort een spatie"),
    (["name: Weer een naam"], "4: name staat al op regel 3"),
    ([f"registers: [{{name: '{chr(0x200B)}A'}}]"], "4: name: .* onzichtbaar teken"),
]


@pytest.mark.parametrize(("parts", "expected"), WRONG)
def test_a_mistake_is_told_with_line_field_and_remedy(home: Path, parts: list[str], expected: str) -> None:
    told = mistakes(file(home, organisation(*parts)))
    assert any(re.match(expected, line) for line in told), told
    assert not any(everything().values())


def test_two_organisations_can_not_share_a_guid_however_it_is_written(home: Path) -> None:
    again = organisation(guid="{" + GUID.upper() + "}")
    assert mistakes(file(home, organisation(), again)) == [
        f"4: guid: {GUID} staat al op regel 2; voeg de twee organisaties samen"
    ]


def test_an_organisation_with_a_wrong_guid_is_still_looked_at(home: Path) -> None:
    path = file(home, organisation(environment(HOST, "token: abc"), guid=GUID[:-1]))
    told = [line.partition(":")[0] for line in mistakes(path)]
    assert told == ["2", "4"]


def test_a_register_code_is_unique_over_all_organisations_that_share_a_connection(home: Path) -> None:
    code = "registers: [{name: %s, external_id: '2600'}]"
    applied(file(home, organisation(AFAS, code % "Utrecht")))
    second = organisation(f"afas: {{same_as: {GUID}}}", code % "Foyer", guid=OTHER, name="Tweede")
    (told,) = mistakes(file(home, second))
    assert told.startswith("5: external_id: 2600 is al in gebruik (Voorbeeld Catering, Utrecht)")
    applied(file(home, organisation(AFAS, code % "Foyer", guid=OTHER, name="Tweede")))
    (told,) = mistakes(file(home, organisation(f"afas: {{same_as: {GUID}}}", guid=OTHER)))
    assert told.startswith("4: same_as: kassacode 2600 komt dan twee keer voor")


def test_a_payment_method_belongs_to_its_own_organisation(home: Path) -> None:
    method = "payment_methods: [{name: PIN, external_id: '1310'}]"
    follower = organisation(f"afas: {{same_as: {GUID}}}", method, guid=OTHER, name="Tweede")
    assert len(applied(file(home, organisation(AFAS, method), follower)).organisation_ids) == 2


def test_same_as_makes_no_chains(home: Path) -> None:
    follower = organisation(f"afas: {{same_as: {GUID}}}", guid=OTHER, name="Tweede")
    applied(file(home, organisation(AFAS), follower))
    chained = organisation(f"afas: {{same_as: {OTHER}}}", guid=THIRD, name="Derde")
    (told,) = mistakes(file(home, chained))
    assert re.match(f"4: same_as: Tweede gebruikt zelf de koppeling van {GUID}", told)
    applied(file(home, organisation(AFAS, guid=THIRD, name="Derde")))
    (told,) = mistakes(file(home, organisation(f"afas: {{same_as: {THIRD}}}")))
    assert re.match(r"4: same_as: .* want Tweede gebruikt de koppeling van deze organisatie", told)
    bare = organisation(guid="11111111-2222-4333-8444-0123456789ab", name="Kaal")
    (told,) = mistakes(file(home, bare, chained.replace(OTHER, "11111111-2222-4333-8444-0123456789ab")))
    assert "heeft geen AFAS-koppeling" in told


def test_an_import_without_password_keeps_to_the_environment_of_the_owner(home: Path) -> None:
    follower = organisation(f"afas: {{same_as: {GUID}}}", register(URI), guid=OTHER, name="Tweede")
    applied(file(home, organisation(AFAS), follower))
    (told,) = mistakes(file(home, organisation(AFAS.replace("12345", "67890"))))
    assert re.match("5: environment: .*12345.* is niet de omgeving", told)


def test_one_turnover_group_has_one_name(home: Path) -> None:
    groups = "turnover_groups: [{name: %s, external_id: OA}]"
    two = f"registers:\n  - {{name: A, {groups % 'Omzet'}}}\n  - {{name: B, {groups % 'Andere'}}}"
    assert mistakes(file(home, organisation(two))) == [
        "6: name: Andere heet op regel 5 Omzet; geef de omzetgroep één naam"
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"organisations:\n  - guid: *geheim\n", "2: geen geldige YAML; controleer"),
        (b"organisations:\n\t- guid: a\n", "2: geen geldige YAML; controleer"),
        (b"organisations: [\n", "2: geen geldige YAML"),
        (b"organisations:\n  - name: caf\xe9\n", "2: geen UTF-8"),
        (b"a: 1\nb: \x01\n", "2: een teken dat YAML niet toelaat"),
        (b"", "1: organisations ontbreekt"),
        (b"a: 1\n---\nb: 1\n", "2: geen geldige YAML (but found another document)"),
        (b"- a\n", "1: organisations: hier horen namen met waarden"),
        (b"organisations:\n  - name: A\n", "2: guid ontbreekt"),
        (b"organisations:\n  - guid: [1]\n", "2: guid: hier hoort tekst"),
        (b"organisations:\n  - ? {a: b}\n    : c\n", "2: "),
    ],
)
def test_a_file_that_is_no_configuration_is_told_with_its_line(home: Path, content: bytes, expected: str) -> None:
    path = home / "broken.yaml"
    path.write_bytes(content)
    assert mistakes(path)[0].startswith(expected)


def test_a_file_that_is_not_there_is_told(home: Path) -> None:
    with pytest.raises(SetupErrors, match=r"nergens\.yaml: kan niet gelezen worden"):
        applied(home / "nergens.yaml")


@pytest.mark.parametrize(
    "afas",
    [
        "{environment: 1, token: %s}",
        "{environment: x, token: [%s]}",
        "{environment: x, token: %s, tokn: %s}",
        "{token:%s}",
        "{client_secret:%s}",
        "{oauth: {client_id: a, client_secret: *%s}}",
        "{oauth: {client_id: a, client_secret: !%s!b}}",
        "{oauth: {client_id: a, client_secret: 'x%s}}",
        "{oauth: {client_id: a, client_secret: {%s}}}",
        "{same_as: 1, token: %s}",
        "%s",
    ],
)
def test_no_mistake_shows_a_secret(home: Path, afas: str) -> None:
    told = mistakes(file(home, organisation("afas: " + afas.replace("%s", "5up3rgeheim"))))
    assert "5up3rgeheim" not in "".join(told)
