"""Texts about what a person is told of realization lines: what it means, and the remedy."""

TEXTS: dict[str, tuple[str, str]] = {
    # Why a line waits for a person, or what one is told of it.
    "batches.matter.duplicate": ("AFAS heeft deze regel meer dan eens", "AFAS has this line more than once"),
    "batches.matter.key_collision": (
        "AFAS toont een andere regel met dezelfde sleutel",
        "AFAS shows another line with the same key",
    ),
    "batches.matter.exists": (
        "AFAS zegt dat de regel al bestaat, maar niet te zien is of dat de onze is",
        "AFAS says that the line exists already, and it can't be seen whether it is ours",
    ),
    "batches.matter.unnamed": (
        "AFAS nam de aanroep aan, maar noemt deze regel niet en toont hem niet",
        "AFAS took the call, but neither names this line nor shows it",
    ),
    "batches.matter.lost": ("het antwoord van AFAS ging verloren", "AFAS's answer got lost"),
    "batches.matter.too_large": (
        "de regel is AFAS te groot, en een eerdere poging kan zijn aangekomen",
        "the line is too large for AFAS, and an earlier attempt may have arrived",
    ),
    "batches.matter.oversize": (
        "de regel is op zichzelf al groter dan AFAS aanneemt (HTTP 413)",
        "the line by itself is larger than AFAS takes (HTTP 413)",
    ),
    "batches.matter.unsaid": (
        "AFAS zei niet waarom het de regel weigerde",
        "AFAS did not say why it refused the line",
    ),
    "batches.matter.locked": (
        "een ander hield in AFAS een record bezet, en een eerdere poging kan zijn aangekomen",
        "somebody else kept a record in AFAS occupied, and an earlier attempt may have arrived",
    ),
    "batches.matter.wished": (
        "annulering is gevraagd, maar een eerdere poging kan zijn aangekomen",
        "it was to be cancelled, but an earlier attempt may have arrived",
    ),
    "batches.matter.moved": ("de regel is intussen door iemand gewijzigd", "somebody changed the line meanwhile"),
    "batches.matter.absent": ("AFAS kent deze regel niet", "AFAS does not know this line"),
    "batches.matter.ambiguous": (
        "met deze sleutel heeft AFAS meer dan één regel",
        "AFAS has more than one line with this key",
    ),
    "batches.matter.census": (
        "regels die verwerkt zijn, toont AFAS niet meer",
        "AFAS no longer shows lines that were applied",
    ),
    "batches.matter.order": (
        "AFAS heeft regels niet op volgorde verwerkt, of toont niet alles; regels gaan nu een voor een",
        "AFAS did not process lines in order, or does not show all; lines now go one at a time",
    ),
    "batches.matter.invisible": (
        "AFAS nam een regel aan, maar toont hem na een kwartier nog niet",
        "AFAS took a line, but still does not show it after a quarter of an hour",
    ),
    "batches.matter.unwatched": (
        "een regel die voor de tweede keer ging, kan dubbel zijn: AFAS heeft hem nog niet getoond",
        "a line that went a second time may be there twice: AFAS has not shown it yet",
    ),
    "batches.matter.seen_twice": (
        "een regel die alleen ging, staat twee keer in AFAS",
        "a line that went alone is in AFAS twice",
    ),
    "batches.matter.canary_lost": (
        "van een proefregel ging het antwoord verloren, en AFAS toont hem niet",
        "the answer to a trial line got lost, and AFAS does not show it",
    ),
    "batches.matter.continuity": (
        "deze database is ouder dan wat naar AFAS ging: teruggezet of gekopieerd",
        "this database is older than what went to AFAS: restored or copied",
    ),
    "batches.matter.other": (
        "de aflevering vraagt om een mens ({matter})",
        "the delivery asks for a person ({matter})",
    ),
    "batches.matter.unsettled": ("de uitkomst is nog onbekend", "the outcome is still unknown"),
    # The remedy.
    "batches.remedy.duplicate": (
        "Verwijder in AFAS de regel die te veel is; AFASConnector verwijdert nooit zelf",
        "Delete the line that is too many in AFAS; AFASConnector never does so itself",
    ),
    "batches.remedy.key_collision": (
        "Vergelijk beide in AFAS en beslis: afasconnector realization resolve {batch} {line} applied|absent --note …",
        "Compare both in AFAS and decide: afasconnector realization resolve {batch} {line} applied|absent --note …",
    ),
    "batches.remedy.doubt": (
        (
            "Zoek de regel in AFAS op externe sleutel en beslis: "
            "afasconnector realization resolve {batch} {line} applied|absent --note …"
        ),
        (
            "Look for the line in AFAS by its external key and decide: "
            "afasconnector realization resolve {batch} {line} applied|absent --note …"
        ),
    ),
    "batches.remedy.moved": (
        "Kijk in AFAS wat er nu staat; is de wijziging nog nodig, lever hem dan opnieuw aan",
        "Look at what AFAS holds now; if the change is still needed, submit it anew",
    ),
    "batches.remedy.absent": (
        "Controleer het regelnummer of de externe sleutel",
        "Check the line number or the external key",
    ),
    "batches.remedy.oversize": (
        "Kort de lange teksten van de regel in en stuur hem opnieuw",
        "Shorten the line's long texts and send it again",
    ),
    "batches.remedy.unsaid": (
        "Zoek in het logboek van Profit waarom, verbeter de regel en stuur hem opnieuw",
        "Look in Profit's log for the reason, mend the line and send it again",
    ),
    "batches.remedy.unwatched": (
        "Zoek de regel in AFAS op externe sleutel; staat hij er dubbel, verwijder er dan een",
        "Look for the line in AFAS by its external key; if it is there twice, delete one",
    ),
    "batches.remedy.ambiguous": (
        "Noem de regel met zijn regelnummer (Id)",
        "Name the line by its line number (Id)",
    ),
    "batches.remedy.order": (
        "Geef de gebruiker van de app-connector zicht op alle regels; daarna: afasconnector realization resume {guid}",
        "Let the app connector's user see all lines; then: afasconnector realization resume {guid}",
    ),
    "batches.remedy.census": (
        (
            "Wie regels met de hand verwijderde, meldt dat: afasconnector realization forget REGEL. Anders verbergt "
            "een autorisatie of filter ze: herstel dat"
        ),
        (
            "Whoever deleted lines by hand says so: afasconnector realization forget LINE. Else an authorisation or "
            "filter hides them: mend that"
        ),
    ),
    "batches.remedy.stop": (
        (
            "Er gaat niets meer naar AFAS voor deze organisatie; wat onzeker is, blijft dat. Controleer in AFAS deze "
            "regels en wat de gebruiker van de app-connector mag zien. Daarna: afasconnector realization resume {guid}"
        ),
        (
            "Nothing more goes to AFAS for this organisation; what is in doubt stays so. Check these lines in AFAS and "
            "what the app connector's user may see. Then: afasconnector realization resume {guid}"
        ),
    ),
    "batches.remedy.continuity": (
        "Is dit de database die verder moet, dan: afasconnector realization adopt",
        "If this is the database that has to go on: afasconnector realization adopt",
    ),
    # AFAS's own texts, where they are known.
    "batches.known.locked": (
        "Een ander had het record open: probeer het opnieuw met realization retry",
        "Somebody else had the record open: try again by realization retry",
    ),
    "batches.known.blocked": (
        "Hef in AFAS de blokkering op (project, medewerker of item) en stuur de regel opnieuw",
        "Lift the block in AFAS (project, employee or item) and send the line again",
    ),
    "batches.known.period": (
        "Open de periode in AFAS of kies een andere datum, en stuur de regel opnieuw",
        "Open the period in AFAS or choose another date, and send the line again",
    ),
    "batches.known.exists": (
        "De regel staat al in AFAS; controleer de externe sleutel",
        "The line is in AFAS already; check the external key",
    ),
    "batches.known.required": (
        "Vul het verplichte veld in en stuur de regel opnieuw",
        "Fill in the required field and send the line again",
    ),
    "batches.known.ready": (
        "De regel is gereedgemeld en ligt vast; maak dat in AFAS ongedaan of laat hem staan",
        "The line was marked ready and is fixed; undo that in AFAS or leave it",
    ),
    "batches.known.approved": (
        "De regel is geaccordeerd; maak dat ongedaan (unapprove) en stuur de wijziging opnieuw",
        "The line is approved; undo that (unapprove) and send the change again",
    ),
    "batches.known.employment": (
        "Controleer het dienstverband van de medewerker op die datum",
        "Check the employee's employment on that date",
    ),
    "batches.known.rights": (
        "Geef de gebruiker van de app-connector in AFAS rechten op dit gegeven",
        "Give the app connector's user rights to this in AFAS",
    ),
    "batches.known.gone": (
        "Kijk in AFAS of de regel er nog is: misschien heeft iemand hem verwijderd, of mag de gebruiker hem niet zien",
        "See in AFAS whether the line is still there: somebody may have deleted it, or the user may not see it",
    ),
    "batches.known.unknown": (
        "Controleer de code: AFAS kent hem niet, of de gebruiker van de app-connector mag hem niet zien",
        "Check the code: AFAS does not know it, or the app connector's user may not see it",
    ),
    "batches.known.value": (
        "Verbeter de waarde van dit veld en stuur de regel opnieuw",
        "Mend the value of this field and send the line again",
    ),
}
