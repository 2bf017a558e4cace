"""The commands of the command line that need no channel. Imports within them keep `parse` quick."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from crmbot.errors import BadInput
from handlers._opening import DEFAULT, now, one_line, opened, settings_of

admin = typer.Typer()
ConfigFile = Annotated[Path, typer.Option("--config", help="the TOML file")]


@admin.command()
def parse(
    text: Annotated[str | None, typer.Argument()] = None,
    lines: Annotated[Path | None, typer.Option(help="a file, one utterance a line, or .jsonl")] = None,
    at: Annotated[str, typer.Option("--now", help="ISO time, wall clock in --tz unless it has an offset")] = "",
    tz: Annotated[str, typer.Option(help="a time zone such as Europe/London")] = "UTC",
    lang: Annotated[str, typer.Option(help="en or zh, a hint")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="the only form there is")] = True,
    explain: Annotated[bool, typer.Option(help="also the spans and phrases found, and how sure each is")] = False,
) -> None:
    """Say what a sentence means."""
    from crmbot.understand.lines import parsed

    with one_line():
        if text is None and lines is None:
            raise BadInput("say a sentence, or --lines FILE")
        if lang not in ("en", "zh"):
            raise BadInput(f"{lang} is none of en, zh")
        for said in parsed(text or "", lines, at, tz, lang, now, why=explain):
            print(json.dumps(said, ensure_ascii=False))


@admin.command("import")
def import_(
    kind: Annotated[
        str, typer.Argument(help="customers deals products orders tasks tickets interactions surveys campaigns")
    ],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done, do nothing")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Take in a file; what is known already is brought up to date, not doubled."""
    settings = settings_of(config)
    with opened(settings) as database:
        from crmbot.words import say
        from storage.imports import import_file
        from storage.nightly import before, folder_of

        privacy = settings.privacy
        if not dry_run and (folder := folder_of(settings.database.url, settings.backup.folder)):
            before("import", settings.database.url, folder, privacy.key.get_secret_value(), privacy.key_file)
        bot = settings.bot
        for reported, said in import_file(database, kind, file, bot.currency, bot.timezone, now(), dry_run):
            line = say(said, bot.language)
            print(line if reported else f"… {line}", file=sys.stdout if reported else sys.stderr)


@admin.command()
def export(
    kind: Annotated[str, typer.Argument(help="what the import takes, or all")],
    form: Annotated[str, typer.Option("--format", help="csv, json or xlsx; else as the file is called, or csv")] = "",
    out: Annotated[Path | None, typer.Option(help="a file, or a folder for all; else standard output")] = None,
    config: ConfigFile = DEFAULT,
) -> None:
    """Give every row back."""
    with opened(settings_of(config)) as database:
        from storage.exports import export_to

        export_to(database, kind, form, out, sys.stdout)


@admin.command()
def lessons(
    form: Annotated[str, typer.Option("--format", help="jsonl, one labelled sentence a line")] = "jsonl",
    config: ConfigFile = DEFAULT,
) -> None:
    """What the teams have taught the bot to understand, as tests: sentences with names of ours, and their meaning."""
    with opened(settings_of(config)) as database:
        from crmbot.lessons import labelled

        if form != "jsonl":
            raise BadInput(f"{form} is not jsonl")
        for _, lesson in database.run(lambda store: store.taught.listed()):
            print(json.dumps(labelled(lesson), ensure_ascii=False))


@admin.command()
def members(config: ConfigFile = DEFAULT) -> None:
    """Who is in the team."""
    with opened(settings_of(config)) as database:
        for row, accounts in database.run(lambda store: store.members.all()):
            where = " ".join(f"{each.channel}:{each.channel_id}" for each in accounts)
            print(f"{row.ref}\t{row.name}\t{row.role}\t{row.team}\t{'active' if row.active else 'removed'}\t{where}")


@admin.command()
def erase(
    ref: Annotated[str, typer.Argument(help="a customer, C12")],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Forget a customer for good; the file is written anew without them."""
    with opened(settings_of(config)) as database:
        from storage.erasure import clean, erase_by_ref, preview

        print(preview(database, ref))
        if not yes and not (sys.stdin.isatty() and typer.confirm("Erase it for good?")):
            raise BadInput("nothing was erased: say --yes")
        erase_by_ref(database, ref, now())
        clean(database)
        print(f"{ref} is erased. Backups made before still hold it, sealed; where one is put back it is erased again.")


@admin.command()
def migrate(config: ConfigFile = DEFAULT) -> None:
    """Bring the database's tables up to date."""
    with opened(settings_of(config)):
        print("The database is up to date.")


@admin.command()
def doctor(
    mark: Annotated[str, typer.Option(help="of the audit chain, as it was told: whether it still stands")] = "",
    config: ConfigFile = DEFAULT,
) -> None:
    """Say whether all is well; exit 2 when it is not."""
    settings = settings_of(config)
    with opened(settings) as database:
        from storage.health import findings

        said = findings(database, settings.access.owners, now(), mark)
        for finding in said:
            print(finding.words)
        if any(finding.bad for finding in said):
            raise typer.Exit(2)


@admin.command()
def backup(file: Path, config: ConfigFile = DEFAULT) -> None:
    """Copy the database while it is in use, sealed with its key, which is kept apart."""
    settings = settings_of(config)
    with one_line():
        from storage.backup import back_up

        key = settings.privacy.key.get_secret_value()
        print(back_up(settings.database.url, file, key, settings.privacy.key_file))


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
