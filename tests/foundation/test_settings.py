"""Settings: all of the contract, all mistakes at once, secrets never shown."""

import ast
import traceback
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workers import settings
from workers.settings import Settings, SettingsError, read

ROOT = Path(__file__).resolve().parents[2]
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
WANTED = {
    "AFASCONNECTOR_HOME": ("/srv/afas", Path("/srv/afas")),
    "DATABASE_URL": ("postgresql://staff:geheim@db/staff", "postgresql://staff:geheim@db/staff"),
    "BROKER_URL": ("redis://:geheim@broker:6379/0", "redis://:geheim@broker:6379/0"),
    "RESULT_BACKEND": ("rediss://:geheim@results/1", "rediss://:geheim@results/1"),
    "SECRET_KEYS": (f"{KEY}, {KEY}", (KEY, KEY)),
    "SMTP_URL": ("smtp+starttls://me:geheim@mail", "smtp+starttls://me:geheim@mail"),
    "MAIL_FROM": ("afas@voorbeeld.nl", "afas@voorbeeld.nl"),
    "ADMIN_MAIL": ("a@voorbeeld.nl,b@voorbeeld.nl", ("a@voorbeeld.nl", "b@voorbeeld.nl")),
    "LOG_FILE": ("-", "-"),
    "ALLOWED_HOSTS": ("*.afas.online, 127.0.0.1 ,", ("*.afas.online", "127.0.0.1")),
    "CA_BUNDLE": (__file__, Path(__file__)),
    "AFAS_PARALLEL_CALLS": ("8", 8),
    "AFAS_CONNECT_TIMEOUT": ("2.5", 2.5),
    "AFAS_SERVER_TIMEOUT": ("300", 300),
    "AFAS_READ_TIMEOUT": ("0.5", 0.5),
    "SEND_WITHIN": ("12.5", 12.5),
    "IN_DOUBT_AFTER": ("5000", 5000),
    "READ_BACK_LAG": ("0", 0),
    "SWEEP_SECONDS": ("1.5", 1.5),
    "DISPATCH_SECONDS": ("0.25", 0.25),
    "DATES_PER_MESSAGE": ("7", 7),
    "CHUNK_LINES": ("100", 100),
    "TEXT_LANGUAGE": ("en", "en"),
    "TIMEZONE": ("Europe/Brussels", "Europe/Brussels"),
    "INTEGRATION_ID": ("12345_AFASConnector", "12345_AFASConnector"),
    "FLOWER_BASIC_AUTH": ("me:geheim", "me:geheim"),
    "UP_PROCESSES": ("turnover=5", {**settings.QUEUE_PROCESSES, "turnover": 5}),
}
WRONG = {
    "DATABASE_URL": "mysql://geheim",
    "BROKER_URL": "geheim",
    "RESULT_BACKEND": "geheim",
    "SECRET_KEYS": "geheim",
    "SMTP_URL": "http://geheim",
    "FLOWER_BASIC_AUTH": "geheim",
    "AFAS_PARALLEL_CALLS": "9",
    "AFAS_CONNECT_TIMEOUT": "soon",
    "SEND_WITHIN": "-1",
    "SWEEP_SECONDS": "0",
    "READ_BACK_LAG": "nan",
    "DATES_PER_MESSAGE": "0",
    "CHUNK_LINES": "501",
    "TEXT_LANGUAGE": "fr",
    "TIMEZONE": "Mars/Olympus",
    "INTEGRATION_ID": "no blanks",
    "UP_PROCESSES": "turnovr=3",
}


def _refused(**values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(values)
    # What a log would show: the whole traceback, with whatever stands behind the error.
    assert "geheim" not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_every_setting_of_the_contract_is_known_and_no_other() -> None:
    assert {name.upper() for name in Settings.model_fields} == WANTED.keys()


@pytest.mark.parametrize("name", WANTED)
def test_a_setting_comes_from_its_name_or_from_the_file_that_its_name_names(name: str, tmp_path: Path) -> None:
    given_, meant = WANTED[name]
    file = tmp_path / "secret"
    file.write_text(f"  {given_}\n")
    assert getattr(read({}), name.lower()) != meant
    assert getattr(read({name: given_}), name.lower()) == meant
    assert getattr(read({f"{name}_FILE": str(file)}), name.lower()) == meant


def test_the_name_goes_before_its_file_and_an_empty_value_is_none_at_all(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_text("7")
    assert read({"DATES_PER_MESSAGE": "8", "DATES_PER_MESSAGE_FILE": str(file)}).dates_per_message == 8
    assert read({"DATES_PER_MESSAGE": "", "DATES_PER_MESSAGE_FILE": str(file)}).dates_per_message == 7
    assert read({"DATES_PER_MESSAGE": "", "DATES_PER_MESSAGE_FILE": ""}).dates_per_message == 50


def test_all_mistakes_are_told_at_once_a_line_each_beginning_with_the_name(tmp_path: Path) -> None:
    told = _refused(**WRONG, CA_BUNDLE_FILE=str(tmp_path / "absent")).splitlines()
    named = [line.partition("=")[0] for line in told]
    assert sorted(named) == sorted([*WRONG, "CA_BUNDLE_FILE"])
    assert all(line.partition(": ")[2] for line in told)


def test_a_setting_that_holds_a_secret_is_told_without_its_value() -> None:
    hidden = [name for name, value in WRONG.items() if "geheim" in value]
    assert set(hidden) == settings.HIDDEN
    for name in hidden:
        assert _refused(**{name: WRONG[name]}).startswith(f"{name}=***: ")


def test_settings_show_no_secret_in_their_repr() -> None:
    shown = repr(read({name: value for name, (value, _) in WANTED.items()}))
    assert "geheim" not in shown
    assert KEY not in shown
    assert "Europe/Brussels" in shown


def test_mistakes_are_told_in_the_language_that_is_asked_for() -> None:
    assert "must be at most 8" in _refused(AFAS_PARALLEL_CALLS="9", TEXT_LANGUAGE="en")
    assert "mag ten hoogste 8 zijn" in _refused(AFAS_PARALLEL_CALLS="9")


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e999", "1,5", "90 s", "soon"])
def test_seconds_are_a_finite_positive_number(value: str) -> None:
    for name in ("AFAS_CONNECT_TIMEOUT", "AFAS_READ_TIMEOUT", "SWEEP_SECONDS", "DISPATCH_SECONDS"):
        assert _refused(**{name: value}).startswith(f"{name}={value}: ")


@given(server=st.floats(0.1, 5000), within=st.floats(0.1, 5000), after=st.floats(0.1, 11_000))
@example(server=900, within=90, after=990)
@example(server=900, within=90, after=990.5)
def test_a_line_is_in_doubt_only_after_afas_can_have_ended_it(server: float, within: float, after: float) -> None:
    asked = {"AFAS_SERVER_TIMEOUT": str(server), "SEND_WITHIN": str(within), "IN_DOUBT_AFTER": str(after)}
    if after > server + within:
        assert read(asked).in_doubt_after == after
    else:
        told = _refused(**asked)
        assert all(name in told for name in asked)
        assert len(told.splitlines()) == 1


def test_a_read_time_out_below_that_of_afas_is_allowed() -> None:
    assert read({"AFAS_READ_TIMEOUT": "10"}).afas_read_timeout < read({}).afas_server_timeout


@pytest.mark.parametrize("value", ["turnovr=3", "turnover=0", "turnover=-1", "turnover=many", "turnover", "=3"])
def test_processes_are_counted_for_known_queues_only(value: str) -> None:
    assert _refused(UP_PROCESSES=value).startswith(f"UP_PROCESSES={value}: ")


def test_an_unknown_queue_is_named_with_those_that_are_known() -> None:
    told = _refused(UP_PROCESSES="turnover=1,reg=2")
    assert "reg;" in told
    assert all(queue in told for queue in settings.QUEUE_PROCESSES)


def test_every_default_path_lies_in_the_home() -> None:
    made = read({"AFASCONNECTOR_HOME": "/srv/afas"})
    assert made.database == "sqlite:////srv/afas/afasconnector.db"
    assert made.log_path == Path("/srv/afas/log/turnover.log")
    assert read({"LOG_FILE": "-"}).log_path is None
    assert read({"AFASCONNECTOR_HOME": "~/afas"}).home == Path.home() / "afas"
    assert read({"AFASCONNECTOR_HOME": "afas"}).home == Path.cwd() / "afas"


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_any_form_of_a_postgresql_address_is_read_with_the_driver_that_is_installed(scheme: str) -> None:
    assert read({"DATABASE_URL": f"{scheme}://u:p@h:1/d"}).database == "postgresql+psycopg://u:p@h:1/d"


def test_the_environment_is_read_in_one_file() -> None:
    readers = set()
    for path in [*ROOT.glob("workers/**/*.py"), *ROOT.glob("tasks/**/*.py"), ROOT / "celeryconfig.py"]:
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if any(isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"} for node in nodes):
            readers.add(path.relative_to(ROOT).as_posix())
    # The second hands its environment on to the processes that it starts.
    assert readers == {"workers/settings.py", "workers/children.py"}


def test_a_relative_path_of_database_or_authority_is_refused_for_workers_run_elsewhere() -> None:
    assert "DATABASE_URL" in _refused(DATABASE_URL="sqlite:///here.db")
    assert "CA_BUNDLE" in _refused(CA_BUNDLE="own.pem")
    assert "CA_BUNDLE" in _refused(CA_BUNDLE="/nowhere/own.pem")


def test_settings_that_contradict_each_other_are_told_beside_those_that_are_wrong_alone() -> None:
    told = _refused(IN_DOUBT_AFTER="3", SMTP_URL="gopher://x")
    assert "IN_DOUBT_AFTER" in told
    assert "SMTP_URL" in told
