"""Tokens in every form people paste, and OAuth tokens that are shared, kept and renewed once."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.afas.helpers import LOOPBACK, TOKEN
from tests.simulator import Simulator
from workers.afas import metainfo
from workers.afas.auth import MARGIN, Classic, MemoryTokens, OAuth
from workers.afas.calls import Call
from workers.afas.client import Client
from workers.afas.errors import Never, TryLater
from workers.secrets import Secret
from workers.texts import text

DIGITS = "0123456789ABCDEF" * 4
BASE64 = base64.b64encode(TOKEN.encode()).decode()
SPREAD = f"\n <token>\n  <version>1</version>\r\n  <data>{DIGITS[:30]}\n{DIGITS[30:]}</data>\n</token> \n"


@pytest.fixture
def tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def oauth(afas: Simulator, tokens: MemoryTokens, calls: list[Call]) -> Iterator[Client]:
    credential = OAuth(afas.client_id, Secret(afas.client_secret), tokens)
    with Client(afas.url, credential, calls.append, LOOPBACK) as client:
        yield client


@pytest.mark.parametrize(
    "pasted",
    [
        TOKEN,
        SPREAD,
        f'<?xml version="1.0"?>{TOKEN}',
        DIGITS,
        f" {DIGITS[:32]}\n{DIGITS[32:]} ",
        BASE64,
        "\n".join(BASE64[n : n + 40] for n in range(0, len(BASE64), 40)),
        BASE64.rstrip("="),
        base64.b64encode(SPREAD.encode()).decode(),
        f"AfasToken {BASE64}",
        f"Authorization: AfasToken {BASE64}\n",
    ],
)
def test_every_form_of_a_classic_token_is_sent_as_afas_wants_it(afas: Simulator, pasted: str) -> None:
    with Client(afas.url, Classic(Secret(pasted)), lambda _: None, LOOPBACK) as client:
        assert metainfo.version(client)
    assert afas.asked[-1].token == "classic"


@given(st.text(max_size=200) | st.from_regex(r"[0-9a-f]{60,63}|[0-9a-f]{65,70}", fullmatch=True))
def test_anything_else_is_refused_without_being_shown(pasted: str) -> None:
    with pytest.raises(Never) as refused:
        Classic(Secret(pasted))
    assert refused.value.kind == "token"
    assert str(refused.value) == text("afas.token")


def test_one_oauth_token_serves_many_calls_and_clients(afas: Simulator, tokens: MemoryTokens, oauth: Client) -> None:
    neighbour = OAuth(afas.client_id, Secret(afas.client_secret), tokens)
    with Client(afas.url, neighbour, lambda _: None, LOOPBACK) as other:
        for client in (oauth, other, oauth, other):
            metainfo.version(client)
    assert afas.tokens_issued == 1
    assert [asked.token for asked in afas.asked if asked.path == "ProfitVersion"] == ["bearer"] * 4


def test_threads_that_need_a_token_at_once_fetch_one(afas: Simulator, tokens: MemoryTokens) -> None:
    together = Barrier(4)

    def call(_: int) -> str:
        credential = OAuth(afas.client_id, Secret(afas.client_secret), tokens)
        with Client(afas.url, credential, lambda _: None, LOOPBACK) as client:
            together.wait()
            return metainfo.version(client)

    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(call, range(4)))) == 4
    assert afas.tokens_issued == 1


def test_a_kept_token_that_afas_refuses_is_renewed_once(afas: Simulator, oauth: Client) -> None:
    metainfo.version(oauth)
    afas.revoke()
    assert metainfo.version(oauth)
    assert [asked.status for asked in afas.asked] == [200, 200, 401, 200, 200]


def test_a_second_refusal_after_the_renewal_is_told(afas: Simulator, oauth: Client) -> None:
    metainfo.version(oauth)
    afas.fault("status_401", path="ProfitVersion", times=None)
    with pytest.raises(Never) as refused:
        metainfo.version(oauth)
    assert refused.value.kind == "unauthorised"
    assert [asked.path for asked in afas.asked[2:]] == ["ProfitVersion", "oauth/token", "ProfitVersion"]


def test_a_fresh_token_that_afas_refuses_is_not_renewed(afas: Simulator, oauth: Client) -> None:
    afas.fault("status_401", path="ProfitVersion", times=None)
    with pytest.raises(Never):
        metainfo.version(oauth)
    assert [asked.path for asked in afas.asked] == ["oauth/token", "ProfitVersion"]


@pytest.mark.parametrize(("lives", "issued"), [(MARGIN - 1, 2), (MARGIN + 300, 1)])
def test_a_token_in_its_last_minute_is_not_used(afas: Simulator, oauth: Client, lives: int, issued: int) -> None:
    afas.switches.oauth_expires_in = lives
    metainfo.version(oauth)
    metainfo.version(oauth)
    assert afas.tokens_issued == issued


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_client_secret_is_told_with_its_remedy(afas: Simulator, calls: list[Call], status: int) -> None:
    afas.switches.invalid_client_status = status  # type: ignore[assignment]
    credential = OAuth("our-client", Secret("wrong-secret"), MemoryTokens())
    with Client(afas.url, credential, calls.append, LOOPBACK) as client, pytest.raises(Never) as refused:
        metainfo.version(client)
    assert refused.value.kind == "unauthorised"
    assert "our-client" in str(refused.value)
    assert "wrong-secret" not in repr((str(refused.value), calls, credential.__dict__))
    assert [(call.connector, call.status) for call in calls] == [("oauth/token", status)]


def test_a_busy_token_server_is_tried_later(afas: Simulator, oauth: Client) -> None:
    afas.fault("status_503", path="oauth", retry_after=30)
    with pytest.raises(TryLater) as busy:
        metainfo.version(oauth)
    assert (busy.value.kind, busy.value.pause) == ("busy", 30)


@pytest.mark.parametrize("kind", ["html", "truncated"])
def test_an_unreadable_token_answer_is_tried_later(afas: Simulator, oauth: Client, kind: str) -> None:
    afas.fault(kind, path="oauth")
    with pytest.raises(TryLater) as broken:
        metainfo.version(oauth)
    assert broken.value.kind == "broken"


def test_a_kept_token_is_not_shown(tokens: MemoryTokens) -> None:
    tokens.renew(None, lambda: (Secret("the-token"), 3600))
    assert "the-token" not in repr((tokens.__dict__, tokens.current()))
