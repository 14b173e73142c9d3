"""An organisation that AFAS keeps waiting: told once when it stops, once when it truly goes again, and never between.

Time passes as it does where it is at work: now and then the whole sweep, which looks at pauses before deliveries.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from tasks.housekeeping.sweep import sweep
from tasks.realization import humans, sweeping
from tasks.turnover.import_ import Hands
from tests.realization_delivery.builders import Office, bad, calls, good
from tests.simulator import Simulator
from workers.database import reading, transaction
from workers.ledger.models import OutboxMail
from workers.ledger.realization import deliveries
from workers.ledger.realization.acts import Delivery
from workers.staff.pause import unpause

HOUR = 3600.0
SWEEP = 180.0  #: seconds between two sweeps; more than at work, for less of them
POST = "connectors/ptrealization"
VIEW = "connectors/staff_realization"
WHOLE = "Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd."


def lasts(office: Office, seconds: float) -> None:
    """So much time goes by, with all messages and sweeps in it."""
    end = office.elapsed + seconds
    while office.elapsed < end:
        until = min(office.elapsed + SWEEP, end)
        while office.messages and min(office.messages)[0] <= until:
            office.takes()
        office.passes(until - office.elapsed)
        sweep(Hands(write=lambda *_: None, mail=lambda _: None, start=lambda _: None))
        sweeping.sweep(office.hands())


def told() -> list[str]:
    """What the organisation was told, by the last word of each subject."""
    with reading() as session:
        mails = session.objects.query(OutboxMail).order_by(OutboxMail.id)
        return [mail.subject.rpartition(" ")[2] for mail in mails if mail.batch_id is None]


def failures() -> int:
    with reading() as session:
        return session.objects.query(Delivery).one().failures


def known(office: Office) -> None:
    """Read-backs have proved themselves."""
    office.submits([good(1000)], reference="pathfinder")
    office.works()


def test_afas_that_is_out_of_reach_is_tried_every_quarter_of_an_hour_and_told_once(office: Office) -> None:
    office.afas.stop()
    office.submits([good(n) for n in range(40)])
    lasts(office, HOUR / 2)
    assert told() == ["gepauzeerd"], "the pauses have doubled up to minutes"
    before = failures()
    lasts(office, 5 * HOUR)
    assert 15 <= failures() - before <= 20
    assert told() == ["gepauzeerd"]
    with Simulator(port=office.afas.port):
        lasts(office, 0.5 * HOUR)
        assert office.states() == {"applied": 40}
        assert told() == ["gepauzeerd", "verder"]
        assert failures() == 0
        lasts(office, HOUR)
    assert told() == ["gepauzeerd", "verder"]


def test_a_view_that_can_not_be_read_is_told_once_though_other_lines_come_through_all_the_while(office: Office) -> None:
    known(office)
    office.afas.fault("status_502", path=VIEW, times=None)
    office.submits([good(100), bad(101), good(102)])
    for _ in range(90):
        lasts(office, 20)
        with transaction() as session:
            # As another worker does after each of its calls.
            deliveries.reached(session, office.id)
    assert told() == ["gepauzeerd"]
    office.afas.faults.clear()
    lasts(office, HOUR)
    assert office.states() == {"applied": 3, "refused": 1}
    assert told() == ["gepauzeerd", "verder"]


def test_a_proxy_that_answers_for_afas_while_batches_come_in_is_told_once(office: Office) -> None:
    known(office)
    office.afas.fault("status_502", times=None)
    for number in range(18):
        office.submits([good(number)], reference=f"R-{number}")
        lasts(office, HOUR / 6)
    assert told() == ["gepauzeerd"]
    office.afas.faults.clear()
    lasts(office, 2 * HOUR)
    assert office.states() == {"applied": 19}
    assert told() == ["gepauzeerd", "verder"]


def whole_call(office: Office) -> Callable[[], None]:
    office.afas.fault("error_500", path=POST, text=WHOLE, times=None)
    return office.afas.faults.clear


def view_unreadable(office: Office) -> Callable[[], None]:
    office.afas.fault("html", path=VIEW, times=None)
    return office.afas.faults.clear


def field_gone(office: Office) -> Callable[[], None]:
    shows = dict(office.afas.read_back.shows)
    office.afas.read_back.shows.pop("Qu")
    return lambda: office.afas.read_back.shows.update(shows)


def forbidden(office: Office) -> Callable[[], None]:
    office.afas.fault("status_403", path=POST, times=None)
    return office.afas.faults.clear


@pytest.mark.parametrize("cause", [whole_call, view_unreadable, field_gone, forbidden])
def test_what_a_probe_of_something_else_does_not_see_is_told_once_until_lines_come_through(
    office: Office, cause: Callable[[Office], Callable[[], None]]
) -> None:
    known(office)
    mend = cause(office)
    office.submits([good(n) if n % 5 else bad(n) for n in range(1, 31)])
    lasts(office, 4 * HOUR)
    assert told() == ["gepauzeerd"]
    mend()
    lasts(office, HOUR)
    assert office.states() == {"applied": 25, "refused": 6}
    assert told() == ["gepauzeerd", "verder"]


def test_the_first_line_of_all_that_no_read_back_shows_for_the_views_sake_is_told_once(office: Office) -> None:
    mend = field_gone(office)
    office.submits([good(1)])
    lasts(office, 3 * HOUR)
    assert (office.states(), told()) == ({"applied": 1}, ["gepauzeerd"])
    mend()
    lasts(office, HOUR)
    assert told() == ["gepauzeerd", "verder"]


def test_a_change_that_waits_for_its_first_look_is_told_once(office: Office) -> None:
    known(office)
    mend = field_gone(office)
    office.submits([{"XpRe": "K-1000", "Qu": "3.00"}], "update", "U")
    lasts(office, 3 * HOUR)
    assert told() == ["gepauzeerd"]
    mend()
    lasts(office, HOUR)
    assert (office.states(), told()) == ({"applied": 2}, ["gepauzeerd", "verder"])


def test_neighbours_that_go_between_the_pauses_say_nothing_of_what_stands_still(office: Office) -> None:
    known(office)
    styles, office.afas.switches.delete_styles = office.afas.switches.delete_styles, ("action_put",)
    office.submits([{"XpRe": "K-1000", "force": True}], "delete", "D")
    for number in range(4):
        lasts(office, HOUR / 2)
        with transaction() as session:
            unpause(session, office.id)
        office.submits([good(number)], reference=f"R-{number}")
        office.delivers(office.messages.pop()[1])
    lasts(office, HOUR / 2)
    assert office.states() == {"applied": 5, "pending": 1}
    assert told() == ["gepauzeerd"]
    office.afas.switches.delete_styles = styles
    lasts(office, HOUR)
    assert office.states() == {"applied": 6}
    assert told() == ["gepauzeerd", "verder"]


def test_another_cause_meanwhile_is_told_once_as_well(office: Office) -> None:
    known(office)
    mend = whole_call(office)
    office.submits([good(n) for n in range(10)])
    lasts(office, HOUR)
    mend()
    mend = forbidden(office)
    lasts(office, 2 * HOUR)
    mend()
    whole_call(office)
    lasts(office, 2 * HOUR)
    assert told() == ["gepauzeerd"] * 2
    mend()
    lasts(office, HOUR)
    assert told() == ["gepauzeerd"] * 2 + ["verder"]


def test_a_pause_whose_lines_were_all_cancelled_is_over_with_its_time(office: Office) -> None:
    known(office)
    mend = forbidden(office)
    batch = office.submits([good(n) for n in range(10)])
    lasts(office, HOUR / 2)
    humans.cancel(batch, "els")
    mend()
    lasts(office, HOUR / 2)
    assert office.states() == {"applied": 1, "cancelled": 10}
    assert told() == ["gepauzeerd", "verder"]


def test_a_read_back_that_came_through_ends_a_row_of_failures(office: Office) -> None:
    known(office)
    office.afas.fault("cut", path=POST, goes_on=False, commits=3)
    office.submits([good(n) for n in range(3)])
    office.takes()
    with transaction() as session:
        session.execute(update(Delivery).values(failures=9))
    lasts(office, HOUR)
    assert (office.states(), len(calls()), failures()) == ({"applied": 4}, 2, 0)


@pytest.mark.parametrize("kind", ["status_502", "status_503", "html"])
def test_who_answers_for_afas_has_not_reached_it(office: Office, kind: str) -> None:
    known(office)
    with transaction() as session:
        session.execute(update(Delivery).values(failures=9))
    office.afas.fault(kind, path=POST, goes_on=False, commits=0)
    office.submits([good(1)])
    office.takes()
    assert (len(calls()), failures()) == (2, 9)
