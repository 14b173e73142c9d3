import datetime as dt
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy import text as sql

from tests.staff.files import AFAS, EXAMPLE, GUID, HOST, OTHER, applied, everything, file, organisation, rows
from workers import settings
from workers.database import reading, transaction
from workers.secrets import Secret, unseal
from workers.staff import owners
from workers.staff.models import TurnoverSetting
from workers.staff.pause import pause
from workers.staff.setup import SetupErrors

OAUTH = f"""
afas:
  environment: {HOST}
  oauth: {{client_id: client, client_secret: heel geheim}}
"""


pytestmark = pytest.mark.usefixtures("database")


def register(*lines: str) -> str:
    return "registers:\n  - " + "\n    ".join(lines)


def test_the_example_becomes_rows() -> None:
    assert applied(EXAMPLE).organisation_ids == (1, 2, 3)
    assert rows("SELECT guid, name FROM organisation ORDER BY id") == [
        (GUID, "Voorbeeld Catering"),
        (OTHER, "Voorbeeld Evenementen"),
        ("9d5c1f0e-2222-4333-8444-0123456789ab", "Voorbeeld Zorg"),
    ]
    assert rows("SELECT external_id, organisation_id FROM register ORDER BY id") == [
        ("2600", 1),
        ("02601", 1),
        ("2700", 1),
        (None, 1),
        ("2610", 2),
    ]
    assert rows("SELECT same_as_id FROM afas_connection ORDER BY organisation_id") == [(None,), (1,), (None,)]
    assert rows("SELECT fields FROM import_setting WHERE register_id = 2") == [
        (
            (
                '{"register":"Verbijzonderingscode","date":"Boekdatum","account":"Grootboekrekening",'
                '"account_number":"Nr","credit":"AmtCredit","debit":"AmtDebit"}'
            ),
        )
    ]
    with reading() as session:
        settings = session.objects.scalars(select(TurnoverSetting).order_by(TurnoverSetting.organisation_id)).all()
    assert [(one.active, one.daily_at, one.days_back, one.sign) for one in settings] == [
        (True, dt.time(5), 40, 1),
        (True, dt.time(5), 40, -1),
        (True, dt.time(23, 30), 40, 1),
    ]


def test_secrets_lie_sealed_and_bound_to_their_owner() -> None:
    applied(EXAMPLE)
    ((token,),) = rows("SELECT token FROM afas_connection WHERE organisation_id = 1")
    ((password,),) = rows("SELECT password FROM import_setting WHERE register_id = 2")
    assert unseal(str(token), owners.token(GUID)).reveal().startswith("<token>")
    assert unseal(str(password), owners.import_password(GUID, 2)).reveal().startswith("FEDCBA")
    assert "0123456789ABCDEF0123" not in str(everything())


def test_the_same_file_again_changes_nothing() -> None:
    applied(EXAMPLE)
    before = everything()
    assert applied(EXAMPLE).changes == ()
    assert everything() == before


def test_a_dry_run_tells_the_same_and_changes_nothing(home: Path) -> None:
    dry = applied(EXAMPLE, dry_run=True)
    assert dry.organisation_ids == ()
    assert not any(everything().values())
    assert dry.changes == applied(EXAMPLE).changes
    changed = file(home, organisation(name="Andere naam"))
    before = everything()
    assert applied(changed, dry_run=True).changes == (
        "organisatie Voorbeeld Catering: name Voorbeeld Catering → Andere naam",
    )
    assert everything() == before


def test_what_the_file_does_not_name_stays(home: Path) -> None:
    applied(EXAMPLE)
    before = everything()
    changes = applied(file(home, organisation("turnover: {days_back: 7}"))).changes
    assert changes == ("Voorbeeld Catering, turnover: days_back 40 → 7",)
    after = everything()
    before["turnover_setting"] = after["turnover_setting"]
    assert after == before


def test_every_change_is_told_in_a_line_with_the_old_and_the_new_value(home: Path) -> None:
    applied(EXAMPLE)
    changes = applied(
        file(
            home,
            organisation(
                "payment_methods:\n  - {name: Pinpas, external_id: '1310'}\n  - {name: Bon, external_id: '1400'}",
                register(
                    "external_id: '2600'", "name: Automaat Amersfoort", "import: {default_turnover_account: '1310'}"
                ),
            ),
        )
    ).changes
    assert changes == (
        "Voorbeeld Catering, betaalwijze 1310: name PIN → Pinpas",
        "Voorbeeld Catering, betaalwijze 1400 toegevoegd",
        "Voorbeeld Catering, kassa 2600: name Automaat Utrecht → Automaat Amersfoort",
        "Voorbeeld Catering, kassa 2600, import: default_turnover_account 8000 → 1310",
    )


def test_a_register_without_external_id_gets_one_by_its_name(home: Path) -> None:
    applied(file(home, organisation(register("name: Foyer"))))
    given = applied(file(home, organisation(register("name: Foyer", "external_id: ' 2610 '"))))
    assert given.changes == ("Voorbeeld Catering, kassa Foyer: external_id - → 2610",)
    assert rows("SELECT id, external_id, name FROM register") == [(1, "2610", "Foyer")]


def test_a_code_with_a_leading_zero_is_another_register(home: Path) -> None:
    applied(file(home, organisation(register("name: Foyer", 'external_id: "2610"'))))
    applied(file(home, organisation(register("name: Foyer", 'external_id: "02610"'))))
    assert rows("SELECT external_id FROM register ORDER BY id") == [("2610",), ("02610",)]


def test_a_changed_secret_is_told_without_its_value(home: Path) -> None:
    applied(file(home, organisation(AFAS)))
    other = AFAS.replace("0123", "FFFF")
    assert applied(file(home, organisation(other))).changes == ("Voorbeeld Catering, afas: token gewijzigd",)
    assert applied(file(home, organisation(other))).changes == ()


def test_three_stars_leave_a_secret_as_it_is(home: Path) -> None:
    applied(file(home, organisation(AFAS)))
    before = everything()
    assert applied(file(home, organisation('afas: {token: "***"}'))).changes == ()
    assert everything() == before


def test_three_stars_are_a_mistake_when_nothing_is_stored(home: Path) -> None:
    path = file(home, organisation(f'afas: {{environment: "{HOST}", token: "***"}}'))
    with pytest.raises(SetupErrors, match=r":4: token: \*\*\* .* vul het echte geheim in"):
        applied(path)


def test_a_secret_whose_key_is_lost_can_be_filled_in_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    applied(file(home, organisation(AFAS)))
    monkeypatch.setenv("SECRET_KEYS", Fernet.generate_key().decode())
    settings.current.cache_clear()
    assert applied(file(home, organisation(AFAS))).changes == ("Voorbeeld Catering, afas: token gewijzigd",)
    ((token,),) = rows("SELECT token FROM afas_connection")
    assert isinstance(unseal(str(token), owners.token(GUID)), Secret)


def test_oauth_takes_the_place_of_a_token_and_the_other_way_round(home: Path) -> None:
    applied(file(home, organisation(AFAS)))
    assert applied(file(home, organisation(OAUTH))).changes == (
        "Voorbeeld Catering, afas: client_id - → client",
        "Voorbeeld Catering, afas: token verwijderd",
        "Voorbeeld Catering, afas: client_secret gewijzigd",
    )
    assert rows("SELECT token, client_id FROM afas_connection") == [(None, "client")]
    applied(file(home, organisation(AFAS)))
    assert rows("SELECT client_id, client_secret FROM afas_connection") == [(None, None)]


def test_an_access_token_ends_with_the_credentials_that_got_it(home: Path) -> None:
    applied(file(home, organisation(OAUTH)))
    with transaction() as session:
        session.execute(sql("INSERT INTO access_token VALUES (1, 'sealed', '2026-11-21 00:00:00.000000', 7)"))
    applied(file(home, organisation(OAUTH)))
    assert rows("SELECT token, lease_id FROM access_token") == [("sealed", 7)]
    applied(file(home, organisation(OAUTH.replace("heel", "nieuw"))))
    assert rows("SELECT token, ends_at, lease_id FROM access_token") == [(None, None, None)]


def test_an_own_connection_can_become_another_ones_and_back(home: Path) -> None:
    owner, follower = organisation(AFAS), organisation(AFAS, guid=OTHER, name="Tweede")
    applied(file(home, owner, follower))
    shared = organisation(f"afas: {{same_as: {GUID}}}", guid=OTHER, name="Tweede")
    assert applied(file(home, shared)).changes == (f"Tweede, afas: same_as {HOST} → {GUID}",)
    assert rows("SELECT same_as_id, environment, token FROM afas_connection WHERE organisation_id = 2") == [
        (1, None, None)
    ]
    applied(file(home, follower))
    assert rows("SELECT same_as_id, environment FROM afas_connection WHERE organisation_id = 2") == [(None, HOST)]


def test_an_organisation_is_active_since_it_was_made_so_and_an_unchanged_file_does_not_renew_that(home: Path) -> None:
    def since(active: str) -> object:
        applied(file(home, organisation(AFAS, f"turnover: {{turnover_group: OA, active: {active}}}")))
        [(found,)] = rows("SELECT active_since FROM turnover_setting")
        return found

    assert since("false") is None
    first = since("true")
    assert first is not None
    assert since("true") == first
    assert since("false") == first
    assert since("true") != first


def test_an_unchanged_file_ends_the_pause_of_the_organisations_it_names(home: Path) -> None:
    both = organisation(AFAS), organisation(AFAS, guid=OTHER, name="Tweede")
    applied(file(home, *both))
    with transaction() as session:
        pause(session, 1, "unauthorised", "token geweigerd", 900)
        pause(session, 2, "unauthorised", "token geweigerd", 900)
    told = applied(file(home, both[0]))
    assert told.changes == ("organisatie Voorbeeld Catering: pauze beëindigd (token geweigerd)",)
    assert told.organisation_ids == (1,)
    assert rows(
        "SELECT paused_until IS NULL, pause_kind, pause_reason FROM afas_connection ORDER BY organisation_id"
    ) == [
        (1, None, None),
        (0, "unauthorised", "token geweigerd"),
    ]


def test_turnover_groups_are_linked_in_the_order_of_the_file_before_those_that_were_there(home: Path) -> None:
    groups = "turnover_groups: [{name: Automaten, external_id: AO}, {name: Eigen, external_id: OA}]"
    applied(file(home, organisation(register("name: Foyer", 'external_id: "1"', "turnover_groups: [{name: Los}]"))))
    told = applied(file(home, organisation(register('external_id: "1"', groups)))).changes
    assert told[-1] == "Voorbeeld Catering, kassa 1: turnover_groups Los → AO, OA, Los"
    links = (
        "SELECT name, position FROM register_turnover_group JOIN turnover_group ON id = turnover_group_id ORDER BY 2"
    )
    assert rows(links) == [("Automaten", 0), ("Eigen", 1), ("Los", 2)]
    assert applied(file(home, organisation(register('external_id: "1"', "turnover_groups: []")))).changes == ()
    assert len(rows(links)) == 3


def test_one_turnover_group_named_at_two_registers_is_one_group(home: Path) -> None:
    groups = "turnover_groups: [{name: Omzet, external_id: OA}]"
    two = f"registers:\n  - {{name: A, {groups}}}\n  - {{name: B, {groups}}}"
    applied(file(home, organisation(two)))
    assert rows("SELECT count(*) FROM turnover_group") == [(1,)]
    assert rows("SELECT register_id FROM register_turnover_group ORDER BY 1") == [(1,), (2,)]


def test_null_takes_an_optional_value_away(home: Path) -> None:
    applied(EXAMPLE)
    gone = f"import: {{uri: '{HOST}/connectors/Restaurantomzet', password: null}}"
    told = applied(
        file(home, organisation("turnover: {default_turnover_account: null}", register('external_id: "02601"', gone)))
    ).changes
    assert told[0] == "Voorbeeld Catering, turnover: default_turnover_account 8000 → -"
    assert told[-1] == "Voorbeeld Catering, kassa 02601, import: password verwijderd"
    assert rows("SELECT password FROM import_setting WHERE register_id = 2") == [(None,)]


def test_credit_and_debit_take_the_place_of_the_amount_and_the_other_way_round(home: Path) -> None:
    for fields, stored in (("{credit: Cr, debit: De}", {"credit", "debit"}), ("{}", {"amount"})):
        uri = f"uri: {HOST}/connectors/Omzet, fields: {fields}"
        applied(file(home, organisation(AFAS, register("name: A", 'external_id: "1"', f"import: {{{uri}}}"))))
        ((text,),) = rows("SELECT fields FROM import_setting")
        assert {name for name in ("amount", "credit", "debit") if f'"{name}"' in str(text)} == stored
