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
            "geen read_back: na een verloren antwoord wacht een nacalculatieregel op een mens; laat de AFAS-"
            "beheerder Profit_Realization kopiëren met Externe sleutel (XpRe) erbij, hem in de app-connector zetten,"
            " en vul read_back in"
        ),
        (
            "no read_back: after a lost answer a realization line waits for a human; let AFAS's administrator copy"
            " Profit_Realization with the external key (XpRe) added, put it in the app connector, and fill in read_back"
        ),
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
