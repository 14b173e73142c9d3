"""Where histories are told: one database for all of them, and the recipe's ways to AFAS, clock and marks replaced."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from tasks.realization import changes, missing
from tests.realization_delivery.builders import GUID
from tests.realization_delivery.histories import START, History, World
from tests.realization_delivery.histories_ledger import Ledger, clockwork
from tests.realization_delivery.histories_people import OTHER, Story
from tests.realization_delivery.model_door import install
from workers import leases, marks, settings
from workers.columns import now
from workers.database import transaction
from workers.ledger.realization import intake
from workers.ledger.realization.models import Environment
from workers.staff.models import AfasConnection, Organisation

ADDRESS = "https://12345.rest.afas.online/ProfitRestServices"


class Stage:
    """Tells histories one after another."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._world: World | None = None
        self._mark: marks.Mark | None = None
        patch.setattr(leases, "_renewer", lambda: None)
        patch.setattr(marks, "read", lambda: [self._mark, None])
        patch.setattr(marks, "change", self._marks)
        self.ledger = Ledger()

    def _marks(self, decide: Callable[[marks.Mark | None], marks.Mark]) -> list[marks.Mark | None]:
        if self._world is not None:
            self._world.point()
        before, self._mark = self._mark, decide(self._mark)
        return [before]

    def clock(self) -> dt.datetime:
        return START if self._world is None else self._world.now

    def begins(self) -> None:
        if self._world is not None:
            self._world.begins()

    def commits(self) -> None:
        if self._world is not None:
            self._world.point(sleeps=False)

    def tells(self, history: History) -> Story:
        """The history from its beginning to its end; raises AssertionError where it breaks a law."""
        self._world, self._mark = None, None
        self._patch.setenv("CHUNK_LINES", str(history.chunk_lines))
        self._patch.setenv("AFAS_PARALLEL_CALLS", str(history.parallel))
        settings.current.cache_clear()
        for module in (missing, changes):
            self._patch.setattr(module, "STOPS_AT", history.stops_at)
        proven = history.lag if history.proven and history.read_back else None
        self.ledger.begin(shows=history.shows if history.read_back else None, proven=proven)
        story = Story(history, self.ledger)
        self._world = story.world
        install(story.world, self._patch)
        try:
            story.runs()
        finally:
            story.world.restarts()
            self._world = None
        return story


def _organisations() -> None:
    """Two that share an environment, whose list of fields was asked for a moment ago."""
    with transaction() as session:
        for guid in (GUID, OTHER):
            made = Organisation(guid=guid, name=f"Organisatie {guid[:4]}")
            session.objects.add(made)
            session.objects.flush()
            own = {"environment": ADDRESS, "token": "sealed", "mail_to": ["beheer@voorbeeld.nl"]}
            session.objects.add(AfasConnection(organisation_id=made.id, **own))
        intake.environment(session, ADDRESS)
        intake.installation(session, "ABCDE")
        session.execute(update(Environment).values(asked_at=now()))


def stage(patch: pytest.MonkeyPatch) -> Stage:
    """A stage on the database of this test."""
    made = Stage(patch)
    clockwork(made.clock, made.begins, made.commits)
    _organisations()
    return made
