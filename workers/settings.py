"""Environment to frozen Settings, all mistakes told at once. The only reader of the environment.

Each setting NAME may also come from the file that NAME_FILE names (container secrets).
"""

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from workers import texts
from workers.texts import text

#: Worker processes of `up` per queue.
QUEUE_PROCESSES = {
    "turnover": 2,
    "turnover.registers": 4,
    "realization": 2,
    "realization.chunks": 8,
    "housekeeping": 2,
}
HIDDEN = {"DATABASE_URL", "BROKER_URL", "RESULT_BACKEND", "SECRET_KEYS", "SMTP_URL", "FLOWER_BASIC_AUTH"}


class SettingsError(Exception):
    """Raised when settings are wrong; its text has one line for each of them."""


def _default_home() -> Path:
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    data = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_DATA_HOME")
    return Path(data) / "afasconnector" if data else Path.home() / ".local" / "share" / "afasconnector"


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _processes(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    return QUEUE_PROCESSES | {name.strip(): count.strip() for name, _, count in pairs}


def _known_queues(value: dict[str, int]) -> dict[str, int]:
    if unknown := value.keys() - QUEUE_PROCESSES.keys():
        raise ValueError(text("settings.queue", names=", ".join(sorted(unknown)), known=", ".join(QUEUE_PROCESSES)))
    return value


def _fernet_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(text("settings.fernet", number=number)) from None
    return keys


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(text("settings.zone")) from None
    return name


def _address(value: str) -> str:
    try:
        urlsplit(value).port  # noqa: B018 - the port is parsed when it is asked for
    except ValueError:
        raise ValueError(text("settings.port")) from None
    return value


def _basic_auth(value: str) -> str:
    if not all(value.partition(":")):
        raise ValueError(text("settings.basic_auth"))
    return value


Address = Annotated[str, AfterValidator(_address)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Settings(BaseModel):
    """What the environment says, checked. Times are seconds; addresses with passwords are left out of the repr."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, populate_by_name=True, validate_default=True)

    afasconnector_home: Path = Field(default_factory=_default_home)
    database_url: Address | None = Field(None, repr=False, pattern=r"^(sqlite|postgresql)(\+\w+)?://")
    broker_url: Address | None = Field(None, repr=False, pattern=r"^\w+(\+\w+)?://")
    result_backend: Address | None = Field(None, repr=False, pattern=r"^\w+(\+\w+)?://")
    secret_keys: Annotated[Words, AfterValidator(_fernet_keys)] = Field((), repr=False)
    smtp_url: Address | None = Field(None, repr=False, pattern=r"^(smtp|smtps|smtp\+starttls)://[^/\s]+")
    mail_from: str = Field("afasconnector@localhost", pattern=r"^[^\r\n]*[^\s@]@[^\s@]+$")
    admin_mail: Words = ()
    log_file: str | None = None
    allowed_hosts: Words = ("*.afas.online",)
    ca_bundle: Annotated[Path, Field(strict=False)] | None = None
    afas_parallel_calls: Annotated[int, Field(ge=1, le=8)] = 4
    afas_connect_timeout: Seconds = 10
    afas_server_timeout: Seconds = 900
    afas_read_timeout: Seconds = 930
    send_within: Seconds = 90
    in_doubt_after: Seconds = 1200
    read_back_lag: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1
    sweep_seconds: Seconds = 60
    dispatch_seconds: Seconds = 60
    dates_per_message: Count = 50
    chunk_lines: Annotated[int, Field(ge=1, le=500)] = 500
    text_language: Literal["nl", "en"] = "nl"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Amsterdam"
    integration_id: Annotated[str, Field(pattern=r"^[!-~]{1,100}$")] | None = None
    flower_basic_auth: Annotated[str, AfterValidator(_basic_auth)] | None = Field(None, repr=False)
    up_processes: Annotated[dict[str, Count], BeforeValidator(_processes), AfterValidator(_known_queues)] = (
        QUEUE_PROCESSES
    )

    @property
    def home(self) -> Path:
        """Absolute path of the folder in which every default path lies."""
        return self.afasconnector_home.expanduser().absolute()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of booking dates and of `daily_at`."""
        return ZoneInfo(self.timezone)

    @property
    def log_path(self) -> Path | None:
        """The file of the run log; None is standard output."""
        if self.log_file == "-":
            return None
        return Path(self.log_file) if self.log_file else self.home / "log" / "turnover.log"

    @property
    def database(self) -> str:
        """Database address in SQLAlchemy's form, with the driver that is installed."""
        if self.database_url is None:
            return f"sqlite:///{self.home / 'afasconnector.db'}"
        scheme, _, rest = self.database_url.partition("://")
        return f"{'postgresql+psycopg' if scheme.startswith('postgresql') else 'sqlite'}://{rest}"


def read(environment: Mapping[str, str]) -> Settings:
    """Settings out of `environment`. Raises SettingsError with a line for every wrong setting: name, value, remedy."""
    texts.use(environment.get("TEXT_LANGUAGE", "nl"))
    values: dict[str, Any] = {}
    problems = []
    for name in (field.upper() for field in Settings.model_fields):
        try:
            found = _value(environment, name)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(text("settings.file", name=name, path=environment[f"{name}_FILE"], reason=error))
            continue
        if found:
            values[name] = found
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        details = _details(error)
        problems += [_told(detail, values) for detail in details]
        # Without the wrong ones, the others can still be held against each other.
        wrong = {str(detail["loc"][0]).upper() for detail in details}
        settings = Settings.model_validate({name: value for name, value in values.items() if name not in wrong})
    problems += _contradictions(settings)
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _value(environment: Mapping[str, str], name: str) -> str:
    """The setting itself goes before its file; blanks around either are no part of it."""
    if environment.get(name):
        return environment[name].strip()
    path = environment.get(f"{name}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else ""


def _details(error: ValidationError) -> list[Any]:
    # include_input=False: pydantic would repeat the value, and the value may be a password.
    return list(error.errors(include_input=False, include_url=False))


def _told(detail: Mapping[str, Any], values: Mapping[str, str]) -> str:
    name = str(detail["loc"][0]).upper()
    shown = "***" if name in HIDDEN else values.get(name, "")
    known = f"settings.error.{detail['type']}"
    reason = text(known, **detail.get("ctx", {})) if known in texts.TEXTS else detail["msg"]
    return text("settings.wrong", name=name, value=shown, reason=reason)


def _contradictions(settings: Settings) -> list[str]:
    found = []
    at_least = settings.afas_server_timeout + settings.send_within
    if settings.in_doubt_after <= at_least:
        found.append(text("settings.in_doubt", value=f"{settings.in_doubt_after:g}", least=f"{at_least:g}"))
    # Workers run in another folder than the command line: a relative path would be two files.
    scheme, _, path = settings.database.partition(":///")
    if scheme.startswith("sqlite") and not Path(path).is_absolute():
        found.append(text("settings.relative", path=path))
    if settings.ca_bundle is not None and not (settings.ca_bundle.is_absolute() and settings.ca_bundle.is_file()):
        found.append(text("settings.ca_bundle", path=settings.ca_bundle))
    return found


@cache
def current() -> Settings:
    """The settings of this process, read once. `current.cache_clear()` reads anew (tests)."""
    return read(os.environ)
