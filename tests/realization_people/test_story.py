"""A line's whole story: what came in, each call and answer, what people did, and what is next."""

from typing import Any

import pytest

from tasks.realization import closing, humans, story
from tasks.realization.humans import RefusedError, Word
from tests.realization_people.builders import BAD, Desk, good, line
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization import deliveries
from workers.ledger.realization.acts import Delivery
from workers.ledger.realization.models import Chunk
from workers.staff import pause as pauses


@pytest.fixture
def desk(small_desk: Desk) -> Desk:
    return small_desk


def told(name: str) -> list[str]:
    return [moment.what for moment in story.show(name)]


def next_of(name: str) -> str:
    return told(name)[-1]


def test_a_story_is_told_in_order_from_intake_to_verdict(desk: Desk) -> None:
    batch = desk.batch(good(3))
    desk.attempt(batch, ["L1", "L2", "L3"], 3000)
    answered: dict[str, Any] = {"reach": "answered", "status": 500, "text": BAD, "reference": "f" * 32}
    desk.attempt(batch, ["L1"], 2000, purpose="suspect", answered_at=now(-1999), duration=1.25, **answered)
    with transaction() as session:
        deliveries.events(session, [desk.line(batch, "L1").id], "refused", None)
    desk.ends(batch, {"L1": {"state": "refused", "message": BAD}})
    moments = story.show("L1")
    what = [moment.what for moment in moments]
    expected = ["poging 1 met 3 regels", "antwoord ging verloren", "alleen, om de reden", "500 na 1.2", "teruggelezen"]
    places = [next(place for place, said in enumerate(what) if part in said) for part in expected]
    assert places == sorted(places)
    assert any("aangenomen in batch 1" in said for said in what)
    assert ("f" * 32 in " ".join(what), BAD in what[-2]) == (True, True)
    assert "realization retry 1" in what[-1]
    at = [moment.at for moment in moments[:-2]]
    assert all(at)


def test_what_people_did_stands_in_the_story_with_who_and_why(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "in_doubt", matter="lost")
    desk.attempt(batch, ["L1"])
    humans.resolve(batch, "L1", Word("applied", "gezien op scherm", "els", forced=True), lambda _o, _l: {})
    assert any("beslist door els" in said and "gezien op scherm" in said for said in told("L1"))
    assert "er volgt niets meer" in next_of("L1")


def test_an_adopted_call_is_no_call(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.attempt(batch, ["L1"], 60, purpose="adopted", answered_at=None, reach=None)
    assert any("database overgenomen" in said for said in told("L1"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": "pending"}, "wordt verstuurd"),
        ({"state": "in_doubt"}, "telt als afwezig op zijn vroegst vanaf"),
        ({"state": "in_doubt", "matter": "lost"}, "realization resolve"),
        ({"state": "invalid"}, "realization retry"),
        ({"state": "cancelled"}, "er volgt niets meer"),
    ],
)
def test_what_is_next_follows_from_the_line(desk: Desk, values: dict[str, Any], said: str) -> None:
    batch = desk.batch(good(1))
    desk.attempt(batch, ["L1"], 60)
    desk.ends(batch, {"L1": values}, None)
    assert said in next_of("L1")


def test_what_holds_a_line_up_is_next(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.change(Chunk, state="to_read_back", due_at=now(600))
    assert "wordt teruggelezen, niet voor 20" in next_of("L1")
    second = desk.batch([line("X1")], "update", after=batch)
    assert f"wacht op batch {batch}" in next_of("X1")
    with transaction() as session:
        closing.braked(session, second, BAD)
    assert f"realization retry {second}" in next_of("X1")
    with transaction() as session:
        pauses.pause(session, desk.owner, "busy", "AFAS vraagt te wachten", 900)
    assert "AFAS vraagt te wachten" in next_of("X1")
    desk.change(Delivery, stop="invisible")
    assert "realization resume" in next_of("X1")


def test_a_failed_chunk_waits_for_a_retry(desk: Desk) -> None:
    batch = desk.batch(good(1))
    desk.all_are(batch, "pending", "failed")
    assert f"realization retry {batch}" in next_of("L1")


def test_one_name_tells_the_stories_of_all_its_lines(desk: Desk) -> None:
    desk.batch([line("X1")])
    desk.batch([{"Id": "20200", "XpRe": "X1", "DaTi": "2026-11-20", "Qu": "8"}], "update")
    assert len({moment.line for moment in story.show("x1")}) == 2
    assert {moment.line for moment in story.show("#2")} == {2}


def test_a_line_that_nobody_knows_is_told(desk: Desk) -> None:
    assert desk.owner
    with pytest.raises(RefusedError, match="weg"):
        story.show("weg")
