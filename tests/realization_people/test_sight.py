"""A person's word held against what AFAS shows at that moment, on a real socket."""

from collections.abc import Iterator

import pytest

from tasks.realization import humans, sight
from tasks.realization.humans import RefusedError, Word
from tests.realization_people.builders import Desk, line
from tests.simulator import Simulator
from workers import settings
from workers.afas.errors import AfasError
from workers.secrets import Secret, seal
from workers.staff import owners
from workers.staff.models import AfasConnection, Organisation

SHOWN = {"connector": "Staff_Realization", "id": "Regelnummer", "external_key": "Externe_sleutel", "date": "Datum"}
FIELDS = {"EmId": "1001", "ItCd": "300", "VaIt": "1"}


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def desk(small_desk: Desk, afas: Simulator, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    settings.current.cache_clear()
    [organisation] = small_desk.rows(Organisation)
    token = seal(Secret(afas.token), owners.token(organisation.guid))
    mapped = {**SHOWN, "created": "Aangemaakt_op", "fields": {"EmId": "Medewerker"}}
    small_desk.change(AfasConnection, environment=afas.url, token=token, read_back=mapped)
    return small_desk


def in_doubt(desk: Desk, *keys: str) -> int:
    batch = desk.batch([line(key, **FIELDS) for key in keys])
    desk.all_are(batch, "in_doubt", matter="lost")
    desk.attempt(batch, list(keys))
    return batch


def test_lines_are_seen_by_their_key_in_any_case_and_on_any_date(desk: Desk, afas: Simulator) -> None:
    batch = in_doubt(desk, "Na-1", "Na-2", "Na-3", "Na-4")
    first = afas.book.insert(line("Na-1", **FIELDS))
    again = afas.book.copy(first)
    moved = afas.book.insert(line("Na-2", **FIELDS) | {"DaTi": "2026-11-02"})
    shouted = afas.book.insert(line("NA-3", **FIELDS))
    afas.book.insert(line("Na-44", **FIELDS))
    found = sight.shows(desk.owner, [one.id for one in desk.lines(batch)])
    ids = [sorted(found[one.id]) for one in desk.lines(batch)]
    assert ids == [sorted([str(first.id), str(again.id)]), [str(moved.id)], [str(shouted.id)], []]


def test_what_afas_shows_at_that_moment_decides(desk: Desk, afas: Simulator) -> None:
    batch = in_doubt(desk, "L1", "L2")
    there = afas.book.insert(line("L1", **FIELDS))
    for key, wrong in (("L1", "absent"), ("L2", "applied")):
        with pytest.raises(RefusedError, match="--force"):
            humans.resolve(batch, key, Word(wrong, "gezien", "els"), sight.shows)
    humans.resolve(batch, "L1", Word("applied", "gezien", "els"), sight.shows)
    humans.resolve(batch, "L2", Word("absent", "gezien", "els"), sight.shows)
    assert desk.states(batch) == ["applied", "suspect"]
    assert desk.line(batch, "L1").afas_id == str(there.id)


def test_an_afas_that_does_not_answer_agrees_to_nothing(desk: Desk, afas: Simulator) -> None:
    batch = in_doubt(desk, "L1")
    desk.change(AfasConnection, environment=afas.url.replace(str(afas.port), "1"))
    with pytest.raises(AfasError):
        humans.resolve(batch, "L1", Word("absent", "gezien", "els"), sight.shows)
    assert desk.states(batch) == ["in_doubt"]
