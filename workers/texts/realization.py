"""Texts about realization lines: what is wrong with a line, a file or a message before AFAS sees it."""

TEXTS: dict[str, tuple[str, str]] = {
    "realization.language": ("nl", "en"),
    # A line that is refused by us: field, value and, behind the semicolon, the remedy.
    "realization.invalid.object": (
        'de regel is "{value}" en geen object met velden; geef veldnamen van AFAS met hun waarden',
        'the line is "{value}" and no object with fields; give field names of AFAS with their values',
    ),
    "realization.invalid.unknown": (
        '{field}: dit veld kent AFAS niet (waarde "{value}"); laat het weg of verbeter de naam',
        '{field}: AFAS does not know this field (value "{value}"); leave it out or mend its name',
    ),
    "realization.invalid.misspelt": (
        '{field}: dit veld kent AFAS niet (waarde "{value}"); bedoelt u {near}?',
        '{field}: AFAS does not know this field (value "{value}"); did you mean {near}?',
    ),
    "realization.invalid.any": (
        '{field}: "{value}" is niet één waarde; geef een tekst, een getal, true of false',
        '{field}: "{value}" is not one value; give a text, a number, true or false',
    ),
    "realization.invalid.text": (
        '{field}: "{value}" is geen tekst; geef één tekst of getal',
        '{field}: "{value}" is no text; give one text or number',
    ),
    "realization.invalid.integer": (
        '{field}: "{value}" is geen geheel getal; geef alleen cijfers, zoals 12',
        '{field}: "{value}" is no whole number; give digits only, such as 12',
    ),
    "realization.invalid.number": (
        '{field}: "{value}" is geen getal; schrijf een decimale punt en geen duizendtekens, zoals 1234.50',
        '{field}: "{value}" is no number; write a decimal point and no thousands marks, such as 1234.50',
    ),
    "realization.invalid.boolean": (
        '{field}: "{value}" is geen ja of nee; geef true of false',
        '{field}: "{value}" is no yes or no; give true or false',
    ),
    "realization.invalid.date": (
        '{field}: "{value}" is geen bestaande datum; schrijf jjjj-mm-dd, zoals 2026-11-20',
        '{field}: "{value}" is no existing date; write yyyy-mm-dd, such as 2026-11-20',
    ),
    "realization.invalid.moment": (
        '{field}: "{value}" is geen datum of tijd; schrijf jjjj-mm-ddTuu:mm:ss, zoals 2026-11-20T09:30:00',
        '{field}: "{value}" is no date or time; write yyyy-mm-ddThh:mm:ss, such as 2026-11-20T09:30:00',
    ),
    "realization.invalid.character": (
        '{field}: "{value}" bevat een besturingsteken of half teken; haal het eruit',
        '{field}: "{value}" holds a control character or half a character; take it out',
    ),
    "realization.invalid.length": (
        '{field}: "{value}" heeft {length} tekens; kort het in tot {limit}',
        '{field}: "{value}" has {length} characters; shorten it to {limit}',
    ),
    "realization.invalid.code": (
        '{field}: "{value}" is hier geen code; kies uit {codes}',
        '{field}: "{value}" is no code here; choose from {codes}',
    ),
    "realization.invalid.key": (
        '{field}: "{value}" kan geen sleutel zijn; geef 1 tot 40 afdrukbare tekens zonder spatie aan begin of eind',
        '{field}: "{value}" can\'t be a key; give 1 to 40 printable characters without a blank at either end',
    ),
    "realization.invalid.repeated": (
        '{field}: "{value}" is al de sleutel van regel {position} in deze batch; geef elke regel een eigen sleutel',
        '{field}: "{value}" is the key of line {position} in this batch already; give each line a key of its own',
    ),
    "realization.invalid.unresolved": (
        '{field}: van "{value}" is geen regelnummer bekend; geef Id, of stel een teruglees-connector in (read_back)',
        '{field}: no line number is known of "{value}"; give Id, or set up a read-back connector (read_back)',
    ),
    "realization.invalid.contradiction": (
        '{field}: "{value}" spreekt de actie {action} tegen; laat het veld weg of kies een andere actie',
        '{field}: "{value}" contradicts the action {action}; leave the field out or choose another action',
    ),
    # What the connector can't do.
    "realization.invalid.period": (
        '{field}: "{value}" is een andere periode dan {old:%Y-%m-%d}; verwijder de regel en voeg een nieuwe toe',
        '{field}: "{value}" is another period than {old:%Y-%m-%d}; delete the line and insert a new one',
    ),
    "realization.invalid.declaration": (
        '{field}: "{value}" hoort bij een declaratie (Flex); corrigeer met PtCorrectionDeclaration of in AFAS',
        '{field}: "{value}" belongs to a declaration (Flex); correct it with PtCorrectionDeclaration or in AFAS',
    ),
    "realization.invalid.settled": (
        '{field}: de regel "{value}" is geaccordeerd of gereedgemeld; geef "force": true als hij toch weg moet',
        '{field}: the line "{value}" is approved or ready; give "force": true if it has to go all the same',
    ),
    "realization.invalid.unsure": (
        '{field}: regel "{value}" kan geaccordeerd of gereed zijn; geef "force": true als hij hoe dan ook weg moet',
        '{field}: line "{value}" may be approved or ready; give "force": true if it has to go anyhow',
    ),
    # What a line lacks.
    "realization.missing.date": (
        "{field} ontbreekt; geef de datum als jjjj-mm-dd",
        "{field} is missing; give the date as yyyy-mm-dd",
    ),
    "realization.missing.item": (
        "{field} ontbreekt; geef de code van de werksoort, het artikel of de kosten",
        "{field} is missing; give the code of the work type, the article or the costs",
    ),
    "realization.missing.relation": (
        "{field} ontbreekt; geef bij de itemcode van een verkooprelatie ook de verkooprelatie, of geef ItCd",
        "{field} is missing; with a sales relation's own item code give the sales relation too, or give ItCd",
    ),
    "realization.missing.line": (
        "{field} ontbreekt, en XpRe ook; geef een van beide, anders is niet bekend welke regel bedoeld is",
        "{field} is missing, and so is XpRe; give one of them, else nobody knows which line is meant",
    ),
    # What may be forgotten, and need not be.
    "realization.hint.employee": (
        "geen medewerker (EmId), en ook geen UnEm, CrId of CcId",
        "no employee (EmId), nor UnEm, CrId or CcId",
    ),
    "realization.hint.reason": (
        "afgekeurd zonder toelichting (DiRe)",
        "rejected without a comment (DiRe)",
    ),
    # A file that is no file of lines.
    "realization.file.encoding": (
        "het bestand is geen UTF-8; sla het op als UTF-8",
        "the file is not UTF-8; save it as UTF-8",
    ),
    "realization.file.json": (
        "geen geldige JSON op regel {line}, teken {column}; controleer haken, komma's en aanhalingstekens",
        "not valid JSON at line {line}, character {column}; check brackets, commas and quotes",
    ),
    "realization.file.constant": (
        "{value} is geen JSON; geef een getal of null",
        "{value} is not JSON; give a number or null",
    ),
    "realization.file.list": (
        'geen lijst van regels; geef [{{"DaTi": …}}, …] of {{"PtRealization": {{"Element": [{{"Fields": {{…}}}}]}}}}',
        'no list of lines; give [{{"DaTi": …}}, …] or {{"PtRealization": {{"Element": [{{"Fields": {{…}}}}]}}}}',
    ),
    "realization.file.csv": (
        "geen geldige CSV rond regel {line}; controleer aanhalingstekens en scheidingstekens",
        "not valid CSV near line {line}; check quotes and separators",
    ),
    "realization.file.empty": (
        "het bestand is leeg; begin met een regel met veldnamen van AFAS",
        "the file is empty; begin with a row of AFAS's field names",
    ),
    "realization.file.header": (
        'de eerste regel ("{value}") noemt geen enkel veld van AFAS; begin met een regel met veldnamen',
        'the first row ("{value}") names no field of AFAS; begin with a row of field names',
    ),
    "realization.file.twice": (
        "de eerste regel noemt {names} meer dan eens; laat één kolom staan",
        "the first row names {names} more than once; leave one column",
    ),
    "realization.file.xml": (
        "geen geldige XML op regel {line}, teken {column}; controleer de tags",
        "not valid XML at line {line}, character {column}; check its tags",
    ),
    "realization.file.doctype": (
        "XML met een DOCTYPE wordt geweigerd; haal hem weg",
        "XML with a DOCTYPE is refused; take it out",
    ),
    "realization.file.root": (
        "geen XML van nacalculatieregels; geef <PtRealization> met daarin <Element><Fields>…</Fields></Element>",
        "no XML of realization lines; give <PtRealization> with <Element><Fields>…</Fields></Element> in it",
    ),
    "realization.file.action": (
        'regel {position}: Action "{value}" is onbekend; geef insert, update of delete',
        'line {position}: Action "{value}" is unknown; give insert, update or delete',
    ),
    # A message that is not what its schema says.
    "realization.message.type": (
        "{where}: geen {expected}; zie afasconnector schema {name}",
        "{where}: no {expected}; see afasconnector schema {name}",
    ),
    "realization.message.missing": (
        "{where}: ontbreekt; zie afasconnector schema {name}",
        "{where}: is missing; see afasconnector schema {name}",
    ),
    "realization.message.unknown": (
        "{where}: hoort hier niet; zie afasconnector schema {name}",
        "{where}: does not belong here; see afasconnector schema {name}",
    ),
    "realization.message.value": (
        "{where}: {value} mag hier niet ({rule} {expected}); zie afasconnector schema {name}",
        "{where}: {value} is not allowed ({rule} {expected}); see afasconnector schema {name}",
    ),
}
