"""The commands of the command line that need the database and nothing else. Imports within them keep `parse` quick."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmbot.errors import BadInput
from crmbot.people import Role

if TYPE_CHECKING:
    from crmbot.config import Settings
    from storage import Database

admin = typer.Typer()
ConfigFile = Annotated[Path, typer.Option("--config", help="the TOML file")]
DEFAULT = Path("config.toml")


@admin.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="customers, deals, products or orders")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done, do nothing")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Take in a file; what is known already is brought up to date, not doubled."""
    settings = settings_of(config)
    with opened(settings) as database:
        from storage.imports import import_file

        for line in import_file(
            database, kind, file, settings.bot.currency, settings.bot.timezone, datetime.now(UTC), dry_run
        ):
            print(line, file=sys.stderr if line.startswith("…") else sys.stdout)


@admin.command()
def export(
    kind: Annotated[str, typer.Argument(help="what the import takes, or all")],
    form: Annotated[str, typer.Option("--format", help="csv, json or xlsx")] = "csv",
    out: Annotated[Path | None, typer.Option(help="a file, or a folder for all; else standard output")] = None,
    config: ConfigFile = DEFAULT,
) -> None:
    """Give every row back."""
    with opened(settings_of(config)) as database:
        from storage.exports import export_to

        export_to(database, kind, form, out, sys.stdout)


@admin.command()
def members(config: ConfigFile = DEFAULT) -> None:
    """Who is in the team."""
    with opened(settings_of(config)) as database:
        for row, accounts in database.run(lambda store: store.members.all()):
            where = " ".join(f"{each.channel}:{each.channel_id}" for each in accounts)
            print(f"{row.ref}\t{row.name}\t{row.role}\t{row.team}\t{'active' if row.active else 'removed'}\t{where}")


@admin.command()
def migrate(config: ConfigFile = DEFAULT) -> None:
    """Bring the database's tables up to date."""
    with opened(settings_of(config)):
        print("The database is up to date.")


@admin.command()
def doctor(config: ConfigFile = DEFAULT) -> None:
    """Say whether all is well; exit 2 when it is not."""
    settings = settings_of(config)
    with opened(settings) as database:
        from storage.health import findings

        said = findings(database, settings.access.owners)
        for finding in said:
            print(finding.words)
        if any(finding.bad for finding in said):
            raise typer.Exit(2)


@admin.command()
def backup(file: Path, config: ConfigFile = DEFAULT) -> None:
    """Copy the database while it is in use; its key is kept apart."""
    with one_line():
        from storage.backup import back_up

        print(back_up(settings_of(config).database.url, file))


@admin.command()
def restore(
    file: Path,
    check: Annotated[bool, typer.Option("--check", help="only say whether it could be restored")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Put a backup in the place of the database; the old one is kept beside it."""
    settings = settings_of(config)
    with one_line():
        from storage.backup import restore_from

        key = settings.privacy.key.get_secret_value()
        print(restore_from(settings.database.url, file, key, settings.privacy.key_file, check=check))


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
        raise typer.Exit(2) from error


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
