"""What the outcome of one call means, by the outcome table; texts are known from one list, never by errorNumber."""

import re
from enum import StrEnum
from functools import lru_cache

from tasks.realization.words import Answer, Reach


class Meaning(StrEnum):
    """What became of a call as a whole."""

    NOT_SENT = "not_sent"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    APPLIED = "applied"
    ERRORS = "errors"
    PASSING = "passing"
    EXISTS = "exists"
    WHOLE_CALL = "whole_call"
    BUSY = "busy"
    UNKNOWN = "unknown"


NOT_EXECUTED = frozenset(
    {Meaning.NOT_SENT, Meaning.UNREACHABLE, Meaning.UNAUTHORISED, Meaning.NOT_FOUND, Meaning.TOO_LARGE}
)
UNKNOWN = frozenset({Meaning.BUSY, Meaning.UNKNOWN})
LINE_ERRORS = frozenset({Meaning.ERRORS, Meaning.PASSING, Meaning.EXISTS})
#: Causes of the organisation: they burn no chunk's attempts.
SHARED = frozenset({Meaning.UNREACHABLE, Meaning.UNAUTHORISED, Meaning.NOT_FOUND, Meaning.WHOLE_CALL, Meaning.BUSY})

_BEGIN = r"(^|[.|)\n]|(message|melding):)\s*((de|deze|the|this) )?"  #: of a sentence, behind AFAS's own prefixes
_CONNECTOR = r"(update)?connector(definiti(e|on))?( definiti(e|on))?( '?\w+'?)?"
_REFUSED = r"( is| wordt)? (niet (ondersteund|geautoriseerd)|not (supported|authori[sz]ed))"
#: What may follow where the whole call is meant: nothing, or the connector. Whoever may not do something with a
#: project or an employee may do it with others.
_WHOM = r"((het gebruik van|use of) )?((de|deze|the|this) )?(\w*connector|user|gebruiker)"
_AT_ALL = rf"(\s*([.,;!|\n]|$)| (voor|for|to use) {_WHOM})"
#: Texts of an HTTP 500, the first that is found; anything else is an error of a line. What speaks of another user
#: goes before what speaks of the connector: a record that is blocked passes.
KNOWN_TEXTS = [
    (Meaning.UNKNOWN, r"(maximale tijdsduur|maximum (time|duration|execution time))(?! per\b)"),
    (Meaning.PASSING, r"(blocked|locked|in use) by (an)?other|deadlock"),
    (Meaning.PASSING, r"(geblokkeerd|vergrendeld|in gebruik) door (een )?andere?"),
    (Meaning.WHOLE_CALL, _BEGIN + _CONNECTOR + _REFUSED + rf"({_AT_ALL}| (of|or) )"),
    (Meaning.WHOLE_CALL, _BEGIN + r"(gebruiker|user)( '?[\w.]+'?)?" + _REFUSED + _AT_ALL),
    (Meaning.WHOLE_CALL, _CONNECTOR + r" (is |wordt )?(geblokkeerd|blocked)"),
    (Meaning.WHOLE_CALL, r"(ongeldige?|invalid) json|json (is )?(ongeldig|invalid)"),
    (Meaning.WHOLE_CALL, r"out of (memory|string space)|onvoldoende geheugen"),
    (Meaning.EXISTS, r"bestaat (reeds|al)\b|already exists|komt (reeds|al) voor"),
]
_KNOWN = [(meant, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for meant, pattern in KNOWN_TEXTS]
_BY_STATUS = {
    401: Meaning.UNAUTHORISED,
    403: Meaning.UNAUTHORISED,
    404: Meaning.NOT_FOUND,
    413: Meaning.TOO_LARGE,
    429: Meaning.BUSY,
    503: Meaning.BUSY,
}
_BY_REACH = {
    Reach.NOT_SENT: Meaning.NOT_SENT,
    Reach.UNREACHABLE: Meaning.UNREACHABLE,
    Reach.LOST: Meaning.UNKNOWN,
}
_SUCCESS = (200, 201)
_SERVER_ERROR = 500


@lru_cache(maxsize=4096)
def meaning(answer: Answer | None) -> Meaning:
    """What the answer says of its call; None: nothing is known of it. Only AFAS's own body ends a call."""
    if answer is None:
        return Meaning.UNKNOWN
    if answer.reach in _BY_REACH:
        return _BY_REACH[answer.reach]
    if answer.status in _SUCCESS and answer.own:
        return Meaning.APPLIED
    if answer.status == _SERVER_ERROR and answer.own:
        return next((meant for meant, pattern in _KNOWN if pattern.search(answer.text)), Meaning.ERRORS)
    return _BY_STATUS.get(answer.status or 0, Meaning.UNKNOWN)
