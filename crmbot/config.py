"""The TOML file as typed settings; `config.example.toml` shows each with its default."""

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from crmbot.errors import BadInput
from crmbot.money import ISO
from crmbot.service import ServiceRules, promised
from crmbot.worktime import WorkingHours, read_hours

SECRETS = (
    ("telegram", "token"),
    ("telegram", "webhook_secret"),
    ("slack", "bot_token"),
    ("slack", "app_token"),
    ("slack", "signing_secret"),
    ("privacy", "key"),
)
PREFIX = "CRMBOT_"  # pydantic-settings would do this in three megabytes


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{name!r} is no time zone such as Europe/London") from error
    return name


def _currency(code: str) -> str:
    if code not in ISO:
        raise ValueError(f"{code!r} is no currency such as USD")
    return code


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Bot(Table):
    language: Literal["en", "zh"] = "en"
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: Annotated[str, AfterValidator(_currency)] = "USD"


class Database(Table):
    url: str = "sqlite:///crm.db"


class Telegram(Table):
    token: SecretStr
    base_url: str = "https://api.telegram.org/bot"
    base_file_url: str = "https://api.telegram.org/file/bot"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")


class Slack(Table):
    bot_token: SecretStr
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    base_url: str = "https://slack.com/api/"
    mode: Literal["socket", "http"] = "socket"


class Web(Table):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: Annotated[str, Field(pattern=r"^$|^https?://[^\s?#]+$")] = ""


def _parted(said: Any) -> Any:
    """In a variable, commas do."""
    return [each.strip() for each in said.split(",") if each.strip()] if isinstance(said, str) else said


class Access(Table):
    owners: Annotated[
        list[Annotated[str, Field(pattern=r"^(telegram|slack|terminal):\S+$")]], BeforeValidator(_parted)
    ] = []


def _hours(lines: list[str]) -> list[str]:
    read_hours(lines)
    return lines


class Promised(Table):
    """Working hours, for each kind of ticket."""

    enquiry: Annotated[float, Field(gt=0)]
    feedback: Annotated[float, Field(gt=0)]
    complaint: Annotated[float, Field(gt=0)]


class Service(Table):
    open: bool = True
    quiet: Annotated[str, Field(pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] = "21:00-09:00"
    survey_after_hours: Annotated[float, Field(ge=0, le=24)] = 2
    survey_every_days: Annotated[float, Field(ge=0)] = 14
    survey_expires_days: Annotated[float, Field(gt=0)] = 7
    survey_remind_days: Annotated[float, Field(ge=0)] = 3
    ask_again_days: Annotated[float, Field(ge=0)] = 2
    hours: Annotated[list[str], AfterValidator(_hours)] = ["mon-fri 09:00-18:00"]
    holidays: list[date] = []
    respond_hours: Promised = Promised(enquiry=4, feedback=8, complaint=1)
    resolve_hours: Promised = Promised(enquiry=27, feedback=45, complaint=9)
    close_waiting_days: Annotated[float, Field(ge=0)] = 14


class Privacy(Table):
    key_file: Path | None = None
    key: SecretStr = SecretStr("")
    encrypt_notes: bool = False
    audit_mark: bool = True


class Backup(Table):
    """Each night, of SQLite."""

    folder: str = "backups"
    daily: Annotated[int, Field(ge=1)] = 7
    weekly: Annotated[int, Field(ge=0)] = 4


class Work(Table):
    """Analysis and other slow work."""

    worker: bool = True
    seconds: Annotated[float, Field(gt=0)] = 120
    megabytes: Annotated[int, Field(ge=256)] = 1024


class Settings(Table):
    """A channel whose table is absent is off."""

    bot: Bot = Bot()
    database: Database = Database()
    telegram: Telegram | None = None
    slack: Slack | None = None
    web: Web | None = None
    access: Access = Access()
    service: Service = Service()
    privacy: Privacy = Privacy()
    backup: Backup = Backup()
    work: Work = Work()


def rules_of(settings: Settings) -> ServiceRules:
    """How customers are looked after."""
    table = settings.service
    return ServiceRules(
        settings.bot.timezone,
        table.quiet,
        timedelta(hours=table.survey_after_hours),
        timedelta(days=table.survey_every_days),
        timedelta(days=table.survey_expires_days),
        timedelta(days=table.survey_remind_days) if table.survey_remind_days else None,
        again=timedelta(days=table.ask_again_days),
        hours=WorkingHours(settings.bot.timezone, read_hours(table.hours), frozenset(table.holidays)),
        respond=promised(**table.respond_hours.model_dump()),
        resolve=promised(**table.resolve_hours.model_dump()),
        closes=timedelta(days=table.close_waiting_days) if table.close_waiting_days else None,
        pages=settings.web.public_url.rstrip("/") if settings.web else "",
    )


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `path`, all defaults when there is no such file; `CRMBOT_TELEGRAM__TOKEN` and its like win.

    Raises `BadInput` in one line.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error
    _refuse_if_others_read(path, raw)
    try:
        return Settings.model_validate(_with(environment, raw))
    except ValidationError as error:
        raise BadInput(_wrong(path, error, environment)) from error


def _wrong(path: Path, error: ValidationError, environment: Mapping[str, str]) -> str:
    """Where the first wrong setting stands, and what is wrong with it."""
    wrong = error.errors(include_input=False)[0]
    names = [str(name) for name in wrong["loc"]]
    variable = PREFIX + "__".join(names[:2]).upper()
    where = variable if variable in environment else f"{path}: {'.'.join(names)}"
    match wrong["type"]:
        case "extra_forbidden":
            return f"{where}: there is no such setting"
        case "missing":
            return f"{where}: it is missing"
        case "model_type" | "dict_type":
            return f"{where}: it is a table, [{names[0]}], and not a value"
    return f"{where}: {wrong['msg'].removeprefix('Value error, ')}"


def _refuse_if_others_read(path: Path, raw: Mapping[str, Any]) -> None:
    if (
        any(raw.get(table, {}).get(key) for table, key in SECRETS)
        and os.name == "posix"
        and path.stat().st_mode & 0o077
    ):
        raise BadInput(f"{path} holds a secret and can be read by others: chmod 600 {path}")


def _with(environment: Mapping[str, str], raw: dict[str, Any]) -> dict[str, Any]:
    for name, value in environment.items():
        table, _, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and key:
            if not isinstance(raw.setdefault(table, {}), dict):
                continue  # which is told of as it stands in the file
            raw[table][key] = _read(name, value)
    return raw


def _read(name: str, value: str) -> Any:
    """Lists and tables are written as JSON."""
    if not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise BadInput(f"{name}: {error}") from error
