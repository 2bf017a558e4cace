"""The two bots as processes: ours as it ships, and the bare peer."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks._server import Server

ROOT = Path(__file__).parent.parent
TOKEN = "42:benchmark"
START, END = 30.0, 15.0  # seconds within which a bot polls, and ends


class Bot:
    """One of the bots with a server and a folder of its own; it may be started more than once."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.folder.mkdir()
        self.server = Server()
        self.said = 0

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def effects(self) -> int:
        """How many messages have left something in the database."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        return self._process.pid

    async def start(self) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command(), cwd=self.folder, stdout=log, stderr=log, env=_environment()
            )
        async with asyncio.timeout(START):
            before = self.server.polls
            while self.server.polls == before:
                if self._process.returncode is not None:
                    raise RuntimeError(f"{self.name} has ended: {(self.folder / 'log.txt').read_text()[-2000:]}")
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(END):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _count(self, file: str, *tables: str) -> int:
        with closing(sqlite3.connect(self.folder / file)) as database:
            return sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


class Ours(Bot):
    name = "ours"

    def __init__(self, folder: Path, users: Sequence[int]) -> None:
        super().__init__(folder)
        self._users = users

    def command(self) -> Sequence[str]:
        config = self.folder / "config.toml"
        config.touch(mode=0o600)
        config.write_text(
            f"[database]\nurl = {json.dumps('sqlite:///' + str(self.folder / 'crm.db'))}\n"
            f'[telegram]\ntoken = "{TOKEN}"\n'
            f'base_url = "{self.server.base_url}"\nbase_file_url = "{self.server.base_file_url}"\n'
            f"[access]\nowners = {json.dumps([f'telegram:{user}' for user in self._users])}\n"
        )
        return sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)

    def effects(self) -> int:
        return self._count("crm.db", "deal", "interaction")


class Peer(Bot):
    name = "peer"

    def command(self) -> Sequence[str]:
        addresses = "--token", TOKEN, "--base-url", self.server.base_url
        return sys.executable, "-m", "benchmarks.peer", *addresses, "--db", str(self.folder / "peer.db")

    def effects(self) -> int:
        return self._count("peer.db", "message")


def _environment() -> dict[str, str]:
    """Nothing of the caller's: a proxy or a setting in it would be measured too."""
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
