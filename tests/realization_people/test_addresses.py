"""A connection gets another environment only when AFAS can know nothing of what is under way; that goes along."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy import update

from tasks.connect import Rules
from tasks.realization import judging, retry
from tasks.realization.verdict import NOT_EXECUTED as NOTHING_DONE
from tasks.realization.verdict import Meaning, meaning
from tasks.realization.words import Answer, Reach
from tests.realization_people.builders import Desk, good, line
from tests.staff.files import HOST, OTHER, TOKEN, applied, file, organisation, rows
from workers.columns import now
from workers.database import Session, reading, transaction
from workers.leases import LeaseLostError
from workers.ledger.realization import intake, moving, work
from workers.ledger.realization.acts import Delivery
from workers.ledger.realization.models import Batch, Line
from workers.staff import pause
from workers.staff.setup import SetupErrors, apply

MOVED = HOST.replace(".rest.", ".resttest.")


def own(address: str, *more: str) -> str:
    """The organisation with this environment."""
    return organisation(f"afas: {{environment: {address}, token: {TOKEN!r}}}", *more)


def shared() -> tuple[str, str]:
    """The organisation without a connection of its own, and whose it uses instead."""
    theirs = organisation(f"afas: {{environment: {MOVED}, token: {TOKEN!r}}}", guid=OTHER, name="Ander")
    return organisation(f"afas: {{same_as: {OTHER}}}"), theirs


def moved(*organisations: str) -> Callable[[Path], str]:
    """Apply these; gives what stands against it, or what is told of batches."""

    def apply(home: Path) -> str:
        try:
            return "".join(change for change in applied(file(home, *organisations)).changes if "batch" in change)
        except SetupErrors as error:
            return str(error)

    return apply


def pending(desk: Desk) -> int:
    return desk.batch(good(2))


def called(**answer: Any) -> Callable[[Desk], int]:
    """A batch with one call, that was answered so."""

    def batch(desk: Desk) -> int:
        made = desk.batch(good(2))
        desk.attempt(made, ["L1", "L2"], **answer)
        return made

    return batch


def became(state: str) -> Callable[[Desk], int]:
    """A batch one line of which has become so, and the other is pending."""

    def batch(desk: Desk) -> int:
        made = desk.batch(good(2))
        desk.ends(made, {"L1": {"state": state}}, chunks=None)
        desk.change(Batch, state="waiting" if state == "in_doubt" else "open")
        return made

    return batch


def change(desk: Desk) -> int:
    return desk.batch([{"Id": "20200", "Qu": "5"}], "update")


def taken(desk: Desk, state: str = "pending") -> int:
    """A batch a key of which a line there has already; its own line is in this state."""
    here, made = desk.environment, became(state)(desk)
    with transaction() as session:
        desk.environment = intake.environment(session, MOVED)
    desk.all_are(desk.batch([line("l1")], reference="there"), "applied")
    desk.change(Batch, Batch.environment_id == desk.environment, state="finished")
    desk.environment = here
    return made


NOT_EXECUTED: dict[str, Callable[[Desk], int]] = {
    "never sent": pending,
    "closed by us": called(reach="not_sent"),
    "not reached": called(reach="unreachable"),
    "a wrong token": called(reach="answered", status=401),
    "not found": called(reach="answered", status=404),
    "invalid lines beside it": became("invalid"),
    "an invalid line with a key that is taken there": lambda desk: taken(desk, "invalid"),
}
KNOWN: dict[str, Callable[[Desk], int]] = {
    "no answer": called(),
    "still out": called(reach=None, answered_at=None),
    "a server error": called(reach="answered", status=500),
    "from a ledger that was lost": called(reach="lost", purpose="adopted"),
    **{state: became(state) for state in ("applied", "sent", "suspect", "in_doubt")},
    "a change": change,
    "its key is taken there": taken,
}
ELSEWHERE = "SELECT environment, same_as_id FROM afas_connection ORDER BY organisation_id"


def test_what_counts_as_not_executed_is_so_by_the_core() -> None:
    at = dt.datetime.now(dt.UTC)
    answers = [Answer(at, Reach(reach)) for reach in moving.NOT_EXECUTED]
    answers += [Answer(at, Reach.ANSWERED, status=status) for status in moving.NOT_ADMITTED]
    assert {meaning(answer) for answer in answers} == NOTHING_DONE - {Meaning.TOO_LARGE}


@pytest.mark.parametrize("kind", KNOWN)
def test_what_afas_may_know_is_looked_for_in_no_other_environment(desk: Desk, home: Path, kind: str) -> None:
    batch = KNOWN[kind](desk)
    before = rows(ELSEWHERE), desk.lines(batch)[0].environment_id, desk.head(batch).environment_id
    told = moved(own(MOVED))(home)
    assert f"mee te nemen: batch {batch} (" in told
    assert ":4: " in told, "the line of the file"
    assert len(told.splitlines()) == 1
    assert (rows(ELSEWHERE), desk.lines(batch)[0].environment_id, desk.head(batch).environment_id) == before


@pytest.mark.parametrize("kind", [*NOT_EXECUTED, *KNOWN])
def test_nothing_goes_along_to_another_organisations_connection(desk: Desk, home: Path, kind: str) -> None:
    batch = (NOT_EXECUTED | KNOWN)[kind](desk)
    before = rows(ELSEWHERE)
    assert f"mee te nemen: batch {batch} (" in moved(*shared())(home)
    assert rows(ELSEWHERE) == before


@pytest.mark.parametrize("kind", NOT_EXECUTED)
def test_a_batch_that_afas_never_took_goes_along(desk: Desk, home: Path, kind: str) -> None:
    batch = NOT_EXECUTED[kind](desk)
    chunk = desk.chunks(batch)[0].id
    desk.change(Line, looked_at=now())
    held = desk.holds(batch)
    with reading() as session:
        worker = work.loaded(session, chunk, held)
    assert f"batch {batch} gaat naar de nieuwe omgeving" in moved(own(MOVED))(home)
    with transaction() as session:
        new = intake.environment(session, MOVED)
    assert desk.head(batch).environment_id == desk.delivery().environment_id == new
    assert {(one.environment_id, one.looked_at) for one in desk.lines(batch)} == {(new, None)}
    # Who knows the old address sends no more.
    with pytest.raises(LeaseLostError), transaction() as session:
        work.begin(session, worker, "fresh", [], watched=False)
    assert desk.chunks(batch)[0].hint_at is not None
    assert moved(own(MOVED))(home) == ""


@pytest.mark.parametrize("apply", [moved(own(MOVED)), moved(*shared())])
def test_once_all_has_ended_the_environment_can_change(desk: Desk, home: Path, apply: Callable[[Path], str]) -> None:
    batch = desk.batch(good(2))
    desk.all_are(batch, "applied")
    desk.change(Batch, state="finished")
    apply(home)
    assert rows(ELSEWHERE)[0] != (HOST, None)
    assert desk.lines(batch)[0].environment_id == desk.environment


def test_the_same_environment_in_another_spelling_and_all_else_can_change_meanwhile(desk: Desk, home: Path) -> None:
    desk.attempt(desk.batch(good(2)), ["L1"])
    assert moved(own(f"{HOST.upper().replace('PROFITRESTSERVICES', '')}"))(home) == ""
    assert moved(organisation("afas: {mail_to: [els@voorbeeld.nl]}"))(home) == ""


@pytest.mark.parametrize("address", [MOVED, HOST])
def test_a_batch_that_anothers_connection_delivers_keeps_its_organisation_there(
    desk: Desk, home: Path, address: str
) -> None:
    other = desk.organisation(OTHER, environment=None, token=None, same_as_id=desk.owner)
    batch = desk.batch(good(2), organisation=other)
    leaves = organisation(f"afas: {{environment: {address}, token: {TOKEN!r}}}", guid=OTHER, name="Ander")
    assert f"mee te nemen: batch {batch} (" in moved(leaves)(home)
    desk.all_are(batch, "refused")
    desk.change(Batch, state="finished")
    assert moved(leaves)(home) == ""
    done = retry.retry(batch, "els")
    assert (done.lines, len(done.left)) == (0, 2), "nor do its refused lines go there any more"


def test_an_older_ledger_leads_nothing_anywhere(desk: Desk, home: Path) -> None:
    desk.batch(good(1))
    desk.change(Delivery, stop="continuity")
    assert "realization adopt" in moved(own(MOVED))(home)
    desk.change(Delivery, stop=None)
    forgetful = Rules(("*.afas.online",), lambda: False)
    with pytest.raises(SetupErrors, match="realization adopt"):
        apply(file(home, own(MOVED)), forgetful)
    assert rows(ELSEWHERE) == [(HOST, None)]
    assert "nieuwe omgeving" in moved(own(MOVED))(home)


def test_a_pause_for_the_old_address_ends_with_it(on_postgresql: str, home: Path) -> None:
    assert on_postgresql
    desk = Desk()
    desk.organisation()
    batch = desk.batch(good(1))
    with reading() as session:
        worker = work.loaded(session, desk.chunks(batch)[0].id, desk.holds(batch))
    person = threading.Thread(target=moved(own(MOVED)), args=(home,))
    with work.under(worker) as session:
        person.start()
        waits(session)
        pause.pause(session, desk.owner, "not_found", "the old address", 900)
    person.join(20)
    assert rows("SELECT environment, pause_kind FROM afas_connection") == [(MOVED, None)]


def test_no_key_is_taken_there_between_the_look_and_the_move(on_postgresql: str, home: Path) -> None:
    assert on_postgresql
    desk = Desk()
    desk.organisation()
    desk.batch(good(1))
    there = Desk(desk.organisation(OTHER, environment=MOVED))
    with transaction() as session:
        there.environment = intake.environment(session, MOVED)
    desk.change(Line, key="another")
    there.batch(good(1), reference="there")
    desk.change(Line, Line.environment_id == there.environment, key="another one")
    desk.change(Line, Line.environment_id == desk.environment, key="l1")
    told: list[str] = []
    person = threading.Thread(target=lambda: told.append(moved(own(MOVED))(home)))
    with transaction() as session:
        intake.lock(session, there.environment)
        session.execute(update(Line).where(Line.environment_id == there.environment).values(key="l1"))
        person.start()
        waits(session)
    person.join(20)
    assert "mee te nemen: batch 1 (" in told[0]


def waits(session: Session) -> None:
    """Until somebody waits for a lock."""
    until = time.monotonic() + 20
    while not session.scalar(sql("SELECT count(*) FROM pg_locks WHERE NOT granted")):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_who_counts_on_an_address_ends_before_it_changes(on_postgresql: str, home: Path) -> None:
    assert on_postgresql
    desk = Desk()
    desk.organisation()
    found: list[str] = []
    person = threading.Thread(target=lambda: found.append(moved(own(MOVED))(home)))
    with transaction() as session:
        assert judging.elsewhere(session, desk.owner, desk.owner, desk.environment) is None
        person.start()
        waits(session)
        with transaction() as other:
            # What pauses an organisation waits for nobody.
            other.execute(sql("UPDATE afas_connection SET pause_reason = 'x'"))
        with reading() as other:
            assert intake.address(other, desk.environment) == HOST
    person.join(20)
    assert found == [""]
