"""Commands of `realization` about batches that stand: what became of their lines, and what people do with them."""

import csv
import getpass
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from tasks.cli import show
from tasks.cli.usage import Guid, Json, number
from tasks.realization import humans, resuming, status, story
from tasks.realization import retry as again
from tasks.realization.closing import Closed
from tasks.realization.humans import Word
from tasks.realization.intake.files import FileError, columns, parts
from tasks.realization.retry import Corrections
from workers import migrations
from workers.database import reading
from workers.ledger.realization import batches
from workers.settings import current
from workers.texts import text

Batch = Annotated[int, number("story.cli.batch")]
Name = Annotated[str, Parameter(help=text("story.cli.line"))]
COLUMNS = ("line", "XpRe", "Id", "state", "message", "field", "remedy", "profitLogReference")


def hang_into(app: App) -> None:
    """Give the command group `realization` its commands about batches."""
    for command in (standing, retry, resolve, cancel, show_line, forget, resume, adopt):
        name = {standing: "status", show_line: "show"}.get(command, command.__name__)
        app.command(command, name=name, help=text(f"story.cli.{name}"))


def standing(
    batch: Batch,
    /,
    *,
    json: Json = False,
    csv: Annotated[bool, Parameter(help=text("cli.csv"))] = False,
) -> int:
    """Print the batch's lines, and its counts on standard error. Exit 0 all applied, 1 not all (yet)."""
    migrations.require()
    found = status.whole(batch)
    if csv:
        _print_table(*status.table(batch))
    elif json:
        show.print_json(found)
    else:
        show.rows([{name: line[name] for name in COLUMNS} for line in found["lines"]], as_json=False)
    counts = {state: count for state, count in found["counts"].items() if count}
    told = ", ".join(f"{text(f'batches.count.{state}')}: {count}" for state, count in counts.items())
    show.say(text("story.cli.counts", batch=batch, reference=found["reference"], state=found["state"], counts=told))
    return int(set(counts) - {"applied"} != set())


def _print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The table as it can be read again: a text keeps its line ends."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if value is None else str(value) for value in row] for row in rows)


def retry(
    batch: Batch,
    /,
    *,
    file: Annotated[Path | None, Parameter(help=text("story.cli.retry_file"))] = None,
    json: Json = False,
) -> int:
    """Set refused and invalid lines to go again. Exit 0 all of them, 1 some stay as they are, 2 bad file."""
    migrations.require()
    try:
        corrections = None if file is None else _corrections(batch, file)
    except FileError as error:
        show.say(text("story.cli.file", path=file, reason=error))
        return 2
    done = again.retry(batch, _person(), corrections)
    _hand_on(done.work)
    if json:
        show.print_json({"lines": done.lines, "left": [one._asdict() for one in done.left]})
    elif done.left:
        show.rows([one._asdict() for one in done.left], as_json=False)
    show.say(text("story.cli.retried", batch=batch, count=done.lines, left=len(done.left)))
    return int(bool(done.left))


def _corrections(batch: int, file: Path) -> Corrections:
    with reading() as session:
        action = batches.head(session, batch).batch.action
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileError(error.strerror or type(error).__name__) from None
    found = parts(data, action, "", text)
    if others := [part.action for part in found if part.action != action]:
        raise FileError(text("story.cli.other_action", found=", ".join(others), wanted=action))
    return Corrections([line for part in found for line in part.lines], columns(data))


def resolve(
    batch: Batch,
    line: Name,
    verdict: Annotated[Literal["applied", "absent"], Parameter(help=text("story.cli.verdict"))],
    /,
    *,
    note: Annotated[str, Parameter(help=text("story.cli.note"))],
    force: Annotated[bool, Parameter(help=text("story.cli.force"))] = False,
) -> int:
    """Settle a line in doubt by hand; a fresh read-back has to agree. An absent one goes once more."""
    migrations.require()
    _hand_on(humans.resolve(batch, line, Word(verdict, note, _person(), force), _look))
    show.say(text("story.cli.resolved", name=line, verdict=verdict))
    return 0


def cancel(batch: Batch, /) -> int:
    """Cancel what was not sent, and the others once they are proved absent."""
    migrations.require()
    done = humans.cancel(batch, _person())
    _hand_on(done.work)
    show.say(text("story.cli.cancelled", batch=batch, count=done.lines, wished=done.wished))
    return 0


def show_line(line: Name, /, *, json: Json = False) -> int:
    """Print what happened to a line, in order, and what is next."""
    migrations.require()
    show.rows([moment._asdict() for moment in story.show(line)], as_json=json)
    return 0


def forget(*lines: Name) -> int:
    """Free the keys of lines that somebody deleted in AFAS."""
    migrations.require()
    for line in lines:
        show.say(text("story.cli.forgotten", line=humans.forget(line, _person())))
    return 0


def resume(guid: Guid, /) -> int:
    """End a stop of the organisation's deliveries."""
    migrations.require()
    done = resuming.resume(guid)
    _hand_on(done or Closed())
    show.say(text("story.cli.resumed" if done else "story.cli.not_stopped", guid=guid))
    return 0


def adopt() -> int:
    """Take this database for the one that sends from now on."""
    migrations.require()
    lines, work = resuming.adopt()
    _hand_on(work)
    show.say(text("story.cli.adopted", lines=lines, minutes=round(current().in_doubt_after / 60)))
    return 0


def _person() -> str:
    return getpass.getuser()


def _look(owner: int, lines: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """What AFAS shows of these lines now."""
    from tasks.realization import sight  # noqa: PLC0415 - what only looks at the ledger needs no AFAS

    return sight.shows(owner, lines)


def _hand_on(work: Closed) -> None:
    """Tell the workers; without a broker their sweep finds it."""
    from tasks.realization.back import After  # noqa: PLC0415 - what only looks needs no Celery
    from tasks.realization.deliver import hand_on  # noqa: PLC0415 - as above
    from tasks.realization.tasks import HANDS  # noqa: PLC0415 - as above

    if work != Closed():
        hand_on([After(None, closed=work)], HANDS)
