"""`schema NAME`: the JSON schema of a public message, for whoever sends or gets it."""

import json
from importlib.resources import files
from typing import Annotated

from cyclopts import App, Parameter

from tasks.cli import show
from workers.texts import text

ROOMS = ("tasks.realization.intake", "tasks.turnover")  #: where schemas lie

app = App(name="schema", help=text("submit.schema"), result_action="return_value")


@app.default
def print_schema(name: Annotated[str, Parameter(help=text("submit.schema.name"))], /) -> int:
    """Print the schema (draft 2020-12). Exit 2 for a name that no message has."""
    known = {one.name.removesuffix(".json"): one for room in ROOMS for one in files(room).joinpath("schemas").iterdir()}
    if name not in known:
        show.say(text("submit.schema.unknown", name=name, names=", ".join(sorted(known))))
        return 2
    show.print_json(json.loads(known[name].read_text(encoding="utf-8")))
    return 0
