"""Texts about reading realization lines back from AFAS, and about deleting them: the place first, the remedy last."""

TEXTS = {
    "readback.id": (
        (
            "{where}: {field} is {type} en niet het regelnummer waarop te bladeren is; wijs bij read_back.id het veld"
            " Id (Identity) zonder opmaak toe"
        ),
        (
            "{where}: {field} is {type} and no line number by which to page; map read_back.id to the field Id"
            " (Identity) without a format"
        ),
    ),
    "readback.date": (
        "{where}: {field} is geen datum maar {type}; verwijder de opmaak van het veld in AFAS",
        "{where}: {field} is no date but {type}; take the format off the field in AFAS",
    ),
    "readback.number": (
        "{where}: {field} is geen getal maar {type}; verwijder de opmaak van het veld in AFAS",
        "{where}: {field} is no number but {type}; take the format off the field in AFAS",
    ),
    "readback.dot": (
        "{where}: AFAS filtert niet op {field} (een punt in de naam); hernoem het veld",
        "{where}: AFAS can't filter on {field} (a dot in its name); rename the field",
    ),
    "readback.value": (
        "{where}: regel {id} heeft in {field} een onleesbare waarde; verbeter de toewijzing of de opmaak in AFAS",
        "{where}: line {id} holds an unreadable value in {field}; correct the mapping, or its format in AFAS",
    ),
    "readback.order": (
        "{where}: de regels komen niet op volgorde van {field}; wijs bij read_back.id het veld Id (Identity) toe",
        "{where}: the lines don't come in the order of {field}; map read_back.id to the field Id (Identity)",
    ),
    "readback.created": (
        "{where}: het teruglezen heeft geen veld met de aanmaakdatum; voeg het in AFAS toe en vul read_back.created in",
        "{where}: the read-back has no field with the creation date; add it in AFAS and fill in read_back.created",
    ),
    "readback.day": (
        "DaTi (Datum) ontbreekt, en verwijderen met delete_style {style} vraagt de datum van de regel; geef DaTi mee",
        "DaTi (Date) is missing, and deleting with delete_style {style} wants the line's date; give DaTi",
    ),
}
