"""Texts about settings and secrets."""

TEXTS = {
    "settings.wrong": ("{name}={value}: {reason}", "{name}={value}: {reason}"),
    "settings.error.missing": (
        "ontbreekt",
        "is missing",
    ),
    "settings.error.float_parsing": (
        "is geen getal; geef seconden, bijvoorbeeld 90 of 0.5",
        "is not a number; give seconds, for example 90 or 0.5",
    ),
    "settings.error.finite_number": (
        "is geen eindig getal",
        "is not a finite number",
    ),
    "settings.error.int_parsing": (
        "is geen geheel getal",
        "is not a whole number",
    ),
    "settings.error.int_from_float": (
        "is geen geheel getal",
        "is not a whole number",
    ),
    "settings.error.greater_than": (
        "moet groter zijn dan {gt}",
        "must be greater than {gt}",
    ),
    "settings.error.greater_than_equal": (
        "moet ten minste {ge} zijn",
        "must be at least {ge}",
    ),
    "settings.error.less_than_equal": (
        "mag ten hoogste {le} zijn",
        "must be at most {le}",
    ),
    "settings.error.literal_error": (
        "moet een van {expected} zijn",
        "must be one of {expected}",
    ),
    "settings.error.string_pattern_mismatch": (
        "heeft niet de vorm {pattern}",
        "does not have the form {pattern}",
    ),
    "settings.error.value_error": ("{error}", "{error}"),
    "settings.file": (
        "{name}_FILE={path}: kan niet gelezen worden ({reason})",
        "{name}_FILE={path}: can't be read ({reason})",
    ),
    "settings.queue": (
        "onbekende wachtrij {names}; bekend zijn {known}",
        "unknown queue {names}; known are {known}",
    ),
    "settings.fernet": (
        "sleutel {number} is geen Fernet-sleutel (32 bytes, url-safe base64)",
        "key {number} is no Fernet key (32 bytes, url-safe base64)",
    ),
    "settings.zone": (
        "onbekende tijdzone; bijvoorbeeld Europe/Amsterdam",
        "unknown time zone; for example Europe/Amsterdam",
    ),
    "settings.port": ("de poort is geen getal van 0 tot en met 65535", "the port is no number from 0 to 65535"),
    "settings.basic_auth": (
        "moet de vorm gebruiker:wachtwoord hebben",
        "must have the form user:password",
    ),
    "settings.no_keys": (
        "SECRET_KEYS ontbreekt: geef een of meer Fernet-sleutels (bij SQLite worden ze zelf gemaakt)",
        "SECRET_KEYS is missing: give one or more Fernet keys (with SQLite they are made by themselves)",
    ),
    "settings.in_doubt": (
        "IN_DOUBT_AFTER={value}: moet groter zijn dan AFAS_SERVER_TIMEOUT + SEND_WITHIN = {least}",
        "IN_DOUBT_AFTER={value}: must be greater than AFAS_SERVER_TIMEOUT + SEND_WITHIN = {least}",
    ),
    "settings.relative": (
        "DATABASE_URL: {path} is geen absoluut pad; schrijf sqlite:////absoluut/pad",
        "DATABASE_URL: {path} is no absolute path; write sqlite:////absolute/path",
    ),
    "settings.ca_bundle": (
        "CA_BUNDLE={path}: geef het absolute pad van een bestand dat er is",
        "CA_BUNDLE={path}: give the absolute path of a file that is there",
    ),
    "secret.key": (
        "{owner}: geen sleutel van SECRET_KEYS past; zet de oude sleutel erbij of vul het geheim opnieuw in",
        "{owner}: no key of SECRET_KEYS fits; add the old key or fill in the secret again",
    ),
    "secret.owner": (
        "{owner}: dit geheim hoort bij iets anders; vul het opnieuw in",
        "{owner}: this secret belongs to something else; fill it in again",
    ),
    "amount.limit": (
        "{amount}: geen bedrag onder 900.000.000.000.000 euro; controleer het veld",
        "{amount}: not an amount below 900,000,000,000,000 euros; check the field",
    ),
    "amount.decimals": ("{amount}: meer dan vier decimalen", "{amount}: more than four decimals"),
    "database.missing": (
        "De database {address} bestaat niet; maak hem met: afasconnector db upgrade",
        "The database {address} does not exist; make it with: afasconnector db upgrade",
    ),
    "database.unreachable": (
        "De database {address} is niet bereikbaar ({reason}); controleer DATABASE_URL en de server",
        "The database {address} can't be reached ({reason}); check DATABASE_URL and the server",
    ),
    "database.version": (
        "De database {address} heeft schemaversie {found}, nodig is {needed}; voer uit: afasconnector db upgrade",
        "The database {address} has schema version {found}, needed is {needed}; run: afasconnector db upgrade",
    ),
}
