"""What is unknown about the protocol, or differs between environments: one switch each."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal, NamedTuple, get_args, get_origin, get_type_hints

Dates = Literal["iso", "dutch"]
Amounts = Literal["number", "leading_dot", "float_dirt", "text_english", "text_dutch"]
Codes = Literal["text", "number", "padded"]
Check = Literal["fields", "required", "employee", "project", "item", "period"]
DeleteStyle = Literal["id", "id_date", "action_post", "action_put"]


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

    # Of PtRealization from here on.

    #: Milliseconds that a call takes before its first line, and that each line takes before its commit.
    call_ms: int = 0
    line_ms: int = 0
    #: What lines are judged by.
    checks: tuple[Check, ...] = get_args(Check)
    #: A call stops at so many errors.
    errors_at_most: int = 10
    #: How the texts of several errors become one: joined by " | " or a new line, or only the first or last is told.
    messages: Literal["bar", "newline", "first", "last"] = "bar"
    #: Put before the text of every error, such as "(AntaObject) ".
    message_prefix: str = ""
    #: Whether lines are worked in document order, and in which order a success names them.
    commit_order: Literal["document", "random"] = "document"
    results_order: Literal["document", "random"] = "document"
    #: One line as an object and several as a list; always a list; always an object, of the first line; no body.
    results: Literal["as_sent", "list", "object", "nothing"] = "as_sent"
    #: Status of a change that succeeded (of an insert it is 201).
    put_status: Literal[201, 200] = 201
    #: A success repeats XpRe.
    xpre_echoed: bool = True
    #: A second line with the same XpRe (trimmed, in any case) is refused.
    xpre_unique: bool = False
    #: Project settings approve a new line, or mark it ready, by themselves.
    project_marks: Literal["nothing", "approved", "ready"] = "nothing"
    #: The forms of delete that are understood; the others get 404, or an error that says so.
    delete_styles: tuple[DeleteStyle, ...] = get_args(DeleteStyle)
    #: A call with more lines or bytes than this gets 413; 0 is no limit.
    lines_limit: int = 0
    bytes_limit: int = 0
    #: Seconds until the read-back connector shows a commit, be it a new line, a change or a delete.
    read_back_lag: float = 0.0
    #: Row authorisation: the lines of these employees, or all lines, are hidden from the read-back without a word.
    hidden_employees: tuple[str, ...] = ()
    all_hidden: bool = False
    #: The read-back shows every row twice, as a connector with a wrong join does.
    rows_twice: bool = False

    def __setattr__(self, name: str, value: object) -> None:
        kind = _KINDS.get(name)
        if kind is None:
            raise AttributeError(f"no switch {name!r}; there are {', '.join(sorted(_KINDS))}")
        if get_origin(kind) is tuple and isinstance(value, list | tuple):
            value = tuple(str(item) for item in value)
            known = get_args(get_args(kind)[0]) or value
            if unknown := set(value).difference(known):
                raise ValueError(f"switch {name} can't hold {sorted(unknown)}; choose from {known}")
        elif kind is float and isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = float(value)
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
