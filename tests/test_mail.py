"""Sending one mail, against a real SMTP server."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workers import mail, settings
from workers.mail import MailLater, MailNever, Outgoing
from workers.settings import SettingsError

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PASSWORD = "p@ss/w!1"
LOGIN = "gebruiker:p%40ss%2Fw!1@"
LETTER = Outgoing("<run-12@afasconnector>", ("a@voorbeeld.nl",), "Café: omzetimport mislukt", "Één regel → 1.234,56\n")


@dataclass
class Desk:
    """What the server answers by phase, and what it took."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)
    logins: list[LoginPassword] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            letter = message_from_bytes(envelope.content, policy=default)
            assert isinstance(letter, EmailMessage)
            self.taken.append((envelope, letter))
        return answer

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return self.answers.get("QUIT", "221 Bye")

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        self.logins.append(given)
        # handled=False: aiosmtpd itself answers 535.
        return AuthResult(success=given == LoginPassword(b"gebruiker", PASSWORD.encode()), handled=False)


class Office:
    """Starts servers on free ports and points SMTP_URL at them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._controllers: list[Controller] = []
        self.desk = Desk()

    def open(self, scheme: str = "smtp", login: str = "", **options: Any) -> None:
        port = free_port()
        controller = Controller(self.desk, hostname="127.0.0.1", port=port, **options)
        controller.start()
        self._controllers.append(controller)
        self.setting(SMTP_URL=f"{scheme}://{login}127.0.0.1:{port}", MAIL_FROM="Kassa's <afas@voorbeeld.nl>")

    def setting(self, **values: str) -> None:
        for name, value in values.items():
            self._monkeypatch.setenv(name, value)
        settings.current.cache_clear()

    def close(self) -> None:
        for controller in self._controllers:
            controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    opened = Office(monkeypatch)
    yield opened
    opened.close()
    monkeypatch.undo()
    settings.current.cache_clear()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 in one file, an authority of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def lines(letter: EmailMessage) -> list[str]:
    return str(letter.get_content()).splitlines()


def test_a_mail_arrives_whole_with_its_own_message_id(office: Office) -> None:
    office.open()
    assert mail.send(replace(LETTER, recipients=("a@voorbeeld.nl", "b@voorbeeld.nl"))) == ()
    [(envelope, letter)] = office.desk.taken
    assert envelope.mail_from == "afas@voorbeeld.nl"
    assert envelope.rcpt_tos == ["a@voorbeeld.nl", "b@voorbeeld.nl"]
    assert letter["Message-ID"] == LETTER.message_id
    assert letter["From"] == "Kassa's <afas@voorbeeld.nl>"
    assert letter["To"] == "a@voorbeeld.nl, b@voorbeeld.nl"
    assert letter["Subject"] == LETTER.subject
    assert letter["Date"].datetime.utcoffset() is not None
    assert letter.get_content_type() == "text/plain"
    assert lines(letter) == LETTER.body.splitlines()


@pytest.mark.parametrize("phase", ["MAIL", "a@voorbeeld.nl", "DATA"])
@pytest.mark.parametrize(("answer", "expected"), [("451 later", MailLater), ("550 nooit", MailNever)])
def test_4xx_is_tried_again_and_5xx_never(office: Office, phase: str, answer: str, expected: type[Exception]) -> None:
    office.open()
    office.desk.answers[phase] = answer
    with pytest.raises(expected, match=answer):
        mail.send(LETTER)
    assert office.desk.taken == []


def test_one_refused_recipient_of_two_is_named_and_the_other_gets_the_mail(office: Office) -> None:
    office.open()
    office.desk.answers["b@voorbeeld.nl"] = "550 onbekend"
    refused = mail.send(replace(LETTER, recipients=("a@voorbeeld.nl", "b@voorbeeld.nl", "geen adres")))
    assert refused == ("geen adres: is geen mailadres", "b@voorbeeld.nl: 550 onbekend")
    assert [envelope.rcpt_tos for envelope, _ in office.desk.taken] == [["a@voorbeeld.nl"]]


def test_all_recipients_refused_is_tried_again_while_one_of_them_may_pass(office: Office) -> None:
    office.open()
    office.desk.answers |= {"a@voorbeeld.nl": "550 onbekend", "b@voorbeeld.nl": "450 later"}
    with pytest.raises(MailLater):
        mail.send(replace(LETTER, recipients=("a@voorbeeld.nl", "b@voorbeeld.nl")))
    office.desk.answers["b@voorbeeld.nl"] = "551 verhuisd"
    with pytest.raises(MailNever):
        mail.send(replace(LETTER, recipients=("a@voorbeeld.nl", "b@voorbeeld.nl")))


def test_a_taken_mail_stays_taken_when_the_server_says_goodbye_badly(office: Office) -> None:
    office.open()
    office.desk.answers["QUIT"] = "554 ruzie"
    assert mail.send(LETTER) == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_no_header_and_no_recipient_can_be_smuggled_in(office: Office, end: str) -> None:
    office.open()
    smuggled = f"x{end}Bcc: c@voorbeeld.nl{end}"
    refused = mail.send(
        Outgoing(f"<1@x>{end}X-Evil: 1", ("a@voorbeeld.nl", f"b@voorbeeld.nl{end}RCPT TO:<c@x>"), smuggled, "Tekst")
    )
    assert len(refused) == 1
    [(envelope, letter)] = office.desk.taken
    assert envelope.rcpt_tos == ["a@voorbeeld.nl"]
    assert "Bcc" not in letter
    assert "X-Evil" not in letter
    assert letter["Subject"].split() == ["x", "Bcc:", "c@voorbeeld.nl"]


def test_a_line_of_the_body_is_never_a_command(office: Office) -> None:
    office.open()
    mail.send(replace(LETTER, body="boven\n.\nRCPT TO:<c@x>\n" + "x" * 2000 + "\ud800\n"))
    [(envelope, letter)] = office.desk.taken
    assert envelope.rcpt_tos == ["a@voorbeeld.nl"]
    assert lines(letter) == ["boven", ".", "RCPT TO:<c@x>", "x" * 2000 + "?"]


@pytest.mark.parametrize("recipients", [(), ("geen adres",), ("é@voorbeeld.nl",), ("a\x00@voorbeeld.nl",)])
def test_a_mail_without_a_valid_recipient_is_never_sent(office: Office, recipients: tuple[str, ...]) -> None:
    office.open()
    with pytest.raises(MailNever, match="mail_to"):
        mail.send(replace(LETTER, recipients=recipients))


def test_the_login_is_used_and_a_percent_sign_spells_special_letters(office: Office) -> None:
    office.open(login=LOGIN, authenticator=office.desk.authenticate, auth_require_tls=False, auth_required=True)
    mail.send(LETTER)
    assert len(office.desk.taken) == 1


def test_a_wrong_password_waits_for_a_better_one_and_is_never_told(office: Office) -> None:
    wrong = "gebruiker:zeergeheim@"
    office.open(login=wrong, authenticator=office.desk.authenticate, auth_require_tls=False)
    with pytest.raises(MailLater, match="controleer gebruiker en wachtwoord in SMTP_URL") as caught:
        mail.send(LETTER)
    assert office.desk.logins == [LoginPassword(b"gebruiker", b"zeergeheim")] * len(office.desk.logins)
    assert office.desk.logins
    assert "zeergeheim" not in str(caught.value)


def test_a_missing_login_is_not_the_mails_fault(office: Office) -> None:
    office.open(authenticator=office.desk.authenticate, auth_require_tls=False, auth_required=True)
    with pytest.raises(MailLater, match="530"):
        mail.send(LETTER)


def test_starttls_encrypts_before_the_login(office: Office, certificate: Path) -> None:
    tls = server_context(certificate)
    office.open("smtp+starttls", LOGIN, tls_context=tls, authenticator=office.desk.authenticate, auth_required=True)
    office.setting(CA_BUNDLE=str(certificate))
    mail.send(LETTER)
    [(_, letter)] = office.desk.taken
    assert letter["Subject"] == LETTER.subject
    assert len(office.desk.logins) == 1


def test_a_server_without_starttls_gets_neither_password_nor_mail(office: Office) -> None:
    office.open("smtp+starttls", LOGIN, authenticator=office.desk.authenticate, auth_require_tls=False)
    with pytest.raises(MailLater, match="STARTTLS"):
        mail.send(LETTER)
    assert office.desk.logins == []
    assert office.desk.taken == []


def test_smtps_is_encrypted_from_the_first_byte(office: Office, certificate: Path) -> None:
    office.open("smtps", ssl_context=server_context(certificate))
    office.setting(CA_BUNDLE=str(certificate))
    mail.send(LETTER)
    assert len(office.desk.taken) == 1


@pytest.mark.parametrize(("scheme", "option"), [("smtps", "ssl_context"), ("smtp+starttls", "tls_context")])
def test_an_unknown_authority_is_not_trusted(office: Office, certificate: Path, scheme: str, option: str) -> None:
    options: dict[str, Any] = {option: server_context(certificate)}
    office.open(scheme, **options)
    with pytest.raises(MailLater, match="certificate verify failed"):
        mail.send(LETTER)
    assert office.desk.taken == []


def test_a_server_that_is_away_is_tried_again(office: Office) -> None:
    office.setting(SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    with pytest.raises(MailLater, match="refused"):
        mail.send(LETTER)


@pytest.mark.parametrize("greeting", [b"", b"554 druk\r\n", b"421 druk\r\n", b"\xff\xfe\r\n"])
def test_a_server_that_does_not_greet_is_tried_again(office: Office, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        office.setting(SMTP_URL=f"smtp://127.0.0.1:{server.getsockname()[1]}")
        answering = threading.Thread(target=greet_once, args=(server, greeting))
        answering.start()
        with pytest.raises(MailLater):
            mail.send(LETTER)
        answering.join(10)


def greet_once(server: socket.socket, greeting: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(greeting)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://gebruiker:zeergeheim@",
        "smtp://gebruiker:zeergeheim@mail:poort",
        "smtp://gebruiker:zeergeheim@mail/pad",
        "smtp://gebruiker:zeer/geheim@mail",
        "smtp://gebruiker@mail",
        "smtp://gebruiker:z%C3%A9ergeheim@mail",
        "smtps+starttls://gebruiker:zeergeheim@mail",
        "smtp://gebruiker:zeergeheim@mail\u2100",
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(office: Office, url: str) -> None:
    office.setting(SMTP_URL=url)
    with pytest.raises(SettingsError, match="SMTP_URL") as caught:
        mail.send(LETTER)
    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("name", "value"), [("MAIL_FROM", "niemand"), ("CA_BUNDLE", "/bestaat/niet"), ("CA_BUNDLE", __file__)]
)
def test_a_wrong_sender_or_authority_is_a_settings_error(office: Office, name: str, value: str) -> None:
    office.open()
    office.setting(**{name: value})
    with pytest.raises(SettingsError, match=name):
        mail.send(LETTER)


def test_without_smtp_url_nothing_is_configured(office: Office) -> None:
    office.setting(SMTP_URL="")
    assert not mail.configured()
    office.open()
    assert mail.configured()
