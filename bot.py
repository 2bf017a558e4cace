"""Puts the parts together and runs them: the only file that knows all four packages.

Imports within functions keep `parse` quick and each command light.
"""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from crmbot.loop import run_loop
from handlers._commands import (
    DEFAULT,
    ConfigFile,
    OneLine,
    admin,
    come_in,
    enrol_owners,
    now,
    one_line,
    opened,
    role_of,
    settings_of,
)
from handlers._reports import reports
from handlers._signs import signs_of
from handlers._work import slow_work, work

if TYPE_CHECKING:
    from crmbot.app import App
    from crmbot.config import Settings
    from crmbot.due import Alarm
    from crmbot.running import Running
    from crmbot.sender import Channel, Outgoing
    from crmbot.turn import Road
    from storage import Database

cli = typer.Typer(cls=OneLine, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
for commands in (admin, reports, work):
    cli.add_typer(commands)


@cli.command()
def run(config: ConfigFile = DEFAULT) -> None:
    """Serve all configured channels; with none: the terminal, on a generated sample company."""
    settings = settings_of(config)
    if settings.telegram or settings.slack:
        run_loop(_serve(settings))
        return
    settings.database.url = "sqlite:///sample.db"
    with opened(settings) as database:
        from storage.sample import generate

        if generate(database, now(), settings.bot.timezone):
            print("A sample company was made in sample.db. Try: show me Acme · new deal Acme 30k · 新建商机 腾讯 8万")
        asyncio.run(_chat(settings, database, "owner", "", as_json=False))


@cli.command()
def chat(
    name: Annotated[str, typer.Option("--as", help="who is talking")] = "owner",
    role: Annotated[str, typer.Option(help="owner, manager, rep or viewer; who is known keeps theirs")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a reply")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Talk to the bot here; the input may be a pipe."""
    settings = settings_of(config)
    with opened(settings) as database:
        asyncio.run(_chat(settings, database, name, role, as_json=as_json))


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
        from adapters._configured import telegram_of

        print(asyncio.run(telegram_of(settings).link(token)))
    print(f"or, in a private chat with the bot: {token}")


def build(settings: "Settings", clock: Callable[[], datetime] = now) -> "App":
    import handlers
    from crmbot.app import App
    from crmbot.config import rules_of
    from crmbot.intents import collect
    from handlers.desk import ServiceDesk
    from storage import Store

    intents, desk = collect(handlers, offered=(Store,)), ServiceDesk(rules_of(settings))
    bot = settings.bot
    return App(
        intents, clock, secrets.token_urlsafe, desk, bot.language, bot.timezone, bot.currency, settings.service.open
    )


def alarm_of(
    app: "App", database: "Database", channels: "Collection[str]", speak: "Callable[[Road], Awaitable[None]]"
) -> "Alarm":
    import handlers
    from crmbot.due import Alarm, Bot, Defaults, collect_due
    from storage import DueRows, Store

    speakers = collect_due(handlers, offered=(Store,))
    bot = Bot(app.clock, app.token, Defaults(app.language, app.zone, app.currency, app.desk.rules), app.run_as)
    return Alarm(speakers, DueRows(speakers), database, channels, bot, speak)


@asynccontextmanager
async def running(
    settings: "Settings",
    database: "Database",
    channels: "Mapping[str, Channel]",
    patience: float = 5.0,
    clock: Callable[[], datetime] = now,
) -> "AsyncIterator[Running]":
    """The bot without its channels' loops: from its start to its end in order."""
    from crmbot.running import Running
    from crmbot.sender import Delivery
    from storage import Outbox
    from storage.waiting import WaitingRows, begin_run, end_run

    unclean = await database.arun(partial(begin_run, tuple(channels)))
    outbox = Outbox(database, clock, (app := build(settings, clock)).unreached)
    delivery, rows = Delivery(outbox, channels, app.cannot_draw), WaitingRows(clock, tuple(channels))
    slow = slow_work((sys.executable, __file__, "worker", "--piped"), settings, database, app, delivery, channels)
    bot = Running(app, database, rows, delivery, outbox, slow, patience=patience, unclean=unclean)
    alarm = alarm_of(app, database, channels, bot.speak)
    bot.changed = alarm.changed
    await bot.start()
    alarm.start()
    try:
        yield bot
    finally:
        await alarm.close()
        await bot.close()
        await database.arun(partial(end_run, tuple(channels)))


async def _serve(settings: "Settings") -> None:
    from adapters import Deaf
    from adapters._configured import channels_of, web_of
    from crmbot.logs import set_up
    from crmbot.serving import serve
    from handlers._chores import chores_of
    from handlers._survey_pages import SurveyLinks
    from storage.codes import learn_address

    set_up()
    with opened(settings) as database:
        with one_line():
            channels = channels_of(settings, lambda *found: database.ride(partial(learn_address, *found)))
        enrol_owners(settings, database, now())
        async with running(settings, database, {each.name: each for each in channels}) as bot:
            with one_line():
                surveys = SurveyLinks(bot.app, database, bot.follow)
                web = web_of(settings, signs_of(channels, database, now), channels, surveys)
            try:
                await serve([*channels, *web, chores_of(settings, database, bot, now)], bot)
            except Deaf as deaf:
                print(f"crmbot: {deaf}", file=sys.stderr)
                raise typer.Exit(1) from deaf


async def _chat(settings: "Settings", database: "Database", name: str, role: str, *, as_json: bool) -> None:
    from adapters.terminal import Terminal
    from crmbot.incoming import Incoming, Sender
    from crmbot.logs import set_up

    set_up(logging.ERROR)
    sender = Sender("terminal", name, name.title(), settings.bot.language)
    come_in(database, sender, role)
    terminal = Terminal(sender, sys.stdout, session=secrets.token_hex(8), clock=now, as_json=as_json)
    async with running(settings, database, {"terminal": terminal}) as bot:

        async def take(incoming: Incoming) -> "Sequence[Outgoing]":
            replies = await bot.take(incoming)
            await bot.settled()
            return replies

        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            await terminal.run(take)


if __name__ == "__main__":
    cli()
