"""The simulator itself: Profit, its faults and its log behind a socket."""

import time
from collections.abc import Sequence
from threading import Lock, Thread
from typing import Any, ClassVar, Self

from tests.simulator import control, oauth
from tests.simulator.answer import Answer, Request
from tests.simulator.asked import Asked
from tests.simulator.call import Call
from tests.simulator.data import Connector
from tests.simulator.faults import Faults
from tests.simulator.profit import Profit
from tests.simulator.realization import person
from tests.simulator.realization.book import Line
from tests.simulator.switches import Switches
from tests.simulator.wire import Delivery, Server

LISTEN_POLL = 0.02  #: seconds between two looks at "stop"


class Simulator:
    """AFAS Profit on 127.0.0.1, from `with` (or `start`) to its end (or `stop`); all may be used while it runs."""

    TOKEN: ClassVar[str] = oauth.TOKEN

    def __init__(
        self,
        connectors: Sequence[Connector] = (),
        token: str = TOKEN,
        switches: Switches | None = None,
        port: int = 0,
        seed: int = 1,
    ) -> None:
        self.connectors = {connector.name: connector for connector in connectors}
        self.switches = switches or Switches()
        self.asked: list[Asked] = []
        self.faults = Faults()
        self.oauth = oauth.Doorman(self.switches, token)
        self.token, self.client_id, self.client_secret = token, self.oauth.client_id, self.oauth.client_secret
        self._profit = Profit(self.connectors, self.switches, self.oauth, seed)
        self.book, self.read_back = self._profit.book, self._profit.read_back
        self._in_hand, self._lock, self._stopped = 0, Lock(), self._profit.stopped
        self._server = Server(port, self)
        self._thread = Thread(target=self._server.serve_forever, args=(LISTEN_POLL,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The environment's address, as a customer would write it."""
        return f"http://127.0.0.1:{self.port}/ProfitRestServices"

    @property
    def tokens_issued(self) -> int:
        """How many OAuth tokens were given out."""
        return self.oauth.issued

    @property
    def calls(self) -> list[Asked]:
        """The calls to PtRealization that had lines, in the order they came; what was never executed counts too."""
        return [asked for asked in self.asked if asked.lines]

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End all calls and connections, and what calls would go on to do."""
        self._server.stop()
        self._stopped.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fault(self, kind: str, *, path: str = "", after: int = 0, times: int | None = 1, **detail: Any) -> None:
        """Spoil `times` calls (None: all) whose path holds `path`, after letting `after` pass; see faults.KINDS."""
        self.faults.add(kind, path=path, after=after, times=times, **detail)

    def person(self, do: str, id: int | str | None = None, key: str | None = None, **fields: Any) -> Line:  # noqa: A002
        """Do to a line what a person does in Profit; see person.act."""
        return person.act(self.book, do, id, key, **fields)

    def revoke(self) -> None:
        """End all OAuth tokens that were issued."""
        self.oauth.revoke()

    def deliver(self, request: Request) -> Delivery:
        """Answer one request of the socket."""
        if request.full_path.startswith(control.ROOT):
            return Delivery(control.answer(self, request))
        # A call is in hand until its answer is ready: one that waits for the answer's last byte would overlap the next.
        with self._lock:
            self._in_hand += 1
        try:
            return self._delivery(request)
        finally:
            with self._lock:
                self._in_hand -= 1

    def _delivery(self, request: Request) -> Delivery:
        begun = time.monotonic()
        effect = self.faults.due(request)
        call = Call(request, effect, self._logged(request, effect.kind))
        if effect.seconds:
            self._stopped.wait(effect.seconds)
        closes = self.switches.close_resets and request.headers.get("connection", "").lower() == "close"
        answer = None if closes else self._answer(call)
        call.asked.ended = time.time()
        if answer is None:
            return Delivery(None)
        if self.switches.proxy_stats:
            milliseconds = int((time.monotonic() - begun) * 1000)
            answer.headers["X-AFAS-Proxy-Stats"] = self.switches.proxy_stats.format(ms=milliseconds)
        call.asked.status, call.asked.rows, call.asked.reference = answer.status, answer.rows, answer.reference
        return Delivery(answer, effect.cut, self.switches.gzip, self.switches.framing)

    def _logged(self, request: Request, fault: str) -> Asked:
        asked = Asked.of(request, self.oauth.kind(request.headers.get("authorization", "")), self._in_hand)
        asked.fault = fault
        with self._lock:
            self.asked.append(asked)
            asked.number = len(self.asked)
        return asked

    def _answer(self, call: Call) -> Answer | None:
        """Return the answer, or None for a reset; a call that writes does as much of its work as its effect lets it."""
        request, effect = call.request, call.effect
        self._disturb(call)
        if self.switches.parallel_limit and self._in_hand > self.switches.parallel_limit:
            return Answer.html("503 - Service Unavailable", 503)
        own = self._profit.answer(call) if not effect.replaces or self._profit.writes(request) else None
        self._stopped.wait(effect.hold)
        if effect.reset:
            return None
        answer = effect.answer(request, self.switches) or own
        return effect.respell(answer) if effect.respell and answer else answer

    def _disturb(self, call: Call) -> None:
        """Let others change what the call is about to meet."""
        connector = self._profit.connector(call.request.connector)
        if call.effect.edit is not None and isinstance(connector, Connector):
            connector.edit(call.effect.edit)
        if call.effect.person:
            try:
                self.person(**call.effect.person)
            except LookupError as error:
                call.asked.errors.append(f"person: {error}")
