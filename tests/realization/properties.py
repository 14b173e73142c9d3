"""What must be true of every history, whatever AFAS, the network and people did."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from tasks.realization.chunks import MAX_FRUITLESS, dealt
from tasks.realization.words import Chunk, Line, LineState, Trust
from tests.realization.afas_model import Afas
from tests.realization.driver import Ledger


def lines_of(employees: Iterable[str | None]) -> list[Line]:
    return [Line(number, f"K{number}", {"EmId": name, "Qu": Decimal(number)}) for number, name in enumerate(employees)]


def history(afas: Afas, lines: list[Line], size: int, faults: Iterator[str], trust: Trust | None = None) -> Ledger:
    known = {line.id: line for line in lines}
    parts = dealt([line.id for line in lines], size)
    chunks = [Chunk(number, tuple(known[line] for line in part)) for number, part in enumerate(parts)]
    return Ledger(afas, chunks, faults, trust or Trust())


def told(ledger: Ledger) -> set[int]:
    return {line for one in (*ledger.told, *ledger.stops) for line in one.lines}


def exactly_once_or_told(ledger: Ledger, *, excused: Callable[[Line], bool] = lambda _: False) -> None:
    """No line lost, none doubled beyond one a stop, every refusal with its own reason, nothing left lying."""
    afas, heard = ledger.afas, told(ledger)
    given_up = {line.id for chunk in ledger.chunks if chunk.fruitless >= MAX_FRUITLESS for line in chunk.lines}
    for line in ledger.lines:
        there = afas.sent[line.id]
        if line.state == LineState.APPLIED:
            assert there, ("lost", line)
        elif line.state == LineState.REFUSED:
            # What a person deleted before anybody saw it is not there.
            assert there <= afas.deleted[line.id] or excused(line), ("refused, and there", line)
            assert line.message.startswith(f"line {line.key} is bad") == (line.id in afas.bad) or _passing(line), line
        elif line.state == LineState.IN_DOUBT:
            assert line.matter or line.id in heard | given_up, ("in doubt, untold", line)
        else:
            assert line.id in given_up, ("left lying", line)
    doubled = {line.id: afas.doubled(line.id) for line in ledger.lines if afas.doubled(line.id)}
    admitted = sum(max(1, len(stop.lines)) for stop in ledger.stops)
    assert sum(doubled.values()) <= admitted, ("doubled", doubled, ledger.stops)
    assert set(doubled) <= heard, ("doubled, untold", doubled)


def _passing(line: Line) -> bool:
    return any(word in line.message for word in ("geblokkeerd", "too large", "afterwards"))
