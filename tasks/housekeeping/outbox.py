"""One mail of the outbox to SMTP: sent once, or put off with its reason."""

from workers import leases
from workers import mail as smtp
from workers.ledger import outbox
from workers.settings import SettingsError


def send_mail(mail_id: int) -> bool:
    """Send the mail if it is due and nobody else does; whether it is out. Without SMTP_URL it stays in the outbox."""
    if not smtp.configured() or (claimed := outbox.claim(mail_id)) is None:
        return False
    mail, lease = claimed
    with leases.holding(lease):
        outgoing = smtp.Outgoing(mail.message_id, mail.recipients, mail.subject, mail.body)
        try:
            refused = smtp.send(outgoing)
        except (smtp.MailLater, SettingsError) as error:
            outbox.put_off(mail, lease, str(error), final=False)
            return False
        except smtp.MailNever as error:
            outbox.put_off(mail, lease, str(error), final=True)
            return False
        outbox.sent(mail, lease, "; ".join(refused) or None)
    return True
