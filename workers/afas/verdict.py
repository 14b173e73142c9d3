"""What an answer other than success means: by its status, then by a list of known texts, never by errorNumber."""

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from workers.afas.answer import Answer, decoded
from workers.afas.errors import AfasError, Never, TryLater, quoted
from workers.texts import text

#: Kinds of HTTP 500 by what the text holds, Dutch or English, whatever stands before it. Any other is "server".
KNOWN_TEXTS = [
    ("field", r"connector ?field .* not found|(connector)?veld .* niet gevonden"),
    ("timeout", r"maximale tijdsduur|maximum (time|duration|execution time)"),
    ("too_large", r"out of (memory|string space)|onvoldoende geheugen"),
    ("busy", r"(blocked|locked|in use) by another|(geblokkeerd|vergrendeld|in gebruik) door (een )?andere?|deadlock"),
    ("whole_call", r"(niet ondersteund|not supported|niet geautoriseerd|not authori[sz]ed)"),
    ("whole_call", r"getconnector.*(is blocked|is geblokkeerd)"),
]
_KNOWN = [(kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in KNOWN_TEXTS]
_NEVER = {"field", "whole_call"}
_BY_STATUS = {401: "unauthorised", 403: "forbidden", 404: "not_found", 413: "too_large", 429: "busy", 503: "busy"}
_PASSING = {"forbidden", "busy"}
_SERVER = 500

OWN = {"externalMessage", "profitLogReference"}  #: what AFAS's own errors hold, and those of a proxy don't
LONGEST_PAUSE = 86_400.0  #: seconds; an answer that asks for more is no answer of AFAS


@dataclass(frozen=True)
class Told:
    """What the answer says about its error, wherever it stands. `pause` in seconds.

    `own`: in AFAS's form, or in its older one: no body, and the text in a header that no proxy knows.
    """

    own: bool
    said: str
    reference: str | None
    pause: float | None


def refusal(answer: Answer) -> AfasError:
    """The error of an answer whose status is not 2xx."""
    said = told(answer)
    if answer.status < 400:  # noqa: PLR2004 - statuses are their own names
        location = answer.headers.get("Location", "").partition("?")[0].rpartition("@")[2]
        return Never("redirect", text("afas.redirect", where=answer.where, status=answer.status, location=location))
    kind = _BY_STATUS.get(answer.status, "server" if answer.status >= _SERVER else "refused")
    if answer.status == _SERVER:
        kind = next((known for known, pattern in _KNOWN if pattern.search(said.said)), kind)
    line = text(f"afas.{kind}", where=answer.where, status=answer.status, said=quoted(said.said))
    if kind in _NEVER or (kind not in _PASSING and answer.status < _SERVER):
        return Never(kind, line, reference=said.reference)
    return TryLater(kind, line, reference=said.reference, pause=said.pause)


def told(answer: Answer) -> Told:
    """The error in an answer of any status, as far as it tells one."""
    body = _body(answer)
    inner = body["error"] if isinstance(body.get("error"), Mapping) else {}
    spoken = (body.get("externalMessage"), body.get("error_description"), inner.get("message"), body.get("error"))
    texts = [words for words in spoken if isinstance(words, str) and words]
    reference = body.get("profitLogReference")
    asked = [body.get("retry_after"), inner.get("retry_after")]
    asked += [answer.headers.get("Retry-After"), answer.headers.get("retry_after")]
    pauses = [seconds for seconds in map(_seconds, asked) if seconds is not None]
    header = _header_text(answer)
    return Told(
        own=bool(OWN & body.keys()) or bool(header and not answer.body.strip()),
        said=storable(texts[0] if texts else header),
        reference=storable(reference) if isinstance(reference, str) else None,
        pause=max(pauses, default=None),
    )


def storable(text: str) -> str:
    """The text with a blank for each NUL, which PostgreSQL does not keep."""
    return text.replace("\0", " ")


def _body(answer: Answer) -> Mapping[str, Any]:
    """The error's JSON, whatever it is labelled; empty when it is none."""
    try:
        body = decoded(answer)
    except TryLater:
        return {}
    return body if isinstance(body, Mapping) else {}


def _header_text(answer: Answer) -> str:
    try:
        return base64.b64decode(answer.headers.get("X-PROFIT-ERROR", ""), validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""


def _seconds(asked: object) -> float | None:
    """A pause in seconds out of a number, its text, or the date of a Retry-After header."""
    try:
        seconds = float(str(asked))
    except ValueError:
        try:
            until = parsedate_to_datetime(str(asked))
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_PAUSE) if math.isfinite(seconds) else None
