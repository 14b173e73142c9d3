"""One mail, sent once over SMTP. The outbox decides what is sent and when; this door says how it went."""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from urllib.parse import unquote, urlsplit

from workers import settings
from workers.settings import SettingsError
from workers.texts import text

TIMEOUT = 30  #: seconds for each step of the talk with the mail server
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
LOGIN_CODES = {530, 534, 535, 538}  #: RFC 4954: the login is wrong or missing, the mail itself is well
PERMANENT = 500  #: RFC 5321: from here on a reply is final, below it the same mail may pass later
MOST_WORDS = 300  #: characters of one foreign text that are kept
Reply = tuple[int, bytes | str]
Replies = Mapping[str, Reply]  #: recipient (or sender) to the server's code and words
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@]+@[^\s<>()\[\],;:\\\"@]+")


class MailLater(Exception):  # noqa: N818 - named for what the caller should do
    """Raised when the mail was not taken now: the server is away, its login fails, or it asks for patience."""


class MailNever(Exception):  # noqa: N818 - named for what the caller should do
    """Raised when the server refuses this mail for good, or no recipient of it is left."""


@dataclass(frozen=True)
class Outgoing:
    """A mail as the outbox keeps it. `message_id` stays the same at every attempt, so that a copy is recognised."""

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    body: str


@dataclass(frozen=True, repr=False)
class _Server:
    scheme: str
    host: str
    port: int
    user: str
    password: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def configured() -> bool:
    """Whether SMTP_URL is set; without it mails stay in the outbox."""
    return settings.current().smtp_url is not None


def send(mail: Outgoing) -> tuple[str, ...]:
    """Send `mail` once; a line for each recipient that was refused while others got it (usually none).

    Raises MailLater, MailNever, and SettingsError when SMTP_URL, MAIL_FROM or CA_BUNDLE can't be used at all.
    """
    server, sender = _server(), _sender()
    context = _context(server)
    good = [address for address in mail.recipients if _is_address(address)]
    wrong = [text("mail.address", address=_one_line(address)) for address in mail.recipients if address not in good]
    if not good:
        raise MailNever(text("mail.nobody", refused="; ".join(wrong) or "-"))
    letter = _letter(mail, sender, good)
    with _connected(server, context) as connection:
        refused = _handed_over(connection, server, good, letter)
    return (*wrong, *(_told(address, reply) for address, reply in refused.items()))


def _handed_over(connection: smtplib.SMTP, server: _Server, recipients: list[str], letter: EmailMessage) -> Replies:
    _, sender = parseaddr(letter["From"])
    try:
        return connection.sendmail(sender, recipients, letter.as_bytes())
    except smtplib.SMTPRecipientsRefused as error:
        raise _judged(server, error.recipients) from None
    except smtplib.SMTPResponseException as error:
        raise _judged(server, {sender: (error.smtp_code, error.smtp_error)}) from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailLater(text("mail.unreachable", server=server, reason=_one_line(str(error)))) from None


def _judged(server: _Server, replies: Replies) -> MailLater | MailNever:
    """What refusing all of it means: final only when every reply is, and none of them is about our login."""
    codes = {code for code, _ in replies.values()}
    if login := codes & LOGIN_CODES:
        return MailLater(text("mail.login", server=server, code=min(login)))
    reason = "; ".join(_told(address, reply) for address, reply in replies.items())
    if min(codes) < PERMANENT:
        return MailLater(text("mail.later", server=server, reason=reason))
    return MailNever(text("mail.never", server=server, reason=reason))


@contextmanager
def _connected(server: _Server, context: ssl.SSLContext | None) -> Iterator[smtplib.SMTP]:
    """A connection after TLS and login. Whatever fails before the mail itself says nothing about the mail."""
    with ExitStack() as stack:
        try:
            if server.scheme == "smtps":
                connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
            stack.callback(_leave, connection)
            if server.scheme == "smtp+starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except smtplib.SMTPAuthenticationError as error:
            # The server's own words may repeat what was sent to it, so only its code is told.
            raise MailLater(text("mail.login", server=server, code=error.smtp_code)) from None
        except smtplib.SMTPResponseException as error:
            reason = _told("SMTP", (error.smtp_code, error.smtp_error))
            raise MailLater(text("mail.unreachable", server=server, reason=reason)) from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise MailLater(text("mail.unreachable", server=server, reason=_one_line(str(error)))) from None
        yield connection


def _leave(connection: smtplib.SMTP) -> None:
    # A taken mail stays taken, however badly the server says goodbye.
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()


def _server() -> _Server:
    try:
        parts = urlsplit(settings.current().smtp_url or "")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        # The reason would repeat the address, and the address holds the password.
        raise SettingsError(text("mail.url")) from None
    rest = parts.path.strip("/") + parts.query + parts.fragment
    if rest or not parts.hostname or bool(user) != bool(password) or not (user + password).isascii():
        raise SettingsError(text("mail.url"))
    return _Server(parts.scheme, parts.hostname, port, user, password)


def _sender() -> str:
    """MAIL_FROM as a header, with its display name if it has one."""
    value = settings.current().mail_from
    name, address = parseaddr(value)
    if not _is_address(address):
        raise SettingsError(text("mail.sender", value=_one_line(value)))
    return formataddr((_one_line(name), address))


def _context(server: _Server) -> ssl.SSLContext | None:
    bundle = settings.current().ca_bundle
    if bundle is None:
        # To read the machine's authorities takes long, and whoever speaks no TLS asks none.
        return None if server.scheme == "smtp" else ssl.create_default_context()
    try:
        folder = bundle.is_dir()
        return ssl.create_default_context(cafile=None if folder else bundle, capath=bundle if folder else None)
    except OSError as error:
        raise SettingsError(text("mail.authorities", path=bundle, reason=error)) from None


def _letter(mail: Outgoing, sender: str, recipients: list[str]) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["Message-ID"] = _one_line(mail.message_id)
    letter["Date"] = datetime.now(settings.current().zone)
    letter["From"] = sender
    letter["To"] = ", ".join(recipients)
    letter["Subject"] = _one_line(mail.subject)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(mail.body.encode("utf-8", "replace").decode(), cte="quoted-printable")
    return letter


def _is_address(address: str) -> bool:
    return address.isascii() and address.isprintable() and _ADDRESS.fullmatch(address) is not None


def _told(address: str, reply: Reply) -> str:
    code, words = reply
    spoken = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return text("mail.refused", address=address, reason=_one_line(f"{code} {spoken}"))


def _one_line(foreign: str) -> str:
    """Without line ends: a header can't be smuggled in, a log line not broken."""
    return "".join(letter if letter.isprintable() else " " for letter in foreign).strip()[:MOST_WORDS]
