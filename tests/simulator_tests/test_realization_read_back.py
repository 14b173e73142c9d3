"""The GetConnector that shows the lines."""

import time
from typing import Any

import pytest

from tests.simulator_tests.client import Client, Serve, line, lines

SHOWN = [
    "Regelnummer",
    "Externe_sleutel",
    "Datum",
    "Aangemaakt_op",
    "Gewijzigd_op",
    "Geaccordeerd",
    "Gereedgemeld",
    "Aantal",
    "Medewerker",
    "Itemcode",
]


def seen(client: Client, **query: object) -> list[Any]:
    return [row["Regelnummer"] - 20200 for row in client.shown(**query)]


def where(field: str, operator: object, value: object) -> dict[str, object]:
    return {"filterfieldids": field, "operatortypes": operator, "filtervalues": value}


def test_a_line_is_shown_with_its_fields(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", line("a"))
    (row,) = client.shown()
    assert list(row) == SHOWN
    moments = [row.pop(name) for name in ("Aangemaakt_op", "Gewijzigd_op")]
    assert moments[0] == moments[1]
    assert moments[0].endswith("Z")
    assert list(row.values()) == [20200, "a", "2026-11-20T00:00:00Z", False, False, "4.00", "1001", "300"]


def test_metainfo_tells_the_types_that_filters_go_by(serve: Serve) -> None:
    _, client = serve()
    told = {one["id"]: one["dataType"] for one in client.path("metainfo/get/Staff_Realization").json["fields"]}
    assert list(told) == SHOWN
    assert " ".join(told.values()) == "int string date date date boolean boolean decimal string string"


def test_name_and_fields_are_for_the_administrator_to_choose(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", line("a", Rem="let op"))
    afas.read_back.name = "Eigen"
    afas.read_back.shows = {"Id": "Nr", "Rem": "Opmerking"}
    assert client.get("Eigen").rows == [{"Nr": 20200, "Opmerking": "let op"}]
    assert client.get("Staff_Realization").status == 500
    afas.read_back.name = ""
    assert client.get("Eigen").status == 500
    assert [one["id"] for one in client.path("metainfo").json["getConnectors"]] == ["Omzet"]


def test_it_is_paged_by_key_to_the_end(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", *lines(25))
    pages, last = [], 0
    while page := client.shown(take=10, **where("Regelnummer", 4, last)):
        pages.append(len(page))
        last = page[-1]["Regelnummer"]
    assert (pages, last) == ([10, 10, 5], 20224)


def test_skip_and_take_and_a_descending_order_work_as_elsewhere(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", *lines(5))
    assert seen(client, skip=1, take=2) == [1, 2]
    assert seen(client, skip=1, take=2, orderbyfieldids="-Regelnummer") == [3, 2]
    assert seen(client, skip=-1, take=-1) == [0, 1, 2, 3, 4]
    assert seen(client, take=0) == [0]
    assert client.get("Staff_Realization", skip=-1, take=5).status == 500
    assert client.get("Staff_Realization", orderbyfieldids="Bestaat_niet").status == 500


def test_without_an_order_rows_come_in_any(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", *lines(60))
    orders = {tuple(seen(client, orderbyfieldids="")) for _ in range(3)}
    assert len(orders) == 3
    assert {tuple(sorted(one)) for one in orders} == {tuple(range(60))}


def test_it_is_filtered_by_date_key_number_and_moment(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", line("a"), line("b", DaTi="2026-11-21", Qu="1.5"), line("c", EmId=None))
    assert seen(client, **where("Datum", 2, "2026-11-21T00:00:00")) == [1]
    assert seen(client, **where("Externe_sleutel", 1, "C")) == [2]
    assert seen(client, **where("Aantal", 5, "2")) == [1]
    assert seen(client, **where("Medewerker", 8, "")) == [2]
    assert seen(client, **where("Regelnummer;Datum", "4;5", "20201;2026-11-21T00:00:00")) == [0, 2]
    assert seen(client, **where("Aangemaakt_op,Regelnummer", "2,4", "2020-01-01T00:00:00,20200")) == [1, 2]
    assert seen(client, **where("Aangemaakt_op", 2, "2999-01-01T00:00:00")) == []
    assert client.get("Staff_Realization", **where("Datum", 1, "21-11-2026")).status == 500


def test_a_change_moves_the_modified_time_and_not_the_created_one(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", line("a"))
    client.write("PUT", {"Id": "20200", "Qu": "1"})
    found = afas.book.find("20200")
    assert found.created < found.modified
    assert seen(client, **where("Gewijzigd_op,Aantal", "2,1", "2020-01-01T00:00:00,1")) == [0]


def test_a_commit_is_shown_only_after_the_lag(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", *lines(2))
    assert seen(client) == [0, 1]
    afas.switches.read_back_lag = 3_600
    client.write("POST", line("c"))
    client.write("PUT", {"Id": "20200", "Qu": "1"})
    client.delete("Id", "20201")
    assert [(row["Regelnummer"], row["Aantal"]) for row in client.shown()] == [(20200, "4.00"), (20201, "4.00")]
    begun = time.time()
    afas.switches.read_back_lag = 0.2
    while seen(client) != [0, 2]:
        assert time.time() < begun + 10
    assert time.time() - afas.book.journal[-1].time >= 0.2


def test_rows_are_hidden_by_employee_or_all(serve: Serve) -> None:
    afas, client = serve(hidden_employees=["1002"])
    client.write("POST", line("a"), line("b", EmId="1002"), line("c", EmId=None))
    assert seen(client) == [0, 2]
    afas.switches.all_hidden = True
    assert seen(client) == []
    afas.switches.all_hidden, afas.switches.hidden_employees = False, ()
    assert seen(client) == [0, 1, 2]


def test_a_wrong_join_shows_every_row_twice(serve: Serve) -> None:
    _, client = serve(rows_twice=True)
    client.write("POST", *lines(2))
    assert seen(client) == [0, 0, 1, 1]
    assert seen(client, take=3, orderbyfieldids="-Regelnummer") == [1, 1, 0]


@pytest.mark.parametrize(
    ("switches", "field", "value"),
    [
        ({"dates": "dutch"}, "Datum", "20-11-2026"),
        ({"amounts": "text_dutch"}, "Aantal", "4,00"),
        ({"nulls_left_out": True}, "Itemcode", "300"),
    ],
)
def test_values_are_written_as_in_other_connectors(
    serve: Serve, switches: dict[str, Any], field: str, value: str
) -> None:
    afas, client = serve(**switches)
    client.write("POST", line("a", EmId=None))
    (row,) = client.shown()
    assert row[field] == value
    assert ("Medewerker" in row) is not switches.get("nulls_left_out", False)
    afas.switches.dates, afas.switches.amounts = "iso", "number"
    assert client.shown()[0]["Aantal"] == "4.00"


def test_the_limit_of_a_page_and_rights_count_here_too(serve: Serve) -> None:
    afas, client = serve(page_limit=50)
    client.write("POST", *lines(5))
    assert client.get("Staff_Realization").message == "Out of memory"
    assert len(client.get("Staff_Realization", take=4).rows) == 4
    afas.switches.blocked = ("Staff_Realization",)
    assert client.get("Staff_Realization").message == "This GetConnector (definition) is blocked"
    afas.switches.unauthorised = ("Staff_Realization",)
    assert client.get("Staff_Realization").message.startswith("Deze connector wordt niet ondersteund")


def test_the_environment_lists_the_fields_that_can_be_written(serve: Serve) -> None:
    afas, client = serve()
    told = client.path("metainfo/update/PtRealization").json
    fields = {one["fieldId"]: one for one in told["fields"]}
    assert (told["id"], len(fields)) == ("PtRealization", 105)
    assert [name for name, one in fields.items() if one["mandatory"]] == ["DaTi", "VaIt", "ItCd"]
    assert (fields["EmId"]["dataType"], fields["EmId"]["length"], fields["EmId"]["label"]) == (
        "string",
        15,
        "Medewerker",
    )
    assert sum(len(name) == 33 and name[0] == "U" for name in fields) == 3
    assert {value["id"] for value in fields["VaIt"]["values"]} >= {"1", "2", "6"}
    english = client.path("metainfo/update/PtRealization", Accept_Language="en-us").json["fields"]
    assert "Employee" in {one["label"] for one in english}
    assert client.path("metainfo/update/KnSubject").status == 500
    afas.switches.metainfo = False
    assert client.path("metainfo/update/PtRealization").status == 404
