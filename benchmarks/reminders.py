"""How late reminders are when many fall due at once, and what the bot costs when nothing does.

All of them are due at the same moment, for 50 members, on SQLite with synchronous=FULL. A platform takes 30 a second,
so the n-th is late by how much later it comes than n thirtieths of a second: once with a channel that answers at once,
once with one that takes 50 ms for each. Idle: processor time of the bot as a process with everything switched on,
Telegram, Slack and the web, while reminders, a schedule and an alert wait for a later time.
Exit 1 when a bar is missed.
"""

import argparse
import asyncio
import importlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import bot
from benchmarks import _process
from crmbot.config import Settings
from crmbot.incoming import Place, Sender
from crmbot.people import Role
from crmbot.sender import Outgoing
from storage import Store, open_database

ROOT = Path(__file__).parent.parent
MEMBERS, SOON, PATIENCE = 50, timedelta(seconds=5), 60
LIMIT, ROUND_TRIP = 30.0, 0.05  # what a platform takes in a second; seconds that it takes for one
LATE, IDLE = 2.0, 3.0  # the bars: seconds at p95, percent of a core


class Noting:
    """A channel that notes when it was asked to send."""

    def __init__(self, number: int, round_trip: float) -> None:
        self._round_trip = round_trip
        self.sent: list[datetime] = []
        self.all_sent = asyncio.Event()
        self._number = number

    async def send(self, outgoing: Outgoing) -> str:
        self.sent.append(datetime.now(UTC))
        number = str(len(self.sent))
        await asyncio.sleep(self._round_trip)
        if len(self.sent) == self._number:
            self.all_sent.set()
        return number

    async def busy(self, place: Place) -> None:
        pass


async def lateness(number: int, round_trip: float) -> float:
    """Behind the platform's limit, at p95, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'crm.db'}")
        due = datetime.now(UTC) + SOON
        database.run(lambda store: _add(store, number, due))
        channel = Noting(number, round_trip)
        async with bot.running(Settings(), database, {"noting": channel}):
            before = time.process_time()
            async with asyncio.timeout(SOON.total_seconds() + number / LIMIT + PATIENCE):
                await channel.all_sent.wait()
            spent = time.process_time() - before
        database.close()
    late = [(at - due).total_seconds() for at in channel.sent]
    behind = [max(0.0, each - place / LIMIT) for place, each in enumerate(late)]
    p95 = quantiles(behind, n=20)[-1]
    print(f"{len(late)} reminders, {1000 * round_trip:.0f} ms each: {len(late) / max(late):.0f} a second")
    print(f"behind {LIMIT:.0f} a second: median {median(behind):.2f} s, p95 {p95:.2f} s, most {max(behind):.2f} s")
    print(f"processor: {1000 * spent / number:.2f} ms a reminder")
    return p95


async def idleness(seconds: float) -> float:
    """In percent of a core, of the bot and all its processes."""
    sys.path.insert(0, str(ROOT / "tests"))  # the platforms that tests talk to
    telegram = importlib.import_module("servers.telegram").TelegramServer()
    slack = importlib.import_module("servers.slack").SlackServer()
    async with telegram, slack:
        with tempfile.TemporaryDirectory() as folder:
            config = _config(Path(folder), telegram, slack)
            log = (Path(folder) / "log.txt").open("wb")
            command = sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)
            process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=log, stderr=log)
            try:
                async with asyncio.timeout(PATIENCE):
                    while not (telegram.polls and slack.hellos):  # noqa: ASYNC110  # the fakes tell nobody when
                        await asyncio.sleep(0.1)
                telegram.says("remind me to call Ann tomorrow 3pm", 2001)
                telegram.says("send me the pipeline every monday 9am", 2001)
                telegram.says("alert me when a deal is won", 2001)
                await asyncio.sleep(10)
                before = _process.cpu(process.pid)
                await asyncio.sleep(seconds)
                used = 100 * (_process.cpu(process.pid) - before) / seconds
            finally:
                process.terminate()
                await process.wait()
                log.close()
    print(f"idle for {seconds:.0f} s, Telegram, Slack and web: {used:.2f} % of a core")
    return used


def _config(folder: Path, telegram: Any, slack: Any) -> Path:
    tokens = importlib.import_module("servers.slack")
    config = folder / "config.toml"
    config.touch(mode=0o600)
    config.write_text(
        f"[database]\nurl = {json.dumps('sqlite:///' + str(folder / 'crm.db'))}\n"
        f'[telegram]\ntoken = "42:benchmark"\nbase_url = "{telegram.base_url}"\n'
        f'base_file_url = "{telegram.base_file_url}"\n'
        f'[slack]\nbot_token = "{tokens.BOT_TOKEN}"\napp_token = "{tokens.APP_TOKEN}"\nbase_url = "{slack.base_url}"\n'
        '[web]\nhost = "127.0.0.1"\nport = 0\n'
        '[access]\nowners = ["telegram:2001"]\n'
    )
    return config


def _add(store: Store, number: int, due: datetime) -> None:
    now = datetime.now(UTC)
    owners = [
        store.members.enrol(Sender("noting", str(each), f"Member {each}"), Role.REP, now) for each in range(MEMBERS)
    ]
    for each in owners:
        each.agenda_at = None
    store.acts(None, "benchmark", now)
    for each in range(number):
        owner = owners[each % MEMBERS].id
        assert owner
        store.tasks.add(f"call customer {each}", owner=owner, zone="UTC", now=now, due=due)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--number", type=int, default=1500)
    arguments.add_argument("--idle", type=float, default=60)
    given = arguments.parse_args()
    late = max(asyncio.run(lateness(given.number, each)) for each in (0.0, ROUND_TRIP))
    idle = asyncio.run(idleness(given.idle))
    return int(late > LATE or idle > IDLE)


if __name__ == "__main__":
    sys.exit(main())
