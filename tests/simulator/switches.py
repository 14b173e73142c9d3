"""What is unknown about the protocol, or differs between environments: one switch each."""

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args, get_origin, get_type_hints

Dates = Literal["iso", "dutch"]
Amounts = Literal["number", "leading_dot", "float_dirt", "text_english", "text_dutch"]
Codes = Literal["text", "number", "padded"]


class Style(NamedTuple):
    """How values are written in an answer: part of the key of every rendering."""

    dates: Dates
    amounts: Amounts
    codes: Codes
    nulls_left_out: bool


@dataclass(slots=True)
class Switches:
    """May be changed while the simulator runs; a name or value that does not exist is refused at once."""

    #: "iso": 2023-03-31T00:00:00Z. "dutch": text 31-03-2023, called `string` by metainfo, so that filters compare text.
    dates: Dates = "iso"
    #: JSON numbers; without the leading zero (-.5); with binary dirt (0.30000000000000004); text 1088.10 or 1.088,10.
    amounts: Amounts = "number"
    #: How fields marked as code come: "2606", 2606 or " 2606 ".
    codes: Codes = "text"
    #: A null's key is left out of the row (AFAS says the key is always there).
    nulls_left_out: bool = False
    #: False: `metainfo` and `metainfo/get/…` answer 404.
    metainfo: bool = True
    #: Row authorisation: rows whose code field holds one of these are hidden without a word.
    hidden_codes: tuple[str, ...] = ()
    #: Connectors whose definition is blocked (fair use).
    blocked: tuple[str, ...] = ()
    #: Connectors that exist, but are not in the app connector; they are absent from metainfo too.
    unauthorised: tuple[str, ...] = ()
    #: How a misspelt or unauthorised connector is told: 500 with a text, or 401 without a body.
    unauthorised_status: Literal[500, 401] = 500
    #: Filters are accepted and not applied.
    filter_ignored: bool = False
    #: Columns times rows must stay below this.
    page_limit: int = 150_000
    #: Whether that limit counts the rows of the answer, or the take that was asked.
    page_limit_counts: Literal["rows", "take"] = "rows"
    #: The text of an answer beyond the limit.
    out_of_memory_text: Literal["Out of memory", "Out of String space"] = "Out of memory"
    #: Answers are compressed for a client that accepts it.
    gzip: bool = True
    #: How the end of a body is known: Content-Length, chunks, or the end of the connection.
    framing: Literal["length", "chunked", "close"] = "length"
    #: Content type of errors, which are JSON whatever it says.
    error_label: str = "application/json; charset=utf-8"
    #: Put "Algemene melding: " or "General message: " before error texts.
    error_prefix: bool = False
    #: False: errors come without a body.
    error_body: bool = True
    #: Send the obsolete X-PROFIT-ERROR header, base64 of the text, with errors.
    profit_error_header: bool = False
    #: Seconds that an OAuth token lives, as told and as kept.
    oauth_expires_in: int = 3600
    #: Status of `invalid_client`.
    invalid_client_status: Literal[400, 401] = 401
    #: False: OAuth is not there (404), its tokens are refused.
    oauth_accepted: bool = True
    #: False: classic tokens are refused, as after 31 August 2027.
    classic_accepted: bool = True
    #: `info.tokenExpiry` of metainfo.
    token_expiry: str = "2027-05-01T00:00:00Z"
    #: `info.envid` of metainfo.
    environment: str = "O12345AA"
    #: Content of X-AFAS-Proxy-Stats, of unknown form; {ms} is the time taken. Empty: no such header.
    proxy_stats: str = "total={ms}ms"
    #: More calls than this at the same time get 503; 0 is no limit.
    parallel_limit: int = 0
    #: A request with `Connection: close` is reset.
    close_resets: bool = False

    def __setattr__(self, name: str, value: object) -> None:
        kind = _KINDS.get(name)
        if kind is None:
            raise AttributeError(f"no switch {name!r}; there are {', '.join(sorted(_KINDS))}")
        if get_origin(kind) is tuple and isinstance(value, list | tuple):
            value = tuple(str(item) for item in value)
        elif get_origin(kind) is Literal and value not in get_args(kind):
            raise ValueError(f"switch {name} can't be {value!r}; choose from {get_args(kind)}")
        elif isinstance(kind, type) and type(value) is not kind:
            raise ValueError(f"switch {name} must be a {kind.__name__}, not {value!r}")
        object.__setattr__(self, name, value)

    def style(self, amounts: Amounts | None = None) -> Style:
        """Return how values are written now; `amounts` overrules for one answer."""
        return Style(self.dates, amounts or self.amounts, self.codes, self.nulls_left_out)


_HINTS = get_type_hints(Switches)
_KINDS: dict[str, object] = {field.name: _HINTS[field.name] for field in fields(Switches)}
