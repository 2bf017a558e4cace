"""The TOML file as typed settings; `config.example.toml` shows each with its default."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from crmbot.errors import BadInput
from crmbot.money import ISO


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


class Settings(BaseSettings):
    """A channel whose table is absent is off. `CRMBOT_TELEGRAM__TOKEN` and its like win over the file."""

    model_config = SettingsConfigDict(env_prefix="CRMBOT_", env_nested_delimiter="__", extra="forbid")

    bot: Bot = Bot()
    database: Database = Database()
    telegram: Telegram | None = None
    access: Access = Access()
    service: Service = Service()
    privacy: Privacy = Privacy()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, TomlConfigSettingsSource(settings_cls)


def load(path: Path) -> Settings:
    """The settings in `path`, all defaults when there is no such file. Raises `BadInput` in one line."""

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return FromFile()
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        raise BadInput(f"{path}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error
