"""What AFAS's texts mean to whoever has to mend a line: the field meant, and a remedy where the text is known."""

import re
from functools import cached_property

from tasks.realization.intake.fields import Catalogue

#: Texts of AFAS, Dutch and English, by what they say; the first that is found. To know one more, add a line.
KNOWN = [
    (r"(geblokkeerd|vergrendeld|in gebruik) door|(blocked|locked|in use) by|deadlock", "locked"),
    (r"geblokkeerd|\bblocked\b", "blocked"),
    (r"periode.{,40}(afgesloten|gesloten)|(afgesloten|gesloten)e? periode|period.{,40}closed|closed period", "period"),
    (r"bestaat (reeds|al)\b|komt (reeds|al) voor|already exists", "exists"),
    (r"(is|zijn) verplicht|verplichte? |niet ingevuld|moet (worden )?(ge|in)vuld|mandatory|required", "required"),
    (r"reeds gereed|al gereed|gereedgemeld|already (finished|ready)|marked (as )?ready", "ready"),
    (r"geaccordeerd|already approved", "approved"),
    (r"uit dienst|geen dienstverband|not employed|no employment", "employment"),
    (r"niet geautoriseerd|not authori[sz]ed|geen rechten", "rights"),
    (r"(nacalculatie|boeking)s?regel.{,20}(niet gevonden|bestaat niet)|line.{,20}(not found|does not exist)", "gone"),
    (r"niet gevonden|bestaat niet|onbekend|not found|does not exist|unknown", "unknown"),
    (r"ongeldig|niet toegestaan|invalid|not (allowed|valid)", "value"),
]
_KNOWN = [(re.compile(pattern, re.IGNORECASE | re.DOTALL), key) for pattern, key in KNOWN]
_QUOTED = re.compile(r"['\"‘’“”]([^'\"‘’“”]+)['\"‘’“”]")
_NAMED = re.compile(rf"\b(?:veld|field)\s+{_QUOTED.pattern}", re.IGNORECASE)
_FIRST_WORD = re.compile(r"\w+")
SHORTEST_LABEL = 4  #: letters, of a label that is found without quotes


def known(text: str) -> str | None:
    """Which known text it is: the last word of its remedy's key."""
    return next((key for pattern, key in _KNOWN if pattern.search(text)), None)


class Meant:
    """Finds the field that a text means, by its label in Dutch or English, or by its id."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def by_afas(self, text: str) -> str | None:
        """The field's id in a text of AFAS: a label in quotes, else the longest label that stands in it."""
        # A value in quotes may be called as a field is.
        every = (*_NAMED.findall(text), *_QUOTED.findall(text))
        quoted = (self._catalogue.labels.get(found.strip().casefold()) for found in every)
        if field := next(filter(None, quoted), None):
            return field
        found = self._labels.search(text.casefold())
        return self._catalogue.labels[found[0]] if found else None

    def by_us(self, text: str) -> str | None:
        """The field's id in a text of ours, which begins with it."""
        first = _FIRST_WORD.match(text)
        return first[0] if first and self._catalogue.find(first[0]) else None

    def label(self, field: str, language: str) -> str | None:
        """What the field is called."""
        known = self._catalogue.find(field)
        return known.labels.get(language) if known else None

    @cached_property
    def _labels(self) -> re.Pattern[str]:
        long = [label for label in self._catalogue.labels if len(label) >= SHORTEST_LABEL]
        longest = sorted(long, key=lambda label: (-len(label), label))
        return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest))})(?!\w)")
