"""What a call that writes says, and what its answer means: every row of the outcome table."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.afas.helpers import LOOPBACK, opened
from tests.afas.writing import CREATED, LINE, NAMED, Diary, afas, hand, http, saying
from tests.simulator import Simulator
from workers.afas import metainfo
from workers.afas.auth import MARGIN, MemoryTokens, OAuth
from workers.afas.client import Client
from workers.afas.errors import Unfit
from workers.afas.reply import Named, Reach, Reply
from workers.afas.updateconnector import UpdateConnector
from workers.secrets import Secret

PATH = "/ProfitRestServices/connectors/PtRealization"
WRONG = b'{"externalMessage":"Medewerker 9 bestaat niet.","errorNumber":-2147220469,"profitLogReference":"0A"}'
SAID = "Medewerker 9 bestaat niet."
OLD = f"X-PROFIT-ERROR: {b64encode(b'old').decode()}"
STYLES = ["id", "id_date", "action_post", "action_put"]


@pytest.fixture
def diary() -> Diary:
    return Diary()


def replied(answer: bytes) -> Reply:
    diary = Diary()
    with afas(saying(answer)) as (base, _), hand(base, diary) as writes:
        return writes.insert([LINE], diary.record)


@pytest.mark.parametrize(("verb", "method"), [("insert", "POST"), ("change", "PUT")])
def test_lines_go_in_their_order_with_their_values_as_they_are(diary: Diary, verb: str, method: str) -> None:
    lines: list[dict[str, Any]] = [
        LINE | {"Qu": Decimal("4.10"), "Ch": True, "EnSe": 3, "DaTi": date(2026, 11, 20), "Ds": "é\n"},
        {"Id": "20200", "Ds": "", "Qu": "1E+2"},
    ]
    with afas(saying(CREATED)) as (base, heard), hand(base, diary) as writes:
        assert getattr(writes, verb)(lines, diary.record).status == 201
    assert heard[0].requests[0][0] == f"{method} {PATH} HTTP/1.1"
    sent = json.loads(heard[0].requests[0][1], parse_float=Decimal)
    first = {**lines[0], "DaTi": "2026-11-20"}
    assert sent == {"PtRealization": {"Element": [{"Fields": first}, {"Fields": lines[1]}]}}
    assert b'"Qu":4.10' in heard[0].requests[0][1]


@pytest.mark.parametrize(
    ("style", "first_line"),
    [
        ("id", f"DELETE {PATH}/PtRealization/Id/20200 HTTP/1.1"),
        ("id_date", f"DELETE {PATH}/PtRealization/Id,DaTi/20200,2026-11-20 HTTP/1.1"),
        ("action_post", f"POST {PATH} HTTP/1.1"),
        ("action_put", f"PUT {PATH} HTTP/1.1"),
    ],
)
def test_a_line_is_deleted_in_the_style_that_is_set(diary: Diary, style: str, first_line: str) -> None:
    with afas(saying(http(200))) as (base, heard), opened(base, diary.calls.append) as client:
        reply = UpdateConnector(client, 90, style).delete("20200", date(2026, 11, 20), diary.record)
    assert (reply.reach, reply.status, reply.own, reply.failure) == (Reach.ANSWERED, 200, True, None)
    assert heard[0].requests[0][0] == first_line
    fields = {"@Action": "delete", "Id": "20200", "DaTi": "2026-11-20"}
    body = json.dumps({"PtRealization": {"Element": [{"Fields": fields}]}}, separators=(",", ":"))
    assert heard[0].requests[0][1].decode() == (body if style.startswith("action") else "")


@pytest.mark.parametrize("style", STYLES)
def test_a_delete_without_a_day_goes_where_none_is_needed(diary: Diary, style: str) -> None:
    with afas(saying(http(200))) as (base, _), opened(base) as client:
        writes = UpdateConnector(client, 90, style)
        if style == "id":
            assert writes.delete("20200", None, diary.record).own
        else:
            with pytest.raises(Unfit, match="DaTi"):
                writes.delete("20200", None, diary.record)
    assert diary.begun == (style == "id")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (NAMED, (Named("na-12-gw", "20200", "{A}"),)),
        (
            b'{"results":{"PtRealization":[{"Id":20201,"XpRe":" b "},{"Id":"20202","XpRe":null}]}}',
            (Named("b", "20201", ""), Named("", "20202", "")),
        ),
        (
            b'{"results":[{"PtRealization":{"Id":"1"}},{"PtRealization":{"XpRe":"b"}}]}',
            (Named("", "1", ""), Named("b", "", "")),
        ),
        (b'{"results":{"PtRealization":{"Id":"1\\u0000","XpRe":"a\\u0000b"}}}', (Named("a b", "1", ""),)),
        (b'{"results":{"PtRealization":null}}', ()),
        (b'{"results":{"PtRealization":{}}}', ()),
        (b'{"results":null}', ()),
        (b"{}", ()),
        (b"", ()),
    ],
)
def test_a_success_names_lines_as_object_list_or_not_at_all(body: bytes, named: tuple[Named, ...]) -> None:
    reply = replied(http(201, body))
    assert (reply.own, reply.named, reply.failure) == (True, named, None)
    assert reply.session_guid == ("{A}" if body == NAMED else None)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'"x"',
        b'{"error":"upstream"}',
        b'{"results":["x"]}',
        NAMED[:-5],
        b'{"results":{"PtRealization":"x"}}',
    ],
)
@pytest.mark.parametrize("status", [200, 201])
def test_a_success_that_is_not_afas_s_own_is_no_success(status: int, body: bytes) -> None:
    reply = replied(http(status, body))
    assert (reply.reach, reply.status, reply.own, reply.named) == (Reach.ANSWERED, status, False, ())
    assert reply.failure == "broken"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (http(500, WRONG), (True, SAID, "0A")),
        (http(500, WRONG, "Content-Type: application/xml"), (True, SAID, "0A")),
        (http(500, gzip.compress(WRONG), "Content-Encoding: gzip"), (True, SAID, "0A")),
        (http(500, WRONG, OLD), (True, SAID, "0A")),
        (http(500, b'{"profitLogReference":"0A"}', OLD), (True, "old", "0A")),
        (http(500, b"", OLD), (True, "old", None)),
        (http(500, b'{"externalMessage":"a\\u0000b","profitLogReference":"0\\u0000A"}'), (True, "a b", "0 A")),
        (http(500, b"<html>", OLD), (False, "old", None)),
        (http(500, b""), (False, "", None)),
        (http(500, b"<html>"), (False, "", None)),
        (http(500, WRONG[:-4]), (False, "", None)),
        (http(500, b'{"error":{"message":"upstream"}}'), (False, "upstream", None)),
    ],
)
def test_only_what_afas_itself_wrote_makes_an_error_its_own(
    answer: bytes, expected: tuple[bool, str, str | None]
) -> None:
    reply = replied(answer)
    assert (reply.reach, reply.status) == (Reach.ANSWERED, 500)
    assert (reply.own, reply.text, reply.reference) == expected


@pytest.mark.parametrize("status", [204, 301, 302, 307, 401, 403, 404, 413, 429, 502, 503, 504])
def test_any_other_status_is_told_as_it_is_and_nothing_is_repeated(status: int) -> None:
    diary = Diary()
    answer = http(status, b"", "Location: http://127.0.0.1:1/elsewhere")
    with afas(saying(answer)) as (base, heard), hand(base, diary) as writes:
        reply = writes.insert([LINE], diary.record)
    assert (reply.reach, reply.status, reply.own, reply.named) == (Reach.ANSWERED, status, False, ())
    assert reply.failure
    assert ([len(one.requests) for one in heard], diary.begun) == ([1], 1)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (http(503, b'{"error":{"code":503},"retry_after":7200}'), 7200.0),
        (http(503, b'{"retry_after":60}', "Retry-After: 90"), 90.0),
        (http(503, b'{"retry_after":90}', "Retry-After: 60"), 90.0),
        (http(429, b"", "Retry-After: 5"), 5.0),
        (http(503), None),
    ],
)
def test_the_longer_of_two_pauses_counts(answer: bytes, seconds: float | None) -> None:
    assert replied(answer).retry_after == seconds


@pytest.mark.parametrize(
    ("answer", "error", "reference"),
    [
        (CREATED, None, None),
        (http(500, WRONG), "Medewerker 9 bestaat niet.", "0A"),
        (http(502, b"<html>"), "server", None),
    ],
)
def test_the_log_keeps_the_call_but_no_line_of_it(
    diary: Diary, answer: bytes, error: str | None, reference: str | None
) -> None:
    timed = answer.replace(b"\r\n", b"\r\nX-AFAS-Proxy-Stats: total=7ms\r\n", 1)
    with afas(saying(timed)) as (base, _), hand(base, diary) as writes:
        reply = writes.insert([LINE, LINE], diary.record)
    (call,) = diary.calls
    assert (call.connector, call.rows, call.status, call.error, call.reference) == (
        "PtRealization",
        2,
        reply.status,
        error,
        reference,
    )
    assert call.server_time == reply.server_time == "total=7ms"
    assert 0 <= reply.duration <= call.duration + 1
    assert LINE["XpRe"] not in repr(call)


@pytest.fixture
def profit() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


def over_oauth(simulator: Simulator, tokens: MemoryTokens) -> Client:
    credential = OAuth(simulator.client_id, Secret(simulator.client_secret), tokens)
    return Client(simulator.url, credential, lambda _: None, LOOPBACK)


def test_a_kept_token_that_is_refused_is_renewed_once_for_the_next_call(profit: Simulator, diary: Diary) -> None:
    with over_oauth(profit, MemoryTokens()) as client:
        metainfo.version(client)
        profit.revoke()
        writes = UpdateConnector(client, 90)
        assert writes.insert([LINE], diary.record).status == 401
        assert (diary.begun, profit.tokens_issued) == (1, 1)
        assert [writes.renew(), writes.renew()] == [True, False]
        assert profit.tokens_issued == 2
        assert writes.insert([LINE], diary.record).status != 401
    assert (diary.begun, profit.tokens_issued) == (2, 2)


def test_a_fresh_token_or_a_classic_one_is_not_renewed(profit: Simulator, diary: Diary) -> None:
    profit.fault("status_401", path="connectors/", times=None)
    with over_oauth(profit, MemoryTokens()) as client, opened(profit.url) as classic:
        for writes in (UpdateConnector(client, 90), UpdateConnector(classic, 90)):
            assert writes.insert([LINE], diary.record).status == 401
            assert writes.renew() is False


def test_a_token_that_would_end_before_the_call_has_gone_is_not_used(profit: Simulator, diary: Diary) -> None:
    assert MARGIN > 90
    profit.switches.oauth_expires_in = 91
    with over_oauth(profit, MemoryTokens()) as client:
        metainfo.version(client)
        UpdateConnector(client, 90).insert([LINE], diary.record)
    assert profit.tokens_issued == 2
