"""`realization`: lines to AFAS out of a file; what became of them is in tasks.cli.batches."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from tasks.cli import show
from tasks.cli.batches import hang_into
from tasks.cli.progress import progress
from tasks.realization import story
from tasks.realization import submit as intake
from tasks.realization.deliver import hand_on
from tasks.realization.intake.actions import INSERT
from tasks.realization.intake.files import FileError, Part, parts
from tasks.realization.intake.keys import file_reference
from tasks.realization.submit import SubmitRejected, Taken
from tasks.turnover.wording import one_line
from workers import migrations
from workers.database import reading
from workers.ledger.realization import batches
from workers.ledger.realization.models import BatchState
from workers.ledger.realization.work import UNFINISHED
from workers.texts import text

LOOK_AGAIN = 0.5  #: seconds between two looks at batches that are waited for

app = App(name="realization", help=text("submit.realization"), result_action="return_value")
hang_into(app)


@app.command(help=text("submit.submit"))
def submit(
    file: Annotated[Path, Parameter(help=text("submit.file"))],
    /,
    *,
    organisation: Annotated[str, Parameter(help=text("cli.guid"))],
    action: Annotated[str, Parameter(help=text("submit.action"))] = INSERT,
    reference: Annotated[str | None, Parameter(help=text("submit.reference"))] = None,
    wait: Annotated[bool, Parameter(help=text("submit.wait"))] = False,
) -> int:
    """Make the batches of a file, print their ids. Exit 0 they stand (--wait: all applied), 1 not all, 2 bad file."""
    migrations.require()
    try:
        messages = [_message(organisation, part) for part in _read(file, action, reference)]
        for message in messages:
            # All of them before the first is made: a file is taken whole or not at all.
            intake.check(message)
        made = _taken(messages)
    except (FileError, SubmitRejected) as error:
        show.say(text("submit.wrong", path=file, reason=error))
        return 2
    return _awaited(made) if wait else 0


def _read(file: Path, action: str, reference: str | None) -> list[Part]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileError(error.strerror or type(error).__name__) from None
    return parts(data, action, reference or file_reference(data, action), text)


def _message(organisation: str, part: Part) -> dict[str, object]:
    return {"organisation": organisation, "action": part.action, "lines": part.lines, "reference": part.reference}


def _taken(messages: list[dict[str, object]]) -> list[int]:
    """The batches, made and told; those after inserts wait for them."""
    from tasks.realization.tasks import HANDS  # noqa: PLC0415 - what can't be read needs no Celery
    from workers.sending import sent  # noqa: PLC0415 - as above

    reached = True

    def chunk(one: int, seconds: float) -> None:
        # One try: each would wait for a broker that is away.
        nonlocal reached
        reached = reached and sent("realization.deliver_chunk", seconds, chunk=one)

    hands, made, first = replace(HANDS, chunk=chunk), [], None
    for message in messages:
        taken = intake.take(message, "", after=first)
        first = first or (taken.batch if message["action"] == INSERT else None)
        made.append(taken.batch)
        _tell(message, taken)
        if first not in (None, taken.batch):
            show.say(text("submit.behind", batch=taken.batch, first=first))
        hand_on(taken.work, hands)
    if not reached:
        show.say(text("submit.no_broker"))
    return made


def _tell(message: dict[str, object], taken: Taken) -> None:
    show.tell(str(taken.batch))
    said = {name: one_line(str(message[name])) for name in ("action", "reference")}
    counts = taken.counts
    show.say(text("submit.taken", batch=taken.batch, lines=counts.lines, invalid=counts.invalid, **said))
    for hint, count in taken.hints.items():
        show.say(text("submit.hint", count=count, hint=hint))


def _awaited(ids: list[int]) -> int:
    """Look until no line moves any more without a person; the exit code."""
    total = sum(one.total() for one in _looked(ids).values())
    told: set[str | None] = {None}
    with progress(text("submit.ended"), total) as advance:
        while True:
            # In this order: what ends in between is counted.
            still, states = _open(ids), _looked(ids)
            advance(sum(count for one in states.values() for state, count in one.items() if state not in UNFINISHED))
            if not still:
                break
            for why in {story.standstill(batch) for batch in ids} - told:
                show.say(text("submit.standstill", why=why))
                told.add(why)
            time.sleep(LOOK_AGAIN)
    for batch, found in states.items():
        outcome = ", ".join(f"{count} {state}" for state, count in found.items() if count) or "0"
        show.say(text("submit.outcome", batch=batch, outcome=outcome))
    return int(any(found.total() != found["applied"] for found in states.values()))


def _looked(ids: list[int]) -> dict[int, Counter[str]]:
    with reading() as session:
        return {batch: Counter(batches.counts(session, batch)) for batch in ids}


def _open(ids: list[int]) -> bool:
    with reading() as session:
        return any(batches.head(session, batch).batch.state == BatchState.OPEN for batch in ids)
