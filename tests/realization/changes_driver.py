"""The acting part for changes, in memory: it does what the pure core decides, and looks whether it may."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tasks.realization.calls import carriers
from tasks.realization.changes import KEEPS, judge, next_step
from tasks.realization.chunks import Turn, counts, fruitless
from tasks.realization.decisions import Ask, Ruling, Send, Told
from tasks.realization.images import OPEN, Images, images, wanted
from tasks.realization.settle import ENDS, Setting, settle
from tasks.realization.verdict import Meaning, meaning
from tasks.realization.words import Action, Answer, Attempt, Chunk, Line, LineState, Reach, ReadBack, Trust
from tests.realization.changes_model import PERSON, Afas
from tests.realization.driver import LIMITS, MAX_STEPS, START


@dataclass
class Ledger:
    """The rows; a `fault` is drawn for each call, and `humans` act between two steps."""

    afas: Afas
    chunks: list[Chunk]
    faults: Iterator[str]
    trust: Trust = field(default_factory=Trust)
    humans: Callable[["Ledger"], None] = lambda _: None
    now: datetime = START
    calls: int = 0
    reads: int = 0
    paused_until: datetime = START
    told: list[Told] = field(default_factory=list)
    settled: dict[int, datetime] = field(default_factory=dict)
    zombies: list[tuple[datetime, int, Attempt]] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for chunk in self.chunks for line in chunk.lines]

    def run(self) -> None:
        """Until nothing can move without a human."""
        total = len(self.lines)
        for _ in range(MAX_STEPS):
            assert sum(counts(self.lines).values()) == total
            self.afas.tick(self.now)
            self.humans(self)
            self.wake()
            moments = [moment for chunk in list(self.chunks) if (moment := self.step(chunk.id)) is not None]
            if any(moment <= self.now for moment in moments):
                continue
            if not moments:
                return
            self.now = min(moments)
        raise AssertionError("standstill", self.chunks)

    def step(self, number: int) -> datetime | None:
        """One message: what the chunk does now, or when it wants to come back; what crashed is taken over."""
        chunk = self.load(number)
        if chunk.attempts and chunk.attempts[-1].answer is None:
            self.settle(number, replace(chunk.attempts[-1], answer=Answer(self.now, Reach.LOST)))
            return self.now
        step = next_step(chunk, Turn(self.now, self.trust, LIMITS))
        if isinstance(step, Send):
            return self.send(chunk, step) if self.now >= self.paused_until else self.paused_until
        if isinstance(step, Ask):
            return self.read_back() if self.now >= step.not_before else step.not_before
        return step.until if step else None

    def load(self, number: int) -> Chunk:
        """The chunk, each line with what earlier operations on the same line of AFAS keep it waiting for."""
        lines = []
        for line in self.chunks[number].lines:
            before = [one for one in self.lines if one.id < line.id and _same(one, line)]
            ended = [self.settled[one.id] for one in before if one.id in self.settled]
            ahead = any(one.state in OPEN for one in before)
            lines.append(line._replace(ahead=ahead, ahead_ended=max(ended, default=None)))
        self.chunks[number] = replace(self.chunks[number], lines=tuple(lines))
        return self.chunks[number]

    def send(self, chunk: Chunk, send: Send) -> datetime:
        self.calls += 1
        lines = {line.id: line for line in chunk.lines}
        carried = [lines[line] for line in send.lines]
        for line in carried:
            self.allowed(chunk, line)
        attempt = Attempt(self.calls, send.lines, self.now, send.purpose)
        sent = tuple(
            line._replace(state=LineState.SENT) if line in carried and line.state == LineState.PENDING else line
            for line in chunk.lines
        )
        self.chunks[chunk.id] = replace(chunk, lines=sent, attempts=(*chunk.attempts, attempt))
        fault = next(self.faults)
        answer = self.afas.call(carried, self.now, "ok" if fault == "zombie" else fault)
        self.now += timedelta(milliseconds=300)
        answer = replace(answer, at=self.now)
        if fault == "crash":
            return self.now
        if fault == "zombie":
            # A worker that lost its lease comes back: a success is recorded by whoever has it, and nothing else is.
            if meaning(answer) == Meaning.APPLIED:
                wakes = self.now + timedelta(minutes=self.calls % 30)
                self.zombies.append((wakes, chunk.id, replace(attempt, answer=answer)))
            answer = Answer(self.now, Reach.LOST)
        self.settle(chunk.id, replace(attempt, answer=answer))
        return self.now

    def allowed(self, chunk: Chunk, line: Line) -> None:
        """No line goes out of turn, or on an old image, or over what a person did since and an image could show."""
        assert line.state in {LineState.PENDING, LineState.SUSPECT}
        assert not line.ahead
        if not self.trust.read_back:
            return
        assert line.looked_at is not None
        assert self.now - line.looked_at <= KEEPS
        earlier = carriers(chunk, line.id)
        if earlier and line.before and self.afas.timed:
            asked = line.looked_at
            by_hand = [one for one in self.afas.rows[line.afas_ids[0]] if one.by == PERSON]
            over = [one for one in by_hand if earlier[0].begun_at < one.at <= asked - self.afas.lag]
            assert not over, ("a person's change is overwritten", line, over)

    def wake(self) -> None:
        awake = [zombie for zombie in self.zombies if zombie[0] <= self.now]
        self.zombies = [zombie for zombie in self.zombies if zombie[0] > self.now]
        for _, number, attempt in awake:
            self.settle(number, attempt)

    def settle(self, number: int, attempt: Attempt) -> None:
        chunk = self.chunks[number]
        calls = tuple(
            replace(attempt, judged=one.judged) if one.number == attempt.number else one for one in chunk.attempts
        )
        chunk = replace(chunk, attempts=calls)
        ruling = settle(chunk, attempt, Setting(LIMITS, self.trust))
        for line in ruling.lines:
            assert line.state != LineState.APPLIED or line.id in self.afas.done, ("not there", line)
        self.save(chunk, ruling)
        if ruling.pause:
            self.paused_until = max(self.paused_until, ruling.pause.until or self.now + timedelta(minutes=15))

    def read_back(self) -> datetime:
        """One read-back judges every chunk."""
        self.reads += 1
        found = ReadBack(self.now, self.afas.visible(self.now))
        for chunk in list(self.chunks):
            shown = images(found, wanted(self.load(chunk.id)))
            assert shown is not None
            ruling = judge(self.chunks[chunk.id], shown, LIMITS)
            for line in ruling.lines:
                assert line.state != LineState.APPLIED or self.proved(line, shown, chunk.action), ("unproved", line)
            self.save(self.chunks[chunk.id], ruling)
        self.now += timedelta(milliseconds=100)
        return self.now

    def proved(self, line: Line, shown: Images, action: Action) -> bool:
        """Whether the line was as asked at the moment of proof, in AFAS itself."""
        there = self.afas.at(line.afas_ids[0], shown.begun_at - self.afas.lag)
        values = there.values if there else None
        if action == Action.DELETE:
            return values is None
        return values is not None and all(values[name] == value for name, value in line.asked.items())

    def save(self, chunk: Chunk, ruling: Ruling) -> None:
        new = {line.id: line for line in ruling.lines}
        attempts = tuple(replace(one, judged=one.judged or one.number in ruling.judged) for one in chunk.attempts)
        count = chunk.fruitless
        for one in attempts:
            if one.number in ruling.judged:
                count = fruitless(count, one, moved=ruling.judged[one.number])
        lines = tuple(new.get(line.id, line) for line in chunk.lines)
        for line in lines:
            if line.state in ENDS:
                self.settled.setdefault(line.id, self.now)
        self.chunks[chunk.id] = replace(chunk, lines=lines, attempts=attempts, fruitless=count)
        self.told += ruling.told


def _same(one: Line, other: Line) -> bool:
    return one.key == other.key or bool(set(one.afas_ids) & set(other.afas_ids))
