"""Texts about what went wrong in an import, as the ledger keeps them."""

TEXTS: dict[str, tuple[str, str]] = {
    "turnover.unreadable.code": (
        "veld {field} = '{value}' in rij {position} is geen code; lever tekst of een geheel getal",
        "field {field} = '{value}' in row {position} is no code; deliver text or a whole number",
    ),
    "turnover.unreadable.date": (
        "veld {field} = '{value}' in rij {position} is geen datum; lever jjjj-mm-dd of dd-mm-jjjj",
        "field {field} = '{value}' in row {position} is no date; deliver yyyy-mm-dd or dd-mm-yyyy",
    ),
    "turnover.unreadable.filter": (
        "veld {field} = '{value}' in rij {position}: niet gevraagd, AFAS negeert het filter; maak het een datumveld",
        "field {field} = '{value}' in row {position}: not asked for, AFAS ignores the filter; make it a date field",
    ),
    "turnover.unreadable.amount": (
        "veld {field} = '{value}' in rij {position} is geen bedrag; lever een getal",
        "field {field} = '{value}' in row {position} is no amount; deliver a number",
    ),
    "turnover.unreadable.ambiguous": (
        "veld {field} = '{value}' in rij {position} kan duizend of één betekenen; lever een getal of twee decimalen",
        "field {field} = '{value}' in row {position} may mean thousand or one; deliver a number or two decimals",
    ),
    "turnover.unreadable.limit": (
        "veld {field} = '{value}' in rij {position} is te groot voor een bedrag; controleer de boeking",
        "field {field} = '{value}' in row {position} is too large for an amount; check the booking",
    ),
    "turnover.more": (" (en {count} andere rijen)", " (and {count} other rows)"),
    "turnover.too_large": (
        "{amount} is te groot voor een bedrag; controleer de boekingen",
        "{amount} is too large for an amount; check the bookings",
    ),
    "turnover.source_too_large": (
        "{source}: de bedragen zijn samen te groot; controleer de veldtoewijzing van het bedrag",
        "{source}: the amounts are too large in all; check the mapping of the amount's field",
    ),
    "turnover.source": ("{source}: {what}", "{source}: {what}"),
    "turnover.not_written": (
        "niet weggeschreven ({reason}); probeer opnieuw met: afasconnector runs retry",
        "not written ({reason}); try again with: afasconnector runs retry",
    ),
    "turnover.applied": (
        "Kassa {code}: {count} wachtende kassadagen verwerkt, totaal {amount}",
        "Register {code}: {count} waiting register-days applied, total {amount}",
    ),
    "turnover.no_connection": (
        "Organisatie {organisation} heeft geen eigen AFAS-koppeling; vul afas: in en voer config apply uit",
        "Organisation {organisation} has no AFAS connection of its own; fill in afas: and run config apply",
    ),
    "turnover.no_source": (
        "{organisation}: geen kassa heeft een omzetimport; vul import: in bij de kassa's en voer config apply uit",
        "{organisation}: no register has a turnover import; fill in import: at the registers and run config apply",
    ),
    "turnover.unknown_organisation": (
        "Organisatie {guid} is onbekend of heeft geen AFAS-koppeling; controleer de guid of voer config apply uit",
        "Organisation {guid} is unknown or has no AFAS connection; check the guid or run config apply",
    ),
    "turnover.unknown_register": (
        "Kassa {code} is in Staff onbekend{near}; verbeter de code, of geef de kassa deze external_id (config apply)",
        "Register {code} is unknown in Staff{near}; correct it, or give the register this external_id (config apply)",
    ),
    "turnover.unknown_run": (
        "Run {run} bestaat niet; afasconnector runs toont ze",
        "There is no run {run}; afasconnector runs lists them",
    ),
    "turnover.window": (
        "Geef de dagen als -40, of als --from jjjj-mm-dd --to jjjj-mm-dd met het begin niet na het einde",
        "Give the days as -40, or as --from yyyy-mm-dd --to yyyy-mm-dd with the start not after the end",
    ),
    "turnover.tries": (
        "{tries} keer geprobeerd zonder antwoord van AFAS; probeer opnieuw met: afasconnector runs retry",
        "tried {tries} times without an answer of AFAS; try again with: afasconnector runs retry",
    ),
    "turnover.proof": (
        "de sluitcontrole klopt niet: wat gelezen is, is niet wat geboekt is; importeer opnieuw en meld het",
        "the closing proof fails: what was read is not what was recorded; import again and report it",
    ),
    "turnover.overdue_paused": (
        "niet klaar toen de import van de volgende dag begon; de organisatie was gepauzeerd: {reason}",
        "not done when the next day's import fell due; the organisation was paused: {reason}",
    ),
    "turnover.overdue": (
        "niet klaar toen de import van de volgende dag begon; kijk of de workers draaien (afasconnector status)",
        "not done when the next day's import fell due; see whether the workers run (afasconnector status)",
    ),
    "turnover.unexpected": (
        "onverwachte fout {error}; het log van de worker heeft het hele verslag",
        "unexpected error {error}; the worker's log has the whole report",
    ),
}
