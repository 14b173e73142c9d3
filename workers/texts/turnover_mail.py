"""Texts of the mail about a turnover run."""

TEXTS: dict[str, tuple[str, str]] = {
    "turnover.mail.subject.done": ("{organisation}: omzetimport geslaagd", "{organisation}: turnover import done"),
    "turnover.mail.subject.done_with_failures": (
        "{organisation}: omzetimport met fouten",
        "{organisation}: turnover import with failures",
    ),
    "turnover.mail.subject.failed": ("{organisation}: omzetimport mislukt", "{organisation}: turnover import failed"),
    "turnover.mail.subject.hidden": (
        "{organisation}: omzetimport, AFAS toont minder dan verwacht",
        "{organisation}: turnover import, AFAS shows less than expected",
    ),
    "turnover.mail.subject.difference": (
        "{organisation}: omzetimport, de sluitcontrole klopt niet",
        "{organisation}: turnover import, the closing proof is off",
    ),
    "turnover.mail.hidden": (
        (
            "Let op: {sources}. Meestal verbergt een autorisatie in AFAS dan regels: controleer in AFAS wat de "
            "gebruiker van de app-connector mag zien."
        ),
        (
            "Attention: {sources}. Usually an authorisation in AFAS hides rows then: check in AFAS what the user "
            "of the app connector may see."
        ),
    ),
    "turnover.mail.hidden.no_rows": ("bron {source} gaf geen enkele regel", "source {source} gave no rows at all"),
    "turnover.mail.hidden.vanished": (
        "bij bron {source} zijn {vanished} van de {known} kassadagen in één keer verdwenen",
        "at source {source} {vanished} of {known} register-days vanished at once",
    ),
    "turnover.mail.verdict.done": ("Omzetimport geslaagd: {days}.", "Turnover import done: {days}."),
    "turnover.mail.verdict.done_with_failures": (
        "Omzetimport klaar, maar niet alles is verwerkt: {days}.",
        "Turnover import finished, but not everything was processed: {days}.",
    ),
    "turnover.mail.verdict.failed": ("Omzetimport mislukt. {reason}", "Turnover import failed. {reason}"),
    "turnover.mail.verdict.more_sources": (
        "Zo ook bronnen: nog {count}, hieronder.",
        "Other sources that were not read: {count}, below.",
    ),
    "turnover.mail.verdict.difference": (
        "De sluitcontrole klopt niet, verschil {difference}: meld dit bij de beheerder van AFASConnector.",
        "The closing proof is off by {difference}: report this to the administrator of AFASConnector.",
    ),
    "turnover.mail.verdict.registers": ("Onbekende kassacodes: {count}.", "Unknown register codes: {count}."),
    "turnover.mail.verdict.methods": ("Onbekende betaalwijzen: {count}.", "Unknown payment methods: {count}."),
    "turnover.mail.verdict.sources": ("Niet gelezen bronnen: {count}.", "Sources not read: {count}."),
    "turnover.mail.days.written": ("{count} geschreven", "{count} written"),
    "turnover.mail.days.unchanged": ("{count} ongewijzigd", "{count} unchanged"),
    "turnover.mail.days.parked": ("{count} geparkeerd", "{count} parked"),
    "turnover.mail.days.failed": ("{count} mislukt", "{count} failed"),
    "turnover.mail.days.vanished": ("{count} verdwenen", "{count} vanished"),
    "turnover.mail.missing_registers": (
        (
            "Onbekende kassa's. Geef de kassa in Staff deze code als extern id; de geparkeerde bedragen worden "
            "dan vanzelf verwerkt. Een lege code moet in AFAS worden ingevuld."
        ),
        (
            "Unknown registers. Give the register in Staff this code as external id; the parked amounts are then "
            "applied by themselves. An empty code must be filled in in AFAS."
        ),
    ),
    "turnover.mail.missing_register": (
        "{told}: {first} t/m {last}, dagen: {days}, totaal {amount}.{suggestion}",
        "{told}: {first} to {last}, days: {days}, total {amount}.{suggestion}",
    ),
    "turnover.mail.missing_methods": (
        "Onbekende betaalwijzen. Geef de betaalwijze in Staff dit externe id; de bedragen worden dan vanzelf verwerkt.",
        (
            "Unknown payment methods. Give the payment method in Staff this external id; the amounts are then "
            "applied by themselves."
        ),
    ),
    "turnover.mail.missing_method": (
        "{told}: dagen: {days}, totaal {amount}, kassa's: {registers}.{account}{suggestion}",
        "{told}: days: {days}, total {amount}, registers: {registers}.{account}{suggestion}",
    ),
    "turnover.mail.account": ('In AFAS heet deze rekening "{account}".', 'AFAS calls this account "{account}".'),
    "turnover.mail.suggestion.spelling": (
        'Misschien "{name}" met extern id "{id}": alleen nullen, spaties of hoofdletters verschillen.',
        'Perhaps "{name}" with external id "{id}": only zeros, blanks or case differ.',
    ),
    "turnover.mail.suggestion.without_id": (
        'Misschien "{name}": daar staat nog geen extern id.',
        'Perhaps "{name}": it has no external id yet.',
    ),
    "turnover.mail.unread": (
        "Niet gelezen bronnen. Van deze kassa's is niets veranderd; opnieuw: afasconnector runs retry {run}",
        "Sources that were not read. Nothing of these registers was changed; again: afasconnector runs retry {run}",
    ),
    "turnover.mail.unread_source": ("{told} (kassa's: {registers})", "{told} (registers: {registers})"),
    "turnover.mail.of_source": ("{source}: {told}", "{source}: {told}"),
    "turnover.mail.failed.coupling": (
        (
            "Mislukt, koppeling ontbreekt. Vul bij de kassa in Staff de pagina Inrichting/Koppelingen/Omzetimport"
            " in, met een standaard omzetgrootboekrekening. Wat er stond, is gebleven."
        ),
        (
            "Failed, coupling missing. Fill in the register's page Inrichting/Koppelingen/Omzetimport in Staff, "
            "with a default turnover account. What stood there has stayed."
        ),
    ),
    "turnover.mail.failed.payment_method": (
        (
            "Mislukt, betaalwijze onbekend. Maak in Staff de betaalwijze met dit externe id; de bedragen worden "
            "dan vanzelf verwerkt. Wat er stond, is gebleven."
        ),
        (
            "Failed, payment method unknown. Make the payment method with this external id in Staff; the amounts "
            "are then applied by themselves. What stood there has stayed."
        ),
    ),
    "turnover.mail.failed.amount": (
        (
            "Mislukt, bedrag of rekeningnummer onleesbaar. Herstel de boeking in AFAS of het veld van de "
            "GetConnector; de volgende import neemt het mee. Wat er stond, is gebleven."
        ),
        (
            "Failed, amount or account number unreadable. Mend the booking in AFAS or the field of the "
            "GetConnector; the next import takes it along. What stood there has stayed."
        ),
    ),
    "turnover.mail.failed.date": (
        (
            "Mislukt, van deze kassa's is een datum onleesbaar. Herstel de boeking in AFAS of het veld van de "
            "GetConnector; de volgende import neemt het mee. Wat er stond, is gebleven."
        ),
        (
            "Failed, a date of these registers is unreadable. Mend the booking in AFAS or the field of the "
            "GetConnector; the next import takes it along. What stood there has stayed."
        ),
    ),
    "turnover.mail.failed.error": (
        "Mislukt door een fout. Wat er stond, is gebleven; opnieuw: afasconnector runs retry {run}",
        "Failed by an error. What stood there has stayed; again: afasconnector runs retry {run}",
    ),
    "turnover.mail.failure": ("{register}, {date}, {amount}: {told}", "{register}, {date}, {amount}: {told}"),
    "turnover.mail.complaints": ("Onleesbaar in AFAS:", "Unreadable in AFAS:"),
    "turnover.mail.vanished": (
        (
            "Verdwenen: AFAS levert deze kassadagen niet meer. Het bedrag staat nog in Staff; controleer de "
            "boekingen en de autorisatie in AFAS."
        ),
        (
            "Vanished: AFAS no longer delivers these register-days. The amount still stands in Staff; check the "
            "bookings and the authorisation in AFAS."
        ),
    ),
    "turnover.mail.vanished_day": ("{register}, {date}: {amount}", "{register}, {date}: {amount}"),
    "turnover.mail.changed": ("Gewijzigd, oud → nieuw:", "Changed, old → new:"),
    "turnover.mail.changed_day": ("{register}, {date}: {old} → {new}", "{register}, {date}: {old} → {new}"),
    "turnover.mail.changed_payments": (
        "{register}, {date}: {new}, alleen de verdeling over betaalwijzen",
        "{register}, {date}: {new}, only the split over payment methods",
    ),
    "turnover.mail.notices": ("Opmerkingen:", "Notices:"),
    "turnover.mail.kind.scheduled": ("volgens rooster", "scheduled"),
    "turnover.mail.kind.manual": ("met de hand gestart", "started by hand"),
    "turnover.mail.totals": (
        "Totalen van run {run} ({kind}), {first} t/m {last}:",
        "Totals of run {run} ({kind}), {first} to {last}:",
    ),
    "turnover.mail.totals.rows": (
        "- regels gelezen: {rows}, waarvan afgerond op vier decimalen: {rounded}; duur: {duration} s",
        "- rows read: {rows}, of which rounded to four decimals: {rounded}; duration: {duration} s",
    ),
    "turnover.mail.totals.days": ("- kassadagen: {days}", "- register-days: {days}"),
    "turnover.mail.totals.proof": (
        (
            "- sluitcontrole: gelezen {read} = geschreven {written} + ongewijzigd {unchanged} + geparkeerd "
            "{parked} + mislukt {failed} + andere bron {other}; verschil {difference}"
        ),
        (
            "- closing proof: rows read {read} = written {written} + unchanged {unchanged} + parked {parked} + "
            "failed {failed} + other source {other}; difference {difference}"
        ),
    ),
    "turnover.mail.totals.undated": (
        "- in mislukt zit {undated} van regels zonder leesbare datum",
        "- failed holds {undated} of rows without a readable date",
    ),
}
