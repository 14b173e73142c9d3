"""Secrets: never shown, and at rest bound to their owner."""

import logging
import pickle
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from workers import settings
from workers.secrets import Secret, SecretError, seal, unseal

PLAIN = "zeer geheim"
OWNER = "6f07c4dd-0c63-4430-a2af-b9d2b5497697 token"


@dataclass
class _Holder:
    token: Secret


@pytest.fixture
def keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:  # noqa: ARG001 - the home is for its settings
    made = [Fernet.generate_key().decode() for _ in range(2)]
    _use(monkeypatch, made[0])
    return made


def _use(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    monkeypatch.setenv("SECRET_KEYS", ",".join(keys))
    settings.current.cache_clear()


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        "{}".format,
        "{:>20}".format,
        "{!r}".format,
        "{!s}".format,
        lambda secret: "%s" % secret,  # noqa: UP031 - a way of showing
        lambda secret: f"{secret}",
        lambda secret: str([secret, {"token": secret}]),
        lambda secret: str(_Holder(secret)),
        lambda secret: str(ValueError(secret)),
        lambda secret: logging.makeLogRecord({"msg": "%s %r", "args": (secret, secret)}).getMessage(),
    ],
)
def test_a_secret_shows_nothing_but_stars(show: object) -> None:
    assert callable(show)
    try:
        shown = str(show(Secret(PLAIN)))
    except TypeError as error:
        shown = f"{error} ***"
    assert "***" in shown
    assert PLAIN not in shown


def test_a_traceback_with_all_its_variables_shows_no_secret() -> None:
    secret = Secret(PLAIN)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which error is pickle's own matter
        pickle.dumps({"token": secret, "unpicklable": lambda: secret})
    story = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "secret = ***" in story
    assert PLAIN not in story


def test_secrets_are_equal_when_their_texts_are() -> None:
    assert {Secret("a"), Secret("a"), Secret("b")} == {Secret("b"), Secret("a")}
    assert Secret("a") != "a"


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30)
@given(plain=st.text(), owner=st.text())
def test_what_is_sealed_opens_for_its_owner_and_for_no_other(plain: str, owner: str, keys: list[str]) -> None:
    assert keys
    sealed = seal(Secret(plain), owner)
    assert unseal(sealed, owner) == Secret(plain)
    with pytest.raises(SecretError):
        unseal(sealed, f"{owner}.")


@pytest.mark.usefixtures("keys")
def test_a_sealed_secret_shows_nothing_and_never_looks_the_same() -> None:
    first, second = seal(Secret(PLAIN), OWNER), seal(Secret(PLAIN), OWNER)
    assert first != second
    assert PLAIN not in first


def test_a_new_key_goes_first_and_the_old_one_still_opens(keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = keys
    sealed = seal(Secret(PLAIN), OWNER)
    _use(monkeypatch, new, old)
    assert unseal(sealed, OWNER).reveal() == PLAIN
    renewed = seal(Secret(PLAIN), OWNER)
    _use(monkeypatch, new)
    assert unseal(renewed, OWNER).reveal() == PLAIN
    with pytest.raises(SecretError):
        unseal(sealed, OWNER)


def test_when_no_key_fits_one_line_names_the_owner_and_the_remedy(
    keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = seal(Secret(PLAIN), OWNER)
    _use(monkeypatch, keys[1])
    for broken in (sealed, sealed[:-9], "not sealed at all", "", "é"):
        with pytest.raises(SecretError) as caught:
            unseal(broken, OWNER)
        told = "".join(traceback.format_exception_only(caught.value))
        assert len(told.splitlines()) == 1
        assert OWNER in told
        assert "SECRET_KEYS" in told


@pytest.mark.usefixtures("keys")
def test_a_secret_of_another_owner_is_told_without_showing_it() -> None:
    with pytest.raises(SecretError) as caught:
        unseal(seal(Secret(PLAIN), "another"), OWNER)
    assert OWNER in str(caught.value)
    assert PLAIN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.usefixtures("home")
def test_without_a_key_sqlite_makes_one_and_keeps_it() -> None:
    sealed = seal(Secret(PLAIN), OWNER)
    settings.current.cache_clear()
    assert unseal(sealed, OWNER).reveal() == PLAIN
