"""Texts about what an organisation still lacks."""

TEXTS: dict[str, tuple[str, str]] = {
    "check.unknown": (
        "{guid}: geen organisatie heeft deze guid; zie: afasconnector config export",
        "{guid}: no organisation has this guid; see: afasconnector config export",
    ),
    "check.gap": ("{subject}: {told}", "{subject}: {told}"),
    "check.warning": ("let op: {subject}: {told}", "note: {subject}: {told}"),
    "check.settings": ("instellingen", "settings"),
    "check.complete": ("compleet", "complete"),
    "check.smtp": (
        "SMTP_URL ontbreekt, dus mails blijven in de wachtrij; geef bijvoorbeeld smtp://mail.voorbeeld.nl:25",
        "SMTP_URL is missing, so mails stay in the outbox; give for example smtp://mail.example.com:25",
    ),
    "check.timeout": (
        "AFAS_READ_TIMEOUT={read} is kleiner dan AFAS_SERVER_TIMEOUT={server}; regels raken in twijfel, verhoog hem",
        "AFAS_READ_TIMEOUT={read} is below AFAS_SERVER_TIMEOUT={server}, so lines come in doubt; make it larger",
    ),
    "check.connection": (
        "geen AFAS-koppeling; geef afas met environment en token of oauth, of same_as",
        "no AFAS connection; give afas with environment and token or oauth, or same_as",
    ),
    "check.turnover": (
        "turnover ontbreekt, dus er is geen dagelijkse import; geef turnover met turnover_group en daily_at",
        "turnover is missing, so there is no daily import; give turnover with turnover_group and daily_at",
    ),
    "check.mail": (
        "niemand krijgt mail; geef mail_to, of de instelling ADMIN_MAIL",
        "nobody gets mail; give mail_to, or the setting ADMIN_MAIL",
    ),
    "check.external_id": (
        "kassa {name} heeft geen external_id en krijgt geen omzet; geef de code die AFAS gebruikt",
        "register {name} has no external_id and gets no turnover; give the code that AFAS uses",
    ),
    "check.import": (
        "kassa {code} heeft geen import, dus haar omzet mislukt; geef import met uri",
        "register {code} has no import, so its turnover fails; give import with uri",
    ),
    "check.account": (
        (
            "kassa {code}: geen default_turnover_account, dus een dag met een rij zonder rekeningnummer mislukt;"
            " geef er een bij de kassa of bij turnover"
        ),
        (
            "register {code}: no default_turnover_account, so a day with a row without account number fails; give one"
            " at the register or at turnover"
        ),
    ),
    "check.read_back": (
        (
            "geen read_back: nacalculatieregels gaan een voor een, en na een verloren antwoord wacht een regel op een "
            "mens; laat de AFAS-beheerder de GetConnector Profit_Realization kopiëren, er Externe sleutel (XpRe) aan "
            "toevoegen (naast Identity, DateTime, SystemDate, DateModified, EmployeeId, ItemCodeId, QuantityUnit, "
            "Approved en Prepared), hem in de app-connector zetten, en vul read_back in"
        ),
        (
            "no read_back: realization lines go one by one, and after a lost answer a line waits for a human; let "
            "AFAS's administrator copy the GetConnector Profit_Realization, add the external key (XpRe) to it (beside "
            "Identity, DateTime, SystemDate, DateModified, EmployeeId, ItemCodeId, QuantityUnit, Approved and "
            "Prepared), put it in the app connector, and fill in read_back"
        ),
    ),
    "check.read_back.created": (
        (
            "read_back zonder created: een regel waarvan iemand de datum wijzigde, is niet van een ontbrekende te "
            "onderscheiden, en elke keer worden al die dagen gelezen; voeg SystemDate toe en vul created in"
        ),
        (
            "read_back without created: a line whose date somebody changed can't be told from a missing one, and each "
            "time those days are read whole; add SystemDate and fill in created"
        ),
    ),
    "check.read_back.modified": (
        (
            "read_back zonder modified: een wijziging waarop het antwoord verloren ging, wacht op een mens; voeg "
            "DateModified toe en vul modified in"
        ),
        (
            "read_back without modified: a change whose answer got lost waits for a human; add DateModified and fill "
            "in modified"
        ),
    ),
    "check.read_back.name": (
        "read_back.fields: {name} is geen veld van PtRealization{near}; links staat de naam van AFAS' UpdateConnector",
        "read_back.fields: {name} is no field of PtRealization{near}; on the left is the UpdateConnector's name",
    ),
    "check.read_back.unmatched": (
        (
            "read_back.fields zonder {names}: een andere regel met dezelfde externe sleutel is daaraan niet te "
            "herkennen; voeg ze toe (EmployeeId, ItemCodeId, QuantityUnit)"
        ),
        (
            "read_back.fields without {names}: another line with the same external key is not known by them; add them "
            "(EmployeeId, ItemCodeId, QuantityUnit)"
        ),
    ),
    "check.read_back.marks": (
        (
            "read_back.fields zonder {names}: verwijderen vraagt dan force, en accorderen of gereedmelden waarop het "
            "antwoord verloren ging, wacht op een mens; voeg ze toe (Approved, Prepared)"
        ),
        (
            "read_back.fields without {names}: deleting then takes force, and an approval or readiness whose answer "
            "got lost waits for a human; add them (Approved, Prepared)"
        ),
    ),
    "check.update": (
        (
            "{where}: {name} staat niet bij de UpdateConnectors van de app-connector, dus nacalculatieregels kunnen "
            "niet worden afgeleverd; voeg hem in AFAS toe"
        ),
        (
            "{where}: {name} is not among the UpdateConnectors of the app connector, so realization lines can't be "
            "delivered; add it in AFAS"
        ),
    ),
    "check.delete_style": (
        (
            "delete_style {style} vraagt de datum van een regel, en zonder read_back is die onbekend; geef DaTi bij "
            "elke te verwijderen regel, of vul read_back in"
        ),
        (
            "delete_style {style} wants a line's date, which is unknown without read_back; give DaTi with each line to "
            "delete, or fill in read_back"
        ),
    ),
    "check.borrowed": (
        "read_back en delete_style werken hier niet door same_as; geef ze bij {owner}",
        "read_back and delete_style have no effect here because of same_as; give them at {owner}",
    ),
    "check.classic": (
        (
            "{where}: het klassieke token eindigt op {ends}, en na 31-08-2027 werkt geen enkel klassiek token meer;"
            " laat de AFAS-beheerder een OAuth-client maken en geef oauth"
        ),
        (
            "{where}: the classic token ends on {ends}, and after 31-08-2027 no classic token works any more; let"
            " AFAS's administrator make an OAuth client and give oauth"
        ),
    ),
    "check.connector": (
        "{where}: connector {name} staat niet in de app-connector{near}; voeg hem in AFAS toe of verbeter de naam",
        "{where}: connector {name} is not in the app connector{near}; add it in AFAS or correct the name",
    ),
    "check.field": (
        "connector {name} heeft geen veld {field} ({role}){near}; voeg het in AFAS toe of verbeter de toewijzing",
        "connector {name} has no field {field} ({role}){near}; add it in AFAS or correct the mapping",
    ),
    "check.near": (" (bedoeld is misschien {names})", " (perhaps {names} is meant)"),
    "check.date": (
        (
            "connector {name}: datumveld {field} is {type}, dus elke import leest alles; haal in AFAS de opmaak van het"
            " veld"
        ),
        (
            "connector {name}: date field {field} is {type}, so every import reads everything; take the format off the"
            " field in AFAS"
        ),
    ),
}
