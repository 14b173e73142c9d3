"""Texts about sending a mail and writing the run log."""

TEXTS: dict[str, tuple[str, str]] = {
    "mail.url": (
        (
            "SMTP_URL=***: geef smtp://gebruiker:wachtwoord@server:poort, smtps://… of smtp+starttls://…, in ASCII; "
            "bijzondere tekens als %40"
        ),
        (
            "SMTP_URL=***: give smtp://user:password@server:port, smtps://… or smtp+starttls://…, in ASCII; "
            "special characters as %40"
        ),
    ),
    "mail.sender": ("MAIL_FROM={value}: is geen mailadres", "MAIL_FROM={value}: is not a mail address"),
    "mail.authorities": (
        "CA_BUNDLE={path}: kan niet gebruikt worden ({reason})",
        "CA_BUNDLE={path}: can't be used ({reason})",
    ),
    "mail.address": ("{address}: is geen mailadres", "{address}: is not a mail address"),
    "mail.nobody": (
        "geen geldige ontvanger ({refused}); controleer mail_to en ADMIN_MAIL",
        "no valid recipient ({refused}); check mail_to and ADMIN_MAIL",
    ),
    "mail.login": (
        "mailserver {server} weigert de aanmelding ({code}); controleer gebruiker en wachtwoord in SMTP_URL",
        "mail server {server} refuses the login ({code}); check user and password in SMTP_URL",
    ),
    "mail.unreachable": (
        "mailserver {server} nu niet bruikbaar ({reason}); controleer SMTP_URL en de server",
        "mail server {server} can't be used now ({reason}); check SMTP_URL and the server",
    ),
    "mail.later": (
        "mailserver {server} neemt de mail nu niet aan ({reason}); wordt opnieuw geprobeerd",
        "mail server {server} does not take the mail now ({reason}); it will be tried again",
    ),
    "mail.never": (
        "mailserver {server} weigert de mail ({reason}); controleer MAIL_FROM, mail_to en ADMIN_MAIL",
        "mail server {server} refuses the mail ({reason}); check MAIL_FROM, mail_to and ADMIN_MAIL",
    ),
    "mail.refused": ("{address}: {reason}", "{address}: {reason}"),
    "log.lost": (
        "logbestand {path}: {reason}; niet geschreven: {line}",
        "log file {path}: {reason}; not written: {line}",
    ),
}
