"""Puts the parts together and runs them: the only file that knows all four packages.

Imports within functions keep `parse` quick and each command light.
"""

import asyncio
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from crmbot.loop import run_loop
from handlers._opening import come_in, enrol_owners, now, one_line, opened, role_of, settings_of
from handlers._signs import signs_of
from handlers._slow_work import slow_work

if TYPE_CHECKING:
    from typer import Typer

    from crmbot.app import App
    from crmbot.config import Settings
    from crmbot.due import Alarm
    from crmbot.running import Running
    from crmbot.sender import Channel, Outgoing
    from crmbot.turn import Road
    from storage import Database


def cli(arguments: "Sequence[str] | None" = None) -> None:
    """Do what the command line says."""
    command_line()(arguments)


def command_line() -> "Typer":
    from handlers import _cli

    return _cli.command_line(_run, _talk, _invite)


def _run(config: Path, *, anew: bool = True) -> None:
    settings = settings_of(config)
    if settings.telegram or settings.slack:
        if anew and config.is_file() and _compiles():  # what is no file may be read only once
            _start_anew("serve", str(config))
        run_loop(_serve(settings))
        return
    settings.database.url = "sqlite:///sample.db"
    with opened(settings) as database:
        from storage.sample import generate

        if generate(database, now(), settings.bot.timezone):
            print("A sample company was made in sample.db. Try: show me Acme · new deal Acme 30k · 新建商机 腾讯 8万")
        asyncio.run(_chat(settings, database, "owner", "", as_json=False))


def _compiles() -> bool:
    """Whether what is compiled without docstrings can be kept: to compile it at each start takes seconds and memory."""
    source = getattr(find_spec("sqlalchemy"), "origin", None) or __file__
    kept = Path(cache_from_source(source, optimization=2)).exists()
    return kept or (not sys.dont_write_bytecode and os.access(sys.pycache_prefix or Path(source).parent, os.W_OK))


def _start_anew(*arguments: str) -> None:
    """In this process, without docstrings and what reads the command line: 10 MB that a bot never needs (decision 18).

    Where that cannot be, it returns.
    """
    if os.name == "posix":
        sys.stdout.flush()
        command = sys.executable, "-OO", "-X", "no_debug_ranges", __file__, *arguments
        os.execv(command[0], command)


def _talk(name: str, role: str, as_json: bool, config: Path) -> None:
    settings = settings_of(config)
    with opened(settings) as database:
        asyncio.run(_chat(settings, database, name, role, as_json=as_json))


def _invite(role: str, team: str, config: Path) -> None:
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
                raise SystemExit(1) from deaf


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
    if sys.argv[1:2] == ["serve"] and len(sys.argv) == 3:  # as `_start_anew` says it
        try:
            _run(Path(sys.argv[2]), anew=False)
        except KeyboardInterrupt:
            sys.exit(130)
    else:
        cli()
