"""A bot that is killed again and again while people write to it, and what became of every message."""

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from signal import SIGKILL, SIGTERM

from servers.telegram import TelegramServer
from sqlmodel import col, select

from storage import Deal, open_database
from storage.audit import broken_at
from storage.tables import Change, Interaction

ROOT = Path(__file__).parent.parent
CHATS = range(2001, 2021)
CUSTOMERS = ("Acme Robotics", "Birch Foods", "Cedar Energy", "Delta Media", "Ember Motors")
FIRST = 1000  # messages are numbered from here on, so that a number is an amount that nothing else says
RATE = 40.0  # messages a second
LONGEST = 0.8  # seconds a bot may live once it has answered
EARLY = 5  # one in so many is killed before it has answered, as a rule
START, SETTLE = 30.0, 60.0  # seconds at most
UNMARKED = 0.5  # seconds after which a reply is marked as sent, at the latest
AMOUNT, SAMPLE = re.compile(r"\$([\d,]+)"), re.compile(r"sample (\d+)")
AGAIN = "(again)"


@dataclass(frozen=True)
class Figures:
    kills: int
    messages: int
    lost: int  # messages without an effect
    doubled: int  # effects too many
    unanswered: int
    out_of_order: int  # effects and answers that overtook an earlier one of their chat
    repeats: int  # answers that came more than once
    unmarked: int  # … and did not say so
    needless: int  # … though the first had long been sent when the bot was killed
    strange: int  # answers that belong to no message
    broken_audit: int

    @property
    def good(self) -> bool:
        wrong = self.lost, self.doubled, self.unanswered, self.out_of_order, self.unmarked, self.needless, self.strange
        return not any(wrong) and not self.broken_audit

    def __str__(self) -> str:
        return ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in vars(self).items())


@dataclass(frozen=True)
class Reply:
    number: int  # of the message it answers; 0: none
    at: float
    marked: bool


class Server(TelegramServer):
    """Notes when each reply came."""

    def __init__(self, **given: float) -> None:
        super().__init__(**given)
        self.came: list[float] = []

    def _post(self, *given: object, **more: object) -> dict[str, object]:
        self.came.append(time.monotonic())
        return super()._post(*given, **more)


class Traffic:
    """Numbered messages in all chats, deals and notes; which chat said which."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self.chat_of: dict[int, int] = {}
        self._server = server
        self._chance = chance
        self._numbers = count(FIRST)

    async def keep_coming(self) -> None:
        while True:
            self.one()
            await asyncio.sleep(self._chance.expovariate(RATE))

    def one(self) -> None:
        number, chat, customer = next(self._numbers), self._chance.choice(CHATS), self._chance.choice(CUSTOMERS)
        words = (f"new deal {customer} {number}", f"called {customer}, wants sample {number}")
        self.chat_of[number] = chat
        self._server.says(self._chance.choice(words), chat, {"id": chat, "is_bot": False, "first_name": f"User {chat}"})


async def campaign(folder: Path, *, kills: int, seed: int) -> Figures:
    """Kill it so many times at points drawn from `seed`, let it settle, and count."""
    chance = random.Random(seed)
    async with Server(duplicates=0.3, seed=seed) as server:
        config = _config(folder, server)
        traffic, ends = Traffic(server, chance), []
        coming = asyncio.create_task(traffic.keep_coming())
        try:
            for kill in range(kills):
                async with _bot(config, server, SIGKILL) as alive:
                    if kill % EARLY:  # never twice in a row, or the bot would blame the message it was at
                        await _until(partial(_more, server.sent, len(server.sent)), alive, START)
                    await asyncio.sleep(chance.uniform(0, LONGEST))
                ends.append(time.monotonic())
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        async with _bot(config, server, SIGTERM) as alive:
            await _until(lambda: _settled(server, traffic.chat_of), alive, SETTLE)
            await asyncio.sleep(1)  # what comes too often would come now
        said = [each["text"] for each in server.sent]
        replies = [Reply(_number(each), at, each.startswith(AGAIN)) for each, at in zip(said, server.came, strict=True)]
    return _figures(folder, ends, traffic.chat_of, replies)


def _config(folder: Path, server: Server) -> Path:
    owners = json.dumps([f"telegram:{chat}" for chat in CHATS])
    url = json.dumps(_url(folder))
    config = folder / "config.toml"
    config.touch(mode=0o600)
    config.write_text(
        f"[database]\nurl = {url}\n[access]\nowners = {owners}\n"
        f'[telegram]\ntoken = "42:campaign"\nbase_url = "{server.base_url}"\nbase_file_url = "{server.base_file_url}"\n'
    )
    return config


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'crm.db'}"


@asynccontextmanager
async def _bot(config: Path, server: Server, end: int) -> AsyncIterator[Callable[[], bool]]:
    """A bot that polls; ended with that signal."""
    before = server.calls["getUpdates"]
    command = sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)
    with config.with_name("log.txt").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=config.parent, stdout=log, stderr=log)

    def alive() -> bool:
        return process.returncode is None

    try:
        await _until(lambda: server.calls["getUpdates"] > before, alive, START)
        yield alive
        assert alive(), f"it ended by itself:\n{config.with_name('log.txt').read_text()[-3000:]}"
        process.send_signal(end)
        async with asyncio.timeout(START):
            await process.wait()
    finally:
        if alive():
            process.kill()
            await process.wait()


async def _until(done: Callable[[], bool], alive: Callable[[], bool], seconds: float) -> None:
    """Come back when it is done, the bot has ended, or time is up: what is missing then is seen in the figures."""
    ends = time.monotonic() + seconds
    while not done() and alive() and time.monotonic() < ends:
        await asyncio.sleep(0.005)


def _more(sent: Sequence[object], before: int) -> bool:
    return len(sent) > before


def _settled(server: Server, chat_of: Mapping[int, int]) -> bool:
    """All is taken in and answered."""
    if server.updates or server.again or len(server.sent) < len(chat_of):
        return False
    return {_number(each["text"]) for each in server.sent} >= chat_of.keys()


def _number(words: str) -> int:
    found = SAMPLE.search(words) or AMOUNT.search(words)
    return int(found[1].replace(",", "")) if found else 0


def _figures(folder: Path, kills: Sequence[float], chat_of: Mapping[int, int], replies: Sequence[Reply]) -> Figures:
    effects, broken = _effects(folder)
    times = Counter(effects)
    answers: defaultdict[int, list[Reply]] = defaultdict(list)
    for reply in replies:
        answers[reply.number].append(reply)
    strange = sum(len(answers.pop(number)) for number in answers.keys() - chat_of.keys())
    twice = [pair for each in answers.values() for pair in pairwise(each)]
    return Figures(
        kills=len(kills),
        messages=len(chat_of),
        lost=len(chat_of.keys() - times.keys()),
        doubled=times.total() - len(times),
        unanswered=len(chat_of.keys() - answers.keys()),
        out_of_order=_overtaken(effects, chat_of) + _overtaken(answers, chat_of),
        repeats=len(twice),
        unmarked=sum(not second.marked for _, second in twice),
        needless=sum(not any(0 <= kill - first.at < UNMARKED for kill in kills) for first, _ in twice),
        strange=strange,
        broken_audit=broken,
    )


def _effects(folder: Path) -> tuple[list[int], int]:
    """The numbers of the messages as they took effect; the first row that breaks the audit's chain."""
    database = open_database(_url(folder))
    try:
        with database.reading() as store:
            made = {("Deal", deal.id): deal.amount // 100 for deal in store.session.exec(select(Deal))}
            for note in store.session.exec(select(Interaction)):
                made["Interaction", note.id] = int(note.text.rpartition(" ")[2])
            changes = store.session.exec(
                select(Change.kind, Change.row, Change.handled_id)
                .where(col(Change.kind).in_(["Deal", "Interaction"]), col(Change.before).is_(None))
                .order_by(col(Change.handled_id), col(Change.id))
            ).all()
            assert len({each[2] for each in changes}) == len(changes) == len(made), "one change, one message each"
            return [made[kind, row] for kind, row, _ in changes], broken_at(store.connection) or 0
    finally:
        database.close()


def _overtaken(numbers: Iterable[int], chat_of: Mapping[int, int]) -> int:
    last: defaultdict[int, int] = defaultdict(int)
    wrong = 0
    for number in numbers:
        chat = chat_of.get(number, 0)
        wrong += number < last[chat]
        last[chat] = max(last[chat], number)
    return wrong
