"""Texts about the configuration file."""

TEXTS: dict[str, tuple[str, str]] = {
    # What the file says, part by part.
    "config.subject.organisation": ("organisatie {organisation}", "organisation {organisation}"),
    "config.subject.afas": ("{organisation}, afas", "{organisation}, afas"),
    "config.subject.turnover": ("{organisation}, turnover", "{organisation}, turnover"),
    "config.subject.payment_method": ("{organisation}, betaalwijze {code}", "{organisation}, payment method {code}"),
    "config.subject.turnover_group": ("{organisation}, omzetgroep {code}", "{organisation}, turnover group {code}"),
    "config.subject.register": ("{organisation}, kassa {code}", "{organisation}, register {code}"),
    "config.subject.import": ("{organisation}, kassa {code}, import", "{organisation}, register {code}, import"),
    # What apply changes.
    "config.added": ("{subject} toegevoegd", "{subject} added"),
    "config.changed": ("{subject}: {field} {old} → {new}", "{subject}: {field} {old} → {new}"),
    "config.removed": ("{subject}: {field} verwijderd", "{subject}: {field} removed"),
    "config.secret_changed": ("{subject}: {field} gewijzigd", "{subject}: {field} changed"),
    "config.pause_ended": ("{subject}: pauze beëindigd ({reason})", "{subject}: pause ended ({reason})"),
    "config.unchanged": ("niets gewijzigd", "nothing changed"),
    "config.dry_run": ("proef: er is niets gewijzigd", "dry run: nothing was changed"),
    # Mistakes in the file.
    "config.line": ("regel {line}", "line {line}"),
    "config.unreadable": (
        "{path}: kan niet gelezen worden ({reason}); controleer naam en rechten",
        "{path}: can't be read ({reason}); check its name and permissions",
    ),
    "config.encoding": ("geen UTF-8; sla het bestand op als UTF-8", "not UTF-8; save the file as UTF-8"),
    "config.character": ("een teken dat YAML niet toelaat; verwijder het", "a character that YAML forbids; remove it"),
    "config.yaml": (
        "geen geldige YAML; controleer inspringing, dubbele punten en aanhalingstekens",
        "not valid YAML; check indentation, colons and quotes",
    ),
    "config.yaml_because": (
        "geen geldige YAML ({reason}); controleer inspringing, dubbele punten en aanhalingstekens",
        "not valid YAML ({reason}); check indentation, colons and quotes",
    ),
    "config.missing": ("{field} ontbreekt; vul het in", "{field} is missing; fill it in"),
    "config.empty": (
        "{field} is leeg; vul het in of laat de regel weg",
        "{field} is empty; fill it in or leave the line out",
    ),
    "config.twice": (
        "{field} staat al op regel {line}; laat er een weg",
        "{field} stands on line {line} already; leave one out",
    ),
    "config.colon": (
        "{field}: achter de dubbele punt hoort een spatie",
        "{field}: a blank belongs after the colon",
    ),
    "config.unknown": (
        "{field}: onbekend; bekend zijn hier {known}",
        "{field}: unknown; known here are {known}",
    ),
    "config.near": (
        "{field}: onbekend; bedoelt u {near}? Bekend zijn hier {known}",
        "{field}: unknown; did you mean {near}? Known here are {known}",
    ),
    "config.quotes": (
        '{field}: {value} staat niet tussen aanhalingstekens en is dan geen tekst; schrijf {field}: "{value}"',
        '{field}: {value} has no quotes and is no text then; write {field}: "{value}"',
    ),
    "config.not_text": (
        "{field}: hier hoort tekst; zet een waarde met accolades of blokhaken tussen aanhalingstekens",
        "{field}: text is expected here; put a value with braces or brackets between quotes",
    ),
    "config.not_list": (
        "{field}: hier hoort een lijst; begin elk onderdeel met een streepje",
        "{field}: a list is expected here; begin each item with a dash",
    ),
    "config.not_mapping": (
        "{field}: hier horen namen met waarden, elk op een ingesprongen regel",
        "{field}: names with values are expected here, each on an indented line",
    ),
    "config.invisible": (
        "{field}: {value} bevat een onzichtbaar teken; typ de waarde opnieuw",
        "{field}: {value} holds an invisible character; type the value again",
    ),
    "config.flag": (
        "{field}: {value} is geen keuze; schrijf true of false, zonder aanhalingstekens",
        "{field}: {value} is no choice; write true or false, without quotes",
    ),
    "config.days": (
        "{field}: {value} is geen aantal dagen; schrijf een getal van 0 tot en met {most}, zonder aanhalingstekens",
        "{field}: {value} is no number of days; write a whole number from 0 to {most}, without quotes",
    ),
    "config.sign": (
        "{field}: {value} is geen teken; schrijf 1 of -1, zonder aanhalingstekens",
        "{field}: {value} is no sign; write 1 or -1, without quotes",
    ),
    "config.guid": (
        "{field}: {value} is geen guid; de vorm is 6f07c4dd-0c63-4430-a2af-b9d2b5497697",
        "{field}: {value} is no guid; its form is 6f07c4dd-0c63-4430-a2af-b9d2b5497697",
    ),
    "config.time": (
        '{field}: {value} is geen tijd; schrijf uren en minuten, bijvoorbeeld "05:00"',
        '{field}: {value} is no time; write hours and minutes, for example "05:00"',
    ),
    "config.address": (
        "{field}: {value} is geen mailadres; schrijf er een, of een lijst ervan",
        "{field}: {value} is no mail address; write one, or a list of them",
    ),
    "config.choice": (
        "{field}: {value} is geen keuze; kies uit {choices}",
        "{field}: {value} is no choice; choose from {choices}",
    ),
    "config.excludes": (
        "{field} en {other} gaan niet samen; laat een van beide weg",
        "{field} and {other} exclude each other; leave one of them out",
    ),
    "config.both": (
        "{field} staat alleen; geef ook {other}, of gebruik amount",
        "{field} stands alone; give {other} too, or use amount",
    ),
    "config.credential": (
        "token ontbreekt; geef token, of oauth met client_id en client_secret",
        "token is missing; give token, or oauth with client_id and client_secret",
    ),
    "config.nothing_kept": (
        "{field}: *** betekent ongewijzigd, maar er is nog niets opgeslagen; vul het echte geheim in",
        "{field}: *** means unchanged, but nothing is stored yet; fill in the real secret",
    ),
    "config.organisation_twice": (
        "{field}: {value} staat al op regel {line}; voeg de twee organisaties samen",
        "{field}: {value} stands on line {line} already; make the two organisations one",
    ),
    "config.other_name": (
        "{field}: {value} heet op regel {line} {other}; geef de omzetgroep één naam",
        "{field}: {value} is called {other} on line {line}; give the turnover group one name",
    ),
    "config.code_twice": (
        "{field}: {value} is al in gebruik ({other}); binnen één AFAS-koppeling hoort een code bij één regel",
        "{field}: {value} is in use already ({other}); within one AFAS connection a code belongs to one line",
    ),
    "config.code_shared": (
        "{field}: kassacode {value} komt dan twee keer voor ({other}); geef een van beide een andere external_id",
        "{field}: register code {value} would exist twice ({other}); give one of the registers another external_id",
    ),
    "config.same_as_unknown": (
        "{field}: {value} bestaat niet; geef de guid van een organisatie in dit bestand of in de database",
        "{field}: {value} does not exist; give the guid of an organisation in this file or in the database",
    ),
    "config.same_as_self": (
        "{field}: {value} is deze organisatie zelf; geef environment en token, of de guid van een andere",
        "{field}: {value} is this organisation itself; give environment and token, or the guid of another one",
    ),
    "config.same_as_chain": (
        "{field}: {value} gebruikt zelf de koppeling van {other}; verwijs rechtstreeks daarheen",
        "{field}: {value} itself uses the connection of {other}; refer to that one directly",
    ),
    "config.same_as_unconnected": (
        "{field}: {value} heeft geen AFAS-koppeling; geef die organisatie environment en token",
        "{field}: {value} has no AFAS connection; give that organisation environment and token",
    ),
    "config.same_as_used": (
        "{field}: {value} kan niet, want {other} gebruikt de koppeling van deze organisatie; wijzig eerst die",
        "{field}: {value} is impossible, for {other} uses this organisation's connection; change that one first",
    ),
    "config.under_way": (
        (
            "{field}: {value} kan nog niet. Niet af en niet mee te nemen: batch {batches} (AFAS kan er regels van "
            "hebben, het zijn wijzigingen, een sleutel is daar al gebruikt, of het is de koppeling van een andere "
            "organisatie). Wacht tot het einde; of annuleer met afasconnector realization cancel, beslis met "
            "realization resolve over wat in twijfel is (--force waar het adres van nu niets toont), en dien daarna "
            "opnieuw in onder een andere referentie"
        ),
        (
            "{field}: {value} is impossible yet. Not ended, and can't go along: batch {batches} (AFAS may have lines "
            "of it, it holds changes, a key is taken there, or the connection is another organisation's). Wait for its "
            "end; or cancel by afasconnector realization cancel, settle by realization resolve what is in doubt "
            "(--force where the present address shows nothing), and then submit again under another reference"
        ),
    ),
    "config.goes_along": (
        "{subject}: batch {batches} gaat naar de nieuwe omgeving",
        "{subject}: batch {batches} goes to the new environment",
    ),
    "config.no_method": (
        "{field}: {value} is geen betaalwijze van deze organisatie; voeg er bij payment_methods een toe",
        "{field}: {value} is no payment method of this organisation; add one with that external_id to payment_methods",
    ),
    "config.refused": ("{field}: {reason}", "{field}: {reason}"),
    "config.no_credential": (
        "{field}: {value} heeft geen password en de organisatie geen afas; geef een van beide",
        "{field}: {value} has no password and the organisation no afas; give one of them",
    ),
    "config.other_host": (
        "{field}: {value} is niet de omgeving van de organisatie ({other}); geef password, of wijzig het adres",
        "{field}: {value} is not the organisation's environment ({other}); give password, or change the address",
    ),
    # Help of the commands.
    "config.help": ("De inrichting als één YAML-bestand", "The set-up as one YAML file"),
    "config.help.apply": (
        "Een bestand toepassen; wat het niet noemt, blijft zoals het is",
        "Apply a file; what it does not name stays as it is",
    ),
    "config.help.export": ("De inrichting als bestand, geheimen als ***", "The set-up as a file, secrets as ***"),
    "config.help.check": (
        "AFAS bellen en elk gebrek met zijn remedie noemen",
        "Call AFAS and name every gap with its remedy",
    ),
}
