"""The simulator as a child process: `python -m tests.simulator`, one line of JSON when ready, ends with its parent."""

import argparse
import gc
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from tests.simulator import control
from tests.simulator.data import Connector
from tests.simulator.examples import CONNECTOR, bench_rows, caterer
from tests.simulator.realization import order
from tests.simulator.server import Simulator
from tests.simulator.switches import Switches

PARENT_POLL = 0.5  #: seconds between two looks at whether the parent lives


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="AFAS Profit on a real socket, with a caterer's turnover and projects.",
    )
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=None, help="last day of the data; default: today in Amsterdam"
    )
    parser.add_argument(
        "--rows-file", type=Path, help="JSON: rows for the caterer's connector, or {connector, fields, rows}"
    )
    parser.add_argument("--bench", metavar="REGISTERSxDAYSxROWS", help="serve benchmark rows, such as 200x40x24")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="value as JSON, or text")
    return parser.parse_args(argv)


def _switches(given: Sequence[str]) -> Switches:
    switches = Switches()
    for one in given:
        name, _, text = one.partition("=")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        setattr(switches, name, value)
    return switches


def _connector(arguments: argparse.Namespace) -> Connector:
    today = arguments.today or datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    if arguments.bench:
        registers, days, rows = (int(part) for part in arguments.bench.split("x"))
        return bench_rows(registers, days, rows, today, arguments.seed)
    return caterer(today, arguments.days, arguments.seed)


def _serve(afas: Simulator, parent: int) -> None:
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with afas:
        ready = {
            "url": afas.url,
            "update": f"{afas.url}/connectors/{order.CONNECTOR}",
            "read_back": f"{afas.url}/connectors/{afas.read_back.name}",
            "control": afas.url.removesuffix("/ProfitRestServices") + control.ROOT,
            "token": afas.token,
            "client_id": afas.client_id,
            "client_secret": afas.client_secret,
            "pid": os.getpid(),
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        while not ended.wait(PARENT_POLL) and os.getppid() == parent:
            pass


def main() -> None:
    """Serve until SIGTERM, SIGINT or the parent's end."""
    parent, arguments = os.getppid(), _arguments(sys.argv[1:])
    try:
        switches = _switches(arguments.switch)
    except (AttributeError, ValueError) as error:
        sys.exit(f"--switch: {error}")
    connector = _connector(arguments)
    afas = Simulator([connector], switches=switches, port=arguments.port, seed=arguments.seed)
    if arguments.rows_file:
        given = control.loads(arguments.rows_file.read_bytes())
        control.serve_rows(afas, {"connector": CONNECTOR, "rows": given} if isinstance(given, list) else given)
    table = connector.table(switches.style())
    for field in connector.fields:
        table.column(field.id)
    # Nothing made until here ever dies, so the collector need not walk it during an answer.
    gc.freeze()
    _serve(afas, parent)


if __name__ == "__main__":
    main()
