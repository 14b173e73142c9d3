"""An organisation whose address was wrong: what waited for it goes to the right one, once."""

from pathlib import Path

import pytest
from sqlalchemy import update

from tasks import connect
from tasks.realization import retry
from tests.realization_delivery.builders import GUID, Office, bad, good
from tests.staff.files import file, organisation
from workers.database import transaction
from workers.staff.models import AfasConnection
from workers.staff.setup import SetupErrors, apply

WRONG = "http://127.0.0.1:1/ProfitRestServices"


def applies(office: Office, home: Path, address: str) -> str:
    """What the command does with this address; gives what is told."""
    afas = f"afas: {{environment: '{address}', token: '{office.afas.token}'}}"
    try:
        return "".join(apply(file(home, organisation(afas, guid=GUID)), connect.Rules(("127.0.0.1",))).changes)
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
    assert f"batch {batch} is niet af" in applies(office, home, WRONG)
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
