"""Texts about calls to AFAS: one line each, the place first, the remedy last."""

TEXTS = {
    "afas.address.form": (
        "{address}: geen adres van AFAS; geef https://12345.rest.afas.online{root} of een omgevingscode als O12345AA",
        "{address}: no address of AFAS; give https://12345.rest.afas.online{root} or an environment code as O12345AA",
    ),
    "afas.address.import": (
        "{address}: geen adres van een GetConnector; geef https://12345.rest.afas.online{root}/connectors/NAAM",
        "{address}: no address of a GetConnector; give https://12345.rest.afas.online{root}/connectors/NAME",
    ),
    "afas.address.query": (
        "{address}: achter het vraagteken mogen alleen skip en take staan, niet {names}; haal dat weg",
        "{address}: only skip and take may stand behind the question mark, not {names}; take that away",
    ),
    "afas.address.connector": (
        "{name}: geen naam van een connector; neem de naam over uit AFAS",
        "{name}: no name of a connector; copy the name from AFAS",
    ),
    "afas.address.host": (
        "{host}: deze host is niet toegestaan; verbeter het adres of zet de host in ALLOWED_HOSTS (nu {allowed})",
        "{host}: this host is not allowed; correct the address or add the host to ALLOWED_HOSTS (now {allowed})",
    ),
    "afas.address.https": (
        "{host}: alleen https; http mag slechts naar een loopback-adres dat in ALLOWED_HOSTS staat",
        "{host}: https only; http is for a loopback address that ALLOWED_HOSTS names",
    ),
    "afas.token": (
        "Dit is geen AFAS-token; plak <token><version>1</version><data>…</data></token> of de 64 tekens van data",
        "This is no AFAS token; paste <token><version>1</version><data>…</data></token> or the 64 characters of data",
    ),
    "afas.ca_bundle": (
        "CA_BUNDLE={path}: geen leesbare certificaten in PEM-vorm ({reason}); verbeter bestand of instelling",
        "CA_BUNDLE={path}: can't be read as certificates in PEM form ({reason}); correct the file or the setting",
    ),
    "afas.certificate": (
        "{where}: het certificaat is niet te vertrouwen ({reason}); zet een eigen certificaatautoriteit in CA_BUNDLE",
        "{where}: the certificate can't be trusted ({reason}); put a private authority's certificate in CA_BUNDLE",
    ),
    "afas.unreachable": (
        "{where}: niet bereikbaar ({reason}); controleer adres, netwerk en firewall",
        "{where}: can't be reached ({reason}); check address, network and firewall",
    ),
    "afas.reset": (
        "{where}: de verbinding werd verbroken zonder antwoord; probeer het later opnieuw",
        "{where}: the connection ended without an answer; try again later",
    ),
    "afas.not_sent": (
        "De aanroep was niet binnen SEND_WITHIN verstuurd en is afgebroken; AFAS heeft er niets van uitgevoerd",
        "The call had not gone within SEND_WITHIN and was broken off; AFAS has executed nothing of it",
    ),
    "afas.cut": (
        "{where}: het antwoord brak halverwege af; probeer het later opnieuw",
        "{where}: the answer broke off halfway; try again later",
    ),
    "afas.silent": (
        "{where}: geen volledig antwoord binnen {seconds} s; probeer het later opnieuw of verhoog AFAS_READ_TIMEOUT",
        "{where}: no whole answer within {seconds} s; try again later or raise AFAS_READ_TIMEOUT",
    ),
    "afas.garbled": (
        "{where}: wat antwoordt spreekt geen HTTP ({reason}); controleer het adres en wat ervoor staat",
        "{where}: what answers does not speak HTTP ({reason}); check the address and what stands before it",
    ),
    "afas.broken": (
        "{where}: onleesbaar antwoord (HTTP {status}, {what}, {size} bytes); probeer het later of controleer het adres",
        "{where}: unreadable answer (HTTP {status}, {what}, {size} bytes); try again later, else check the address",
    ),
    "afas.take_ignored": (
        "{where}: {rows} rijen op een vraag om {take}; controleer of dit adres van AFAS is",
        "{where}: {rows} rows where {take} were asked; check whether this address is AFAS's",
    ),
    "afas.endless": (
        "{where}: meer dan {rows} rijen; beperk de connector in AFAS tot minder jaren of geef hem een echt datumveld",
        "{where}: more than {rows} rows; limit the connector in AFAS to fewer years or give it a real date field",
    ),
    "afas.busy": (
        "{where}: AFAS is bezet (HTTP {status}){said}; probeer het later opnieuw",
        "{where}: AFAS is busy (HTTP {status}){said}; try again later",
    ),
    "afas.unauthorised": (
        (
            "{where}: AFAS weigert het token (HTTP {status}){said}; controleer het token en of deze connector in de"
            " app-connector staat"
        ),
        (
            "{where}: AFAS refuses the token (HTTP {status}){said}; check the token and whether this connector is in"
            " the app connector"
        ),
    ),
    "afas.client": (
        (
            "OAuth-client {client}: AFAS weigert client_id of client_secret; maak in AFAS een nieuw client_secret (het"
            " eindigt na 180 dagen) en vul het in"
        ),
        (
            "OAuth client {client}: AFAS refuses client_id or client_secret; make a new client_secret in AFAS (it ends"
            " after 180 days) and fill it in"
        ),
    ),
    "afas.forbidden": (
        (
            "{where}: AFAS laat dit IP-adres niet toe (HTTP {status}){said}; probeer het later opnieuw of controleer"
            " de IP-beperking van de app-connector"
        ),
        (
            "{where}: AFAS does not admit this IP address (HTTP {status}){said}; try again later, else check the IP"
            " restriction of the app connector"
        ),
    ),
    "afas.not_found": (
        (
            "{where}: dit adres bestaat niet (HTTP {status}){said}; controleer omgeving en soort (rest, resttest,"
            " restaccept)"
        ),
        (
            "{where}: this address does not exist (HTTP {status}){said}; check environment and kind (rest, resttest,"
            " restaccept)"
        ),
    ),
    "afas.redirect": (
        "{where}: verwijst door naar {location} (HTTP {status}) en dat volgen we niet; vul het juiste adres in",
        "{where}: redirects to {location} (HTTP {status}), which is not followed; fill in the right address",
    ),
    "afas.refused": (
        "{where}: AFAS weigert deze aanroep (HTTP {status}){said}; controleer adres en instellingen",
        "{where}: AFAS refuses this call (HTTP {status}){said}; check address and settings",
    ),
    "afas.server": (
        "{where}: fout in AFAS (HTTP {status}){said}; probeer het later opnieuw, zoek anders in het logboek van Profit",
        "{where}: error in AFAS (HTTP {status}){said}; try again later, else look in Profit's log",
    ),
    "afas.whole_call": (
        (
            "{where}: AFAS voert deze connector niet uit{said}; controleer de naam, of hij in de app-connector staat en"
            " of hij geblokkeerd is"
        ),
        (
            "{where}: AFAS does not run this connector{said}; check the name, whether it is in the app connector and"
            " whether it is blocked"
        ),
    ),
    "afas.timeout": (
        "{where}: AFAS was niet op tijd klaar{said}; probeer het later opnieuw",
        "{where}: AFAS was not ready in time{said}; try again later",
    ),
    "afas.too_large": (
        "{where}: te groot voor AFAS (HTTP {status}){said}; geef de connector in AFAS minder velden",
        "{where}: too large for AFAS (HTTP {status}){said}; give the connector in AFAS fewer fields",
    ),
    "afas.query": (
        "{where}: de vraag is langer dan {limit} tekens; wijs minder velden toe of kort hun namen in",
        "{where}: the query is longer than {limit} characters; map fewer fields or shorten their names",
    ),
    "afas.field": (
        "{where}: AFAS kent een veld niet{said}; verbeter de veldtoewijzing",
        "{where}: AFAS does not know a field{said}; correct the mapping of fields",
    ),
    "afas.field.unknown": (
        "{where}: veld {field} bestaat niet; bedoeld is misschien: {similar}",
        "{where}: field {field} does not exist; perhaps this is meant: {similar}",
    ),
    "afas.field.row": (
        "{where}: rij {row} heeft geen veld {field}, wel: {there}; verbeter de veldtoewijzing",
        "{where}: row {row} has no field {field}, but: {there}; correct the mapping of fields",
    ),
    "afas.changing": (
        "{where}: de boekingen van {first} tot en met {last} veranderden tijdens {passes} lezingen; probeer het later",
        "{where}: the bookings of {first} up to and including {last} changed in {passes} reads; try again later",
    ),
    "afas.notice.metainfo": (
        "{where}: AFAS geeft geen metainfo, dus is alles gelezen en hier op datum gekozen; controleer de rechten",
        "{where}: AFAS gives no metainfo, so all was read and chosen by date here; check the rights",
    ),
    "afas.notice.dot": (
        "{where}: AFAS filtert niet op {field} (een punt in de naam), dus is alles gelezen; hernoem het veld",
        "{where}: AFAS can't filter on {field} (a dot in its name), so all was read; rename the field",
    ),
    "afas.notice.text": (
        "{where}: {field} is geen datum maar {type}, dus is alles gelezen; verwijder de opmaak van het veld in AFAS",
        "{where}: {field} is no date but {type}, so all was read; take the format off the field in AFAS",
    ),
}
