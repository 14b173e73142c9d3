"""Why Profit refuses a line, in Dutch and English."""

from tests.simulator.realization.fields import UpdateField

#: AFAS documents none of these texts: they are made up in its manner, naming fields by their labels.
TEXTS = {
    "required": ("Veld '{field}' is verplicht.", "Field '{field}' is required."),
    "unknown": (
        "De waarde '{value}' bij het veld '{field}' bestaat niet.",
        "The value '{value}' of field '{field}' does not exist.",
    ),
    "invalid": (
        "De waarde '{value}' bij het veld '{field}' is niet toegestaan.",
        "The value '{value}' of field '{field}' is not allowed.",
    ),
    "no_field": ("Veld '{value}' is onbekend.", "Field '{value}' is unknown."),
    "period": ("Periode {value} is afgesloten.", "Period {value} is closed."),
    "moved": (
        "De regel kan niet naar een andere periode worden verplaatst.",
        "The line can't be moved to another period.",
    ),
    "absent": ("Nacalculatieregel {value} bestaat niet.", "Realization line {value} does not exist."),
    "ready": (
        "Nacalculatieregel {value} is gereedgemeld en kan niet meer worden gewijzigd.",
        "Realization line {value} is finished and can't be changed any more.",
    ),
    "exists": (
        "Een regel met {field} '{value}' bestaat al.",
        "A line with {field} '{value}' exists already.",
    ),
    "locked": (
        "De nacalculatieregel is geblokkeerd door een andere gebruiker",
        "The realization line is blocked by another user",
    ),
    "after_commit": (
        "Bij het verwerken van de vervolgacties is een fout opgetreden.",
        "An error occurred while follow-up actions were processed.",
    ),
}


class LineError(Exception):
    """Profit refuses a line: the name of a text, or a text as it stands; a field is told by its label."""

    def __init__(self, text: str, value: object = "", field: UpdateField | None = None) -> None:
        super().__init__(text, value)
        self.text, self.value, self.field = text, value, field

    def worded(self, *, english: bool) -> str:
        """Return the text in one of the two languages."""
        if self.text not in TEXTS:
            return self.text
        label = self.field.labels[english] if self.field else ""
        return TEXTS[self.text][english].format(value=self.value, field=label)
