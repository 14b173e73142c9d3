"""Whose turn it is: who is told of a call that is free, and which chunk a read-back judges first."""

import pytest
from sqlalchemy import select, update

from tasks.realization import case, deliver
from tasks.realization.deliver import Hands
from tasks.realization.fields import expected
from tasks.realization.prospects import Prospects
from tests.realization_delivery.builders import Office, bad, good
from workers import settings
from workers.columns import now
from workers.database import reading, transaction
from workers.ledger.realization import slots, work
from workers.ledger.realization.acts import LineEvent
from workers.ledger.realization.models import Batch, Chunk, Line


def errors_are_expected() -> None:
    """In a fifth of the lines, so that a chunk goes in parts."""
    with transaction() as session:
        session.execute(update(Batch).where(Batch.reference == "R").values(prospects=expected(Prospects(0.2), [])))


def test_chunks_that_a_read_back_holds_while_the_calls_of_others_end_are_told_of_them_afterwards(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFAS_PARALLEL_CALLS", "1")
    settings.current.cache_clear()
    small.submits([bad(n) if n < 4 else good(n) for n in range(400)])
    first, spared, *others = sorted(chunk for _, chunk in small.messages)
    small.delivers(first)
    errors_are_expected()
    for chunk in (spared, *others):
        small.delivers(chunk)
    small.passes(60)
    small.messages.clear()

    def fresh() -> int:
        return next(int(chunk["fresh"]) for chunk in small.chunks() if chunk["id"] == spared)

    def at_once(chunk: int, seconds: float) -> None:
        if chunk == spared and fresh():
            deliver.deliver(chunk, hands)
        else:
            small.messages.append((seconds, chunk))

    hands = Hands(at_once, small.mails.append, small.replies.append)
    deliver.deliver(first, hands)
    assert fresh() == 0, "it had the call until it needed it no more"
    assert {chunk for _, chunk in small.messages} & set(others)


def test_a_chunk_that_finds_no_call_free_is_told_of_one_that_ends_before_it_stands_in_line(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFAS_PARALLEL_CALLS", "1")
    settings.current.cache_clear()
    small.submits([good(n) for n in range(200)])
    first, other = sorted(chunk for _, chunk in small.messages)
    # Long after the last read-back: another one may come.
    small.passes(60)
    with transaction() as session:
        session.execute(update(Chunk).where(Chunk.id == first).values(waits_since=now(-60), wants_slot_at=now(-60)))
    small.messages.clear()
    held = work.claim(other)
    assert held
    with slots.Place(held, 1, lambda: None) as place:
        assert place.taken()
        # The last that it looks at before it is put back.
        monkeypatch.setattr(case.Case, "asks", property(lambda _: place.end()))
        small.delivers(first)
    assert [chunk for _, chunk in small.messages] == [first]


def test_a_chunk_whose_read_back_is_put_off_is_told_of_a_call_that_ends_before_it_is_given_back(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFAS_PARALLEL_CALLS", "1")
    settings.current.cache_clear()
    small.submits([bad(0), *(good(n) for n in range(1, 200))])
    first, other = sorted(chunk for _, chunk in small.messages)
    errors_are_expected()
    small.delivers(first)
    small.passes(60)
    small.messages.clear()
    held, looks = work.claim(other), list[object]()
    assert held
    with slots.Place(held, 1, lambda: None) as place:
        assert place.taken()

        def comes(*asked: object) -> bool:
            # At the second look another one is under way, and the other call is over.
            looks.append(asked)
            if len(looks) > 1:
                place.end()
            return len(looks) == 1

        monkeypatch.setattr(deliver, "_comes", comes)
        small.delivers(first)
    assert len(looks) == 2
    assert [chunk for _, chunk in small.messages] == [first]


@pytest.mark.parametrize("holds", [False, True])
def test_a_read_back_judges_first_what_keeps_canaries_waiting_and_then_what_a_call_left_most_of(
    small: Office, *, holds: bool
) -> None:
    # Two errors in the first chunk, none in the second, twelve in the third.
    wrong = {0, 30, *range(2, 38, 3)}
    small.submits([bad(n) if n in wrong else good(n) for n in range(300)])
    chunks = sorted(chunk for _, chunk in small.messages)
    for chunk in chunks:
        small.delivers(chunk)
    small.passes(60)
    with transaction() as session:
        session.execute(update(Chunk).where(Chunk.id == chunks[0]).values(holds=holds))
    small.delivers(chunks[0])
    with reading() as session:
        judged = select(Line.chunk_id).join(LineEvent, LineEvent.line_id == Line.id).where(LineEvent.state == "suspect")
        found = list(dict.fromkeys(session.scalars(judged.order_by(LineEvent.id))))
    assert found == ([chunks[0], chunks[2]] if holds else [chunks[2], chunks[0]])


def test_changes_that_wait_for_an_operation_in_doubt_keep_nobody_else_waiting(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFAS_PARALLEL_CALLS", "1")
    settings.current.cache_clear()
    small.passes(60)
    small.afas.fault("reset", path="connectors/ptrealization", commits=0)
    for reference in ("in doubt", "behind it", "behind both"):
        small.submits([{"XpRe": "K-1000", "Qu": reference.count(" ") + 5}], "update", reference)
        while small.messages:
            small.takes()
    assert small.states() == {"applied": 1, "in_doubt": 1, "pending": 2}
    small.submits([good(n) for n in range(300)])
    first, *others = sorted(chunk for _, chunk in small.messages)
    small.messages.clear()
    held = work.claim(first)
    assert held

    def ended() -> None:
        small.messages += [(small.elapsed, chunk) for chunk in slots.turns(held.batch.environment_id, 1)[0]]

    with slots.Place(held, 1, ended) as place:
        assert place.taken()
        for chunk in others:
            small.delivers(chunk)
        place.end()
    while small.messages:
        small.takes()
    assert small.states() == {"applied": 201, "pending": 102, "in_doubt": 1}, "all but the chunk that is held"
    small.works()
    assert small.states() == {"applied": 304}
    assert set(small.there().values()) == {1}
