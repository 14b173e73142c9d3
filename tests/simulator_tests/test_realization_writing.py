"""PtRealization: what is committed, what is refused, and how both are told."""

import json
import uuid
from typing import Any

import pytest

from tests.simulator import Entry
from tests.simulator_tests.client import Reply, Serve, keys, line, lines

BAD = {"EmId": "9999"}
UNKNOWN = "De waarde '9999' bij het veld 'Medewerker' bestaat niet."


def results(reply: Reply) -> Any:
    assert reply.status == 201, reply.body
    return reply.json["results"]["PtRealization"]


def test_one_line_is_told_as_an_object_with_its_id_key_and_session(serve: Serve) -> None:
    _, client = serve()
    told = results(client.write("POST", line("na-12-gw")))
    assert (told["Id"], told["XpRe"]) == ("20200", "na-12-gw")
    assert uuid.UUID(told["Sessieguid"])
    assert told["Sessieguid"].startswith("{")


def test_several_lines_are_told_as_a_list_in_their_order_with_one_session(serve: Serve) -> None:
    afas, client = serve()
    told = results(client.write("POST", *lines(3)))
    assert [(one["Id"], one["XpRe"]) for one in told] == [("20200", "k0"), ("20201", "k1"), ("20202", "k2")]
    assert len({one["Sessieguid"] for one in told}) == 1
    assert keys(afas) == ["k0", "k1", "k2"]


def test_an_element_may_be_one_object(serve: Serve) -> None:
    afas, client = serve()
    assert client.element("POST", {"Fields": line("k")}).status == 201
    assert keys(afas) == ["k"]


def test_the_form_of_results_is_a_switch(serve: Serve) -> None:
    _, client = serve(results="list")
    assert len(results(client.write("POST", line("a")))) == 1
    _, client = serve(results="object")
    assert results(client.write("POST", line("a"), line("b")))["XpRe"] == "a"
    _, client = serve(results="nothing")
    reply = client.write("POST", line("a"))
    assert (reply.status, reply.body) == (201, b"")


def test_results_may_come_in_another_order_than_the_commits(serve: Serve) -> None:
    afas, client = serve(results_order="random")
    told = [one["XpRe"] for one in results(client.write("POST", *lines(50)))]
    assert sorted(told) == sorted(keys(afas))
    assert told != keys(afas) == [f"k{one}" for one in range(50)]


def test_commits_may_come_in_another_order_than_the_document(serve: Serve) -> None:
    afas, client = serve(commit_order="random")
    told = [one["XpRe"] for one in results(client.write("POST", *lines(50)))]
    assert told == keys(afas) != [f"k{one}" for one in range(50)]
    assert sorted(told) == sorted(f"k{one}" for one in range(50))


def test_a_success_may_leave_the_key_out(serve: Serve) -> None:
    _, client = serve(xpre_echoed=False)
    assert set(results(client.write("POST", line("a")))) == {"Id", "Sessieguid"}


def test_a_key_is_not_unique_unless_the_switch_says_so(serve: Serve) -> None:
    afas, client = serve()
    assert len(results(client.write("POST", line("a"), line("a")))) == 2
    afas.switches.xpre_unique = True
    assert client.write("POST", line(" A ")).message == "Een regel met Externe sleutel ' A ' bestaat al."
    assert keys(afas) == ["a", "a"]


def test_good_lines_are_applied_though_bad_ones_make_the_answer_an_error(serve: Serve) -> None:
    afas, client = serve()
    reply = client.write("POST", line("a"), line("b", **BAD), line("c"))
    assert (reply.status, reply.message) == (500, UNKNOWN)
    assert keys(afas) == ["a", "c"]
    (call,) = afas.calls
    assert (call.committed, call.errors, call.status) == (["20200", "20201"], [UNKNOWN], 500)
    assert call.reference == reply.json["profitLogReference"]


def test_the_tenth_error_ends_the_call(serve: Serve) -> None:
    afas, client = serve()
    sent = [line(f"k{one}", **(BAD if one % 2 else {})) for one in range(40)]
    client.write("POST", *sent)
    assert keys(afas) == [f"k{one}" for one in range(0, 20, 2)]
    assert len(afas.calls[0].errors) == 10
    afas.switches.errors_at_most = 1
    client.write("POST", *sent[20:])
    assert keys(afas)[10:] == ["k20"]


@pytest.mark.parametrize(
    ("messages", "told"),
    [("bar", "(X) {a} | (X) {b}"), ("newline", "(X) {a}\n(X) {b}"), ("first", "(X) {a}"), ("last", "(X) {b}")],
)
def test_several_errors_become_one_text_in_four_ways(serve: Serve, messages: str, told: str) -> None:
    _, client = serve(messages=messages, message_prefix="(X) ")
    reply = client.write("POST", line("a", **BAD), line("b", PrId="PX"))
    other = "De waarde 'PX' bij het veld 'Project' bestaat niet."
    assert reply.message == told.format(a=UNKNOWN, b=other)


def test_texts_are_english_for_who_asks_so_and_may_carry_a_prefix(serve: Serve) -> None:
    _, client = serve(error_prefix=True)
    reply = client.write("POST", line("a", **BAD), Accept_Language="en-us")
    assert reply.message == "General message: The value '9999' of field 'Employee' does not exist."


@pytest.mark.parametrize(
    ("check", "fields", "text"),
    [
        ("employee", {"EmId": "9999"}, UNKNOWN),
        ("project", {"PrId": "PX"}, "De waarde 'PX' bij het veld 'Project' bestaat niet."),
        ("item", {"ItCd": "X"}, "De waarde 'X' bij het veld 'Itemcode' bestaat niet."),
        ("item", {"VaIt": "2"}, "De waarde '300' bij het veld 'Itemcode' bestaat niet."),
        ("period", {"DaTi": "2025-03-01"}, "Periode 2025-03 is afgesloten."),
        ("required", {"ItCd": ""}, "Veld 'Itemcode' is verplicht."),
        ("required", {"VaIt": None, "ItCd": None}, "Veld 'Type item' is verplicht."),
        ("fields", {"Onzin": "1"}, "Veld 'Onzin' is onbekend."),
        ("fields", {"Qu": "veel"}, "De waarde 'veel' bij het veld 'Aantal' is niet toegestaan."),
        ("fields", {"Rem": "x" * 31}, f"De waarde '{'x' * 31}' bij het veld 'Opmerking' is niet toegestaan."),
        ("fields", {"StTi": "gisteren"}, "De waarde 'gisteren' bij het veld 'Begintijd' is niet toegestaan."),
        ("fields", {"Ap": "soms"}, "De waarde 'soms' bij het veld 'Geaccordeerd' is niet toegestaan."),
    ],
)
def test_each_check_refuses_and_can_be_left_out(serve: Serve, check: str, fields: dict[str, Any], text: str) -> None:
    afas, client = serve()
    assert client.write("POST", line("a", **fields)).message == text
    afas.switches.checks = tuple(one for one in afas.switches.checks if one != check)
    assert client.write("POST", line("a", **fields)).status == 201


def test_the_sales_relations_own_item_code_stands_in_for_the_item(serve: Serve) -> None:
    _, client = serve()
    own = {"ItCd": None, "SrIc": "B-12"}
    assert client.write("POST", line("a", **own)).message == "Veld 'Itemcode' is verplicht."
    assert client.write("POST", line("a", **own, DbId="10001")).status == 201


def test_project_settings_may_approve_a_new_line(serve: Serve) -> None:
    _, client = serve(project_marks="approved")
    client.write("POST", line("a"))
    assert [(row["Geaccordeerd"], row["Gereedgemeld"]) for row in client.shown()] == [(True, False)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"PtRealization":{"Element":[]}}', b'{"PtRealization":1}'])
def test_a_body_that_is_not_lines_is_an_error_of_the_whole_call(serve: Serve, body: bytes) -> None:
    afas, client = serve()
    reply = client.call("POST", f"{client.base}/connectors/PtRealization", body)
    assert (reply.status, reply.message) == (500, "De aangeboden JSON is ongeldig (invalid JSON).")
    assert afas.calls == []


def test_an_attribute_beside_fields_is_not_understood(serve: Serve) -> None:
    afas, client = serve()
    assert client.element("POST", {"@Action": "delete", "Fields": line("a")}).status == 500
    assert keys(afas) == []


def test_amounts_keep_every_digit_from_number_or_text(serve: Serve) -> None:
    _, client = serve()
    client.call("POST", f"{client.base}/connectors/PtRealization", _raw('"Qu":1.10'))
    client.call("POST", f"{client.base}/connectors/PtRealization", _raw('"Qu":"0.3333333333333333333"'))
    assert [row["Aantal"] for row in client.shown()] == ["1.10", "0.3333333333333333333"]


def _raw(quantity: str) -> bytes:
    fields = json.dumps({name: value for name, value in line("a").items() if name != "Qu"})
    return b'{"PtRealization":{"Element":{"Fields":' + f"{fields[:-1]},{quantity}".encode() + b"}}}}"


def test_the_journal_tells_who_committed_what_when_and_the_fields_as_sent(serve: Serve) -> None:
    afas, client = serve()
    client.path("ProfitVersion")
    client.write("POST", line("a"))
    (entry,) = afas.book.journal
    assert isinstance(entry, Entry)
    assert (entry.deed, entry.line.id, entry.line.key, entry.call) == ("insert", 20200, "a", 2)
    assert entry.fields == line("a")
    assert afas.calls[0].time <= entry.time <= afas.calls[0].ended


def test_a_wrong_token_and_a_missing_right_commit_nothing(serve: Serve) -> None:
    afas, client = serve(unauthorised=["PtRealization"])
    assert client.write("POST", line("a")).message.startswith("Deze connector wordt niet ondersteund")
    afas.switches.unauthorised = ()
    afas.switches.blocked = ("PtRealization",)
    assert client.write("POST", line("a")).message == "This UpdateConnector (definition) is blocked"
    client.authorization = "AfasToken x"
    assert client.write("POST", line("a")).status == 401
    assert afas.book.journal == []


@pytest.mark.parametrize("limit", ["lines_limit", "bytes_limit"])
def test_a_call_that_is_too_large_is_413_and_commits_nothing(serve: Serve, limit: str) -> None:
    afas, client = serve()
    setattr(afas.switches, limit, 2 if limit == "lines_limit" else 500)
    assert client.write("POST", *lines(20)).status == 413
    assert client.write("POST", *lines(2)).status == 201
    assert (keys(afas), [len(call.lines) for call in afas.calls]) == (["k0", "k1"], [20, 2])
