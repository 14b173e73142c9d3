"""What the acting part will be, in memory: it does what the pure core decides, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tasks.realization.chunks import Turn, counts, fruitless, next_step
from tasks.realization.decisions import Ask, Ruling, Send, Told
from tasks.realization.outcome import judge
from tasks.realization.settle import Setting, settle
from tasks.realization.trust import after, doubted, holds, lag, resumed, view
from tasks.realization.verdict import Meaning, meaning
from tasks.realization.words import Answer, Attempt, Chunk, Limits, Line, LineState, Matter, Reach, ReadBack, Trust
from tests.realization.afas_model import Afas

START = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001 - the core compares moments and asks for no zone
LIMITS = Limits(in_doubt_after=timedelta(seconds=1200), lag=timedelta(seconds=1))
MAX_STEPS = 1500


@dataclass
class Ledger:
    """The rows; a `fault` is drawn for each call, and `human` happens between two steps."""

    afas: Afas
    chunks: list[Chunk]
    faults: Iterator[str]
    trust: Trust = field(default_factory=Trust)
    now: datetime = START
    number: int = 0
    paused_until: datetime = START
    mends: bool = True
    told: list[Told] = field(default_factory=list)
    stops: list[Told] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)
    calls: int = 0
    reads: int = 0
    forgotten: set[int] = field(default_factory=set)
    zombies: list[tuple[datetime, int, Attempt, Answer]] = field(default_factory=list)
    humans: Callable[["Ledger"], None] = lambda _: None

    @property
    def lines(self) -> list[Line]:
        return [line for chunk in self.chunks for line in chunk.lines]

    @property
    def limits(self) -> Limits:
        return replace(LIMITS, lag=lag(self.trust, LIMITS.lag))

    def run(self) -> None:
        """Until nothing can move without a human; a stop is resumed."""
        total = len(self.lines)
        for _ in range(MAX_STEPS):
            assert sum(counts(self.lines).values()) == total
            if self.trust.stopped:
                self.chunks = [doubted(chunk) for chunk in self.chunks]
                self.forgotten |= {line for stop in self.stops if stop.matter == Matter.CENSUS for line in stop.lines}
                if self.mends:
                    self.afas.mended()
                self.now += timedelta(hours=1)
                self.asked = {}
                self.trust = resumed(self.trust, self.now)
            self.humans(self)
            self.wake()
            moments = [moment for chunk in list(self.chunks) if (moment := self.step(chunk.id)) is not None]
            if self.trust.stopped or any(moment <= self.now for moment in moments):
                continue
            if not moments:
                return
            self.now = min(moments)
        raise AssertionError("standstill", self.chunks)

    def step(self, number: int) -> datetime | None:
        """One message: what the chunk does now, or when it wants to come back; what crashed is taken over."""
        chunk = self.chunks[number]
        if chunk.attempts and chunk.attempts[-1].answer is None:
            self.settle(number, replace(chunk.attempts[-1], answer=Answer(self.now, Reach.LOST)))
            return self.now
        fresh = any(
            line.state == LineState.PENDING for other in self.chunks if other.fruitless < 8 for line in other.lines
        )
        held = any(holds(other, self.trust) for other in self.chunks)
        step = next_step(chunk, Turn(self.now, self.trust, self.limits, fresh, held))
        if isinstance(step, Send):
            return self.send(chunk, step) if self.now >= self.paused_until else self.paused_until
        if isinstance(step, Ask):
            return self.read_back(chunk) if self.now >= step.not_before else step.not_before
        return step.until if step else None

    def send(self, chunk: Chunk, send: Send) -> datetime:
        states = {line.id: line for line in chunk.lines}
        for line in send.lines:
            assert states[line].state in {LineState.PENDING, LineState.SUSPECT}
        self.number += 1
        self.calls += 1
        attempt = Attempt(self.number, send.lines, self.now, send.purpose)
        sent = tuple(
            line._replace(state=LineState.SENT) if line.id in send.lines and line.state == LineState.PENDING else line
            for line in chunk.lines
        )
        self.chunks[chunk.id] = replace(chunk, lines=sent, attempts=(*chunk.attempts, attempt))
        fault = next(self.faults)
        carried = [states[line] for line in send.lines]
        answer = self.afas.post(carried, self.now, "ok" if fault == "zombie" else fault)
        self.now += timedelta(milliseconds=300)
        if fault == "crash":
            return self.now
        if fault == "zombie":
            self.zombies.append((self.now + timedelta(minutes=self.number % 30), chunk.id, attempt, answer))
            answer = Answer(self.now, Reach.LOST)
        self.settle(chunk.id, replace(attempt, answer=replace(answer, at=self.now)))
        return self.now

    def wake(self) -> None:
        """Workers that lost their lease come back: a success is recorded by whoever has it, and nothing else is."""
        awake = [zombie for zombie in self.zombies if zombie[0] <= self.now]
        self.zombies = [zombie for zombie in self.zombies if zombie[0] > self.now]
        for _, number, attempt, answer in awake:
            if meaning(answer) == Meaning.APPLIED:
                self.settle(number, replace(attempt, answer=replace(answer, at=self.now)))

    def settle(self, number: int, attempt: Attempt) -> None:
        chunk = self.chunks[number]
        chunk = replace(
            chunk, attempts=tuple(attempt if one.number == attempt.number else one for one in chunk.attempts)
        )
        ruling = settle(chunk, attempt, Setting(self.limits, self.trust))
        self.save(chunk, ruling)
        if ruling.pause:
            self.paused_until = max(self.paused_until, ruling.pause.until or self.now + timedelta(minutes=15))

    def read_back(self, asking: Chunk) -> datetime:
        """One read-back judges every chunk; it is asked again later when it moved nothing."""
        census = tuple(line for line in self.lines if self._expected(line))
        asked = ReadBack(self.now, self.afas.visible(self.now), census)
        found = view(asked, self.lines, self.trust)
        assert found is not None
        self.reads += 1
        self.trust = replace(self.trust, stopped=self.trust.stopped or found.stop is not None)
        self.stops += [found.stop] if found.stop else []
        self.told += found.told
        moved = False
        for chunk in [asking, *(other for other in self.chunks if other.id != asking.id)]:
            ruling = judge(self.chunks[chunk.id], found, self.trust, self.limits)
            moved |= bool(ruling.judged) or any(line.missed_at != self.now for line in ruling.lines)
            self.stops += [ruling.stop] if ruling.stop else []
            self.save(self.chunks[chunk.id], ruling)
            self.trust = after(self.trust, found, [ruling])
        self.asked[asking.id] = 0 if moved else self.asked.get(asking.id, 0) + 1
        self.now += timedelta(milliseconds=100)
        if self.asked[asking.id] > 40:
            raise AssertionError("reads for ever", asking)
        return self.now if moved else self.now + timedelta(seconds=min(2 ** self.asked[asking.id], 300))

    def _expected(self, line: Line) -> bool:
        return line.state == LineState.APPLIED and line.seen_at is not None and line.id not in self.forgotten

    def save(self, chunk: Chunk, ruling: Ruling) -> None:
        new = {line.id: line for line in ruling.lines}
        attempts = tuple(replace(one, judged=True) if one.number in ruling.judged else one for one in chunk.attempts)
        count = chunk.fruitless
        for one in attempts:
            if one.number in ruling.judged:
                count = fruitless(count, one, moved=ruling.judged[one.number])
        lines = tuple(new.get(line.id, line) for line in chunk.lines)
        self.chunks[chunk.id] = Chunk(chunk.id, lines, attempts, count)
        self.told += ruling.told
