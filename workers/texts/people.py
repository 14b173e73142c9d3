"""Texts about what people do with realization lines, and what the command line says of it."""

TEXTS: dict[str, tuple[str, str]] = {
    "people.no_line": (
        "Er is geen regel {name}; geef de externe sleutel (XpRe) of het nummer van de regel, zoals #4101",
        "There is no line {name}; give its external key (XpRe) or its number, such as #4101",
    ),
    "people.many_lines": (
        "{name} is meer dan één regel; noem het nummer met een hekje: {ids}",
        "{name} is more than one line; give the number behind a hash: {ids}",
    ),
    "people.not_in_doubt": (
        "Regel {line} is niet onzeker maar {state}; alleen een onzekere regel kan met de hand worden beslist",
        "Line {line} is not in doubt but {state}; only a line in doubt can be settled by hand",
    ),
    "people.too_soon": (
        "Regel {line} kan tot {until} nog in AFAS aankomen; beslis daarna",
        "Line {line} may still arrive in AFAS until {until}; decide after that",
    ),
    "people.no_note": (
        "De notitie is leeg; schrijf hoe u weet wat er met de regel is: --note",
        "The note is empty; write how you know what became of the line: --note",
    ),
    "people.not_shown": (
        "AFAS toont regel {name} niet{ids}; controleer het, of beslis toch met --force",
        "AFAS does not show line {name}{ids}; check that, or decide all the same by --force",
    ),
    "people.shown": (
        "AFAS toont regel {name} ({ids}); controleer het, of beslis toch met --force",
        "AFAS shows line {name} ({ids}); check that, or decide all the same by --force",
    ),
    "people.busy": (
        "Regel {line} wordt op dit moment afgeleverd; probeer het over een minuut opnieuw",
        "Line {line} is being delivered at this moment; try again in a minute",
    ),
    "people.elsewhere": (
        (
            "Batch {batch} ging naar {address}, en de koppeling van nu is een andere; dien de regels opnieuw in, onder "
            "een andere referentie"
        ),
        (
            "Batch {batch} went to {address}, and the present connection is another one; submit its lines anew, under "
            "another reference"
        ),
    ),
    "people.nothing_to_cancel": (
        "In batch {batch} is niets meer te annuleren: alle regels zijn klaar",
        "There is nothing left to cancel in batch {batch}: all its lines have ended",
    ),
    "people.not_applied": (
        "Regel {name} houdt geen sleutel vast; alleen een verwerkte, toegevoegde regel kan worden vergeten",
        "Line {name} holds no key; only an applied inserted line can be forgotten",
    ),
    "people.row_none": (
        "rij {number} van het bestand hoort bij geen geweigerde of ongeldige regel van deze batch",
        "row {number} of the file belongs to no refused or invalid line of this batch",
    ),
    "people.row_many": (
        "rij {number} van het bestand is niet eenduidig; geef de kolom line, en elke regel eenmaal",
        "row {number} of the file is ambiguous; give the column line, and each line once",
    ),
    "people.adopt_first": (
        "Deze database is ouder dan wat naar AFAS ging; ga verder met: afasconnector realization adopt",
        "This database is older than what went to AFAS; go on by: afasconnector realization adopt",
    ),
    "people.nothing_to_adopt": (
        "Deze installatie heeft nog nooit regels aangenomen; er is niets over te nemen",
        "This installation has never taken in a line; there is nothing to adopt",
    ),
}
