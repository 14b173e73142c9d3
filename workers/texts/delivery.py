"""Texts about the delivery of realization lines: why an organisation waits."""

TEXTS: dict[str, tuple[str, str]] = {
    "delivery.pause.unreachable": (
        "AFAS is niet bereikbaar; we proberen het vanzelf opnieuw",
        "AFAS can't be reached; we try again by ourselves",
    ),
    "delivery.pause.unauthorised": (
        "AFAS weigert token of afzender; controleer token, app-connector en IP-beperking, daarna config apply",
        "AFAS refuses token or sender; check token, app connector and IP restriction, then config apply",
    ),
    "delivery.pause.not_found": (
        "AFAS kent het adres niet (404); controleer environment in de instellingen",
        "AFAS does not know the address (404); check environment in the settings",
    ),
    "delivery.pause.whole_call": (
        "AFAS weigert de hele aanroep; zet UpdateConnector PtRealization in de app-connector of hef de blokkade op",
        "AFAS refuses the whole call; put UpdateConnector PtRealization into the app connector, or unblock it",
    ),
    "delivery.pause.busy": (
        "AFAS is bezet of in onderhoud; na de gevraagde tijd gaan we vanzelf verder",
        "AFAS is busy or under maintenance; after the time it asks for we go on by ourselves",
    ),
    "delivery.no_read_back": (
        "de terugleesconnector is intussen uit de inrichting gehaald; zet read_back terug, of regels gaan een voor een",
        "the read-back connector was taken out of the set-up meanwhile; put read_back back, or lines go one at a time",
    ),
    "delivery.marks": (
        "het merkteken kon nergens worden bewaard ({path}, broker); er wordt niets verzonden",
        "the mark could be kept nowhere ({path}, broker); nothing is sent",
    ),
}
