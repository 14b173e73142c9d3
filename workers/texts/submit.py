"""Texts about taking in realization lines: what is not taken, and what was."""

TEXTS: dict[str, tuple[str, str]] = {
    # A message that is not taken.
    "submit.unreadable": (
        "onleesbaar bericht ({why}); stuur het als protocol 2 van Celery: [[], {{…}}, {{}}], niet te diep genest",
        "unreadable message ({why}); send it as protocol 2 of Celery: [[], {{…}}, {{}}], not nested too deep",
    ),
    "submit.unprintable": (
        "{where}: {value} bevat tekens die niet afgedrukt kunnen worden; haal ze eruit",
        "{where}: {value} has characters that can't be printed; take them out",
    ),
    "submit.other_content": (
        "referentie {reference} hoort al bij batch {batch}, met andere inhoud; geef een andere referentie",
        "reference {reference} belongs to batch {batch} already, with other content; give another reference",
    ),
    "submit.no_connection": (
        "organisatie {guid} heeft geen AFAS-verbinding; vul haar in met: afasconnector config apply",
        "organisation {guid} has no AFAS connection; fill it in with: afasconnector config apply",
    ),
    # A line whose key is somebody else's.
    "submit.delivered": (
        'XpRe (Externe sleutel): "{value}" is al geleverd als regel {id}; laat de regel weg of geef een andere sleutel',
        'XpRe (External key): "{value}" is already delivered as line {id}; leave the line out or give another key',
    ),
    "submit.under_way": (
        'XpRe (Externe sleutel): "{value}" is nog onderweg in batch {batch}; wacht die af of geef een andere sleutel',
        'XpRe (External key): "{value}" is still under way in batch {batch}; wait for it or give another key',
    ),
    # The commands.
    "submit.realization": ("Nacalculatieregels naar AFAS", "Realization lines to AFAS"),
    "submit.submit": (
        "Lever de regels van een bestand (JSON, CSV of XML)",
        "Deliver the lines of a file (JSON, CSV or XML)",
    ),
    "submit.file": ("bestand met regels", "file with lines"),
    "submit.action": (
        "wat er met de regels moet: insert, update, delete, approve, unapprove, ready of reject",
        "what is to be done with the lines: insert, update, delete, approve, unapprove, ready or reject",
    ),
    "submit.reference": (
        "naam van de levering; zonder: uit bestand en actie gemaakt",
        "name of the delivery; without: made of file and action",
    ),
    "submit.wait": ("wacht tot elke regel zijn uitkomst heeft", "wait until every line has its outcome"),
    "submit.wrong": ("{path}: {reason}", "{path}: {reason}"),
    "submit.taken": (
        "Batch {batch} ({action}, referentie {reference}): {lines} regels, waarvan {invalid} ongeldig",
        "Batch {batch} ({action}, reference {reference}): {lines} lines, of which {invalid} invalid",
    ),
    "submit.behind": (
        "Batch {batch} begint als batch {first} klaar is",
        "Batch {batch} begins when batch {first} has ended",
    ),
    "submit.hint": ("{count} regels: {hint}", "{count} lines: {hint}"),
    "submit.no_broker": (
        "De broker is niet bereikbaar; de regels staan klaar en de workers pakken ze op zodra ze draaien",
        "The broker can't be reached; the lines stand ready and the workers take them up as soon as they run",
    ),
    "submit.standstill": ("Nu even niet: {why}", "Not now: {why}"),
    "submit.ended": ("regels met uitkomst", "lines with their outcome"),
    "submit.outcome": (
        "Batch {batch}: {outcome}; meer: afasconnector realization status {batch}",
        "Batch {batch}: {outcome}; more: afasconnector realization status {batch}",
    ),
    "submit.schema": (
        "Toon het JSON-schema van een openbaar bericht",
        "Show the JSON schema of a public message",
    ),
    "submit.schema.name": ("naam van het bericht", "name of the message"),
    "submit.schema.unknown": (
        "{name}: geen bericht met een schema; kies uit {names}",
        "{name}: no message with a schema; choose from {names}",
    ),
}
