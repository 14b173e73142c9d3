"""Texts of a line's story, and of the commands around batches."""

TEXTS: dict[str, tuple[str, str]] = {
    "story.intake": (
        "aangenomen in batch {batch} ({action}, {reference}) van {organisation}, als regel {position}",
        "taken in by batch {batch} ({action}, {reference}) of {organisation}, as line {position}",
    ),
    "story.adopted": (
        "database overgenomen: wat eerder verstuurd kan zijn, staat voor poging {attempt}",
        "database adopted: attempt {attempt} stands for what may have been sent before",
    ),
    "story.sent": (
        "verstuurd in poging {attempt} met {lines} regels ({purpose})",
        "sent in attempt {attempt} with {lines} lines ({purpose})",
    ),
    "story.late": (
        "poging {attempt} ging te laat de deur uit; AFAS kan er nog lang aan werken",
        "attempt {attempt} went out too late; AFAS may work on it for long",
    ),
    "story.answered": (
        "poging {attempt} beantwoord met {how} na {duration} s: {said}",
        "attempt {attempt} answered with {how} after {duration} s: {said}",
    ),
    "story.reference": (" (logboek Profit: {reference})", " (Profit's log: {reference})"),
    "story.reach.lost": ("niets, het antwoord ging verloren", "nothing, the answer got lost"),
    "story.reach.unreachable": ("niets, AFAS was niet bereikbaar", "nothing, AFAS was out of reach"),
    "story.reach.not_sent": ("niets, er is niets verstuurd", "nothing, nothing was sent"),
    "story.purpose.fresh": ("eerste verzending", "first sending"),
    "story.purpose.pathfinder": ("verkenner, alleen", "pathfinder, alone"),
    "story.purpose.suspect": ("alleen, om de reden te leren", "alone, to learn the reason"),
    "story.purpose.canary": ("proefregel, alleen", "trial line, alone"),
    "story.purpose.probe": ("één regel van elke medewerker", "one line of each employee"),
    "story.read_back": ("teruggelezen ({read_back}): {state}", "read back ({read_back}): {state}"),
    "story.deed.moved": (
        "naar een andere omgeving geleid door {by}: {state}",
        "led to another environment by {by}: {state}",
    ),
    "story.deed.retried": ("opnieuw klaargezet door {by}: {state}", "set to go again by {by}: {state}"),
    "story.deed.resolved": ("beslist door {by}: {state}", "settled by {by}: {state}"),
    "story.deed.forced": (
        "beslist door {by}, zonder dat een lezing het bevestigt: {state}",
        "settled by {by}, although no read-back agrees: {state}",
    ),
    "story.deed.cancelled": ("geannuleerd door {by}: {state}", "cancelled by {by}: {state}"),
    "story.deed.wished": (
        "annuleren gevraagd door {by}, zodra vaststaat dat AFAS hem niet heeft: {state}",
        "cancelling asked for by {by}, once it is certain that AFAS does not have it: {state}",
    ),
    "story.deed.forgotten": (
        "door {by} gemeld als in AFAS verwijderd; de sleutel is vrij ({state})",
        "told by {by} to be deleted in AFAS; its key is free ({state})",
    ),
    "story.now": ("nu: {state}", "now: {state}"),
    "story.ids": (", regelnummer {ids}", ", line number {ids}"),
    "story.next.none": ("klaar; er volgt niets meer", "ended; nothing follows"),
    "story.next.retry": (
        "er volgt niets vanzelf; opnieuw sturen: afasconnector realization retry {batch}",
        "nothing follows by itself; to send again: afasconnector realization retry {batch}",
    ),
    "story.next.spent": (
        "acht pogingen achter elkaar brachten niets; opnieuw: afasconnector realization retry {batch}",
        "eight attempts in a row came to nothing; to try again: afasconnector realization retry {batch}",
    ),
    "story.next.stopped": (
        "de organisatie staat stil ({why}); verder: afasconnector realization resume {guid}",
        "the organisation has stopped ({why}); to go on: afasconnector realization resume {guid}",
    ),
    "story.next.paused": ("de organisatie is gepauzeerd: {why}", "the organisation is paused: {why}"),
    "story.next.braked": (
        "de batch is gepauzeerd om herhaalde weigeringen ({said}); verder: afasconnector realization retry {batch}",
        "the batch is paused for repeated refusals ({said}); to go on: afasconnector realization retry {batch}",
    ),
    "story.next.ahead": (
        (
            "wacht op regel #{line} van batch {batch}, een eerdere bewerking van dezelfde regel in AFAS ({state}); zie "
            "afasconnector realization show '#{line}'"
        ),
        (
            "waits for line #{line} of batch {batch}, an earlier operation on the same line in AFAS ({state}); see "
            "afasconnector realization show '#{line}'"
        ),
    ),
    "story.next.behind": ("wacht op batch {batch}", "waits for batch {batch}"),
    "story.next.judged": (
        "wordt teruggelezen; telt als afwezig op zijn vroegst vanaf {ends}",
        "is read back; counts as absent from {ends} at the earliest",
    ),
    "story.next.read_back": ("wordt teruggelezen, niet voor {due}", "is read back, not before {due}"),
    "story.next.sent": ("wordt verstuurd, niet voor {due}", "is sent, not before {due}"),
    # The commands.
    "story.cli.batch": ("nummer van de batch", "number of the batch"),
    "story.cli.line": (
        "externe sleutel (XpRe) of nummer (#4101) van de regel",
        "external key (XpRe) or number (#4101)",
    ),
    "story.cli.verdict": ("applied: staat in AFAS; absent: staat er niet", "applied: it is in AFAS; absent: it is not"),
    "story.cli.note": ("waarop dat berust", "what that rests on"),
    "story.cli.force": ("ook als AFAS het tegendeel toont", "even if AFAS shows the opposite"),
    "story.cli.retry_file": (
        "bestand met verbeterde regels (JSON, CSV, XML), zoals status --csv het geeft; andere velden blijven",
        "file of corrected lines (JSON, CSV, XML), as status --csv gives it; other fields stay",
    ),
    "story.cli.status": ("Toon per regel wat ervan werd", "Show what became of each line"),
    "story.cli.retry": (
        "Stuur geweigerde en ongeldige regels opnieuw, zo of verbeterd",
        "Send refused and invalid lines again, as they are or corrected",
    ),
    "story.cli.resolve": ("Beslis over een onzekere regel", "Settle a line in doubt"),
    "story.cli.cancel": ("Annuleer wat nog niet is verstuurd", "Cancel what was not sent"),
    "story.cli.show": ("Toon het hele verhaal van een regel", "Show a line's whole story"),
    "story.cli.forget": (
        "Geef de sleutel vrij van een regel die in AFAS met de hand is verwijderd",
        "Free the key of a line that was deleted in AFAS by hand",
    ),
    "story.cli.resume": ("Beëindig een stop van een organisatie", "End a stop of an organisation"),
    "story.cli.adopt": (
        "Ga verder met een teruggezette of gekopieerde database",
        "Go on with a restored or copied database",
    ),
    "story.cli.counts": (
        "Batch {batch}, {reference}: {state}; {counts}",
        "Batch {batch}, {reference}: {state}; {counts}",
    ),
    "story.cli.retried": (
        "Batch {batch}: {count} regels gaan opnieuw, {left} blijven staan",
        "Batch {batch}: {count} lines go again, {left} stay",
    ),
    "story.cli.resolved": ("Regel {name}: {verdict}", "Line {name}: {verdict}"),
    "story.cli.cancelled": (
        "Batch {batch}: {count} regels geannuleerd; {wished} volgen zodra zeker is dat AFAS ze niet heeft",
        "Batch {batch}: {count} lines cancelled; {wished} follow once it is certain that AFAS has none of them",
    ),
    "story.cli.forgotten": ("Regel {line}: de sleutel is vrij", "Line {line}: its key is free"),
    "story.cli.resumed": ("{guid}: de aflevering gaat verder", "{guid}: delivery goes on"),
    "story.cli.not_stopped": ("{guid}: er stond niets stil", "{guid}: nothing had stopped"),
    "story.cli.adopted": (
        "Overgenomen: {lines} regels zijn onzeker tot AFAS ze toont of {minutes} minuten voorbij zijn",
        "Adopted: {lines} lines are in doubt until AFAS shows them or {minutes} minutes have passed",
    ),
    "story.cli.file": ("{path}: {reason}", "{path}: {reason}"),
    "story.cli.other_action": (
        "het bestand vraagt {found}, de batch {wanted}; geef regels van de batch",
        "the file asks {found}, the batch {wanted}; give lines of the batch",
    ),
}
