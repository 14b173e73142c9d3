"""The environment's own fields go before the shipped ones, and AFAS never holds up intake."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.realization_submit.builders import line, lines_of, organisation, submitted
from tests.simulator import Simulator
from workers.database import reading, transaction
from workers.ledger.models import CallLog
from workers.ledger.realization.models import Environment
from workers.staff import pause

on_each = pytest.mark.usefixtures("ledger")
small = pytest.mark.usefixtures("small_ledger")
LIST = "metainfo/update/PtRealization"


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


def asked(afas: Simulator) -> list[int]:
    """Status of each call for the list."""
    return [one.status for one in afas.asked if one.path.endswith("update/PtRealization")]


def aged(**age: float) -> None:
    """AFAS was asked so long ago."""
    with transaction() as session:
        found = session.objects.scalars(select(Environment)).one()
        assert found.asked_at
        found.asked_at -= dt.timedelta(**age)


def kept() -> Any:
    """The list that is kept."""
    with reading() as session:
        return session.scalars(select(Environment.metainfo)).one()


@on_each
def test_afas_is_asked_once_a_day_and_the_call_is_logged(afas: Simulator) -> None:
    organisation(at=afas.url, token=afas.token)
    submitted(line("a"), reference="1")
    submitted(line("b"), reference="2")
    assert asked(afas) == [200]
    assert len(kept()["fields"]) > 50
    with reading() as session:
        (call,) = session.objects.scalars(select(CallLog)).all()
    assert (call.connector, call.status) == (LIST, 200)
    aged(days=1)
    submitted(line("c"), reference="3")
    assert asked(afas) == [200, 200]
    submitted(line("d"), reference="4")
    assert asked(afas) == [200, 200]


@small
def test_a_field_that_only_the_environment_has_is_good_once_its_list_is_there(afas: Simulator) -> None:
    organisation(at=afas.url, token=afas.token)
    before = lines_of(submitted(line("a", Bijzonder="x"), reference="1")["batch"])[0]
    assert before.state == "invalid"
    with transaction() as session:
        own = [*kept()["fields"], {"fieldId": "Bijzonder", "dataType": "string", "label": "Bijzonder"}]
        session.execute(update(Environment).values(metainfo={"fields": own}))
    assert lines_of(submitted(line("a", Bijzonder="x"), reference="2")["batch"])[0].state == "pending"


@small
@pytest.mark.parametrize("fault", ["status_401", "status_403", "error_500", "html", "truncated", "cut", "status_503"])
def test_a_list_that_is_not_to_be_had_holds_up_nobody_and_the_older_one_stays(afas: Simulator, fault: str) -> None:
    organisation(at=afas.url, token=afas.token)
    submitted(line("a"), reference="1")
    before = kept()
    aged(days=2)
    afas.fault(fault, times=None)
    assert lines_of(submitted(line("b"), reference="2")["batch"])[0].state == "pending"
    assert kept() == before
    tries = len(asked(afas))
    submitted(line("c"), reference="3")
    assert len(asked(afas)) == tries
    aged(seconds=301)
    submitted(line("d"), reference="4")
    assert len(asked(afas)) > tries


@small
def test_an_answer_that_is_no_list_is_none(afas: Simulator) -> None:
    organisation(at=afas.url, token=afas.token)
    afas.switches.metainfo = False
    assert submitted(line("a"))["invalid"] == 0
    assert kept() is None


@small
def test_an_environment_that_does_not_answer_holds_intake_up_for_seconds_at_most(
    afas: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.realization import catalogue  # noqa: PLC0415 - its patience is shortened

    assert catalogue.CONNECT + catalogue.READ < 10
    monkeypatch.setattr(catalogue, "READ", 0.2)
    organisation(at=afas.url, token=afas.token)
    afas.fault("slow", seconds=60)
    assert submitted(line("a"))["invalid"] == 0
    assert asked(afas) == [0]


@small
def test_a_paused_organisation_asks_nothing(afas: Simulator) -> None:
    owner = organisation(at=afas.url, token=afas.token)
    with transaction() as session:
        pause.pause(session, owner, "token", "x", 900)
    submitted(line("a"))
    assert asked(afas) == []
