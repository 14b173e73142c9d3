"""One call on its way through Profit."""

from dataclasses import dataclass

from tests.simulator.answer import Answer, Request
from tests.simulator.asked import Asked
from tests.simulator.effects import Effect
from tests.simulator.errors import ProfitError, is_english
from tests.simulator.switches import Switches


@dataclass(frozen=True)
class Call:
    """A request, the fault that it met, and its line in the log."""

    request: Request
    effect: Effect
    asked: Asked

    @property
    def english(self) -> bool:
        """Whether texts are asked in English."""
        return is_english(self.request.headers.get("accept-language", ""))

    def refused(self, error: ProfitError, switches: Switches) -> Answer:
        """Answer Profit's error in the language asked."""
        return Answer.error(error, switches, self.request.headers.get("accept-language", ""))
