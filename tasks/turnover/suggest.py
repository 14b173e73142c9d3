"""Which register or payment method an unknown code probably means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class SuggestionKind(StrEnum):
    """Why something is suggested: its id is the code in another spelling, or it still has no id at all."""

    SPELLING = "spelling"
    WITHOUT_ID = "without_id"


@dataclass(frozen=True)
class Suggestion:
    """What an unknown code may mean: the name in Staff and, for `spelling`, the external id that stands there."""

    kind: SuggestionKind
    name: str
    external_id: str | None = None


def suggest(code: str, known: Sequence[tuple[str | None, str]]) -> Suggestion | None:
    """What `code` probably means among `known` (external id or None, name); None when nothing stands out.

    An id in another spelling (leading zeros, blanks, case) goes before the one nameless candidate whose name holds
    the code as a word, and that before the only one without an external id. The empty code means nothing.
    """
    if not _bare(code):
        return None
    for external_id, name in known:
        if external_id and external_id != code and _bare(external_id) == _bare(code):
            return Suggestion(SuggestionKind.SPELLING, name, external_id)
    without_id = [name for external_id, name in known if not (external_id and external_id.strip())]
    word = re.compile(rf"(?<!\w){re.escape(code.strip())}(?!\w)", re.IGNORECASE)
    for candidates in ([name for name in without_id if word.search(name)], without_id):
        if len(candidates) == 1:
            return Suggestion(SuggestionKind.WITHOUT_ID, candidates[0])
    return None


def _bare(code: str) -> str:
    """The code without what people and exports vary; a code of zeros alone keeps one."""
    return re.sub(r"^0+(?=.)", "", "".join(code.split()).casefold())
