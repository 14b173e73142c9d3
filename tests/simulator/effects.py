"""What a fault does to one call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulator.answer import Answer, Request
from tests.simulator.data import Connector
from tests.simulator.errors import ProfitError
from tests.simulator.switches import Amounts, Switches


@dataclass(frozen=True)
class Spoil:
    """Lines of a writing call that err whatever they hold, and with `commits` are committed all the same.

    They are `lines` of them from number `first` (0) on, or those of the XpRe or Id `carrying`.
    """

    text: str
    commits: bool
    first: int = 0
    lines: int = 1
    carrying: str = ""

    def touches(self, number: int, fields: Mapping[str, Any]) -> bool:
        """Return whether this line of the call is one of them."""
        if self.carrying:
            return self.carrying in (str(fields.get("XpRe")), str(fields.get("Id")))
        return self.first <= number < self.first + self.lines


@dataclass(frozen=True)
class Effect:
    """What a fault does to one call; as it stands here: nothing.

    A writing call works `commits` lines (None: all) before its answer is given, replaced or lost; when it `goes_on`
    it works the others afterwards, `late` seconds later. Its lines take `spread` seconds together, on top of their own.
    """

    kind: str = ""
    instead: Answer | None = None
    error: ProfitError | None = None
    seconds: float = 0.0
    reset: bool = False
    cut: bool = False
    amounts: Amounts | None = None
    edit: Callable[[Connector], None] | None = None
    respell: Callable[[Answer], Answer] | None = None
    commits: int | None = None
    goes_on: bool = False
    late: float = 0.0
    spread: float = 0.0
    hold: float = 0.0
    spoil: Spoil | None = None
    person: Mapping[str, Any] = field(default_factory=dict)

    @property
    def replaces(self) -> bool:
        """Whether Profit's own answer is not given."""
        return self.reset or self.error is not None or self.instead is not None

    def answer(self, request: Request, switches: Switches) -> Answer | None:
        """Return what is answered instead of Profit's own answer, or None."""
        if self.error is not None:
            return Answer.error(self.error, switches, request.headers.get("accept-language", ""))
        return self.instead and replace(self.instead, headers=dict(self.instead.headers))
