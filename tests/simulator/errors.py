"""Profit's refusals and their texts."""

#: Texts in two languages, of which the English ones are made up; the other texts AFAS gives in English in any case.
DUTCH_AND_ENGLISH = {
    "unsupported": (
        "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd.",
        "This connector is not supported or the user is not authorised.",
    ),
    "timeout": (
        "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken.",
        "The maximum time for executing the command has expired.",
    ),
    "invalid_json": ("De aangeboden JSON is ongeldig (invalid JSON).", "The JSON offered is invalid (invalid JSON)."),
    "no_delete": ("Deze actie wordt niet ondersteund.", "This action is not supported."),
}
PREFIXES = ("Algemene melding: ", "General message: ")
GENERIC_ERROR_NUMBER = -2147220469


class ProfitError(Exception):
    """Profit refuses the call: a status, and the text of `externalMessage` or the name of a two-language text."""

    def __init__(self, text: str, status: int = 500) -> None:
        super().__init__(text)
        self.text, self.status = text, status

    def worded(self, language: str, *, prefix: bool) -> str:
        """Return the text in the language of an Accept-Language header: Dutch unless another one is asked."""
        english = is_english(language)
        texts = DUTCH_AND_ENGLISH.get(self.text, (self.text, self.text))
        return (PREFIXES[english] if prefix else "") + texts[english]


def is_english(language: str) -> bool:
    """Return whether an Accept-Language header asks for another language than Dutch."""
    return bool(language) and not language.lower().startswith("nl")


def field_not_found(field_id: str) -> ProfitError:
    """Return the error of a field that the connector does not have, or can't filter."""
    return ProfitError(f"Connector field '{field_id}' not found")
