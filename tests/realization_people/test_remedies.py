"""What AFAS's texts mean: the field by its label in either language, and the remedy of texts that are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.realization import remedies
from tasks.realization.intake.fields import shipped, with_metainfo
from tasks.realization.remedies import KNOWN, Meant
from workers.texts import TEXTS

MEANT = Meant(shipped())


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("De waarde '9999' bij het veld 'Medewerker' bestaat niet.", "EmId"),
        ("Field 'Employee' does not exist", "EmId"),
        ("De waarde 'Project' bij het veld 'Itemcode' bestaat niet.", "ItCd"),
        ("The value 'Project' of the field “Employee” is unknown", "EmId"),
        ("General message: the item “Itemcode” is unknown", "ItCd"),
        ("Algemene melding: Project is geblokkeerd", "PrId"),
        ("De projectfase is onbekend", "PrSt"),
        ("Organisatorische eenheid medewerker ontbreekt", "EmDp"),
        ("(AntaObject) er ging iets mis", None),
        ("", None),
    ],
)
def test_a_label_in_either_language_names_its_field(text: str, field: str | None) -> None:
    assert MEANT.by_afas(text) == field


def test_a_label_inside_another_word_names_nothing() -> None:
    assert MEANT.by_afas("de projectleider belt") is None


def test_an_environments_own_label_is_known() -> None:
    own = {"fields": [{"fieldId": "U" + "A" * 32, "dataType": "string", "label": "Kenteken"}]}
    assert Meant(with_metainfo(own)).by_afas("'Kenteken' is verplicht") == "U" + "A" * 32


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Project P1 is geblokkeerd.", "blocked"),
        ("Het record is geblokkeerd door een andere gebruiker", "locked"),
        ("De periode 2026-11 is afgesloten", "period"),
        ("De regel bestaat reeds", "exists"),
        ("Medewerker 9 bestaat niet", "unknown"),
        ("Nacalculatieregel 20200 bestaat niet.", "gone"),
        ("Realization line 1 does not exist.", "gone"),
        ("Field 'Employee' is mandatory", "required"),
        ("iets anders", None),
    ],
)
def test_a_known_text_has_its_remedy(text: str, known: str | None) -> None:
    assert remedies.known(text) == known


@pytest.mark.parametrize("known", sorted({key for _, key in KNOWN}))
def test_each_known_text_has_a_remedy_in_both_languages(known: str) -> None:
    assert f"batches.known.{known}" in TEXTS


@given(st.text())
def test_no_text_of_afas_breaks_us(text: str) -> None:
    remedies.known(text)
    field = MEANT.by_afas(text)
    assert field is None or shipped().find(field)
    MEANT.by_us(text)
