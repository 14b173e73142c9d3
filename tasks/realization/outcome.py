"""Attempts, answers and a read-back: what is true of each line of a chunk. Only proof moves a line."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache

from tasks.realization.calls import carriers, ended_at, executed
from tasks.realization.decisions import Ruling, Told
from tasks.realization.missing import Group, group, resolved
from tasks.realization.settle import ENDS, duplicate, refused
from tasks.realization.trust import SHOWN_WITHIN, View, same, unseen, watched
from tasks.realization.verdict import LINE_ERRORS, UNKNOWN, Meaning, meaning
from tasks.realization.words import UNSETTLED, Attempt, Chunk, Limits, Line, LineState, Matter, Purpose, Trust

_SHOWABLE = frozenset(
    {LineState.PENDING, LineState.SENT, LineState.SUSPECT, LineState.IN_DOUBT, LineState.APPLIED},
)
_LEARNING = frozenset({Purpose.CANARY, Purpose.PROBE})


def judge(chunk: Chunk, view: View, trust: Trust, limits: Limits) -> Ruling:
    """What a complete read-back decides about one chunk; while the organisation stands still, presence alone.

    `limits.lag` is the organisation's. A ruling with a stop goes into the trust before other chunks are judged.
    """
    case = _Case(chunk, view, trust, limits)
    case.presence()
    case.invisible()
    # The newest first: what became of a canary decides about those that wait for it.
    for attempt in reversed(chunk.attempts):
        if executed(attempt) and not (case.stop or view.stop or trust.stopped):
            case.absence(attempt)
    return case.ruling()


#: A first look that comes later tells nothing of the lag, and would make all later ones wait as long.
SOON = timedelta(minutes=1)


class _Case:
    """One chunk before one view; its lines change while more of them is proved."""

    def __init__(self, chunk: Chunk, view: View, trust: Trust, limits: Limits) -> None:
        self.before = self.chunk = chunk
        self.view, self.trust, self.limits = view, trust, limits
        self.judged: dict[int, bool] = {}
        self.told: list[Told] = []
        self.stop: Told | None = None
        # Asked of each line several times; what is judged changes its lines alone, never the calls.
        self.carriers = cache(lambda line: carriers(chunk, line))

    def presence(self) -> None:
        """What the view shows, of all lines whose calls had ended."""
        shown = [line for line in self.chunk.lines if line.state in _SHOWABLE and self._news(line)]
        self._change(self._shown(line) for line in shown if self._ended(self.carriers(line.id), timedelta(0)))
        for line in self.chunk.lines:
            if line.matter != Matter.DUPLICATE or line.seen_at != self.view.begun_at:
                continue
            last = self._last(line)
            if last and watched(last, self.trust) and last.purpose != Purpose.PATHFINDER:
                self.stop = Told(Matter.SEEN_TWICE, (line.id,), line.afas_ids)

    def invisible(self) -> None:
        """Watched lines that were applied and are not shown: that is lag, and after a while a stop."""
        asked = self.view.begun_at
        missed = [(line, call.answer.at) for line, call in unseen(self.chunk, self.trust) if call.answer is not None]
        missed = [(line, at) for line, at in missed if asked >= at and not self.view.of(line)]
        self._change(line._replace(missed_at=asked) for line, _ in missed)
        if gone := [line for line, at in missed if asked >= at + SHOWN_WITHIN]:
            ids = tuple(afas_id for line in gone for afas_id in line.afas_ids)
            self.stop = Told(Matter.INVISIBLE, tuple(line.id for line in gone), ids)

    def absence(self, attempt: Attempt) -> None:
        """What the view does not show of one attempt, if it was asked late enough to count."""
        found = group(self.chunk, attempt, self.view)
        calls = [call for line in found.still for call in self.carriers(line.id)]
        if not self._ended(calls, self.limits.lag) or (attempt.judged and not found.still) or self._unsure(attempt):
            return
        if found.still and watched(attempt, self.trust) and self._stops(found):
            return
        if found.broken and not attempt.judged:
            self.told.append(Told(Matter.ORDER, tuple(line.id for line in found.left)))
        self._change(self._verdict(found))
        if not attempt.judged:
            moved = {LineState.SUSPECT, *ENDS} if meaning(attempt.answer) in LINE_ERRORS else ENDS
            mine = [line for line in self.chunk.lines if line.id in attempt.carried]
            self.judged[attempt.number] = any(line.state in moved for line in mine)

    def ruling(self) -> Ruling:
        """All that was decided, with what is new to a human."""
        every = zip(self.before.lines, self.chunk.lines, strict=True)
        pairs = [(old, new) for old, new in every if old is not new]
        told = [
            Told(new.matter, (new.id,), new.afas_ids) for old, new in pairs if new.matter and old.matter != new.matter
        ]
        shown = [new for old, new in pairs if new.seen_at == self.view.begun_at]
        timely = list(filter(self._timely, shown))
        return Ruling(
            lines=tuple(new for old, new in pairs if old != new),
            told=(*self.told, *told),
            judged=self.judged,
            stop=self.stop,
            single=any(one.matter == Matter.ORDER for one in self.told),
            proven=any(map(self._proves, timely)),
            lag=max(map(self._lag, shown), default=timedelta(0)),
            shown_within=min(
                (self.view.begun_at - call.begun_at for call in map(self._last, timely) if call), default=None
            ),
        )

    def _timely(self, line: Line) -> bool:
        """Whether it is known how soon the line was shown: somebody looked soon, or had looked in vain before."""
        last = self._last(line)
        if last is None or line.missed_at is not None:
            return last is not None
        return self.view.begun_at <= (last.answer.at if last.answer else last.begun_at) + SOON

    def _proves(self, line: Line) -> bool:
        """Whether a line that is shown is a pathfinder's find: after a resume, only of a call begun since."""
        resumed = self.trust.resumed_at
        last = self._last(line)
        return resumed is None or (last is not None and last.begun_at >= resumed)

    def _last(self, line: Line) -> Attempt | None:
        return next(iter(self.carriers(line.id)[-1:]), None)

    def _change(self, lines: Iterable[Line]) -> None:
        new = {line.id: line for line in lines}
        self.chunk = replace(self.chunk, lines=tuple(new.get(line.id, line) for line in self.chunk.lines))

    def _ended(self, calls: Iterable[Attempt], lag: timedelta) -> bool:
        """Whether all these calls had ended, that much before the view was asked."""
        return all(self.view.begun_at >= ended_at(call, self.limits) + lag for call in calls)

    def _news(self, line: Line) -> bool:
        """Whether it is shown otherwise than an earlier view did: most lines of a chunk are not."""
        known = line.state == LineState.APPLIED and line.seen_at is not None
        rows = self.view.proof(line)
        return bool(rows) and not (known and {row.afas_id for row in rows} <= set(line.afas_ids))

    def _unsure(self, attempt: Attempt) -> bool:
        """Whether it is too soon to say what the attempt left behind."""
        mine = (line for line in self.chunk.lines if line.id in attempt.carried and line.state in UNSETTLED)
        return any(map(self.view.unsure, mine))

    def _shown(self, line: Line) -> Line:
        rows = self.view.proof(line)
        if line.state != LineState.APPLIED and not any(same(line, row) for row in rows):
            return line._replace(state=LineState.IN_DOUBT, matter=Matter.KEY_COLLISION, goes_as=None)
        ids = tuple(dict.fromkeys((*line.afas_ids, *(row.afas_id for row in rows))))
        return line._replace(
            state=LineState.APPLIED,
            afas_ids=ids,
            seen_at=line.seen_at or self.view.begun_at,
            matter=Matter.DUPLICATE if len(ids) > 1 else None,
            message=duplicate(ids) if len(ids) > 1 else "",
            goes_as=None,
        )

    def _stops(self, found: Group) -> bool:
        """Whether a watched call that left nothing to see holds or stops the organisation."""
        answer, meant = found.attempt.answer, meaning(found.attempt.answer)
        lines = tuple(line.id for line in found.still)
        if meant in UNKNOWN and found.attempt.purpose in _LEARNING:
            self.stop = Told(Matter.CANARY_LOST, lines)
            return True
        if meant != Meaning.APPLIED or answer is None:
            return False
        if self.view.begun_at >= answer.at + SHOWN_WITHIN:
            self.stop = Told(Matter.INVISIBLE, lines)
        return True

    def _verdict(self, found: Group) -> tuple[Line, ...]:
        answer, alone = found.attempt.answer, len(found.attempt.lines) == 1
        if alone and answer is not None and meaning(answer) in LINE_ERRORS:
            return tuple(refused(self.chunk, line, answer, witness=self.view.witness(line)) for line in found.still)
        return resolved(found, self.view)

    def _lag(self, line: Line) -> timedelta:
        """How long after its answer a line that an earlier read-back missed was shown."""
        last = self._last(line)
        if last is None or last.answer is None or line.missed_at is None or line.seen_at is None:
            return timedelta(0)
        late = line.seen_at - last.answer.at
        return late if late <= SHOWN_WITHIN else timedelta(0)  # later it was no lag: somebody mended the view
