"""AFAS Profit on a real socket, for tests, the demo and benchmarks: standard library only, and nothing of ours.

`with Simulator(connectors=[caterer(today)]) as afas:` serves at `afas.url`; `python -m tests.simulator` does the same
as a child process. It takes PtRealization's lines too: `afas.book` holds what was truly committed, `afas.calls` the
calls with their lines, `afas.read_back` the connector that shows lines.
"""

from tests.simulator.asked import Asked
from tests.simulator.data import Connector, Field
from tests.simulator.examples import bench_rows, caterer
from tests.simulator.realization.book import Entry, Line
from tests.simulator.server import Simulator
from tests.simulator.switches import Switches

__all__ = ["Asked", "Connector", "Entry", "Field", "Line", "Simulator", "Switches", "bench_rows", "caterer"]
