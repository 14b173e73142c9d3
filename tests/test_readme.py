"""The README names all that there is, and what it shows works."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

import celeryconfig
from tasks.cli import app as command_line
from tasks.cli import main
from tasks.realization.intake import messages
from tests.demo import example
from tests.demo.delivery import service
from tests.e2e.processes import environment, machine, python
from tests.simulator import Simulator
from workers.celery import app as celery
from workers.settings import QUEUE_PROCESSES, Settings

ROOT = Path(__file__).resolve().parents[1]
APPLY = "import sys; from tasks.cli import main; sys.exit(main(['config', 'apply', sys.argv[1]]))"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _rows() -> list[list[str]]:
    """The cells of every row of every table."""
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in README.splitlines() if line[:2] == "| "]


def _arguments(task: str) -> list[str]:
    """What a message of that task may carry: by its schema where it has one, else by its signature."""
    if task in messages.names():
        return list(messages.schema(task)["properties"])
    parameters = inspect.signature(celery.tasks[task].run).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]


def _commands(app: App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with its options."""
    for name in app:
        if not name.startswith("-"):
            yield from _commands(app[name], (*path, name))
    if path and app.default_command is not None:
        names = {name for argument in app.assemble_argument_collection() for name in argument.names}
        yield " ".join(path), {name for name in names if name.startswith("--") and not name.startswith("--no-")}


def test_it_is_at_most_150_lines() -> None:
    assert len(README.splitlines()) <= 150


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    told: dict[str, str] = {}
    for row in _rows():
        names = re.findall(r"`([A-Z_]+)`", row[0])
        defaults = row[1].split(", ") if len(names) > 1 and "broker" not in row[1] else [row[1]] * len(names)
        told |= dict(zip(names, defaults, strict=True))
    assert told.keys() == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        value = field.get_default(call_default_factory=True)
        if isinstance(value, int | float | str) and value:
            assert told[name.upper()].strip("`") == f"{value}", name
    assert told["ALLOWED_HOSTS"].strip("`") == ",".join(Settings.model_fields["allowed_hosts"].default)
    assert told["UP_PROCESSES"].strip("`") == ",".join(f"{queue}={n}" for queue, n in QUEUE_PROCESSES.items())


def test_every_queue_and_task_stands_in_the_table_with_its_arguments() -> None:
    celery.loader.import_default_modules()
    told = {task: row for row in _rows() for task in re.findall(r"`(\w+\.\w+)`", row[1]) if task in celery.tasks}
    assert told.keys() == celeryconfig.task_routes.keys()
    for task, route in celeryconfig.task_routes.items():
        assert told[task][0] == f"`{route['queue']}`"
        assert [name for name in _arguments(task) if f"`{name}`" not in told[task][2]] == [], task
    assert {queue.name for queue in celeryconfig.task_queues} == {row[0].strip("`") for row in told.values()}


COMMANDS = dict(_commands(command_line))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_table_with_its_options(command: str) -> None:
    spelled = command.replace("turnover", "TURNOVER") if command == "turnover" else command
    row = next(row for row in _rows() if re.search(rf"`((afasconnector|AFASConnector) )?{spelled}\b", row[0]))
    assert [name for name in COMMANDS[command] if f"{name}" not in " ".join(row)] == []


def test_every_command_that_it_names_exists() -> None:
    named = re.findall(r"(?:afasconnector|AFASConnector) ([a-zA-Z]+)", "\n".join([*re.findall(r"`[^`]+`", README)]))
    assert {name.lower() for name in named} <= {command.split()[0] for command in COMMANDS}


@pytest.mark.usefixtures("sqlite")
def test_the_set_up_applies_without_errors_and_the_second_time_without_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = _blocks("yaml")
    path = tmp_path / "customer.yaml"
    path.write_text(shown, encoding="utf-8")
    assert main(["config", "apply", str(path)]) == 0
    assert "2600" in capsys.readouterr().out
    assert main(["config", "apply", str(path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.xdist_group("first machine")
def test_the_program_of_the_other_service_submits_the_example_line_and_prints_the_reply(tmp_path: Path) -> None:
    (line,) = re.findall(r"`(\[\{.*?\}\])`", README)
    lines, program, set_up = tmp_path / "week-47.json", tmp_path / "service.py", tmp_path / "customer.yaml"
    lines.write_text(line, encoding="utf-8")
    program.write_text(service(), encoding="utf-8")
    home = tmp_path / "home"
    settings = {"ALLOWED_HOSTS": "127.0.0.1", "UP_PROCESSES": ",".join(f"{queue}=1" for queue in QUEUE_PROCESSES)}
    with Simulator() as afas, machine(home, **settings):
        example.write(set_up, {"url": afas.url, "token": afas.token}, ("2600",))
        env = environment(home, **settings)
        applied = python("-c", APPLY, str(set_up), env=env)
        assert applied.returncode == 0, applied.stderr
        done = python(str(program), str(home), example.GUID, str(lines), env=env)
        committed = [entry.line.key for entry in afas.book.journal]
    assert done.returncode == 0, done.stderr
    reply = json.loads(done.stdout.splitlines()[-1])
    assert (reply["reference"], reply["applied"], reply["refused"]) == ("week-47", 1, 0)
    assert committed == [one["XpRe"] for one in json.loads(line)]


def test_the_program_of_the_other_service_imports_nothing_of_ours() -> None:
    imported = re.findall(r"^(?:import|from) ([\w, ]+?)(?: import.*)?$", service(), re.MULTILINE)
    assert {name for names in imported for name in names.split(", ")} == {"json", "sys", "time", "pathlib", "celery"}


def test_every_link_and_every_file_that_it_names_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    named = re.findall(r"`(docker/[\w./-]+)`", README) + re.findall(r"-f (docker/\S+?)`", README)
    assert len(links) >= 4
    assert [path for path in [*links, *named] if path != "docker/.env" and not (ROOT / path).exists()] == []


def test_every_make_target_that_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(?:make |.*`make )(\w+)", README, re.MULTILINE))
    assert "demo" in targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
