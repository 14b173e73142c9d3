"""An environment's own list goes before ours."""

from typing import Any

import pytest
from hypothesis import given

from tasks.realization.intake.fields import with_metainfo
from tests.realization_intake.builders import CUSTOM, JSON, LINE, judge, law, order, wrong_fields


def field(id_: str, data_type: str = "string", length: int = 0, **more: Any) -> dict[str, Any]:
    return {"fieldId": id_, "dataType": data_type, "length": length, "label": id_, "mandatory": False, **more}


OWN = with_metainfo(
    {
        "id": "PtRealization",
        "fields": [
            field("EmId", length=20),
            field("CoTy", values=[{"id": "Z", "description": "zelf"}, {"id": 7, "description": "zeven"}]),
            field("DiRe", "blob", 3),
            field("VaIt", values=[{"id": "14", "description": "artikeldimensie"}]),
            field("XpRe", length=100),
            field("StTi", "date"),
            field("Nieuw", "int"),
            field(CUSTOM, "decimal", label="Kilometers"),
            field("Vreemd", "somethingelse"),
            field("SrIc", length=10, label="Itemcode verkooprelatie"),
        ],
    },
)


def judged_wrong(**fields: Any) -> list[str]:
    return wrong_fields(judge({**LINE, **fields}, by=order(catalogue=OWN)))


def test_the_environments_own_length_type_and_codes_go_before_the_shipped_ones() -> None:
    assert judged_wrong(EmId="1" * 20) == []
    assert judged_wrong(EmId="1" * 21) == ["EmId"]
    assert judged_wrong(CoTy="Z") == judged_wrong(CoTy="7") == judged_wrong(CoTy=7) == []
    assert judged_wrong(CoTy="MA") == ["CoTy"]
    assert judged_wrong(Qu="x") == ["Qu"]


def test_a_field_that_only_the_environment_has_is_known_and_judged() -> None:
    assert judged_wrong(Nieuw="12", Vreemd="\u20ac", **{CUSTOM: "1.5"}) == []
    assert judged_wrong(Nieuw="x") == ["Nieuw"]
    assert judged_wrong(**{CUSTOM: "x"}) == [CUSTOM]
    assert OWN.near("kilometers") == CUSTOM


def test_a_shipped_field_keeps_its_labels_in_both_languages() -> None:
    assert OWN.labels["medewerker"] == OWN.labels["employee"] == "EmId"


def test_no_list_widens_the_item_type_shortens_a_comment_or_bends_a_key() -> None:
    assert judged_wrong(VaIt="14") == ["VaIt"]
    assert judged_wrong(DiRe="a plain comment") == []
    assert judged_wrong(XpRe="k" * 41) == ["XpRe"]


def test_a_time_is_no_wrong_date_because_the_environment_calls_it_one() -> None:
    assert judged_wrong(StTi="09:30") == []


def test_the_sales_relations_own_item_code_stands_for_an_item_and_needs_the_relation() -> None:
    assert judged_wrong(ItCd="", SrIc="A-1", DbId="10001") == []
    assert judged_wrong(ItCd="", SrIc="A-1") == ["DbId"]
    assert judged_wrong(ItCd="", DbId="10001") == judged_wrong(ItCd="", SrIc="", DbId="1") == ["ItCd"]
    assert judged_wrong(SrIc="A-1") == []


def test_a_custom_field_may_be_that_code_only_while_the_environments_list_is_not_known() -> None:
    line = {"DaTi": "2026-11-20", CUSTOM: "1.5", "DbId": "10001"}
    assert not judge(line).invalid
    assert wrong_fields(judge(line, by=order(catalogue=OWN))) == ["ItCd"]


@pytest.mark.parametrize("broken", [None, [], {}, {"fields": {}}, {"fields": [None, {"fieldId": 3}, {}]}])
def test_a_broken_list_makes_no_line_invalid(broken: object) -> None:
    assert not judge(LINE, by=order(catalogue=with_metainfo(broken))).invalid


@law
@given(junk=JSON)
def test_no_list_whatever_it_holds_raises(junk: object) -> None:
    entry = {"fieldId": "EmId", "dataType": junk, "length": junk, "label": junk, "values": junk}
    judge(LINE, by=order(catalogue=with_metainfo({"fields": [entry, junk]})))
    with_metainfo(junk)
