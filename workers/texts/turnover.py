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
    "turnover.argument.unknown": (
        "{name}: dit argument bestaat niet; de argumenten zijn {names}",
        "{name}: there is no such argument; the arguments are {names}",
    ),
    "turnover.argument.organisation": (
        "organisation={value}: geef de guid van een organisatie als tekst",
        "organisation={value}: give the guid of an organisation as text",
    ),
    "turnover.argument.run": (
        "run={value}: geef het nummer van een run als geheel getal",
        "run={value}: give the number of a run as a whole number",
    ),
    "turnover.argument.days_back": (
        "days_back={value}: geef een geheel aantal dagen, 0 of meer, zoals 40",
        "days_back={value}: give a whole number of days, 0 or more, such as 40",
    ),
    "turnover.argument.date_from": (
        "date_from={value}: geef een dag als jjjj-mm-dd",
        "date_from={value}: give a day as yyyy-mm-dd",
    ),
    "turnover.argument.date_to": (
        "date_to={value}: geef een dag als jjjj-mm-dd",
        "date_to={value}: give a day as yyyy-mm-dd",
    ),
    "turnover.argument.register": (
        "register={value}: geef een kassacode als tekst",
        "register={value}: give a register code as text",
    ),
    "turnover.argument.dates": (
        "dates={value}: geef een lijst van dagen als jjjj-mm-dd",
        "dates={value}: give a list of days as yyyy-mm-dd",
    ),
    "turnover.argument.run_alone": (
        "run={run}: laat {names} weg, want een run heeft zijn eigen dagen en kassa's",
        "run={run}: leave out {names}, for a run has days and registers of its own",
    ),
    "turnover.argument.foreign_run": (
        "run={run}: deze run is niet van organisatie {guid}; geef een run die afasconnector runs {guid} toont",
        "run={run}: this run is not of organisation {guid}; give a run that afasconnector runs {guid} lists",
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
