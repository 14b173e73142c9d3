"""The mails about batches and organisations: what happened, what it means, what to do. Counts first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Say = Callable[..., str]  #: key and values to text in the chosen language
MOST_KEYS = 20  #: lines that a group names
MOST_GROUPS = 40  #: groups of a mail; the rest is counted
SHOWN_LETTERS = 300  #: of one text of AFAS
COUNTED = ("applied", "refused", "invalid", "in_doubt", "conflict", "cancelled", "pending", "sent", "suspect")


@dataclass(frozen=True)
class Group:
    """Lines with one state and one reason. `keys`, `references` and `values`, which differ, are the first of all."""

    state: str
    reason: str
    count: int
    keys: tuple[str, ...]
    references: tuple[str, ...] = ()
    field: str | None = None
    remedy: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchFacts:
    """A batch as it is told of. `brake`: the text of AFAS for which it is paused; `waiting`: batches behind it.

    `notices`: sentences about the batch as a whole. `spent`: how many lines stay in which state although their chunk
    tries no more. `ahead`: (batch, line, count) of operations that a person has to move, and how many lines wait so.
    """

    batch: int
    organisation: str
    reference: str
    action: str
    state: str
    counts: Mapping[str, int]
    groups: Sequence[Group]
    notices: Sequence[str] = ()
    brake: str | None = None
    waiting: Sequence[int] = ()
    spent: Mapping[str, int] = field(default_factory=dict)
    ahead: Sequence[tuple[int, int, int]] = ()

    @property
    def calls_for_people(self) -> bool:
        """Whether there is more to tell than that all was applied or cancelled."""
        return bool(self.groups or self.notices or self.brake is not None or self.spent or self.ahead)


@dataclass(frozen=True)
class Halt:
    """Why an organisation sends nothing, or that it goes on. `keys`: the first of the `lines` that it is about."""

    organisation: str
    what: str
    remedy: str
    keys: tuple[str, ...] = ()
    lines: int = 0
    afas_ids: tuple[str, ...] = ()


def flat(text: str) -> str:
    """A foreign text on one line, cut where it gets long."""
    one = "".join(letter if letter.isprintable() else " " for letter in text)
    return one if len(one) <= SHOWN_LETTERS else one[: SHOWN_LETTERS - 1] + "…"


def batch_mail(facts: BatchFacts, say: Say) -> tuple[str, str]:
    """Subject and text of the mail about a batch that has come to an end, or to where only a person can move it."""
    head = {"batch": facts.batch, "organisation": flat(facts.organisation), "reference": flat(facts.reference)}
    ended = "braked" if facts.brake is not None else facts.state
    counts = [f"- {say(f'batches.count.{state}')}: {facts.counts[state]}" for state in COUNTED if facts.counts[state]]
    parts = [
        say(f"batches.mail.{ended}", action=say(f"batches.action.{facts.action}"), **head),
        "\n".join(counts),
    ]
    if facts.brake is not None:
        parts.append(say("batches.mail.brake", text=flat(facts.brake), batch=facts.batch))
    if facts.spent:
        parts.append(say("batches.mail.spent", lines=_counted(facts.spent, say), batch=facts.batch))
    ahead = [{"batch": batch, "line": line, "count": count} for batch, line, count in facts.ahead[:MOST_GROUPS]]
    parts += [say("batches.mail.ahead", **one) for one in ahead]
    parts += facts.notices
    largest = sorted(facts.groups, key=lambda group: -group.count)
    parts += [_group(group, facts.batch, say) for group in largest[:MOST_GROUPS]]
    if len(largest) > MOST_GROUPS:
        parts.append(say("batches.mail.more_groups", count=len(largest) - MOST_GROUPS, batch=facts.batch))
    if facts.waiting:
        parts.append(say("batches.mail.behind", batches=", ".join(map(str, facts.waiting))))
    if facts.counts["refused"] or facts.counts["invalid"]:
        parts.append(say("batches.mail.commands", batch=facts.batch))
    return say(f"batches.mail.subject.{ended}", **head), "\n\n".join(parts) + "\n"


def halt_mail(kind: str, halt: Halt, say: Say) -> tuple[str, str]:
    """Subject and text when an organisation's deliveries stop (`kind` stop, pause, notice) or go again (`went_on`)."""
    lines = [flat(halt.what)]
    if halt.keys:
        lines.append(_listed("batches.mail.lines", halt.keys, halt.lines, say))
    if halt.afas_ids:
        lines.append(_listed("batches.mail.ids", halt.afas_ids, len(halt.afas_ids), say))
    name = flat(halt.organisation)
    parts = [say(f"batches.mail.{kind}", organisation=name), "\n".join(lines), halt.remedy]
    return say(f"batches.mail.subject.{kind}", organisation=name), "\n\n".join(filter(None, parts)) + "\n"


def _counted(lines: Mapping[str, int], say: Say) -> str:
    return ", ".join(f"{lines[state]} × {say(f'batches.count.{state}')}" for state in COUNTED if state in lines)


def _group(group: Group, batch: int, say: Say) -> str:
    lines = [say("batches.mail.group", count=group.count, state=say(f"batches.count.{group.state}"))]
    lines.append(f"  {flat(group.reason)}")
    if group.values:
        lines.append("  " + _listed("batches.mail.values", group.values, len(group.values), say))
    if group.field:
        lines.append("  " + say("batches.mail.field", field=group.field))
    if group.remedy:
        lines.append("  " + say("batches.mail.remedy", remedy=group.remedy))
    lines.append("  " + _listed("batches.mail.lines", group.keys, group.count, say))
    if group.references:
        lines.append("  " + say("batches.mail.references", references=", ".join(map(flat, group.references))))
    if group.count > len(group.keys[:MOST_KEYS]):
        lines.append("  " + say("batches.mail.all", batch=batch))
    return "\n".join(lines)


def _listed(key: str, names: Sequence[str], count: int, say: Say) -> str:
    shown = names[:MOST_KEYS]
    more = say("batches.mail.more", count=count - len(shown)) if count > len(shown) else ""
    return say(key, names=", ".join(map(flat, shown)) + more)
