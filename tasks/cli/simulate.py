"""`simulate`: the AFAS of the tests, for trying things out from a source checkout."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App

from tasks.cli import show
from tasks.cli.usage import number
from workers.texts import text

PORTS = range(65_536)  #: 0: a free one
CHECKOUT = Path(__file__).resolve().parent.parent.parent

app = App(name="simulate", help=text("cli.simulate"), result_action="return_value")


@app.default
def simulate(*, port: Annotated[int, number("cli.simulate.port")] = 0) -> int:
    """Run the simulator until Ctrl-C; it prints its address and credentials as one line of JSON."""
    if port not in PORTS:
        show.say(text("cli.simulate.no_port", port=port))
        return 2
    if not (CHECKOUT / "tests" / "simulator").is_dir():
        show.say(text("cli.simulate.missing"))
        return 2
    command = [sys.executable, "-m", "tests.simulator", "--port", str(port)]
    with subprocess.Popen(command, cwd=CHECKOUT) as child:  # noqa: S603 - our own module
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.terminate()
            return child.wait()
