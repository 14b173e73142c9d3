"""Register-days from the ledger into Staff: each whole or not at all, many in one transaction while all is well."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, OperationalError

from tasks.turnover.convert import Target, by_method, error_text, obstacle
from tasks.turnover.sources import targets
from workers.database import Session, transaction
from workers.ledger import days, fresh, runs, waiting
from workers.ledger.days import Staged
from workers.ledger.models import DayState
from workers.settings import current
from workers.staff import groups, turnover
from workers.staff.turnover import Content
from workers.texts import text

DAYS_PER_TRANSACTION = 1_000  #: register-days that are written at once where no message bounds them

WAITING = (DayState.PARKED, DayState.FAILED)


@dataclass(frozen=True)
class _Job:
    """What the writing of register-days needs to know; `states`: those that may be written.

    `groups`: the turnover groups of registers, as far as they are made and linked.
    """

    organisation_id: int
    targets: Mapping[str, Target]
    states: Sequence[DayState]
    groups: dict[int, int]


def write(organisation_id: int, ids: Sequence[int]) -> None:
    """Write pending register-days. Writing one twice does nothing; a lost connection or lock is raised."""
    if ids:
        _write(_job(organisation_id, (DayState.PENDING,)), ids)


def write_waiting(organisation_id: int, ids: Sequence[int]) -> None:
    """Write parked and failed register-days whose register and payment methods are there by now.

    While an import is at work for the organisation nothing is written.
    """
    if ids:
        _write(_job(organisation_id, WAITING), ids)


def _job(organisation_id: int, states: Sequence[DayState]) -> _Job:
    found = targets(organisation_id)
    linked = {target.register_id: target.group_id for target in found.values() if target.group_id is not None}
    return _Job(organisation_id, found, states, linked)


def _write(job: _Job, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), DAYS_PER_TRANSACTION):
        part = ids[start : start + DAYS_PER_TRANSACTION]
        try:
            _write_together(job, part)
        except OperationalError:
            raise
        except (DBAPIError, ValueError, ArithmeticError):
            for key in part:
                _write_alone(job, key)


def _write_alone(job: _Job, key: int) -> None:
    """One register-day in a transaction of its own; one that can't be written is failed, and takes no other with it."""
    try:
        _write_together(job, [key], alone=True)
    except OperationalError:
        raise
    except (DBAPIError, ValueError, ArithmeticError) as error:
        with transaction() as session:
            for staged in days.take(session, [key], job.states):
                what = text("turnover.not_written", reason=_one_line(error))
                days.failed(session, key, "error", error_text(staged.register, staged.date, what, text))


def _one_line(error: Exception) -> str:
    # A driver's text goes on with the statement and its values: its first line says what was wrong.
    return str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]


def _write_together(job: _Job, ids: Collection[int], *, alone: bool = False) -> None:
    with transaction() as session:
        group_of = dict(job.groups)
        if job.states == WAITING:
            ids = waiting.still_waiting(session, job.organisation_id, ids)
        # One that was refused together with others is looked at by itself.
        done = [] if alone or job.states == WAITING else _write_fresh(session, job, ids, group_of)
        if len(done) < len(ids):
            done += _overwrite(session, job, days.take(session, ids, job.states), group_of)
        for run_id in set(done):
            runs.progress(session, run_id, current().sweep_seconds)
    # Only what is committed is there to be linked to.
    job.groups.update(group_of)


def _write_fresh(session: Session, job: _Job, ids: Collection[int], group_of: dict[int, int]) -> list[int]:
    """Write what is not in Staff yet and fits as it was staged: the run of each register-day that was."""
    linked = [target for target in job.targets.values() if target.linked]
    taken: list[fresh.Fresh] = []
    for sign in {target.sign for target in linked}:
        registers = [target.register_id for target in linked if target.sign == sign]
        taken += fresh.take(session, ids, registers, sign)
    _ensure_groups(session, {day.register_id for day in taken}, group_of)
    for group in {group_of[day.register_id] for day in taken}:
        fresh.write(session, [day.id for day in taken if group_of[day.register_id] == group], group)
    return [day.run_id for day in taken]


def _overwrite(session: Session, job: _Job, staged: Sequence[Staged], group_of: dict[int, int]) -> list[int]:
    """Write register-days in place of what stands there: the run of each that was."""
    ready = [_signed(session, job, day) for day in staged if _check(session, job, day)]
    if not ready:
        return []
    _ensure_groups(session, {job.targets[day.register].register_id for day in ready}, group_of)
    contents = [_content(day, job.targets[day.register], group_of) for day in ready]
    keys = {day.id: (content.register_id, content.date) for day, content in zip(ready, contents, strict=True)}
    before = turnover.replace(session, contents, {keys[day.id]: day.run_id for day in ready})
    old = {key: (before[at].amount, before[at].payments) for key, at in keys.items() if at in before}
    days.written(session, [(day, keys[day.id][0]) for day in ready], old)
    return [day.run_id for day in ready]


def _ensure_groups(session: Session, register_ids: Collection[int], group_of: dict[int, int]) -> None:
    if missing := set(register_ids) - group_of.keys():
        group_of |= groups.ensure(session, missing)


def _check(session: Session, job: _Job, day: Staged) -> bool:
    """Whether the register-day can be written now. One that was pending and can't is failed, others wait on."""
    target = job.targets.get(day.register)
    if target is None:
        problem: tuple[str, str] | None = "register", text("turnover.register_not_found", code=day.register)
    else:
        problem = obstacle(day.payments, target, text)
    if problem and (DayState.PENDING in job.states or problem[0] == "payment_method"):
        days.failed(session, day.id, problem[0], error_text(day.register, day.date, problem[1], text))
    return problem is None


def _signed(session: Session, job: _Job, day: Staged) -> Staged:
    """The register-day with the sign that its register's organisation has by now."""
    return day if day.sign == job.targets[day.register].sign else days.turn(session, day)


def _content(day: Staged, target: Target, group_of: Mapping[int, int]) -> Content:
    payments = by_method(day.payments, target)
    return Content(target.register_id, day.date, group_of[target.register_id], day.amount, payments)
