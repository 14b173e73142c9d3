"""Texts about what the command line says."""

TEXTS: dict[str, tuple[str, str]] = {
    "cli.help": (
        "Omzet uit AFAS naar Staff, nacalculatie naar AFAS. Elke opdracht heeft --help; --debug toont fouten geheel.",
        "Turnover from AFAS into Staff, realization into AFAS. Each command has --help; --debug shows errors whole.",
    ),
    "cli.help.help": ("Toon deze uitleg", "Show this help"),
    "cli.help.version": ("Toon de versie", "Show the version"),
    "cli.usage": ("{wrong}; zie: {command} --help", "{wrong}; see: {command} --help"),
    "cli.usage.missing": ("{name} ontbreekt", "{name} is missing"),
    "cli.usage.no_value": ("{name} mist zijn waarde", "{name} lacks its value"),
    "cli.usage.unknown": ("{word} is hier geen opdracht of optie", "{word} is no command or option here"),
    "cli.usage.number": (
        "{value} is geen geheel getal zoals 12 of -40",
        "{value} is no whole number such as 12 or -40",
    ),
    "cli.usage.day": (
        "{value} is geen dag; schrijf jjjj-mm-dd, zoals 2026-03-31",
        "{value} is no day; write yyyy-mm-dd, such as 2026-03-31",
    ),
    "cli.guid": ("guid van de organisatie", "guid of the organisation"),
    "cli.days_back": (
        "-40: van 40 dagen terug tot en met vandaag; zonder: zoals ingericht",
        "-40: from 40 days ago up to and including today; without: as set up",
    ),
    "cli.run": ("nummer van de run", "number of the run"),
    "cli.csv": ("uitvoer als CSV", "output as CSV"),
    "cli.history.register": ("kassacode", "register code"),
    "cli.history.date": ("boekdag (jjjj-mm-dd)", "booking day (yyyy-mm-dd)"),
    "cli.nothing": ("Niets gevonden", "Nothing found"),
    "cli.failed": (
        "Meer: afasconnector runs show {run}; opnieuw: afasconnector runs retry {run}",
        "More: afasconnector runs show {run}; again: afasconnector runs retry {run}",
    ),
    "cli.older": (
        "Run {run}, die was blijven liggen, is eerst afgemaakt",
        "Run {run}, which was left behind, was finished first",
    ),
    "cli.behind": (
        "Run {run} van deze organisatie is nog bezig; daarna volgt deze",
        "Run {run} of this organisation is still at work; this one follows it",
    ),
    "cli.turnover": (
        "Omzet van een organisatie importeren: TURNOVER GUID -40 leest 40 dagen terug tot en met vandaag",
        "Import an organisation's turnover: TURNOVER GUID -40 reads from 40 days ago up to and including today",
    ),
    "cli.from": ("eerste boekdag (jjjj-mm-dd)", "first booking day (yyyy-mm-dd)"),
    "cli.to": ("laatste boekdag (jjjj-mm-dd)", "last booking day (yyyy-mm-dd)"),
    "cli.register": ("alleen deze kassacode", "this register code only"),
    "cli.dry_run": ("toon wat er zou veranderen, schrijf niets", "show what would change, write nothing"),
    "cli.enqueue": ("laat de workers het doen", "let the workers do it"),
    "cli.json": ("uitvoer als JSON", "output as JSON"),
    "cli.turnover.show": ("Toon de omzet die in Staff staat", "Show the turnover that Staff holds"),
    "cli.turnover.history": (
        "Toon elke waarde die een kassadag heeft gehad",
        "Show every value that a register-day has had",
    ),
    "cli.runs": ("Toon de omzetruns", "Show the turnover runs"),
    "cli.runs.show": ("Toon een run met zijn kassadagen", "Show a run with its register-days"),
    "cli.runs.retry": ("Probeer opnieuw wat mislukte", "Try again what failed"),
    "cli.db": ("De database", "The database"),
    "cli.db.upgrade": ("Maak de database of werk hem bij", "Make the database or bring it up to date"),
    "cli.db.upgraded": ("Database {address}: schemaversie {version}", "Database {address}: schema version {version}"),
    "cli.up": (
        "Start broker, workers, beat en Flower op deze machine",
        "Start broker, workers, beat and Flower on this machine",
    ),
    "cli.simulate": (
        "Start de AFAS-simulator (alleen in een checkout van de broncode)",
        "Start the AFAS simulator (in a source checkout only)",
    ),
    "cli.simulate.port": ("poort; 0: een vrije", "port; 0: a free one"),
    "cli.simulate.no_port": (
        "--port {port}: geef een poort van 1 tot en met 65535, of 0 voor een vrije",
        "--port {port}: give a port from 1 to 65535, or 0 for a free one",
    ),
    "cli.simulate.missing": (
        "De simulator zit alleen in een checkout van de broncode",
        "The simulator is in a source checkout only",
    ),
    "cli.status": ("Alles in een oogopslag", "Everything at a glance"),
    "cli.days": (
        "{days}: schrijf het aantal dagen terug met een minteken: -{days}",
        "{days}: write the number of days back with a minus sign: -{days}",
    ),
    "cli.reading": ("dagen gelezen uit AFAS", "days read from AFAS"),
    "cli.rehearsed": (
        "Proefrun: {changes} kassadagen zouden veranderen of fout gaan, {unchanged} blijven gelijk; niets geschreven",
        "Dry run: {changes} register-days would change or fail, {unchanged} stay the same; nothing written",
    ),
    "cli.enqueued": (
        "Run {run} staat klaar voor de workers; volgen: afasconnector runs show {run}",
        "Run {run} is ready for the workers; follow it: afasconnector runs show {run}",
    ),
    "cli.nothing_failed": ("In run {run} is niets mislukt", "Nothing failed in run {run}"),
    "cli.waiting": ("AFAS kan nu niet; opnieuw over {seconds} s", "AFAS can't now; again in {seconds} s"),
    "cli.too_long": (
        "AFAS laat langer wachten dan een opdracht wacht ({seconds} s); probeer het later opnieuw",
        "AFAS makes us wait longer than a command waits ({seconds} s); try again later",
    ),
    "cli.interrupted": (
        "Afgebroken; wat begonnen is, gaat verder bij de volgende opdracht of door de workers",
        "Interrupted; what was begun goes on at the next command or by the workers",
    ),
    "cli.unexpected": (
        "Onverwachte fout {error}: {reason}; met --debug volgt het hele verslag",
        "Unexpected error {error}: {reason}; --debug shows the whole report",
    ),
    "cli.status.never": (
        "heeft nog niet gedraaid; zonder workers hoeft dat ook niet",
        "has not run yet; without workers it need not",
    ),
    "cli.status.age": ("liep {seconds} s geleden", "ran {seconds} s ago"),
    "cli.status.up_dead": (
        "up is gestopt zonder afscheid, er wordt niets meer gedaan; start hem weer: afasconnector up",
        "up ended without farewell, nothing is done any more; start it again: afasconnector up",
    ),
    "cli.status.up_lacks": (
        "gestopt: {names}; up start ze weer, anders staat de reden in de map log van de home",
        "ended: {names}; up starts them again, else the reason is in the folder log of the home",
    ),
    "cli.status.up": ("{count} processen, Flower op {flower}", "{count} processes, Flower at {flower}"),
    "cli.status.no_organisation": (
        "nog geen organisatie; vul een YAML-bestand in en voer uit: afasconnector config apply BESTAND",
        "no organisation yet; fill in a YAML file and run: afasconnector config apply FILE",
    ),
    "cli.status.paused": (
        "gepauzeerd: {reason} (na herstel: afasconnector config apply)",
        "paused: {reason} (when mended: afasconnector config apply)",
    ),
    "cli.status.classic": (
        "gebruikt een klassiek token: het verloopt op 1 mei 2027 en stopt na 31 augustus 2027; ga over op OAuth",
        "uses a classic token: it expires on 1 May 2027 and stops after 31 August 2027; move to OAuth",
    ),
    "cli.status.run": ("run {run}: {state}, geëindigd {ended}", "run {run}: {state}, ended {ended}"),
    "cli.status.nobody": (
        "{count} mails zonder ontvanger; vul mail_to of ADMIN_MAIL in",
        "{count} mails without recipient; fill in mail_to or ADMIN_MAIL",
    ),
    "cli.status.failing": (
        "{count} mails niet verstuurd: {error}",
        "{count} mails not sent: {error}",
    ),
    "cli.status.refused": (
        "de laatste mail kwam niet bij iedereen aan: {error}; verbeter mail_to of ADMIN_MAIL",
        "the last mail did not reach everybody: {error}; correct mail_to or ADMIN_MAIL",
    ),
    "cli.status.no_smtp": (
        "SMTP_URL ontbreekt; {count} mails wachten in de outbox",
        "SMTP_URL is missing; {count} mails wait in the outbox",
    ),
}
