"""PtRealization: changes by PUT, the four forms of delete, and what people do by hand."""

from typing import Any

import pytest

from tests.simulator_tests.client import Client, Reply, Serve, keys, line, lines

DATE = "2026-11-20"


def deleted(client: Client, style: str, **fields: str) -> Reply:
    asked = {"Id": "20200", "DaTi": DATE, **fields}
    if style == "id":
        return client.delete("Id", asked["Id"])
    if style == "id_date":
        return client.delete("Id,DaTi", f"{asked['Id']},{asked['DaTi']}")
    return client.write("POST" if style == "action_post" else "PUT", {"@Action": "delete", **asked})


STYLES = ["id", "id_date", "action_post", "action_put"]


def only(client: Client) -> dict[str, Any]:
    (row,) = client.shown()
    return row


def test_a_change_writes_the_fields_it_names_and_leaves_the_others(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", line("a"))
    reply = client.write("PUT", {"Id": "20200", "DaTi": DATE, "Qu": "5.50"})
    assert reply.json["results"]["PtRealization"]["Id"] == "20200"
    assert (only(client)["Aantal"], only(client)["Medewerker"], only(client)["Externe_sleutel"]) == (
        "5.50",
        "1001",
        "a",
    )
    assert [entry.deed for entry in afas.book.journal] == ["insert", "update"]
    afas.switches.put_status = 200
    assert client.write("PUT", {"Id": 20200, "Qu": ""}).status == 200
    assert only(client)["Aantal"] is None


def test_approve_undo_and_reject_are_changes(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", line("a"))
    seen = []
    for fields in ({"Ap": True}, {"Ap": "false"}, {"Ap": "1"}, {"DiAp": True, "DiRe": "te veel"}):
        assert client.write("PUT", {"Id": "20200", **fields}).status == 201
        seen.append(only(client)["Geaccordeerd"])
    assert seen == [True, False, True, False]


def test_a_line_that_is_ready_can_not_be_changed_but_deleted(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", line("a"))
    assert client.write("PUT", {"Id": "20200", "Pr": True}).status == 201
    told = "Nacalculatieregel 20200 is gereedgemeld en kan niet meer worden gewijzigd."
    for fields in ({"Qu": "1"}, {"Ap": True}, {"Pr": False}):
        assert client.write("PUT", {"Id": "20200", **fields}).message == told
    assert only(client)["Gereedgemeld"] is True
    assert deleted(client, "id").status == 200
    assert client.shown() == []


def test_an_unknown_id_is_an_error_of_that_line_alone(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", *lines(2))
    reply = client.write(
        "PUT", {"Id": "20200", "Qu": "1"}, {"Id": "99", "Qu": "2"}, {"Qu": "3"}, {"Id": "20201", "Qu": "4"}
    )
    assert reply.status == 500
    assert reply.message == "Nacalculatieregel 99 bestaat niet. | Veld 'Regelnummer' is verplicht."
    assert [row["Aantal"] for row in client.shown()] == [1, 4]


def test_a_line_can_not_move_to_another_period(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", line("a"))
    moved = {"Id": "20200", "DaTi": "2026-12-01"}
    assert client.write("PUT", {"Id": "20200", "DaTi": "2026-11-30"}).status == 201
    assert "andere periode" in client.write("PUT", moved).message
    assert only(client)["Datum"] == "2026-11-30T00:00:00Z"
    afas.switches.checks = ()
    assert client.write("PUT", moved).status == 201


@pytest.mark.parametrize("style", STYLES)
def test_a_line_is_deleted_in_each_of_four_forms(serve: Serve, style: str) -> None:
    afas, client = serve()
    client.write("POST", *lines(2))
    reply = deleted(client, style)
    assert (reply.status, reply.body) == (200, b"")
    assert [row["Externe_sleutel"] for row in client.shown()] == ["k1"]
    assert [(entry.deed, entry.line.key) for entry in afas.book.journal][-1] == ("delete", "k0")
    assert deleted(client, style).message == "Nacalculatieregel 20200 bestaat niet."


@pytest.mark.parametrize("style", STYLES)
def test_an_environment_may_know_one_form_of_delete_only(serve: Serve, style: str) -> None:
    _, client = serve(delete_styles=[style])
    client.write("POST", line("a"))
    for other in set(STYLES) - {style}:
        assert deleted(client, other).status in (404, 500)
    assert len(client.shown()) == 1
    assert deleted(client, style).status == 200


@pytest.mark.parametrize("style", STYLES[1:])
def test_a_delete_with_another_date_finds_no_line(serve: Serve, style: str) -> None:
    _, client = serve()
    client.write("POST", line("a"))
    assert deleted(client, style, DaTi="2026-11-21").status == 500
    assert len(client.shown()) == 1


def test_a_delete_takes_one_line_a_call(serve: Serve) -> None:
    _, client = serve()
    client.write("POST", *lines(2))
    both = [{"@Action": "delete", "Id": str(number)} for number in (20200, 20201)]
    assert client.write("POST", *both).status == 500
    assert len(client.shown()) == 2


@pytest.mark.parametrize("path", ["Id/20200/x", "Id", "XpRe/a", "Id,DaTi/20200", "Id/1,2"])
def test_a_delete_elsewhere_is_404(serve: Serve, path: str) -> None:
    _, client = serve()
    client.write("POST", line("a"))
    assert client.call("DELETE", f"{client.base}/connectors/PtRealization/PtRealization/{path}").status == 404
    assert len(client.shown()) == 1


def test_a_person_deletes_copies_changes_approves_and_marks_ready(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", *lines(3))
    afas.person("delete", key="k0")
    afas.person("copy", key="K1 ")
    afas.person("change", id=20202, DaTi="2027-01-01", Qu="9")
    afas.person("approve", key="k2")
    afas.person("ready", key="k2")
    told = [
        (row["Regelnummer"], row["Externe_sleutel"], row["Datum"][:10], row["Geaccordeerd"], row["Gereedgemeld"])
        for row in client.shown()
    ]
    assert told == [
        (20201, "k1", DATE, False, False),
        (20202, "k2", "2027-01-01", True, True),
        (20203, "k1", DATE, False, False),
    ]
    assert [entry.call for entry in afas.book.journal] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert keys(afas) == ["k0", "k1", "k2", "k1"]


def test_a_person_needs_a_line_and_something_to_do(serve: Serve) -> None:
    afas, client = serve()
    with pytest.raises(LookupError, match="no line"):
        afas.person("delete")
    client.write("POST", line("a"))
    with pytest.raises(ValueError, match="can't 'burn'"):
        afas.person("burn")
    assert afas.person("delete").key == "a"


def test_a_person_may_act_before_a_chosen_call(serve: Serve) -> None:
    afas, client = serve()
    client.write("POST", *lines(2))
    afas.fault("person", do="change", key="k1", Qu="9", after=1, method="PUT")
    quantities = []
    for _ in range(2):
        client.write("PUT", {"Id": "20200", "Qu": "1"})
        quantities.append(client.shown()[1]["Aantal"])
    assert quantities == ["4.00", 9]
    afas.fault("person", do="delete", key="nobody")
    client.shown()
    assert afas.asked[-1].errors == ["person: no line nobody"]
