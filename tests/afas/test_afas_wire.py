"""What goes over the wire: our headers to our host only, TLS verified, and every wait bounded."""

import socket
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.afas.helpers import LOOPBACK, answering, listening, opened
from tests.simulator import Simulator
from workers.afas import metainfo
from workers.afas.client import MAX_QUERY, Client, Options
from workers.afas.errors import AfasError, Never, TryLater
from workers.settings import read

VERSION = b'{"version":"7"}'
WELL = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(VERSION), VERSION)


def failed(client: Client) -> AfasError:
    with pytest.raises(AfasError) as error:
        metainfo.version(client)
    return error.value


def test_a_call_carries_the_headers_that_afas_wants(afas: Simulator) -> None:
    settings = read({"ALLOWED_HOSTS": "127.0.0.1", "INTEGRATION_ID": "12345_123456", "TEXT_LANGUAGE": "nl"})
    with opened(afas.url, options=Options.of(settings)) as client:
        metainfo.version(client)
    headers = afas.asked[0].headers
    assert headers["accept"] == "application/json; charset=utf-8"
    assert headers["accept-language"] == "nl-nl"
    assert headers["integrationid"] == "12345_123456"
    assert headers["connection"] == "keep-alive"
    assert "gzip" in headers["accept-encoding"]


def test_without_a_setting_no_integration_is_named(afas: Simulator, client: Client) -> None:
    metainfo.version(client)
    assert "integrationid" not in afas.asked[0].headers


def test_the_connection_is_kept_between_calls() -> None:
    def twice(connection: socket.socket) -> None:
        connection.sendall(WELL)
        connection.recv(1 << 16)
        connection.sendall(WELL)

    with listening(twice) as (base, heard), opened(base) as client:
        assert [metainfo.version(client) for _ in range(2)] == ["7", "7"]
        assert len(heard) == 1


def test_a_redirect_is_not_followed_and_the_second_host_hears_nothing(afas: Simulator, client: Client) -> None:
    with listening(answering(WELL)) as (elsewhere, heard):
        afas.fault("redirect", location=f"{elsewhere}/ProfitVersion?secret=1")
        error = failed(client)
    assert (type(error), error.kind) == (Never, "redirect")
    assert elsewhere in str(error)
    assert "secret" not in str(error)
    assert heard == []


def test_proxies_and_netrc_of_the_environment_are_not_trusted(
    afas: Simulator, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with listening(answering(WELL)) as (proxy, heard):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        metainfo.version(client)
    assert heard == []
    assert afas.asked[0].token == "classic"


def test_a_refused_connection_is_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
    with opened(base) as client:
        error = failed(client)
    assert (type(error), error.kind) == (TryLater, "unreachable")


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_an_answer_that_trickles_for_ever_ends(begin: bytes) -> None:
    ended = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(begin)
        while not ended.wait(0.02):
            connection.sendall(b"x")

    with listening(trickle) as (base, _), opened(base, options=replace(LOOPBACK, read_timeout=0.5)) as client:
        error = failed(client)
        ended.set()
    assert (type(error), error.kind) == (TryLater, "timeout")


def test_a_server_that_says_nothing_is_tried_later(afas: Simulator) -> None:
    afas.fault("slow", seconds=60)
    with opened(afas.url, options=replace(LOOPBACK, read_timeout=0.2)) as client:
        error = failed(client)
    assert (type(error), error.kind) == (TryLater, "timeout")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "cut"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12", "cut"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n", "cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "broken"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"\xff"', "broken"),
    ],
)
def test_what_is_no_answer_of_afas_is_tried_later(answer: bytes, kind: str) -> None:
    with listening(answering(answer)) as (base, _), opened(base) as client:
        error = failed(client)
    assert (type(error), error.kind) == (TryLater, kind)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_whole_answer_is_read_however_its_end_is_told(afas: Simulator, client: Client, framing: str) -> None:
    afas.switches.framing = framing  # type: ignore[assignment]
    assert [metainfo.overview(client).environment for _ in range(3)] == ["O12345AA"] * 3


def test_a_query_that_afas_would_not_find_is_not_sent(afas: Simulator, client: Client) -> None:
    with pytest.raises(Never) as error:
        client.get("ProfitVersion", {"filtervalues": "x" * MAX_QUERY}, lambda answer: answer.status)
    assert error.value.kind == "too_large"
    assert afas.asked == []


def failed_over_tls(certificate: tuple[Path, Path], options: Options) -> AfasError | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with listening(answering(WELL), lambda plain: context.wrap_socket(plain, server_side=True)) as (base, _):
        try:
            with opened(base.replace("http:", "https:"), options=options) as client:
                assert metainfo.version(client) == "7"
        except AfasError as error:
            return error
    return None


def test_a_certificate_that_nobody_vouches_for_is_refused_with_the_remedy(certificate: tuple[Path, Path]) -> None:
    error = failed_over_tls(certificate, LOOPBACK)
    assert (type(error), error and error.kind) == (Never, "certificate")
    assert "CA_BUNDLE" in str(error)


def test_a_private_authority_is_trusted_by_ca_bundle(certificate: tuple[Path, Path]) -> None:
    assert failed_over_tls(certificate, replace(LOOPBACK, ca_bundle=certificate[0])) is None


def test_a_bundle_of_the_environment_is_not_trusted(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    error = failed_over_tls(certificate, LOOPBACK)
    assert error is not None
    assert error.kind == "certificate"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_bundle_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(Never, match=r"CA_BUNDLE=.*bundle\.pem"):
        opened("https://127.0.0.1", options=replace(LOOPBACK, ca_bundle=bundle))


def test_plain_http_where_tls_was_expected_is_tried_later(afas: Simulator) -> None:
    with opened(afas.url.replace("http:", "https:")) as client:
        error = failed(client)
    assert (type(error), error.kind) == (TryLater, "unreachable")
