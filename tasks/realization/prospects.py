"""What a batch's verdicts so far say of its lines that were never tried: how many go at once, and which go last."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tasks.realization.missing import STOPS_AT
from tasks.realization.words import Line, folded

CODES = ("EmId", "PrId", "PrSt", "ItCd")  #: employee, project, phase, item: what errors of many lines share
LEAST = 25  #: lines of an attempt, however many errors there are
ALLOWED = 7  #: errors that an attempt is cut for: at ten AFAS leaves it, and what it left waits for a canary
CAREFUL = 4  #: errors that the last ones are cut for
PORTIONS = 14  #: attempts that share the errors still to come, at least: toward the end they are fewer each
SPARE = 0.25  #: of its size, by which an attempt may be larger: that costs less than one more call
SHARED_BY = 3  #: failed lines with one code, of which none was applied, after which the others with it go last
MOST_CODES = 50  #: that are looked into

Code = tuple[str, str]


@dataclass(frozen=True)
class Prospects:
    """`share`: of the lines that AFAS tried, those that failed for no known code; `suspicious`: codes that failed."""

    share: float = 0.0
    suspicious: frozenset[Code] = frozenset()

    def size(self, most: int, left: int) -> int:
        """How many lines an attempt is to carry, at most `most`; `left`: lines of the batch that nobody has tried.

        While AFAS leaves some of one, others pass them; what it leaves of the last ones the whole batch waits for.
        """
        if not self.share:
            return most
        errors = min(ALLOWED, max(CAREFUL, left * self.share / PORTIONS))
        return min(most, max(LEAST, round(errors / self.share)))

    def portion(self, lines: int, most: int, left: int) -> int:
        """How many of a chunk's `lines` go now: in equal parts, for a small rest would cost a call of its own."""
        parts = max(ceil(lines / most), ceil(lines / self.size(most, left) - SPARE))
        return ceil(lines / parts)

    def plain(self, line: Line) -> bool:
        """Whether nothing is known against the line."""
        return not self.suspicious or self.suspicious.isdisjoint(codes(line.values))


UNKNOWN = Prospects()  #: of a batch of which nothing was tried


def codes(values: Mapping[str, Any]) -> list[Code]:
    """The line's codes by which errors are told apart."""
    return [(name, folded(str(values[name]))) for name in CODES if values.get(name) is not None]


def shared(failed: Iterable[Mapping[str, Any]]) -> list[Code]:
    """Codes that so many failed lines have in common that they may be the reason."""
    count = Counter(code for values in failed for code in codes(values))
    return [code for code, lines in count.most_common(MOST_CODES) if lines >= SHARED_BY]


def prospects(applied: int, failed: Collection[Mapping[str, Any]], suspicious: Iterable[Code]) -> Prospects:
    """The prospects of a batch; `failed`: values of its lines that were refused or are suspect."""
    known = frozenset(suspicious)
    other = sum(known.isdisjoint(codes(values)) for values in failed)
    return Prospects(other / (applied + other) if other >= STOPS_AT else 0.0, known)
