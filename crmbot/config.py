"""The TOML file as typed settings; `config.example.toml` shows each with its default."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from crmbot.errors import BadInput
from crmbot.money import ISO

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


class Access(Table):
    owners: list[Annotated[str, Field(pattern=r"^(telegram|slack|terminal):\S+$")]] = []


class Service(Table):
    open: bool = True


class Privacy(Table):
    key_file: Path | None = None
    key: SecretStr = SecretStr("")
    encrypt_notes: bool = False


class Settings(Table):
    """A channel whose table is absent is off."""

    bot: Bot = Bot()
    database: Database = Database()
    telegram: Telegram | None = None
    access: Access = Access()
    service: Service = Service()
    privacy: Privacy = Privacy()


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `path`, all defaults when there is no such file; `CRMBOT_TELEGRAM__TOKEN` and its like win.

    Raises `BadInput` in one line.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
        _refuse_if_others_read(path, raw)
        return Settings.model_validate(_with(environment, raw))
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        raise BadInput(f"{path}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error


def _refuse_if_others_read(path: Path, raw: Mapping[str, Any]) -> None:
    secret = raw.get("telegram", {}).get("token") or raw.get("privacy", {}).get("key")
    if secret and os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadInput(f"{path} holds a secret and can be read by others: chmod 600 {path}")


def _with(environment: Mapping[str, str], raw: dict[str, Any]) -> dict[str, Any]:
    for name, value in environment.items():
        table, _, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and key:
            raw.setdefault(table, {})[key] = json.loads(value) if value.startswith("[") else value
    return raw
