"""Every failure of AFAS is one of our errors, by what the caller should do, on one line with the place."""

import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from string import Formatter
from typing import Any

import pytest

from tests.afas.helpers import MAPPING, NAME, TOKEN, answering, listening, opened
from tests.simulator import Simulator
from workers import texts
from workers.afas import metainfo
from workers.afas.answer import Answer, row_reader
from workers.afas.auth import Classic
from workers.afas.calls import Call
from workers.afas.client import Client
from workers.afas.errors import AfasError, Never, TryLater
from workers.afas.verdict import refusal
from workers.secrets import Secret
from workers.texts.afas import TEXTS

PATH = f"connectors/{NAME}"
UNSUPPORTED = "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd."


def rows(client: Client, take: int = 100) -> list[Any]:
    return client.get(PATH, {"skip": 0, "take": take}, row_reader(MAPPING))


def failed(client: Client) -> AfasError:
    with pytest.raises(AfasError) as error:
        rows(client)
    return error.value


@pytest.mark.parametrize(
    ("fault", "detail", "meaning"),
    [
        ("status_401", {}, (Never, "unauthorised")),
        ("status_403", {}, (TryLater, "forbidden")),
        ("status_404", {}, (Never, "not_found")),
        ("status_413", {}, (Never, "too_large")),
        ("status_429", {}, (TryLater, "busy")),
        ("status_503", {}, (TryLater, "busy")),
        ("status_502", {}, (TryLater, "server")),
        ("status_504", {}, (TryLater, "server")),
        ("redirect", {}, (Never, "redirect")),
        ("redirect", {"status": 308}, (Never, "redirect")),
        ("html", {}, (TryLater, "broken")),
        ("truncated", {}, (TryLater, "broken")),
        ("cut", {}, (TryLater, "cut")),
        ("timeout_500", {}, (TryLater, "timeout")),
        ("error_500", {}, (TryLater, "server")),
        ("error_500", {"text": UNSUPPORTED}, (Never, "whole_call")),
        ("error_500", {"text": "General message: This connector is not supported"}, (Never, "whole_call")),
        ("error_500", {"text": "(AntaObject) This GetConnector (definition) is blocked"}, (Never, "whole_call")),
        ("error_500", {"text": "Connector field 'Bedragg' not found"}, (Never, "field")),
        ("error_500", {"text": "Out of String space"}, (TryLater, "too_large")),
        ("error_500", {"text": "Algemene melding: Record is blocked by another user"}, (TryLater, "busy")),
    ],
)
def test_a_failure_tells_what_to_do_and_where_and_is_not_repeated(
    afas: Simulator, client: Client, fault: str, detail: dict[str, Any], meaning: tuple[type[AfasError], str]
) -> None:
    afas.fault(fault, times=None, **detail)
    error = failed(client)
    assert (type(error), error.kind) == meaning
    assert f"{afas.url}/{PATH}" in str(error)
    assert "\n" not in str(error)
    assert len(afas.asked) == 1


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("prefix", [True, False])
def test_texts_of_afas_are_known_in_two_languages_with_and_without_a_prefix(
    afas: Simulator, client: Client, language: str, *, prefix: bool
) -> None:
    afas.switches.error_prefix = prefix
    afas.switches.unauthorised = (NAME,)
    client._session.headers["Accept-Language"] = {"nl": "nl-nl", "en": "en-us"}[language]
    assert failed(client).kind == "whole_call"


def test_an_error_quotes_afas_and_keeps_its_reference(afas: Simulator, client: Client) -> None:
    afas.fault("error_500", text="Administratie 7\nis op slot")
    error = failed(client)
    assert '"Administratie 7 is op slot"' in str(error)
    assert error.reference == afas.asked[-1].reference != ""


@pytest.mark.parametrize("label", ["application/xml", "text/plain"])
def test_an_error_is_read_whatever_it_is_labelled(afas: Simulator, client: Client, label: str) -> None:
    afas.switches.error_label = label
    afas.switches.blocked = (NAME,)
    assert failed(client).kind == "whole_call"


def test_the_obsolete_header_speaks_where_there_is_no_body(afas: Simulator, client: Client) -> None:
    afas.switches.error_body, afas.switches.profit_error_header = False, True
    afas.switches.blocked = (NAME,)
    error = failed(client)
    assert error.kind == "whole_call"
    assert "is blocked" in str(error)


def test_an_error_without_any_text_is_told_all_the_same(afas: Simulator, client: Client) -> None:
    afas.switches.error_body = False
    afas.switches.blocked = (NAME,)
    assert failed(client).kind == "server"


@pytest.mark.parametrize(
    ("detail", "pause"),
    [
        ({"retry_after": 7200, "where": "body"}, 7200),
        ({"retry_after": 45, "where": "header"}, 45),
        ({"retry_after": 30, "where": "both", "header": 90}, 90),
        ({"retry_after": 90, "where": "both", "header": 30}, 90),
        ({"where": "none"}, None),
    ],
)
def test_the_pause_is_the_larger_of_what_body_and_header_ask(
    afas: Simulator, client: Client, detail: dict[str, Any], pause: float | None
) -> None:
    afas.fault("status_503", **detail)
    error = failed(client)
    assert isinstance(error, TryLater)
    assert error.pause == pause


def test_a_pause_until_a_moment_is_told_in_seconds() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    busy = f"HTTP/1.1 503 Busy\r\nRetry-After: {until}\r\nContent-Length: 0\r\n\r\n".encode()
    with listening(answering(busy)) as (base, _), opened(base) as client:
        error = failed(client)
    assert isinstance(error, TryLater)
    assert error.pause is not None
    assert 3000 < error.pause <= 3600


def test_a_reset_connection_is_repeated_once_in_place(afas: Simulator, client: Client, calls: list[Call]) -> None:
    afas.fault("reset")
    assert len(rows(client)) == 5
    assert [(call.status, call.error) for call in calls] == [(None, "reset"), (200, None)]


def test_a_connection_that_is_reset_twice_is_tried_later(afas: Simulator, client: Client) -> None:
    afas.fault("reset", times=None)
    error = failed(client)
    assert (type(error), error.kind) == (TryLater, "reset")
    assert len(afas.asked) == 2


def test_every_call_is_in_the_log_with_what_is_known_of_it(afas: Simulator, client: Client, calls: list[Call]) -> None:
    metainfo.version(client)
    rows(client, take=4)
    afas.fault("error_500")
    failed(client)
    assert [(call.connector, call.skip, call.take, call.rows, call.status, call.error) for call in calls] == [
        ("ProfitVersion", None, None, None, 200, None),
        (NAME, 0, 4, 4, 200, None),
        (NAME, 0, 100, None, 500, "server"),
    ]
    assert calls[2].reference == afas.asked[2].reference
    assert all("total=" in (call.server_time or "") for call in calls)
    assert all(call.duration > 0 and call.started.tzinfo for call in calls)


def test_no_error_and_no_log_line_shows_the_token(afas: Simulator, calls: list[Call]) -> None:
    credential = Classic(Secret(TOKEN))
    shown = credential.authorization(lambda _: (Secret(""), 0.0)).header()
    told = []
    for fault in ("status_401", "error_500", "html", "cut", "redirect"):
        afas.fault(fault)
        with opened(afas.url, calls.append) as client:
            told.append(str(failed(client)))
    everything = repr((told, calls, credential.__dict__))
    assert shown.removeprefix("AfasToken ") not in everything
    assert "0123456789ABCDEF" not in everything


@pytest.mark.parametrize("error", [TryLater("busy", "later", reference="A1", pause=3.0), Never("field", "never")])
def test_an_error_survives_the_way_between_processes(error: AfasError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.__dict__) == (type(error), str(error), error.__dict__)


@pytest.mark.parametrize("status", [300, 304, 400, 405, 422, 500, 501, 599])
def test_every_status_is_an_error_with_a_text(status: int) -> None:
    assert str(refusal(Answer("https://a/b", status, {}, b""))).startswith("https://a/b: ")


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_has_the_same_places_in_both_languages(key: str) -> None:
    dutch, english = ({name for _, name, _, _ in Formatter().parse(words) if name} for words in TEXTS[key])
    assert dutch == english
