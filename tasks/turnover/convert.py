"""Sums of one slice to register-days: what each is worth, where it goes, or why it does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tasks.turnover.grouping import Complaint, Days, Grouping
from tasks.turnover.rows import AMOUNT_LIMIT

ZERO = Decimal(0)  #: euros; a sum over it has as many decimals as its terms
Say = Callable[..., str]
#: What Staff keeps of a register-day: turnover group id, euros in all, and euros per payment method id.
Value = tuple[int | None, Decimal, dict[int, Decimal]]
Held = Mapping[int, Mapping[date, object]]  #: such values, by register id and date


class Fate(StrEnum):
    """What is to become of a register-day: written, left as it stands in Staff, kept waiting, or failed."""

    READY = "pending"
    UNCHANGED = "unchanged"
    PARKED = "parked"
    FAILED = "failed"


@dataclass(frozen=True)
class Target:
    """A register as an import sees it: `sign` turns credit into turnover, `methods` maps account number to method id.

    `ours`: its own import setting names this source; `linked`: it has an import setting at all.
    `group_id`: the turnover group that takes its turnover, None while it has none.
    """

    register_id: int
    sign: int
    linked: bool
    ours: bool
    default_account: str | None
    methods: Mapping[str, int]
    group_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """The connection group's registers by code; `sign`: for codes that no register has; `only`: just these."""

    targets: Mapping[str, Target]
    sign: int
    only: frozenset[str] | None = None


class Day(NamedTuple):
    """One register-day; `payments` are euros per account number as AFAS gave it ("" for none); sum: `amount`."""

    register: str
    register_id: int | None
    day: date
    fate: Fate
    amount: Decimal
    payments: dict[str, Decimal]
    sign: int
    reason: str | None = None
    message: str | None = None


@dataclass
class Converted:
    """A slice's register-days; `read` = their amounts + `undated` + `other`, all in the organisations' signs.

    `quiet`: by code, what is read of registers of which Staff holds just that; `days`: the register-days of all others.
    `unknown`: account numbers that no payment method has.
    """

    quiet: dict[str, dict[date, Value]] = field(default_factory=dict)
    days: list[Day] = field(default_factory=list)
    read: Decimal = ZERO
    other: Decimal = ZERO
    undated: Decimal = ZERO
    complaints: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    @property
    def size(self) -> Decimal:
        """All amounts without their signs: what any sum over them stays below."""
        quiet = sum((abs(amount) for days in self.quiet.values() for _, amount, _ in days.values()), ZERO)
        return sum((abs(day.amount) for day in self.days), quiet + abs(self.other) + abs(self.undated))


def convert(slice_: Grouping, plan: Plan, held: Held, say: Say) -> Converted:
    """The register-days of one slice, of which Staff holds `held`. `say`: the texts that ledger and mail keep."""
    result = Converted()
    doubtful = {register for register, _ in slice_.unreadable}
    for register, by_date in slice_.days.items():
        target = plan.targets.get(register)
        sign = target.sign if target else plan.sign
        days = by_date if sign == 1 else {day: _turned(parts) for day, parts in by_date.items()}
        if not _ours(register, target, plan):
            amount = sum((sum(parts.values(), ZERO) for parts in days.values()), ZERO)
            result.read += amount
            result.other += amount
            continue
        standing = held.get(target.register_id, {}) if target else {}
        if target and standing and register not in doubtful and (wanted := _wanted(days, target)) == standing:
            result.quiet[register] = wanted
            result.read += sum((amount for _, amount, _ in wanted.values()), ZERO)
            continue
        for day, payments in days.items():
            amount = sum(payments.values(), ZERO)
            found = Day(register, target.register_id if target else None, day, Fate.READY, amount, payments, sign)
            judged = _judged(found, target, slice_.unreadable.get((register, day), []), standing.get(day), say)
            result.read += judged.amount
            result.days.append(judged)
            if target and judged.reason == "payment_method":
                result.unknown |= judged.payments.keys() - target.methods.keys()
    for register, raw in slice_.undated.items():
        target = plan.targets.get(register)
        amount = raw * (target.sign if target else plan.sign)
        result.read += amount
        if _ours(register, target, plan):
            result.undated += amount
            result.complaints[register] = told(slice_.undated_because[register], say)
        else:
            result.other += amount
    return result


def _turned(payments: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {account: -amount for account, amount in payments.items()}


def _wanted(days: Days, target: Target) -> dict[date, Value] | None:
    """What Staff is to hold of a register in these days; None when some of it can't be written."""
    if not target.linked:
        return None
    try:
        return {day: _value(payments, target) for day, payments in days.items()}
    except KeyError:
        return None


def _value(payments: Mapping[str, Decimal], target: Target) -> Value:
    return target.group_id, sum(payments.values(), ZERO), by_method(payments, target)


def by_method(payments: Mapping[str, Decimal], target: Target) -> dict[int, Decimal]:
    """Payment method ids with their euros; what names no account number goes to the default account's.

    Raises KeyError with the account number that no payment method has.
    """
    if "" not in payments:
        return {target.methods[account]: amount for account, amount in payments.items()}
    result: dict[int, Decimal] = {}
    for account, amount in payments.items():
        method = target.methods[account or target.default_account or ""]
        result[method] = result.get(method, ZERO) + amount
    return result


def obstacle(payments: Mapping[str, Decimal], target: Target, say: Say) -> tuple[str, str] | None:
    """Why a register-day of a known register can't be written: reason and text; None when it can."""
    if target.linked and payments.keys() <= target.methods.keys():
        return None
    if not target.linked or (target.default_account is None and "" in payments):
        return "coupling", say("turnover.coupling")
    accounts = {account or target.default_account or "" for account in payments}
    if missing := sorted(accounts - target.methods.keys()):
        return "payment_method", "; ".join(say("turnover.payment_method_not_found", code=code) for code in missing)
    return None


def told(complaint: Complaint, say: Say) -> str:
    """One line that names field, value and position."""
    return say(complaint.text, field=complaint.field, value=complaint.value, position=complaint.position)


def error_text(register: str, day: date, what: str, say: Say) -> str:
    """Staff's own sentence for a register-day that failed."""
    return say("turnover.error", code=register, date=f"{day:%d-%m-%Y}", what=what)


def _ours(register: str, target: Target | None, plan: Plan) -> bool:
    if plan.only is not None and register not in plan.only:
        return False
    return target is None or target.ours or not target.linked


def _judged(day: Day, target: Target | None, unreadable: list[Complaint], standing: object, say: Say) -> Day:
    """`day` with its fate: what can't be read goes before what is not known. `standing`: what Staff holds of it."""
    if unreadable:
        more = say("turnover.more", count=len(unreadable) - 1) if len(unreadable) > 1 else ""
        return _failed(day, "amount", told(unreadable[0], say) + more, say)
    if abs(day.amount) >= AMOUNT_LIMIT:
        # No column can hold it, so it counts as unreadable: nothing read, and told.
        empty = day._replace(amount=ZERO, payments={})
        return _failed(empty, "amount", say("turnover.too_large", amount=f"{day.amount.normalize():f}"), say)
    if target is None:
        return day._replace(
            fate=Fate.PARKED,
            reason="register",
            message=say("turnover.register_not_found", code=day.register),
        )
    problem = obstacle(day.payments, target, say)
    if problem:
        return _failed(day, *problem, say)
    same = standing is not None and _value(day.payments, target) == standing
    return day._replace(fate=Fate.UNCHANGED) if same else day


def _failed(day: Day, reason: str, what: str, say: Say) -> Day:
    return day._replace(fate=Fate.FAILED, reason=reason, message=error_text(day.register, day.day, what, say))
