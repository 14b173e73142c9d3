"""A mail server that keeps what it gets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    recipients: tuple[str, ...]
    subject: str
    body: str


@dataclass
class Mailbox:
    """The mails in the order in which they came."""

    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Keep a mail."""
        letter = message_from_bytes(bytes(envelope.content or b""), policy=default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.mails.append(Mail(tuple(envelope.rcpt_tos), str(letter["Subject"]), str(letter.get_content()).rstrip()))
        return "250 OK"


@contextmanager
def mailbox(port: int) -> Iterator[Mailbox]:
    """Take mail on a loopback port."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
