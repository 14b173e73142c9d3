"""Good lines first: what errors have in common goes last, and attempts are cut where errors are many."""

import datetime as dt
from collections import Counter
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import select, update

from tasks.realization import estimate, reach, submit
from tasks.realization.chunks import PUT_OFF
from tests.realization_delivery.builders import GUID, Office, bad, good
from tests.realization_delivery.histories_people import OTHER
from workers import leases, settings
from workers.columns import now
from workers.database import Session, reading, transaction
from workers.ledger.realization import deliveries, expectations, readbacks, slots, waiting, work
from workers.ledger.realization.acts import Attempt
from workers.ledger.realization.models import Batch, Chunk, Line


def calls() -> list[tuple[str, list[int]]]:
    with reading() as session:
        made = session.execute(select(Attempt.purpose, Attempt.lines).order_by(Attempt.id))
        return [(purpose, lines) for purpose, lines in made][1:]


def test_lines_whose_project_failed_go_last_by_ten_and_every_good_line_before_them(small: Office) -> None:
    wrong = range(31, 211, 3)  # all in the second of three chunks: the ones before and after each go to another
    lines: list[dict[str, Any]] = [good(n, **({"PrId": "X9"} if n in wrong else {})) for n in range(300)]
    small.submits(lines)
    small.works()
    assert small.states() == {"applied": 241, "refused": 60}
    ids = {line.id: int(str(line.fields["XpRe"]).removeprefix("K-")) for line in small.lines()}
    fresh = [{ids[line] in wrong for line in sent} for purpose, sent in calls() if purpose == "fresh"]
    sizes = [len(sent) for purpose, sent in calls() if purpose == "fresh"]
    kinds = [kind for kind, _ in groupby(fresh)]
    assert kinds[-1] == {True}, "what failed goes last"
    assert [{True}] == [kind for kind in kinds if kind == {True}], "and all of it together"
    assert {size for size, kind in zip(sizes, fresh, strict=True) if kind == {True}} == {10}


def test_a_code_that_afas_took_on_another_line_is_looked_up_once_a_batch(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    took, asked = expectations.took, Counter[tuple[str, str]]()

    def counted(session: Session, batch: int, field: str, code: str) -> bool:
        asked[field, code] += 1
        return took(session, batch, field, code)

    monkeypatch.setattr(expectations, "took", counted)
    batch = small.submits([bad(n) if n % 20 == 0 else good(n) for n in range(100)])
    for _ in range(2):
        small.works()
        estimate.estimate([batch])
    assert asked
    assert set(asked.values()) == {1}


def test_calls_go_round_between_organisations_whoever_came_first_and_has_more(small: Office) -> None:
    small.organisation(OTHER)
    submit.take_or_keep(order(GUID, 500), "task-2", small.hands())
    submit.take_or_keep(order(OTHER, 200), "task-3", small.hands())
    with transaction() as session:
        session.execute(update(Chunk).where(Chunk.fresh > 0).values(wants_slot_at=now(-60)))
        environment = session.scalars(select(Batch.environment_id).limit(1)).one()
    with reading() as session:
        owners = {chunk.id: chunk.owner_id for chunk in session.objects.scalars(select(Chunk))}
    first, second = sorted(set(owners.values()))
    assert [owners[chunk] for chunk in slots.turns(environment, 6)[0]] == [first, second, first, second, first, first]
    with reading() as session:
        chunk = session.objects.scalars(select(Chunk).where(Chunk.owner_id == first, Chunk.fresh > 0).limit(1)).one()
    held = work.claim(chunk.id)
    assert held
    with slots.Place(held, 6, lambda: None) as place:
        assert place.taken()
        assert [owners[chunk] for chunk in slots.turns(environment, 6)[0]] == [second, first, second, first, first]


def order(guid: str, count: int) -> dict[str, Any]:
    lines = [good(n, XpRe=f"{guid[:4]}-{n}") for n in range(count)]
    return {"organisation": guid, "action": "insert", "lines": lines, "reference": "many"}


def test_suspects_are_called_after_the_last_line_that_was_never_tried_and_a_canary_before(small: Office) -> None:
    small.submits([good(n) for n in range(150)])
    with reading() as session:
        first, second = session.objects.scalars(select(Chunk).order_by(Chunk.id.desc()).limit(2))
        created_at = session.objects.get_one(Batch, first.batch_id).created_at

    def called(since: dt.datetime, fresh: int, *, untold: bool = False) -> list[int]:
        with transaction() as session:
            session.execute(update(Chunk).where(Chunk.id == first.id).values(fresh=0, wants_slot_at=since))
            session.execute(update(Chunk).where(Chunk.id == second.id).values(fresh=fresh, untold=untold))
        with reading() as session:
            environment = session.objects.get_one(Batch, first.batch_id).environment_id
        return slots.turns(environment, 5)[0]

    assert called(created_at + dt.timedelta(seconds=1), 75) == []
    assert called(created_at + dt.timedelta(seconds=1), 0) == [first.id]
    assert called(created_at - dt.timedelta(seconds=1), 75) == [first.id]
    assert called(created_at + dt.timedelta(seconds=1), 0, untold=True) == []
    assert called(created_at - dt.timedelta(seconds=1), 0, untold=True) == [first.id]


def test_lines_of_a_call_are_untold_until_its_answer_or_a_read_back_tells_of_them(small: Office) -> None:
    def untold() -> list[bool]:
        return [chunk["untold"] for chunk in small.chunks()][1:]

    small.submits([bad(0), *(good(n) for n in range(1, 200))])
    after = [untold()]
    while small.messages:
        small.takes()
        after.append(untold())
    assert after[0] == after[-1] == [False, False]
    assert [True, False] in after, "an error, before it was read back"
    assert not any(second for _, second in after), "a success tells at once"


def test_a_read_back_takes_along_who_stands_in_line_for_a_call_but_for_those_whose_turn_is_near(small: Office) -> None:
    small.submits([good(n) for n in range(400)])
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        chunks = session.objects.scalars(select(Chunk).where(Chunk.state == "pending").order_by(Chunk.id)).all()
        for place, chunk in enumerate(chunks):
            chunk.wants_slot_at = now - dt.timedelta(minutes=5 - place)
            # The last one's call is not old enough: what it left may not be shown yet.
            chunk.waits_since = now + dt.timedelta(minutes=1 if place == 3 else -1)
    taken = waiting.claim_waiting(small.id, 1)
    assert [held.id for held in taken] == [chunks[1].id, chunks[2].id]


def test_a_read_back_whose_worker_died_is_not_the_last_one_and_one_under_way_is_not_passed(small: Office) -> None:
    def last() -> object:
        with reading() as session:
            return readbacks.last(session, small.id)

    before, _ = last(), readbacks.begin(small.id, {})
    assert before is not None
    assert last() == before
    lease = deliveries.claim_reading(small.id)
    assert lease is not None
    with reading() as session:
        assert deliveries.reads(session, small.id)
        assert waiting.next_to_read_back(session, small.id) is None
    small.passes(leases.LEASE_SECONDS + 1)
    with reading() as session:
        assert not deliveries.reads(session, small.id)


def test_a_read_back_lets_chunks_pass_that_have_lines_to_send_and_none_that_waits_for_it(small: Office) -> None:
    small.submits([good(n) for n in range(200)])
    with reading() as session:
        first, second = session.objects.scalars(select(Chunk).where(Chunk.state == "pending").order_by(Chunk.id))

    def others_send(fresh: int, *, holds: bool) -> bool:
        with transaction() as session:
            session.execute(
                update(Chunk).where(Chunk.id == first.id).values(state="to_read_back", fresh=0, holds=holds)
            )
            waits = dt.datetime.now(dt.UTC)
            session.execute(update(Chunk).where(Chunk.id == second.id).values(fresh=fresh, wants_slot_at=waits))
        with reading() as session:
            return waiting.others_send(session, small.id, first.id)

    assert others_send(100, holds=True)
    assert others_send(0, holds=False)
    assert not others_send(0, holds=True)


@pytest.mark.parametrize("untold", [False, True])
def test_a_watched_call_passes_a_read_back_unless_other_lines_may_be_untried(small: Office, *, untold: bool) -> None:
    small.submits([good(n) for n in range(200)])
    with transaction() as session:
        first, second = session.objects.scalars(select(Chunk).where(Chunk.state == "pending").order_by(Chunk.id))
        first.state, first.fresh, first.untold = "to_read_back", 0, untold
        suspect = Line.chunk_id == second.id
        session.execute(update(Line).where(suspect).values(state="suspect", goes_as="suspect", witnessed=True))
        second.fresh = 0
    held = work.claim(second.id)
    assert held is not None
    with transaction() as session:
        line = session.scalars(select(Line.id).where(suspect).limit(1)).one()
        assert work.begin(session, held, "suspect", [line], watched=True)
    with reading() as session:
        assert waiting.others_send(session, small.id, first.id) is not untold


def test_lines_that_go_last_are_counted_no_second_time_when_they_go(small: Office) -> None:
    small.submits([good(n) for n in range(20)])
    held = work.claim(small.messages.pop()[1])
    assert held is not None
    with transaction() as session:
        session.execute(update(Chunk).where(Chunk.id == held.id).values(fresh=0))
        pending = [line.id for line in small.lines() if line.state == "pending"]
        assert work.begin(session, held, "fresh", pending[:10], watched=False)
    assert small.chunks()[-1]["fresh"] == 0


def test_a_read_back_that_was_wanted_late_is_wanted_soon_once_another_call_needs_it(small: Office) -> None:
    small.submits([good(0), bad(1)])
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20)
    with transaction() as session:
        waits = {"waits_since": later, "wants_slot_at": later}
        session.execute(update(Chunk).where(Chunk.state == "pending").values(**waits))
    small.delivers(small.messages.pop()[1])
    chunk = small.chunks()[-1]
    assert (chunk["state"], chunk["wants_slot_at"]) == ("to_read_back", None)
    assert chunk["waits_since"] <= chunk["due_at"] < later


def test_who_waits_for_a_read_back_alone_has_no_place_in_line(small: Office) -> None:
    small.submits([good(0), bad(1)])
    chunk = small.messages.pop()[1]
    small.delivers(chunk)
    with transaction() as session:
        stands = {"state": "pending", "due_at": None, "waits_since": None, "wants_slot_at": dt.datetime.now(dt.UTC)}
        session.execute(update(Chunk).where(Chunk.id == chunk).values(**stands))
    small.delivers(chunk)
    last = small.chunks()[-1]
    assert (last["state"], last["wants_slot_at"]) == ("to_read_back", None)


def test_where_many_lines_fail_for_reasons_of_their_own_attempts_are_cut(small: Office) -> None:
    # Every fourth line of each of three chunks: what the tenth error leaves of a chunk is more than goes at once.
    wrong = {n for n in range(300) if n // 3 % 4 == 0}
    small.submits([good(n, **({"PrId": f"X{n}"} if n in wrong else {})) for n in range(300)])
    small.works()
    assert small.states() == {"applied": 301 - len(wrong), "refused": len(wrong)}
    sizes = [len(sent) for purpose, sent in calls() if purpose == "fresh"]
    assert sizes[:3] == [100] * 3
    assert max(sizes[3:]) < 40, "about sixty are left of each"
    with reading() as session:
        kept = session.scalars(select(Batch.prospects).where(Batch.reference == "R")).one()
    assert kept is not None
    assert 0.2 < float(kept["share"]) < 0.3
    assert kept["suspicious"] == []


class Killed(BaseException):
    """The process is gone."""


def test_workers_that_die_in_a_suspects_call_and_in_a_read_back_do_not_put_the_next_read_back_off(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other chunks' suspects wait for what became of that call: they are nothing that a read-back lets pass."""
    times = {"AFAS_SERVER_TIMEOUT": 7, "AFAS_READ_TIMEOUT": 8, "SEND_WITHIN": 3, "IN_DOUBT_AFTER": 11}
    for name, seconds in times.items():
        monkeypatch.setenv(name, str(seconds))
    settings.current.cache_clear()
    write, read_back, killed = reach.write, reach.read_back, list[str]()

    def writes(to: Any, opened: Any, step: Any, record: Any) -> Any:
        if step.purpose == "suspect" and not killed:
            killed.append("suspect")
            record.begin()
            raise Killed
        return write(to, opened, step, record)

    def reads(*asked: Any) -> Any:
        if killed == ["suspect"]:
            killed.append("read-back")
            raise Killed
        return read_back(*asked)

    monkeypatch.setattr(reach, "write", writes)
    monkeypatch.setattr(reach, "read_back", reads)
    small.submits([good(n, **({"PrId": f"X{n}"} if n % 40 < 6 else {})) for n in range(300)])
    while True:
        try:
            small.works()
            break
        except Killed:
            continue
    assert killed == ["suspect", "read-back"]
    assert small.states() == {"applied": 253, "refused": 48}
    assert small.elapsed < PUT_OFF.total_seconds()
