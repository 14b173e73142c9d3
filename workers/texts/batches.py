"""Texts about batches of realization lines: mails, status, and what people do with them."""

TEXTS: dict[str, tuple[str, str]] = {
    "batches.unknown_batch": (
        "Batch {batch} bestaat niet; het nummer staat in het antwoord op submit",
        "There is no batch {batch}; its number is in the answer to submit",
    ),
    "batches.action.insert": ("toevoegen", "insert"),
    "batches.action.update": ("wijzigen", "update"),
    "batches.action.delete": ("verwijderen", "delete"),
    "batches.action.approve": ("accorderen", "approve"),
    "batches.action.unapprove": ("accordering ongedaan maken", "unapprove"),
    "batches.action.ready": ("gereedmelden", "mark ready"),
    "batches.action.reject": ("afkeuren", "reject"),
    "batches.count.pending": ("nog niet verstuurd", "not sent yet"),
    "batches.count.sent": ("onderweg", "under way"),
    "batches.count.suspect": ("wordt uitgezocht", "being looked into"),
    "batches.count.applied": ("verwerkt", "applied"),
    "batches.count.refused": ("geweigerd door AFAS", "refused by AFAS"),
    "batches.count.invalid": ("ongeldig, niet verstuurd", "invalid, not sent"),
    "batches.count.in_doubt": ("onzeker", "in doubt"),
    "batches.count.conflict": ("conflict", "conflict"),
    "batches.count.cancelled": ("geannuleerd", "cancelled"),
    # The mail about a batch.
    "batches.mail.subject.finished": (
        "{organisation}: nacalculatie {reference} niet helemaal verwerkt (batch {batch})",
        "{organisation}: realization {reference} not applied whole (batch {batch})",
    ),
    "batches.mail.subject.waiting": (
        "{organisation}: nacalculatie {reference} wacht op u (batch {batch})",
        "{organisation}: realization {reference} waits for you (batch {batch})",
    ),
    "batches.mail.subject.braked": (
        "{organisation}: nacalculatie {reference} gepauzeerd (batch {batch})",
        "{organisation}: realization {reference} paused (batch {batch})",
    ),
    "batches.mail.finished": (
        "Batch {batch} ({action}, {reference}) van {organisation} is klaar; niet alles is verwerkt.",
        "Batch {batch} ({action}, {reference}) of {organisation} is finished; not all was applied.",
    ),
    "batches.mail.waiting": (
        "Batch {batch} ({action}, {reference}) van {organisation} kan zonder u niet verder.",
        "Batch {batch} ({action}, {reference}) of {organisation} can't go on without you.",
    ),
    "batches.mail.braked": (
        "Batch {batch} ({action}, {reference}) van {organisation} is gepauzeerd.",
        "Batch {batch} ({action}, {reference}) of {organisation} is paused.",
    ),
    "batches.mail.brake": (
        (
            "AFAS weigerde honderd regels achter elkaar met dezelfde tekst:\n  {text}\nIs de oorzaak weg: "
            "afasconnector realization retry {batch}. Hoeft de rest niet: afasconnector realization cancel {batch}."
        ),
        (
            "AFAS refused a hundred lines in a row with one text:\n  {text}\nWhen the cause is gone: "
            "afasconnector realization retry {batch}. To drop the rest: afasconnector realization cancel {batch}."
        ),
    ),
    "batches.mail.group": ("{count} × {state}:", "{count} × {state}:"),
    "batches.mail.values": ("waarden: {names}", "values: {names}"),
    "batches.mail.field": ("veld: {field}", "field: {field}"),
    "batches.mail.remedy": ("wat te doen: {remedy}", "what to do: {remedy}"),
    "batches.mail.lines": ("regels: {names}", "lines: {names}"),
    "batches.mail.ids": ("regelnummers in AFAS: {names}", "line numbers in AFAS: {names}"),
    "batches.mail.more": (" en nog {count}", " and {count} more"),
    "batches.mail.references": (
        "in het logboek van Profit: {references}",
        "in Profit's log: {references}",
    ),
    "batches.mail.all": (
        "alle regels: afasconnector realization status {batch} --csv",
        "all lines: afasconnector realization status {batch} --csv",
    ),
    "batches.mail.more_groups": (
        "Nog {count} redenen: afasconnector realization status {batch} --csv",
        "{count} more reasons: afasconnector realization status {batch} --csv",
    ),
    "batches.mail.behind": (
        "Hierop wachten ook batches: {batches}.",
        "These batches wait for it as well: {batches}.",
    ),
    "batches.mail.spent": (
        (
            "Acht pogingen achter elkaar brachten deze regels niet verder; ze blijven zoals ze zijn: {lines}.\n"
            "Opnieuw proberen: afasconnector realization retry {batch}"
        ),
        (
            "Eight attempts in a row got these lines no further; they stay as they are: {lines}.\n"
            "To try again: afasconnector realization retry {batch}"
        ),
    ),
    "batches.mail.ahead": (
        (
            "{count} regels wachten op een eerdere bewerking van dezelfde regel in AFAS, die op een mens wacht: regel "
            "#{line} van batch {batch}. Is daarover beslist, dan gaan ze vanzelf verder; wat ermee is: "
            "afasconnector realization show '#{line}'"
        ),
        (
            "{count} lines wait for an earlier operation on the same line in AFAS, which waits for a person: line "
            "#{line} of batch {batch}. Once that is settled they go on by themselves; what became of it: "
            "afasconnector realization show '#{line}'"
        ),
    ),
    "batches.mail.commands": (
        (
            "Verbeteren en opnieuw sturen: afasconnector realization status {batch} --csv > regels.csv, verbeter de "
            "geweigerde en ongeldige regels, en dan: afasconnector realization retry {batch} --file regels.csv"
        ),
        (
            "Mend and send again: afasconnector realization status {batch} --csv > lines.csv, mend the refused and "
            "invalid lines, and then: afasconnector realization retry {batch} --file lines.csv"
        ),
    ),
    # The mails about an organisation.
    "batches.mail.subject.stop": (
        "{organisation}: aflevering aan AFAS gestopt",
        "{organisation}: delivery to AFAS stopped",
    ),
    "batches.mail.subject.pause": (
        "{organisation}: aflevering aan AFAS gepauzeerd",
        "{organisation}: delivery to AFAS paused",
    ),
    "batches.mail.subject.notice": (
        "{organisation}: aflevering aan AFAS, let op",
        "{organisation}: delivery to AFAS, attention",
    ),
    "batches.mail.subject.went_on": (
        "{organisation}: aflevering aan AFAS gaat verder",
        "{organisation}: delivery to AFAS goes on",
    ),
    "batches.mail.stop": (
        "De aflevering van nacalculatieregels van {organisation} is gestopt.",
        "The delivery of realization lines of {organisation} has stopped.",
    ),
    "batches.mail.pause": (
        "De aflevering van nacalculatieregels van {organisation} is gepauzeerd.",
        "The delivery of realization lines of {organisation} is paused.",
    ),
    "batches.mail.notice": (
        "Bij de aflevering van nacalculatieregels van {organisation} viel iets op.",
        "The delivery of realization lines of {organisation} came across something.",
    ),
    "batches.mail.went_on": (
        "De aflevering van nacalculatieregels van {organisation} gaat weer verder.",
        "The delivery of realization lines of {organisation} goes on again.",
    ),
    "batches.halt.went_on": ("U hoeft niets te doen.", "There is nothing that you have to do."),
    "batches.halt.by_itself": (
        "Dit gaat vanzelf verder zodra AFAS weer antwoordt. Er gaat niets verloren.",
        "This goes on by itself as soon as AFAS answers again. Nothing gets lost.",
    ),
    "batches.halt.mend": (
        (
            "Herstel dit in AFAS of in de inrichting; daarna gaat het vanzelf verder, of meteen met "
            "afasconnector config apply BESTAND. Er gaat niets verloren."
        ),
        (
            "Mend this in AFAS or in the set-up; then it goes on by itself, or at once by "
            "afasconnector config apply FILE. Nothing gets lost."
        ),
    ),
}
