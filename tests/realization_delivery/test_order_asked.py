"""How the ledger is asked which operations come first: by what grows with the chunk, and not with all lines."""

import pytest
from sqlalchemy import String, cast, select, update

from tests.realization_delivery.asked import rows_read
from tests.realization_delivery.builders import Office, good
from tests.simulator import Simulator
from workers import settings
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization import batches, order, waiting
from workers.ledger.realization.models import Batch, Chunk, Line

LINES = 1500
CHUNK = 500


@pytest.fixture
def office(afas: Simulator, database: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An organisation that changes all its lines before any is in AFAS."""
    assert database
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    made = Office(afas)
    made.organisation()
    made.submits([good(n) for n in range(LINES)], reference="inserts")
    made.submits([{"XpRe": f"K-{n}", "Qu": "5"} for n in range(LINES)], "update", "changes")
    return made


def test_what_comes_before_a_chunks_lines_is_found_without_reading_all_lines(office: Office) -> None:
    last = max(chunk["id"] for chunk in office.chunks())
    with reading() as session:
        assert len(order.behind(session, last, {})) == CHUNK
    assert rows_read(order._earlier(), {"chunk": last}) < 20 * CHUNK


def test_what_else_a_chunks_lines_are_called_is_found_without_reading_all_lines(office: Office) -> None:
    with transaction() as session:
        session.execute(update(Line).values(afas_id=cast(Line.position, String)))
    last = max(chunk["id"] for chunk in office.chunks())
    with reading() as session:
        assert len({line for line, key in session.execute(order._keys(), {"chunk": last}) if key}) == CHUNK
    assert rows_read(order._keys(), {"chunk": last}) < 20 * CHUNK


def test_who_may_have_a_call_is_found_without_reading_all_lines_for_each_that_waits(office: Office) -> None:
    with transaction() as session:
        session.execute(update(Chunk).values(wants_slot_at=now()))
    waits = select(Chunk.id).join(Batch, Batch.id == Chunk.batch_id).where(~waiting.held_back()).order_by(Chunk.id)
    with reading() as session:
        assert list(session.scalars(waits)) == [chunk["id"] for chunk in office.chunks()[:3]], "the inserts alone"
    assert rows_read(waits, {}) < 20 * LINES


@pytest.mark.parametrize("named", ["by key", "by Id", "by a key that another knows"])
def test_what_a_person_keeps_waiting_is_found_without_reading_all_lines_for_each(office: Office, named: str) -> None:
    last = max(chunk["batch_id"] for chunk in office.chunks())
    with transaction() as session:
        session.execute(update(Line).where(Line.batch_id < last).values(state="in_doubt", matter="lost"))
        if named != "by key":
            ids = {"afas_id": cast(Line.position, String), "key": None}
            session.execute(update(Line).where(Line.batch_id == last).values(**ids))
        if named == "by Id":
            session.execute(update(Line).values(afas_id=cast(Line.position, String)))
    if named == "by a key that another knows":
        # The same lines once more, and they name both.
        office.submits([{"XpRe": f"K-{n}", "Qu": "6"} for n in range(LINES)], "update", "more")
        with transaction() as session:
            later = update(Line).where(Line.batch_id > last)
            session.execute(later.values(afas_id=cast(Line.position, String), state="applied"))
    with reading() as session:
        assert not session.scalar(batches._moves(), {"batch": last})
        [ahead] = order.ahead(session, last)
        assert (ahead.batch, ahead.lines) == (1, LINES)
        line = session.scalars(select(Line.id).where(Line.batch_id == last).order_by(Line.id)).first()
        first = order.ahead_of(session, line or 0)
    assert first is not None
    assert first.batch_id == 1
    assert rows_read(batches._moves(), {"batch": last}) < 30 * LINES
    assert rows_read(order._ahead(), {"batch": last}) < 30 * LINES
    assert rows_read(order._ahead_of(), {"line": line}) < 50
