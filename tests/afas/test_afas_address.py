"""Only addresses that are allowed, each in one spelling, whatever people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from tests.afas.helpers import opened
from workers.afas.address import checked_base, import_address
from workers.afas.client import Options
from workers.afas.errors import AddressError

AFAS = ("*.afas.online",)
LOCAL = ("127.0.0.1", "localhost", "::1", "afas.intern")
BASE = "https://12345.rest.afas.online/ProfitRestServices"
TRICKY = [
    "https://",
    "http://",
    "12345.rest",
    ".afas.online",
    "evil.com",
    "@",
    ":",
    ":443",
    ":99999",
    "/",
    "\\",
    "#",
    "?",
]
TRICKY += [
    "%2e",
    "%40",
    "%00",
    "..",
    " ",
    "\t",
    "\n",
    "ⓐfas",
    "。",
    "[::1]",
    "127.1",
    "0x7f.1",
    "/ProfitRestServices",
    "user",
]


@pytest.mark.parametrize(
    "spelling",
    [
        BASE,
        f"  {BASE}/ ",
        "https://12345.rest.afas.online",
        "https://12345.rest.afas.online/profitrestservices",
        "HTTPS://12345.REST.AFAS.online:443/PROFITRESTSERVICES",
        "https://12345.rest.afas.online./ProfitRestServices",
        "O12345AA",
        "o12345aa",
    ],
)
def test_every_spelling_of_one_environment_gives_the_same_base(spelling: str) -> None:
    assert checked_base(spelling, AFAS) == BASE


@pytest.mark.parametrize(("code", "kind"), [("O12345AA", "rest"), ("T12345AA", "resttest"), ("A12345AA", "restaccept")])
def test_the_first_letter_of_an_environment_code_names_the_kind_of_host(code: str, kind: str) -> None:
    assert checked_base(code, AFAS) == f"https://12345.{kind}.afas.online/ProfitRestServices"


@pytest.mark.parametrize(
    "address",
    [
        "https://evilafas.online/ProfitRestServices",
        "https://afas.online/ProfitRestServices",
        "https://12345.rest.afas.online.evil.com/ProfitRestServices",
        "https://12345.rest.afas.online@evil.com/ProfitRestServices",
        "https://user:secret@12345.rest.afas.online/ProfitRestServices",
        "https://evil.com\\@12345.rest.afas.online/ProfitRestServices",
        "https://evil.com#.afas.online/ProfitRestServices",
        "https://evil.com?.afas.online/ProfitRestServices",
        "https://evil.com%2f.afas.online/ProfitRestServices",
        "https://evil.com/.afas.online/ProfitRestServices",
        "https://12345.rest .afas.online/ProfitRestServices",
        "https://12345.rest\n.afas.online/ProfitRestServices",
        "https://ⓔvil.afas.online/ProfitRestServices",
        "https://..afas.online/ProfitRestServices",
        "https://12345.rest.afas.online:0/ProfitRestServices",
        "https://12345.rest.afas.online:65536/ProfitRestServices",
        "https://12345.rest.afas.online/other",
        "https://12345.rest.afas.online/ProfitRestServices?token=1",
        "http://12345.rest.afas.online/ProfitRestServices",
        "ftp://12345.rest.afas.online/ProfitRestServices",
        "//12345.rest.afas.online/ProfitRestServices",
        "12345.rest.afas.online",
        "C12345AA",
        "O1234AA",
        "",
    ],
)
def test_an_address_that_is_not_allowed_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        checked_base(address, AFAS)


@given(st.lists(st.sampled_from(TRICKY), max_size=9).map("".join) | st.text(max_size=40))
def test_what_is_accepted_leads_to_an_allowed_host_also_for_the_library_that_calls_it(address: str) -> None:
    try:
        base = checked_base(address, AFAS)
    except AddressError:
        return
    called = parse_url(base)
    assert called.scheme == "https"
    assert called.auth is None
    assert called.host is not None
    assert called.host.endswith(".afas.online")
    assert called.path == "/ProfitRestServices"
    assert checked_base(base, AFAS) == base


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
        "https://127.0.0.1",
        "https://afas.intern:8443",
    ],
)
def test_a_named_loopback_address_may_use_http_and_a_name_allows_every_port(base: str) -> None:
    assert checked_base(base, LOCAL) == f"{base}/ProfitRestServices"


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://127.0.0.1:8080", AFAS),
        ("http://127.0.0.2:8080", LOCAL),
        ("http://afas.intern", LOCAL),
        ("http://127.1", LOCAL),
        ("http://2130706433", LOCAL),
        ("http://0x7f.0.0.1", LOCAL),
        ("http://0177.0.0.1", LOCAL),
        ("http://127.0.0.1", ("*.0.0.1",)),
        ("http://localhost.evil.com", LOCAL),
    ],
)
def test_plain_http_to_anything_else_is_refused(address: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(AddressError):
        checked_base(address, allowed)


def test_an_address_that_is_not_allowed_is_refused_before_a_client_exists() -> None:
    with pytest.raises(AddressError, match=r"evil\.com.*ALLOWED_HOSTS"):
        opened("https://evil.com", options=Options(allowed_hosts=AFAS))


@pytest.mark.parametrize(
    "address", ["https://user:pa55word@evil.com/?key=pa55word", "<token><data>pa55word</data></token>", "pa55word" * 20]
)
def test_an_error_repeats_no_password_and_no_token(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        checked_base(address, AFAS)
    assert "pa55wordpa55word" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert address.startswith("pa55word") or "pa55word" not in str(refused.value)


@pytest.mark.parametrize("paging", ["", "?skip=-1&take=-1", "?take=100&Skip=0", "/?skip=-1&take=-1"])
def test_a_pasted_import_address_loses_its_paging(paging: str) -> None:
    pasted = f"https://12345.rest.afas.online/profitrestservices/Connectors/Omzet_automaten{paging}"
    assert import_address(pasted) == (BASE, "Omzet_automaten")


def test_another_parameter_of_an_import_address_is_refused_by_name() -> None:
    with pytest.raises(AddressError, match="filterfieldids"):
        import_address(f"{BASE}/connectors/Omzet?skip=-1&take=-1&filterfieldids=Datum")


@pytest.mark.parametrize("tail", ["", "/connectors", "/connectors/", "/metainfo/get/Omzet", "/connectors/a/b"])
def test_an_import_address_without_a_connector_is_refused(tail: str) -> None:
    with pytest.raises(AddressError):
        import_address(BASE + tail)


@pytest.mark.parametrize("name", ["..", ".", "%2e%2e", "a%2Fb", "a%5Cb", "a%00", "%0d%0aHost:evil"])
def test_a_connector_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(AddressError):
        import_address(f"{BASE}/connectors/{name}")
