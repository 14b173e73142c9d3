"""The UpdateConnector PtRealization: POST, PUT and DELETE."""

import uuid
from random import Random
from threading import Event, Thread

from tests.simulator.answer import Answer
from tests.simulator.call import Call
from tests.simulator.errors import ProfitError
from tests.simulator.realization.book import Book, Line
from tests.simulator.realization.order import Order
from tests.simulator.realization.work import Work
from tests.simulator.switches import Switches

STATUSES = {"insert": 201, "delete": 200}


def answered(book: Book, call: Call, random: Random, stopped: Event) -> Answer:
    """Work a call as far as its effect lets it, and answer; what it does afterwards is done in a thread of its own."""
    order = Order.parse(call.request)
    call.asked.lines = order.lines
    switches, effect = book.switches, call.effect
    if 0 < switches.lines_limit < len(order.lines) or 0 < switches.bytes_limit < len(call.request.body):
        return Answer.html("413 - Request Entity Too Large", 413)
    if order.style is not None and order.style not in switches.delete_styles:
        raise ProfitError("no_delete") if order.style.startswith("action") else ProfitError("not_found", 404)
    work = Work(book, order, call, random, stopped)
    if effect.commits != 0:
        stopped.wait(switches.call_ms / 1000)
        work.run(effect.commits)
    if effect.goes_on:
        Thread(target=work.go_on, daemon=True).start()
    if work.errors:
        return call.refused(ProfitError(_joined(work, call, switches)), switches)
    return _success(book, order, work, random)


def _joined(work: Work, call: Call, switches: Switches) -> str:
    texts = [switches.message_prefix + error.worded(english=call.english) for error in work.errors]
    if switches.messages in ("first", "last"):
        return texts[0 if switches.messages == "first" else -1]
    return {"bar": " | ", "newline": "\n"}[switches.messages].join(texts)


def _success(book: Book, order: Order, work: Work, random: Random) -> Answer:
    status = STATUSES.get(order.deed, book.switches.put_status)
    if order.deed == "delete" or book.switches.results == "nothing":
        return Answer.empty(status)
    done = list(work.done)
    if book.switches.results_order == "random":
        random.shuffle(done)
    session = f"{{{str(uuid.uuid4()).upper()}}}"
    results: list[dict[str, str]] = [_result(line, session, echoed=book.switches.xpre_echoed) for line in done]
    one = book.switches.results == "object" or (book.switches.results == "as_sent" and len(results) == 1)
    told = results[0] if one and results else results
    return Answer.json({"results": {"PtRealization": told}}, status)


def _result(line: Line, session: str, *, echoed: bool) -> dict[str, str]:
    key = {"XpRe": line.key} if echoed and line.key else {}
    return {"Id": str(line.id), **key, "Sessieguid": session}
