"""An organisation whose address was wrong: what waited for it goes to the right one, once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tasks import connect
from tasks.realization import humans, marking, resuming, retry, story
from tests.realization_delivery.builders import GUID, Office, bad, calls, good
from tests.simulator import Simulator
from tests.staff.files import file, organisation
from workers.database import engine, reading, transaction
from workers.ledger.realization.acts import ReadBack
from workers.staff.models import AfasConnection
from workers.staff.setup import SetupErrors, apply

WRONG = "http://127.0.0.1:1/ProfitRestServices"


def applies(office: Office, home: Path, address: str, token: str | None = None) -> str:
    """What the command does with this address; gives what is told."""
    afas = f"afas: {{environment: '{address}', token: '{token or office.afas.token}'}}"
    rules = connect.Rules(("127.0.0.1",), marking.is_newest)
    try:
        return "".join(apply(file(home, organisation(afas, guid=GUID)), rules).changes)
    except SetupErrors as error:
        return str(error)


def test_what_waited_at_a_wrong_address_goes_to_the_right_one_and_never_twice(office: Office, home: Path) -> None:
    with transaction() as session:
        session.execute(update(AfasConnection).values(environment=WRONG))
    batch = office.submits([*(good(number) for number in range(20)), bad(20)])
    for _ in range(3):
        office.takes()
    assert office.states() == {"pending": 21}
    assert f"batch {batch} gaat naar de nieuwe omgeving" in applies(office, home, office.afas.url)
    office.works()
    assert office.states() == {"applied": 20, "refused": 1}
    assert set(office.there().values()) == {1}
    again = office.submits([good(number) for number in range(20)], reference="again")
    assert {line.state for line in office.lines() if line.batch_id == again} == {"invalid"}
    assert set(office.there().values()) == {1}


def test_what_one_environment_may_have_taken_never_goes_to_another(office: Office, home: Path) -> None:
    office.afas.fault(path="connectors/ptrealization", kind="cut", commits=1, goes_on=False)
    batch = office.submits([good(number) for number in range(20)])
    office.takes()
    assert f"mee te nemen: batch {batch} (" in applies(office, home, WRONG)
    office.works()
    assert office.states() == {"applied": 20}
    assert set(office.there().values()) == {1}
    assert "batch" not in applies(office, home, WRONG)


@pytest.mark.parametrize("lines", [[bad(1)], [{**bad(1), "Qu": "much"}]])
def test_a_line_that_was_refused_goes_to_a_new_environment_by_a_new_submit_alone(
    office: Office, home: Path, lines: list[object]
) -> None:
    batch = office.submits(lines)
    office.works()
    applies(office, home, WRONG)
    done = retry.retry(batch, "els")
    assert (done.lines, len(done.left)) == (0, 1)


def read_backs() -> list[ReadBack]:
    """All read-backs, in their order."""
    with reading() as session:
        return list(session.objects.scalars(select(ReadBack).order_by(ReadBack.id)))


@pytest.fixture
def there() -> Iterator[Simulator]:
    """Another environment."""
    with Simulator() as simulator:
        yield simulator


def test_a_read_back_is_not_asked_for_lines_of_another_environment(
    office: Office, home: Path, there: Simulator
) -> None:
    """Batch "one" came in before what was delivered to the old address: that is no part of the census of the new."""
    office.submits([good(n) for n in range(5)], reference="one")
    waits, office.messages = office.messages, []
    office.submits([good(n, EmId="1001") for n in range(100, 110)], reference="two")
    while office.messages:
        office.takes()
    office.passes(120)
    assert "nieuwe omgeving" in applies(office, home, there.url, there.token)
    office.messages = [(office.elapsed, chunk) for _, chunk in waits]
    office.works()
    assert office.stops == []
    assert (office.states(), len(there.book.lines)) == ({"applied": 15}, 5)


def back_up(home: Path, backup: Path) -> None:
    engine().dispose()
    shutil.copy(home / "afasconnector.db", backup)


def restore(home: Path, backup: Path) -> None:
    engine().dispose()
    for left in home.glob("afasconnector.db-*"):
        left.unlink()
    shutil.copy(backup, home / "afasconnector.db")


def test_an_older_ledger_delivers_nothing_to_a_new_address_before_it_is_adopted(
    office: Office, home: Path, there: Simulator
) -> None:
    office.submits([good(n) for n in range(5)], reference="zero")
    office.works()
    office.submits([good(n) for n in range(10, 15)], reference="one")
    waits, backup = list(office.messages), home / "backup.db"
    back_up(home, backup)
    office.works()
    restore(home, backup)
    office.messages = waits
    assert "realization adopt" in applies(office, home, there.url, there.token)
    resuming.adopt()
    assert "mee te nemen" in applies(office, home, there.url, there.token)
    office.works()
    assert set(office.there().values()) == {1}
    assert there.book.lines == {}


def test_a_backup_from_before_the_move_delivers_nothing_twice_once_it_is_cancelled(
    office: Office, home: Path, there: Simulator
) -> None:
    office.submits([good(n) for n in range(5)], reference="zero")
    office.works()
    batch, backup = office.submits([good(n) for n in range(10, 15)], reference="one"), home / "backup.db"
    waits = list(office.messages)
    back_up(home, backup)
    applies(office, home, there.url, there.token)
    office.works()
    restore(home, backup)
    office.messages = waits
    humans.cancel(batch, "els")
    resuming.adopt()
    applies(office, home, there.url, there.token)
    office.works()
    assert (len(office.afas.book.lines), len(there.book.lines)) == (5, 5)


def test_after_an_adoption_a_batch_that_goes_along_is_looked_for_where_it_goes(
    office: Office, home: Path, there: Simulator
) -> None:
    office.submits([good(900)], reference="zero")
    office.works()
    resuming.adopt()
    office.works()
    office.afas.fault(path="connectors/ptrealization", kind="status_403", times=1)
    office.submits([good(n) for n in range(3)], reference="one")
    while not any(call.status == 403 for call in calls()):
        office.takes()
    office.messages.clear()
    looks = len(read_backs())
    assert "nieuwe omgeving" in applies(office, home, there.url, there.token)
    sent = len(calls())
    office.works()
    assert read_backs()[looks].begun_at < calls()[sent].begun_at
    assert len(there.book.lines) == 3


def test_a_line_says_that_it_was_led_elsewhere(office: Office, home: Path, there: Simulator) -> None:
    office.submits([good(1)])
    applies(office, home, there.url, there.token)
    office.works()
    told = [moment.what for moment in story.show("K-1")]
    assert f"naar een andere omgeving geleid door config apply: nog niet verstuurd: {there.url}" in told


def test_a_cancelled_batch_holds_nobody_back(office: Office, home: Path, there: Simulator) -> None:
    batch = office.submits([{"Id": "20200", "Qu": "5"}], "update")
    assert f"mee te nemen: batch {batch} (" in applies(office, home, there.url, there.token)
    humans.cancel(batch, "els")
    assert "mee te nemen" not in applies(office, home, there.url, there.token)
