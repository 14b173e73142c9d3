"""Law 5: an error of the whole call is not ten errors of lines."""

from dataclasses import replace

import pytest

from tasks.realization.chunks import brakes
from tasks.realization.verdict import Meaning, meaning
from tasks.realization.words import Purpose
from tests.realization.builders import LATER, NOON, SECOND, Story, created, error

WHOLE = [
    "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd.",
    "General message: This connector is not supported or the user is not authorized.",
    "Algemene melding: (AntaObject) De gebruiker is niet geautoriseerd.",
    "De gebruiker 12345.APP is niet geautoriseerd voor het gebruik van deze connector",
    "User not authorised",
    "UpdateConnector 'PtRealization' wordt niet ondersteund | en nog iets",
    "Connector PtRealization is not authorized for this user.",
    "De UpdateConnector PtRealization is geblokkeerd.",
    "The connector definition is blocked",
    "Ongeldige JSON",
    "Invalid JSON in request",
    "Out of memory",
    "Out of String space",
]


@pytest.mark.parametrize("words", WHOLE)
def test_the_organisation_is_paused_until_it_is_mended(words: str) -> None:
    story = Story("a" * 12).send(range(12), error(words))
    assert story.ruling.pause is not None
    assert (story.ruling.pause.cause, story.ruling.pause.until) == (Meaning.WHOLE_CALL, None)


def test_an_error_of_a_line_pauses_nobody() -> None:
    for words in ("Medewerker 12 is onbekend", "Project 5 is geblokkeerd", "Periode is afgesloten"):
        assert Story("ab").send([0, 1], error(words)).ruling.pause is None


@pytest.mark.parametrize(
    "words",
    [
        "De gebruiker is niet geautoriseerd voor project P1000.",
        "General message: The user is not authorized for employee 1001",
        "User not authorised to use project P1000 | User not authorised to use project P1001",
        "Item 300 via connector niet ondersteund voor dit project",
        "Veld 'Werksoort' van deze connector wordt niet ondersteund",
        "Deze connector wordt niet ondersteund voor project P1000",
        "Medewerker 1001: gebruiker is niet geautoriseerd",
        "De maximale tijdsduur per dag is overschreden.",
    ],
)
def test_a_text_that_names_a_record_is_about_its_line_alone(words: str) -> None:
    assert meaning(error(words)) == Meaning.ERRORS


@pytest.mark.parametrize("words", WHOLE)
def test_no_line_is_refused_and_absence_alone_brings_one_back(words: str) -> None:
    story = Story("a" * 12).send(range(12), error(words))
    assert set(story.states()) == {"sent"}
    story.sees([], NOON + SECOND)
    assert "refused" not in story.states()
    assert [line.id for line in story.lines if line.goes_as] == [0]
    story.send([0], created(story.lines[0], at=LATER), Purpose.CANARY).sees([0], LATER + SECOND)
    assert story.states() == ["applied"] + ["pending"] * 11


def test_a_suspect_is_not_refused_by_an_error_of_the_whole_call() -> None:
    story = Story("ab").send([0, 1], error()).sees([0], NOON + SECOND)
    story.send([1], error(WHOLE[0], LATER), Purpose.SUSPECT).sees([0], LATER + SECOND)
    assert story.states() == ["applied", "suspect"]


def test_a_blocked_record_passes_though_the_text_names_the_connector() -> None:
    words = "UpdateConnector PtRealization: record is geblokkeerd door een andere gebruiker"
    assert meaning(error(words)) == Meaning.PASSING


def test_the_time_out_goes_before_every_other_text() -> None:
    assert meaning(error(WHOLE[0] + " | De maximale tijdsduur is verstreken")) == Meaning.UNKNOWN


def test_only_texts_of_afas_itself_count() -> None:
    assert meaning(replace(error(WHOLE[0]), own=False)) == Meaning.UNKNOWN


def test_a_batch_brakes_after_a_hundred_refusals_with_one_text_and_nothing_applied_in_between() -> None:
    assert brakes([None, *["x"] * 100])
    assert not brakes(["x"] * 99)
    assert not brakes([*["x"] * 50, None, *["x"] * 50])
    assert not brakes([*["x"] * 99, "y"])
    assert not brakes([None] * 100)
