"""Who may come in, what there is, and in what form answers come."""

import base64
import http.client

import pytest

from tests.simulator import Simulator, Switches
from tests.simulator_tests.client import Client, Rows, Serve, classic, connector

UNSUPPORTED = "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd."
ROWS: Rows = [{"Code": "2600", "Aantal": n} for n in range(50)]


@pytest.mark.parametrize("header", [None, "AfasToken x", classic("<token/>"), "Bearer x", "Basic eDp5"])
def test_a_wrong_token_is_401_without_a_body(serve: Serve, header: str | None) -> None:
    _, client = serve(ROWS)
    client.authorization = header
    for answer in (client.get(), client.path("metainfo"), client.path("ProfitVersion")):
        assert (answer.status, answer.body) == (401, b"")


def test_the_token_is_the_base64_of_the_whole_xml(serve: Serve) -> None:
    afas, client = serve(ROWS)
    client.authorization = "AfasToken " + base64.b64encode(afas.token.encode()).decode()
    assert client.path("ProfitVersion").json["version"]
    client.authorization = "AfasToken " + afas.token
    assert client.path("ProfitVersion").status == 401


def test_classic_tokens_may_have_ended(serve: Serve) -> None:
    _, client = serve(ROWS, classic_accepted=False)
    assert client.get().status == 401


def test_oauth_gives_a_bearer_token_that_opens_until_it_is_revoked(serve: Serve) -> None:
    afas, client = serve(ROWS)
    client.authorization = None
    told = client.oauth(afas.client_id, afas.client_secret).json
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    client.authorization = f"Bearer {told['access_token']}"
    assert client.get().status == 200
    afas.revoke()
    assert client.get().status == 401
    assert afas.tokens_issued == 1


def test_an_oauth_token_ends_by_its_own_time(serve: Serve) -> None:
    afas, client = serve(ROWS, oauth_expires_in=0)
    client.authorization = f"Bearer {client.oauth(afas.client_id, afas.client_secret).json['access_token']}"
    assert client.get().status == 401


@pytest.mark.parametrize("status", [400, 401])
def test_an_invalid_client_is_400_or_401(serve: Serve, status: int) -> None:
    afas, client = serve(ROWS, invalid_client_status=status)
    answer = client.oauth(afas.client_id, "wrong")
    assert (answer.status, answer.json) == (status, {"error": "invalid_client"})
    assert client.oauth(afas.client_id, afas.client_secret, grant_type="password").status == 400
    assert afas.tokens_issued == 0


def test_an_environment_may_have_no_oauth(serve: Serve) -> None:
    afas, client = serve(ROWS, oauth_accepted=False)
    assert client.oauth(afas.client_id, afas.client_secret).status == 404


def test_metainfo_lists_the_connectors_and_the_environment(serve: Serve) -> None:
    _, client = serve(ROWS, token_expiry="2026-12-01T00:00:00Z")
    told = client.path("metainfo").json
    assert [one["id"] for one in told["getConnectors"]] == ["Omzet", "Staff_Realization"]
    assert [one["id"] for one in told["updateConnectors"]] == ["PtRealization"]
    assert (told["info"]["envid"], told["info"]["tokenExpiry"]) == ("O12345AA", "2026-12-01T00:00:00Z")


def test_metainfo_of_a_connector_tells_its_fields(serve: Serve) -> None:
    afas, client = serve(ROWS)
    fields = {field["id"]: field for field in client.path("metainfo/get/Omzet").json["fields"]}
    assert [(one["dataType"], one["label"]) for one in fields.values()][:3] == [
        ("string", "Code"),
        ("date", "Datum boeking"),
        ("decimal", "Bedrag"),
    ]
    assert (fields["Bedrag"]["decimals"], fields["Naam"]["length"]) == (2, 60)
    afas.switches.dates, afas.switches.amounts = "dutch", "text_dutch"
    fields = {field["id"]: field for field in client.path("metainfo/get/Omzet").json["fields"]}
    assert fields["Datum"]["dataType"] == fields["Bedrag"]["dataType"] == "string"


def test_metainfo_may_be_unavailable(serve: Serve) -> None:
    _, client = serve(ROWS, metainfo=False)
    assert [client.path(path).status for path in ("metainfo", "metainfo/get/Omzet")] == [404, 404]


@pytest.mark.parametrize("path", ["connectors/Anders", "connectors/Omzet", "metainfo/get/Omzet"])
def test_a_connector_that_is_not_there_or_not_allowed_is_not_supported(serve: Serve, path: str) -> None:
    afas, client = serve(ROWS, unauthorised=["Omzet"])
    answer = client.path(path)
    assert (answer.status, answer.message) == (500, UNSUPPORTED)
    assert "Omzet" not in {one["id"] for one in client.path("metainfo").json["getConnectors"]}
    afas.switches.unauthorised_status = 401
    assert (client.path(path).status, client.path(path).body) == (401, b"")


def test_a_blocked_definition_says_so(serve: Serve) -> None:
    _, client = serve(ROWS, blocked=["Omzet"])
    answer = client.get()
    assert (answer.status, answer.message) == (500, "This GetConnector (definition) is blocked")


@pytest.mark.parametrize("path", ["", "connector/Omzet", "connectors", "connectors/Omzet/extra", "oauth/token"])
def test_any_other_address_is_404(serve: Serve, path: str) -> None:
    _, client = serve(ROWS)
    assert client.path(path).status == 404
    assert client.call("GET", "/elsewhere").status == 404


def test_errors_carry_a_number_and_a_reference_that_the_log_keeps(serve: Serve) -> None:
    afas, client = serve(ROWS)
    told = client.get("Anders").json
    assert isinstance(told["errorNumber"], int)
    assert len(bytes.fromhex(told["profitLogReference"])) == 16
    assert afas.asked[-1].reference == told["profitLogReference"]


@pytest.mark.parametrize(
    ("language", "prefix"),
    [("nl-nl", "Algemene melding: Deze"), ("nl-be", "Algemene melding: Deze"), ("en-us", "General message: This")],
)
def test_the_language_of_error_texts_is_asked_by_a_header(serve: Serve, language: str, prefix: str) -> None:
    _, client = serve(ROWS, error_prefix=True)
    assert client.path("connectors/Anders", Accept_Language=language).message.startswith(prefix)


def test_errors_may_be_labelled_xml_have_no_body_or_the_obsolete_header(serve: Serve) -> None:
    afas, client = serve(ROWS, error_label="application/xml", profit_error_header=True)
    answer = client.get("Anders")
    assert (answer.headers["content-type"], answer.message) == ("application/xml", UNSUPPORTED)
    assert base64.b64decode(answer.headers["x-profit-error"]).decode() == UNSUPPORTED
    afas.switches.error_body = False
    assert client.get("Anders").body == b""


def test_answers_are_compressed_only_for_who_accepts_it(serve: Serve) -> None:
    afas, client = serve(ROWS)
    packed = client.path("connectors/Omzet", Accept_Encoding="gzip, deflate")
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.rows) == 50
    assert "content-encoding" not in client.get().headers
    afas.switches.gzip = False
    assert "content-encoding" not in client.path("connectors/Omzet", Accept_Encoding="gzip").headers


@pytest.mark.parametrize(
    ("framing", "header"), [("length", "content-length"), ("chunked", "transfer-encoding"), ("close", "connection")]
)
def test_a_body_ends_by_length_chunks_or_the_connections_end(serve: Serve, framing: str, header: str) -> None:
    _, client = serve(ROWS, framing=framing)
    answer = client.get()
    assert header in answer.headers
    assert len(answer.rows) == 50


def test_the_connection_is_kept_alive(serve: Serve) -> None:
    _, client = serve(ROWS)
    client.get()
    kept = client.connection.sock
    assert kept is not None
    client.get("Anders")
    assert client.connection.sock is kept


def test_a_request_that_closes_may_be_reset(serve: Serve) -> None:
    _, client = serve(ROWS, close_resets=True)
    assert client.get().status == 200
    with pytest.raises(ConnectionResetError):
        client.path("connectors/Omzet", Connection="close")


def test_the_servers_own_time_is_told(serve: Serve) -> None:
    afas, client = serve(ROWS)
    assert client.get().headers["x-afas-proxy-stats"].startswith("total=")
    afas.switches.proxy_stats = ""
    assert "x-afas-proxy-stats" not in client.get().headers


def test_stopping_ends_open_connections_and_frees_the_port() -> None:
    with Simulator([connector(ROWS)]) as afas, Client(afas) as client:
        client.get()
        port = afas.port
        afas.__exit__()
        with pytest.raises((OSError, http.client.HTTPException)):
            client.get()
    with Simulator([connector(ROWS)], port=port, switches=Switches()) as again, Client(again) as client:
        assert client.get().status == 200
