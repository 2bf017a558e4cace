"""What every command begins with: the settings, the database, and who may use it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crmbot.errors import BadInput
from crmbot.people import Role

if TYPE_CHECKING:
    from crmbot.config import Settings
    from crmbot.incoming import Sender
    from storage import Database

DEFAULT = Path("config.toml")


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened(settings: "Settings") -> "Iterator[Database]":
    from storage import open_database

    privacy = settings.privacy
    with one_line():
        database = open_database(
            settings.database.url,
            key=privacy.key.get_secret_value(),
            key_file=privacy.key_file,
            encrypt_notes=privacy.encrypt_notes,
        )
        try:
            yield database
        finally:
            database.close()


@contextmanager
def one_line() -> "Iterator[None]":
    """What a person can put right is said in one line, with exit code 2."""
    try:
        yield
    except BadInput as error:
        print(f"crmbot: {error}", file=sys.stderr)
        raise SystemExit(2) from error


def settings_of(config: Path) -> "Settings":
    from crmbot.config import load

    with one_line():
        if config != DEFAULT and not config.exists():
            raise BadInput(f"{config}: there is no such file")
        return load(config)
    raise AssertionError


def role_of(name: str) -> Role:
    with one_line():
        if name not in list(Role):
            raise BadInput(f"{name} is none of {', '.join(Role)}")
        return Role(name)
    raise AssertionError


def come_in(database: "Database", sender: "Sender", role: str) -> None:
    """Whoever talks at the terminal becomes one of the team; the last owner stays one."""
    from crmbot.errors import LastOwner
    from crmbot.words import say

    asked = role_of(role) if role else None
    with one_line():
        try:
            database.run(lambda store: store.members.at_the_terminal(sender, asked, now()))
        except LastOwner as error:
            raise BadInput(say(error.text, "en")) from error


def enrol_owners(settings: "Settings", database: "Database", now: datetime) -> None:
    """Those of the settings; with none anywhere, whoever sends the code that is printed here."""
    from crmbot.incoming import Sender

    owners = [Sender(channel, id, id) for channel, _, id in (each.partition(":") for each in settings.access.owners)]
    database.run(lambda store: [store.members.enrol(each, Role.OWNER, now) for each in owners])
    if not database.run(lambda store: store.members.has_owner()):
        token = database.run(lambda store: store.members.first_owner(now))
        print(f"Nobody owns this bot yet. Send it this, in a private chat: {token}", flush=True)
