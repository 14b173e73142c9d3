"""Which addresses are called: parsed by one strict grammar, never by what a library makes of them."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, unquote

from workers.afas.errors import AddressError
from workers.texts import text

ROOT = "/ProfitRestServices"
KINDS_OF_HOST = {"O": "rest", "T": "resttest", "A": "restaccept"}  #: first letter of an environment code
PAGING = {"skip", "take"}
MAX_SHOWN = 60  #: a token pasted as an address is longer than this, and must not be repeated

_CODE = re.compile(r"([OTA])([0-9]{5})[A-Z]{2}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!\"$->@-\[\]-~]*)?(?:\?(?P<query>[!\"$-\[\]-~]*))?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_CONNECTOR = re.compile(re.escape(ROOT) + r"/connectors/([^/?#]+)/?", re.IGNORECASE)
_DEFAULT_PORTS = {"https": 443, "http": 80}


def checked_base(address: str, allowed_hosts: Sequence[str]) -> str:
    """The base `https://host[:port]/ProfitRestServices` of an address or an environment code such as O12345AA.

    Two spellings of one environment give the same base. Raises AddressError when the address is malformed, its host is
    not among `allowed_hosts` (`name` or `*.suffix`), or it is plain http to anything but a named loopback address.
    """
    scheme, host, port = _environment(address)
    _check_host(scheme, host, allowed_hosts)
    return _base(scheme, host, port)


def is_same(address: str, other: str) -> bool:
    """Whether both are spellings of one environment; neither is held against the allowed hosts. Raises AddressError."""
    return _environment(address) == _environment(other)


def import_address(uri: str) -> tuple[str, str]:
    """Base and connector of `…/connectors/NAME?skip=-1&take=-1`; the paging is dropped, as we page ourselves.

    The base is not yet held against the allowed hosts. Raises AddressError for another form or any other parameter.
    """
    scheme, host, port, path, query = _parts(uri)
    found = _CONNECTOR.fullmatch(path)
    if not found:
        raise AddressError(text("afas.address.import", address=_shown(uri), root=ROOT))
    others = [name for name, _ in parse_qsl(query, keep_blank_values=True) if name.lower() not in PAGING]
    if others:
        raise AddressError(text("afas.address.query", address=_shown(uri), names=", ".join(others)))
    connector = unquote(found[1])
    segment(connector)
    return _base(scheme, host, port), connector


def segment(name: str) -> str:
    """A connector's name as one piece of a path. Raises AddressError for a name that would lead elsewhere."""
    if not name.strip(". ") or not name.isprintable() or set(name) & set("/\\"):
        raise AddressError(text("afas.address.connector", name=name[:MAX_SHOWN].encode("unicode_escape").decode()))
    return quote(name, safe="")


def _environment(address: str) -> tuple[str, str, int]:
    scheme, host, port, path, query = _parts(_of_code(address))
    if query or path.rstrip("/").lower() not in ("", ROOT.lower()):
        raise _malformed(address)
    return scheme, host, port


def _of_code(address: str) -> str:
    code = _CODE.fullmatch(address.strip())
    if not code:
        return address
    return f"https://{code[2]}.{KINDS_OF_HOST[code[1].upper()]}.afas.online{ROOT}"


def _parts(address: str) -> tuple[str, str, int, str, str]:
    """Scheme, host, port, path and query, the first two in lower case and the host without its root dot."""
    found = _ADDRESS.fullmatch(address.strip())
    if not found:
        raise _malformed(address)
    scheme = found["scheme"].lower()
    port = int(found["port"] or _DEFAULT_PORTS[scheme])
    host = _host(found["host"].lower())
    if not host or not 0 < port < 1 << 16:
        raise _malformed(address)
    return scheme, host, port, found["path"] or "", found["query"] or ""


def _host(written: str) -> str:
    """The host in its one spelling; empty when it is none."""
    bare = written.strip("[]")
    labels = bare.removesuffix(".").split(".")
    # A last label of digits is an IPv4 address, which libraries read in many spellings: only the plain one is taken.
    if written.startswith("[") or labels[-1].isdigit() or labels[-1].startswith("0x"):
        try:
            return str(ipaddress.ip_address(bare))
        except ValueError:
            return ""
    return ".".join(labels) if all(_LABEL.fullmatch(label) for label in labels) else ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _base(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}{'' if port == _DEFAULT_PORTS[scheme] else f':{port}'}{ROOT}"


def _check_host(scheme: str, host: str, allowed_hosts: Sequence[str]) -> None:
    named = {allowed.lower().removesuffix(".").strip("[]") for allowed in allowed_hosts}
    is_number = ":" in host or host.rpartition(".")[2].isdigit()
    below = any(host.endswith(name[1:]) for name in named if name.startswith("*.") and len(name) > len("*."))
    if host not in named and (is_number or not below):
        raise AddressError(text("afas.address.host", host=host, allowed=", ".join(allowed_hosts)))
    if scheme == "http" and not _is_loopback(host):
        raise AddressError(text("afas.address.https", host=host))


def _malformed(address: str) -> AddressError:
    return AddressError(text("afas.address.form", address=_shown(address), root=ROOT))


def _shown(address: str) -> str:
    """What may be repeated of an address: no query, no user or password, nothing that may be a token."""
    bare = address.strip().partition("?")[0].rpartition("@")[2]
    whole = len(bare) <= MAX_SHOWN or bare.lower().startswith("http")
    return (bare if whole else f"{bare[:8]}…").encode("unicode_escape").decode() if "<" not in bare else "<…>"
