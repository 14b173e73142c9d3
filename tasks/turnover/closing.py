"""The end of a run: closed once by whoever finishes last, with its mail in the outbox and its lines in the log file."""

from tasks.turnover import log_lines, report
from tasks.turnover.facts import RunFacts
from tasks.turnover.gather import gather, run_of
from workers import runlog
from workers.database import Session, reading, transaction
from workers.ledger import outbox, runs, told
from workers.ledger import sources as ledger_sources
from workers.ledger.models import RunState
from workers.settings import current
from workers.staff import served
from workers.texts import text


def close(run_id: int) -> int | None:
    """End the run if nothing of it is left to do: its mail's id, or None when it goes on or has ended before."""
    with transaction() as session:
        state = runs.close(session, run_id)
        if state is None:
            return None
        facts = gather(session, run_id)
        if state == RunState.DONE and facts.proof.difference:
            # What was read and what was recorded differ: nobody may believe that all is well.
            runs.finish(session, run_id, RunState.DONE_WITH_FAILURES, text("turnover.proof"))
            facts = gather(session, run_id)
        mail = _post(session, facts)
    _log_end(facts)
    return mail


def give_up(run_id: int, message: str) -> int | None:
    """End the run with what it has: sources still to be read and register-days still to be written fail, told.

    Returns its mail's id, None when it had ended before.
    """
    with transaction() as session:
        if not runs.still_open(session, run_id):
            return None
        ledger_sources.give_up(session, run_id, message)
        runs.fail_pending(session, run_id, message)
        runs.finish(session, run_id, runs.verdict(session, run_id), message)
        facts = gather(session, run_id)
        mail = _post(session, facts)
    _log_end(facts)
    return mail


def _post(session: Session, facts: RunFacts) -> int:
    afas = served.recipients(session, facts.run.guid)
    admin = current().admin_mail if facts.missing_registers or facts.missing_methods else ()
    recipients = tuple(dict.fromkeys((*afas, *admin)))
    message_id = f"<turnover-run-{facts.run.id}.{facts.run.guid}@afasconnector>"
    return outbox.add(session, facts.run.id, message_id, recipients, report.mail(facts, text))


def log_start(run_id: int) -> None:
    """The line that a run has begun."""
    with reading() as session:
        runlog.write(log_lines.start(run_of(told.head(session, run_id))))


def log_end(run_id: int) -> None:
    """The lines of a run that has ended; a run that died between its end and these lines is logged by the sweep."""
    _log_end(summary(run_id))


def _log_end(facts: RunFacts) -> None:
    for line in log_lines.failures(facts, text):
        runlog.write(line, "WARNING")
    runlog.write(log_lines.end(facts), "ERROR" if facts.state == RunState.FAILED else "INFO")
    with transaction() as session:
        runs.logged(session, facts.run.id)


def summary(run_id: int) -> RunFacts:
    """What the run came to."""
    with reading() as session:
        return gather(session, run_id)


def exit_code(state: str) -> int:
    """What the command line says of a run's end."""
    return {RunState.DONE: 0, RunState.DONE_WITH_FAILURES: 1}.get(RunState(state), 3)
