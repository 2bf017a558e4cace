"""Puts the parts together and runs them: the only file that knows all four packages.

Imports within functions keep `parse` quick and each command light.
"""

import asyncio
import json
import logging
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handlers._commands import DEFAULT, ConfigFile, admin, one_line, opened, role_of, settings_of

if TYPE_CHECKING:
    from crmbot.app import App
    from crmbot.config import Settings
    from crmbot.running import Running
    from crmbot.sender import Channel
    from storage import Database

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(admin)
SAMPLE = "sqlite:///sample.db"


@cli.command()
def run(config: ConfigFile = DEFAULT) -> None:
    """Serve all configured channels; with none: the terminal, on a generated sample company."""
    settings = settings_of(config)
    if settings.telegram:
        asyncio.run(_serve(settings))
        return
    settings.database.url = SAMPLE
    with opened(settings) as database:
        from storage.sample import generate

        if generate(database, now(), settings.bot.timezone):
            print("A sample company was made in sample.db. Try: show me Acme · new deal Acme 30k · 新建商机 腾讯 8万")
        asyncio.run(_chat(settings, database, "owner", "owner", as_json=False))


@cli.command()
def chat(
    name: Annotated[str, typer.Option("--as", help="who is talking")] = "owner",
    role: Annotated[str, typer.Option(help="owner, manager, rep or viewer")] = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a reply")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Talk to the bot here; the input may be a pipe."""
    settings = settings_of(config)
    with opened(settings) as database:
        asyncio.run(_chat(settings, database, name, role_of(role), as_json=as_json))


@cli.command()
def parse(
    text: Annotated[str, typer.Argument()] = "",
    lines: Annotated[Path | None, typer.Option(help="a file, one utterance a line, or .jsonl")] = None,
    at: Annotated[str, typer.Option("--now", help="ISO time, wall clock in --tz unless it has an offset")] = "",
    tz: Annotated[str, typer.Option(help="a time zone such as Europe/London")] = "UTC",
    lang: Annotated[str, typer.Option(help="en or zh, a hint")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="the only form there is")] = True,
) -> None:
    """Say what a sentence means."""
    from crmbot.understand.lines import parsed

    with one_line():
        for said in parsed(text, lines, at, tz, lang, now):
            print(json.dumps(said, ensure_ascii=False))


@cli.command()
def invite(
    role: Annotated[str, typer.Option(help="owner, manager, rep or viewer")] = "rep",
    team: Annotated[str, typer.Option(help="whose records they share")] = "sales",
    config: ConfigFile = DEFAULT,
) -> None:
    """Make an invitation: for one person, for 72 hours."""
    settings = settings_of(config)
    with opened(settings) as database:
        token = database.run(lambda store: store.members.invite(role_of(role), now(), team=team))
    if settings.telegram:
        print(asyncio.run(_telegram(settings).link(token)))
    print(f"or, in a private chat with the bot: {token}")


def now() -> datetime:
    return datetime.now(UTC)


def build(settings: "Settings", clock: Callable[[], datetime] = now) -> "App":
    import handlers
    from crmbot.app import App
    from crmbot.intents import collect
    from crmbot.people import Member
    from storage import Store

    intents = collect(handlers, offered=(Member, Store, datetime))
    bot = settings.bot
    return App(intents, clock, secrets.token_urlsafe, bot.language, bot.timezone, bot.currency, settings.service.open)


@asynccontextmanager
async def running(
    settings: "Settings", database: "Database", channels: "Mapping[str, Channel]", patience: float = 5.0
) -> "AsyncIterator[Running]":
    """The bot without its channels' loops: from its start to its end in order."""
    from crmbot.running import Running
    from crmbot.sender import Delivery
    from storage import Outbox
    from storage.waiting import WaitingRows, begin_run, end_run

    unclean = await database.arun(partial(begin_run, tuple(channels)))
    app, outbox = build(settings), Outbox(database, now)
    delivery = Delivery(outbox, channels, app.cannot_draw)
    bot = Running(
        app, database, WaitingRows(now, tuple(channels)), delivery, outbox, patience=patience, unclean=unclean
    )
    await bot.start()
    try:
        yield bot
    finally:
        await bot.close()
        await database.arun(partial(end_run, tuple(channels)))


async def _serve(settings: "Settings") -> None:
    from adapters.telegram import Deaf
    from crmbot.logs import set_up

    set_up()
    with opened(settings) as database:
        telegram = _telegram(settings)
        _enrol_owners(settings, database)
        async with running(settings, database, {"telegram": telegram}, telegram.patience) as bot:
            work = asyncio.ensure_future(telegram.run(bot.take, bot.page_done))
            for sent in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(sent, work.cancel)
            try:
                with suppress(asyncio.CancelledError):
                    await work
            except Deaf as deaf:  # whoever supervises the process starts it again
                print(f"crmbot: Telegram: {deaf}", file=sys.stderr)
                raise typer.Exit(1) from deaf
            finally:
                await telegram.close()


async def _chat(settings: "Settings", database: "Database", name: str, role: str, *, as_json: bool) -> None:
    from adapters.terminal import Terminal
    from crmbot.incoming import Incoming, Sender
    from crmbot.logs import set_up
    from crmbot.people import Role

    set_up(logging.ERROR)
    sender = Sender("terminal", name, name.title(), settings.bot.language)
    await database.arun(lambda store: store.members.enrol(sender, Role(role), now()))
    terminal = Terminal(sender, sys.stdout, session=secrets.token_hex(8), clock=now, as_json=as_json)
    async with running(settings, database, {"terminal": terminal}) as bot:

        async def take(incoming: Incoming) -> None:
            await bot.take(incoming)
            await bot.settled()

        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            await terminal.run(take)


def _telegram(settings: "Settings") -> Any:
    from adapters.telegram import Telegram
    from crmbot.words import LANGUAGES, menu

    assert settings.telegram
    table = settings.telegram
    commands = {language: menu(language) for language in LANGUAGES}
    return Telegram(table.token.get_secret_value(), table.base_url, table.base_file_url, menu=commands)


def _enrol_owners(settings: "Settings", database: "Database") -> None:
    """Those of the settings; with none anywhere, whoever sends the code that is printed here."""
    from crmbot.incoming import Sender
    from crmbot.people import Role

    owners = [Sender(channel, id, id) for channel, _, id in (each.partition(":") for each in settings.access.owners)]
    database.run(lambda store: [store.members.enrol(each, Role.OWNER, now()) for each in owners])
    if not database.run(lambda store: store.members.has_owner()):
        token = database.run(lambda store: store.members.first_owner(now()))
        print(f"Nobody owns this bot yet. Send it this, in a private chat: /start {token}", flush=True)


if __name__ == "__main__":
    cli()
