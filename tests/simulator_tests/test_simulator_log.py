from urllib.parse import quote

from tests.simulator_tests.client import Rows, Serve

ROWS: Rows = [{"Code": "2600", "Aantal": n} for n in range(5)]


def test_the_log_tells_what_was_asked_and_answered(serve: Serve) -> None:
    afas, client = serve(ROWS)
    client.path(
        "connectors/Omzet?skip=1&take=2&filterfieldids=Code&operatortypes=1&filtervalues=2600", IntegrationId="1_2"
    )
    asked = afas.asked[0]
    assert (asked.method, asked.path, asked.connector) == ("GET", "connectors/Omzet", "Omzet")
    assert (asked.skip, asked.take, asked.filter, asked.status, asked.rows) == (1, 2, "Code 1 2600", 200, 2)
    assert asked.query["filtervalues"] == "2600"
    assert asked.headers["integrationid"] == "1_2"


def test_what_was_not_asked_is_none_and_the_query_is_decoded(serve: Serve) -> None:
    afas, client = serve(ROWS)
    client.path("connectors/Omzet?orderbyfieldids=Code%2C-Aantal&filterjson=" + quote("{}"))
    assert (afas.asked[0].skip, afas.asked[0].take, afas.asked[0].filter) == (None, None, "{}")
    assert afas.asked[0].query["orderbyfieldids"] == "Code,-Aantal"


def test_the_log_knows_the_kind_of_token_and_never_the_token(serve: Serve) -> None:
    afas, client = serve(ROWS)
    client.get()
    client.authorization = f"Bearer {client.oauth(afas.client_id, afas.client_secret).json['access_token']}"
    client.get()
    secret, client.authorization = client.authorization, "AfasToken nonsense"
    client.get()
    client.authorization = None
    client.get()
    assert [asked.token for asked in afas.asked] == ["classic", "classic", "bearer", "wrong", "none"]
    told = repr(afas.asked)
    assert not any(word in told for word in ("AfasToken", afas.token, secret, afas.client_secret))
