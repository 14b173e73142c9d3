"""The OAuth access token that the workers of an organisation share through the database."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import insert

from tests.turnover.builders import GUID, execute, rows_of
from workers.database import transaction
from workers.secrets import Secret
from workers.staff.models import Organisation
from workers.staff.tokens import SharedTokens

HOUR = 3600.0


@pytest.fixture
def organisation(database: str) -> int:
    assert database
    with transaction() as session:
        made = insert(Organisation).values(guid=GUID, name="Voorbeeld").returning(Organisation.id)
        return session.execute(made).scalar_one()


class Afas:
    """Gives a new token at every request, and counts them."""

    def __init__(self, seconds: float = HOUR) -> None:
        self.asked = 0
        self._seconds = seconds

    def fetch(self) -> tuple[Secret, float]:
        self.asked += 1
        time.sleep(0.1)
        return Secret(f"token-{self.asked}"), self._seconds


def in_threads(count: int, work: Callable[[], Secret]) -> list[Secret]:
    found: list[Secret] = []
    threads = [threading.Thread(target=lambda: found.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_many_workers_that_need_a_token_at_once_make_one_request(organisation: int) -> None:
    afas = Afas()
    found = in_threads(4, lambda: SharedTokens(organisation, GUID).renew(None, afas.fetch))
    assert (afas.asked, found) == (1, [Secret("token-1")] * 4)


def test_a_kept_token_serves_another_process_until_its_end(organisation: int) -> None:
    SharedTokens(organisation, GUID).renew(None, Afas().fetch)
    kept = SharedTokens(organisation, GUID).current()
    assert kept is not None
    assert kept[0] == Secret("token-1")
    assert HOUR - 60 < kept[1] <= HOUR


def test_a_stale_token_is_renewed_once_for_all(organisation: int) -> None:
    afas = Afas()
    tokens = SharedTokens(organisation, GUID)
    stale = tokens.renew(None, afas.fetch)
    found = in_threads(3, lambda: SharedTokens(organisation, GUID).renew(stale, afas.fetch))
    assert (afas.asked, found) == (2, [Secret("token-2")] * 3)


def test_who_saw_the_stale_token_and_claims_after_another_has_ended_takes_that_ones(
    organisation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    afas = Afas()
    stale = SharedTokens(organisation, GUID).renew(None, afas.fetch)
    slow = SharedTokens(organisation, GUID)
    looks = [slow.current()]
    SharedTokens(organisation, GUID).renew(stale, afas.fetch)
    real = slow.current
    monkeypatch.setattr(slow, "current", lambda: looks.pop() if looks else real())
    assert (slow.renew(stale, afas.fetch), afas.asked) == (Secret("token-2"), 2)


def test_a_token_is_sealed_at_rest_and_bound_to_its_organisation(organisation: int) -> None:
    SharedTokens(organisation, GUID).renew(None, Afas().fetch)
    assert "token-1" not in str(rows_of("SELECT token FROM access_token"))
    assert SharedTokens(organisation, "another-guid").current() is None


def test_a_fetch_that_fails_leaves_the_way_free_for_the_next(organisation: int) -> None:
    def refused() -> tuple[Secret, float]:
        raise ConnectionRefusedError

    tokens = SharedTokens(organisation, GUID)
    with pytest.raises(ConnectionRefusedError):
        tokens.renew(None, refused)
    assert tokens.renew(None, Afas().fetch) == Secret("token-1")


def test_the_renewal_of_a_process_that_died_is_taken_over(organisation: int) -> None:
    tokens = SharedTokens(organisation, GUID)
    execute("INSERT INTO lease (id, expires_at) VALUES (1000000, '2000-01-01 00:00:00.000000')")
    execute(f"INSERT INTO access_token (organisation_id, lease_id) VALUES ({organisation}, 1000000)")
    assert tokens.renew(None, Afas().fetch) == Secret("token-1")
