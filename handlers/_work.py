"""The worker process on the command line."""

import importlib
import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handlers._commands import ConfigFile
from handlers._opening import DEFAULT, now, one_line, opened, settings_of

if TYPE_CHECKING:
    from crmbot.config import Settings
    from crmbot.intents import Job
    from storage import Database

work = typer.Typer()


@work.command()
def worker(
    piped: Annotated[bool, typer.Option("--piped", hidden=True, help="for the bot that starts it")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Do the slow work of a bot that runs elsewhere, on the same database."""
    from crmbot.logs import set_up

    set_up()
    if piped:
        serve_pipe(_jobs(), _load_analyses)
        return
    settings = settings_of(config)
    with opened(settings) as database:
        print("Waiting for work.", flush=True)
        _serve(database, settings, secrets.token_hex(8), threading.Event(), _jobs(), _load_analyses, idle=None)


def serve_pipe(jobs: "Mapping[str, Job]", load: Callable[[], None] | None = None) -> None:
    """What to open comes through the pipe: no command line, no file and no environment shows it."""
    from crmbot.config import Settings
    from crmbot.worker import IDLE, tell_by_pipe, wake_by_pipe
    from storage import open_database

    pipe = sys.stdin.fileno()
    told: dict[str, Any] = json.loads(_first_line(pipe))
    woken = threading.Event()
    wake_by_pipe(pipe, woken)
    settings = Settings.model_validate(told["settings"])
    with one_line():
        database = open_database(told["url"], key=told["key"], encrypt_notes=told["encrypt_notes"])
    tell = partial(tell_by_pipe, _own(sys.stdout.fileno()))
    _serve(database, settings, told["name"], woken, jobs, load, idle=IDLE, tell=tell)
    database.close()


def _own(pipe: int) -> int:
    """The pipe under a number of its own: what a library prints goes where errors go, and is no word of ours."""
    own = os.dup(pipe)
    os.dup2(sys.stderr.fileno(), pipe)
    return own


def _first_line(pipe: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(pipe, 1)):
        line += byte
    return line


def _jobs() -> "Mapping[str, Job]":
    import handlers
    from crmbot.intents import collect_jobs
    from crmbot.people import Member
    from storage import Store

    return collect_jobs(handlers, offered=(Member, Store, datetime))


def _load_analyses() -> None:
    """Whoever has asked for one report soon asks for another."""
    for name in ("forecast_chart", "segments", "segment_chart", "interval_chart", "campaign", "csat"):
        importlib.import_module(f"crmbot.analysis.{name}")


def _serve(
    database: "Database",
    settings: "Settings",
    name: str,
    woken: threading.Event,
    jobs: "Mapping[str, Job]",
    load: Callable[[], None] | None,
    *,
    idle: float | None,
    tell: Callable[[], None] = lambda: None,
) -> None:
    from crmbot.app import App
    from crmbot.worker import Worker, limit_memory
    from handlers.desk import ServiceDesk
    from storage import Engine

    limit_memory(settings.work.megabytes)
    os.nice(5)
    our_bug = App({}, now, secrets.token_urlsafe, ServiceDesk()).our_bug
    rows = Engine(database, now, secrets.token_urlsafe)
    seconds = settings.work.seconds
    working = Worker(name, rows, jobs, database.reading, our_bug, now, seconds=seconds, load=load, tell=tell)
    working.serve(woken, idle=idle)
