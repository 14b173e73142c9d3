"""Amounts, dates and codes as people of the chosen language write them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

Say = Callable[..., str]  #: key and values to text in the chosen language
MOST_LISTED = 40  #: entries of one list in a mail; the rest is counted


def one_line(text: str) -> str:
    """`text` without line ends and other characters that don't print, so that a foreign text can't break a mail."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def plain(amount: Decimal, spec: str = "f") -> str:
    """All digits of `amount`, never rounded, two decimals at least, a decimal point: 1234.50."""
    whole, _, decimals = format(amount or Decimal(0), spec).partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


class Wording:
    """Phrases in the language of `say`; whatever is filled in becomes one line."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def say(self, key: str, **values: object) -> str:
        """The text of `turnover.<key>`."""
        flat = {name: one_line(value) if isinstance(value, str) else value for name, value in values.items()}
        return self._say(f"turnover.{key}", **flat)

    def number(self, shown: str) -> str:
        """1,234.5 with the separators of the language."""
        return shown.translate(str.maketrans(",.", self._say("turnover.separators")))

    def count(self, number: int) -> str:
        """A whole number with separators."""
        return self.number(f"{number:,}")

    def amount(self, amount: Decimal) -> str:
        """1.234,56 in Dutch: two decimals, or all that are needed."""
        return self.number(plain(amount, ",f"))

    def date(self, day: date) -> str:
        """dd-mm-yyyy in Dutch."""
        return self.say("date", date=day)

    def code(self, code: str) -> str:
        """The code of a register; the empty one is visible."""
        return code.strip() or self.say("empty")

    def codes(self, codes: Sequence[str]) -> str:
        """Codes on one line, no more than a reader takes in."""
        shown = ", ".join(self.code(code) for code in codes[:MOST_LISTED])
        left = len(codes) - MOST_LISTED
        return shown if left <= 0 else shown + self.say("more_codes", count=self.count(left))

    def listed(self, lines: Iterable[str], run: int) -> str:
        """A list, cut where it gets long, with the command that shows the rest."""
        every = [f"- {line}" for line in lines]
        left = len(every) - MOST_LISTED
        rest = [self.say("more_entries", count=self.count(left), run=run)] if left > 0 else []
        return "\n".join(every[:MOST_LISTED] + rest)
