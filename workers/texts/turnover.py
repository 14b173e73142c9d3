"""Texts about the turnover import: failures, mail and log."""

TEXTS: dict[str, tuple[str, str]] = {
    # Staff's own texts: administrators search for them word by word, so they are the same in every language.
    "turnover.register_not_found": ("Register {code} not found", "Register {code} not found"),
    "turnover.payment_method_not_found": (
        "Betaalwijze met ExternId {code} niet gevonden",
        "Betaalwijze met ExternId {code} niet gevonden",
    ),
    "turnover.error": (
        "Error for register {code} for date {date}: {what}",
        "Error for register {code} for date {date}: {what}",
    ),
    "turnover.coupling": (
        "Koppelingsinformatie niet gevonden of standaard omzetgrootboekrekening niet gevonden.",
        "Koppelingsinformatie niet gevonden of standaard omzetgrootboekrekening niet gevonden.",
    ),
    "turnover.separators": (".,", ",."),
    "turnover.date": ("{date:%d-%m-%Y}", "{date:%Y-%m-%d}"),
    "turnover.empty": ("(leeg)", "(empty)"),
    "turnover.more_codes": (" en nog {count}", " and {count} more"),
    "turnover.more_entries": (
        "  en nog {count}: afasconnector runs show {run}",
        "  and {count} more: afasconnector runs show {run}",
    ),
}
