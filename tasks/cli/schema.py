"""`schema NAME`: the JSON schema of a public message, for whoever sends or gets it."""

from typing import Annotated

from cyclopts import App, Parameter

from tasks.cli import show
from tasks.realization.intake import messages
from workers.texts import text

app = App(name="schema", help=text("submit.schema"), result_action="return_value")


@app.default
def print_schema(name: Annotated[str, Parameter(help=text("submit.schema.name"))], /) -> int:
    """Print the schema (draft 2020-12). Exit 2 for a name that no message has."""
    if name not in messages.names():
        show.say(text("submit.schema.unknown", name=name, names=", ".join(messages.names())))
        return 2
    show.print_json(messages.schema(name))
    return 0
