"""Leases: one holder at a time, free when the holder dies, and a late holder writes nothing; on both databases."""

import os
import signal
import time
from threading import Barrier, Thread

import pytest
from sqlalchemy import ColumnElement, delete, event, insert, select, update

from tests.foundation.gate import process, together
from workers import leases
from workers.columns import now
from workers.database import engine, reading, table_of, transaction
from workers.leases import Lease, LeaseLostError
from workers.ledger.models import OutboxMail

PREPARE = """
from workers.database import transaction
from workers import leases
from workers.ledger.models import OutboxMail
with transaction() as session:
    pass
"""
CLAIM = """
with transaction() as session:
    print(leases.claim(session, OutboxMail, 1))
"""
HOLD = f"""
{PREPARE}
leases.LEASE_SECONDS, leases.RENEW_SECONDS = %s, 0.1
with transaction() as session:
    lease = leases.claim(session, OutboxMail, 1)
with leases.holding(lease):
    print(lease, flush=True)
    import sys; sys.stdin.readline()
"""


@pytest.fixture
def work(database: str) -> int:
    """A piece of work: the id of a mail."""
    assert database
    with transaction() as session:
        texts = {"message_id": "m", "recipient": "", "subject": "", "body": ""}
        session.execute(insert(OutboxMail).values(id=1, created_at=now(), attempts=0, **texts))
    return 1


def _claim(key: int = 1) -> int | None:
    with transaction() as session:
        return leases.claim(session, OutboxMail, key)


def _write(lease: int, subject: str) -> None:
    with transaction() as session:
        leases.fenced(session, OutboxMail, 1, lease, subject=subject)


def _subject() -> str | None:
    with reading() as session:
        return session.scalar(select(OutboxMail.subject))


def _ended(lease: int) -> None:
    """The time of `lease` runs out."""
    with transaction() as session:
        session.execute(update(Lease).where(Lease.id == lease).values(expires_at=now(-1)))


@pytest.mark.usefixtures("work")
def test_of_six_processes_that_claim_at_once_one_wins() -> None:
    answers = together(6, PREPARE, CLAIM)
    assert len([answer for answer in answers if answer != "None"]) == 1


def test_of_eight_threads_that_claim_at_once_one_wins_again_and_again(work: int) -> None:
    for _ in range(5):
        start, won = Barrier(8), list[int]()

        def compete(start: Barrier = start, won: list[int] = won) -> None:
            start.wait()
            if lease := _claim(work):
                won.append(lease)

        threads = [Thread(target=compete) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        _ended(won[0])


def test_the_work_of_a_killed_process_is_free_within_its_time(work: int) -> None:
    with process(HOLD % 1) as (holder, first):
        assert _claim(work) is None
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        deadline = time.monotonic() + 10
        while (second := _claim(work)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert second > int(first)


def test_a_holder_that_lives_keeps_its_lease_beyond_its_first_time(work: int) -> None:
    # Long enough for a holder that gets no processor for some seconds.
    with process(HOLD % 6) as (_, first):
        with reading() as session:
            end = session.scalar(select(Lease.expires_at).where(Lease.id == int(first)))
        assert end
        deadline = time.monotonic() + 60
        passed = False
        while not passed:
            assert _claim(work) is None
            assert time.monotonic() < deadline
            with reading() as session:
                passed = bool(session.scalar(select(now() > end)))
            time.sleep(0.1)
        assert _claim(work) is None


def test_the_old_holder_writes_nothing_once_another_has_taken_over(work: int) -> None:
    old = _claim(work)
    assert old
    _write(old, "by the old one")
    _ended(old)
    new = _claim(work)
    assert new
    with pytest.raises(LeaseLostError):
        _write(old, "too late")
    assert _subject() == "by the old one"
    _write(new, "by the new one")
    assert _subject() == "by the new one"


def test_a_lost_lease_undoes_the_whole_transaction_of_its_holder(work: int) -> None:
    old = _claim(work)
    assert old
    _ended(old)
    assert _claim(work)

    def late() -> None:
        with transaction() as session:
            session.execute(update(OutboxMail).values(body="half"))
            leases.fenced(session, OutboxMail, work, old, subject="whole")

    with pytest.raises(LeaseLostError):
        late()
    with reading() as session:
        assert session.scalar(select(OutboxMail.body)) == ""


def test_work_is_free_again_after_its_holder_whether_it_went_well_or_not(work: int) -> None:
    first = _claim(work)
    assert first
    with leases.holding(first):
        assert _claim(work) is None
    second = _claim(work)
    assert second
    with pytest.raises(InterruptedError), leases.holding(second):
        raise InterruptedError
    assert _claim(work)
    with reading() as session:
        assert len(session.scalars(select(Lease.id)).all()) == 1


def test_work_is_free_again_when_ctrl_c_comes_just_as_its_lease_ends(work: int) -> None:
    lease = _claim(work)
    assert lease
    pressed: list[str] = []

    def press(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM lease") and not pressed:
            pressed.append(statement)
            raise KeyboardInterrupt

    event.listen(engine(), "before_cursor_execute", press)
    with pytest.raises(KeyboardInterrupt), leases.holding(lease):
        pass
    assert pressed
    assert _claim(work)


def test_a_number_never_returns_even_when_its_lease_is_gone(work: int) -> None:
    seen = []
    for _ in range(4):
        lease = _claim(work)
        assert lease
        seen.append(lease)
        with transaction() as session:
            session.execute(delete(Lease))
    assert seen == sorted(set(seen))


def test_conditions_are_judged_on_what_the_last_holder_committed(work: int) -> None:
    def untried() -> ColumnElement[bool]:
        return table_of(OutboxMail).c.attempts == 0

    with transaction() as session:
        first = leases.claim(session, OutboxMail, work, untried, attempts=1)
    assert first
    _ended(first)
    with transaction() as session:
        assert leases.claim(session, OutboxMail, work, untried, attempts=2) is None
        assert leases.claim(session, OutboxMail, work + 1) is None
    with reading() as session:
        assert session.scalar(select(OutboxMail.attempts)) == 1


def test_a_claim_that_is_not_committed_is_none(work: int) -> None:
    def broken() -> None:
        with transaction() as session:
            assert leases.claim(session, OutboxMail, work)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        broken()
    assert _claim(work)
