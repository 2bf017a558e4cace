"""A bot that is killed again and again while people write to it, and what became of every message."""

import asyncio
import json
import os
import random
import re
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from signal import SIGKILL, SIGTERM

from platforms import OnSlack, OnTelegram
from sqlmodel import col, select

from crmbot.reply import text
from crmbot.words import say
from storage import Deal, open_database
from storage.audit import broken_at
from storage.tables import Change, Interaction

ROOT = Path(__file__).parent.parent
CUSTOMERS = ("Acme Robotics", "Birch Foods", "Cedar Energy", "Delta Media", "Ember Motors")
FIRST = 1000  # messages are numbered from here on, so that a number is an amount that nothing else says
Platform = OnTelegram | OnSlack
EARLY = 5  # one in so many is killed before it has answered, as a rule
WHILE_AWAY = 0.2  # share of the traffic while nobody listens
START, SETTLE = 60.0, 300.0  # seconds at most: a machine may be busy
UNMARKED = 0.5  # seconds after which a reply is marked as sent, at the latest; so many times more on a busy machine
AMOUNT, SAMPLE = re.compile(r"\$([\d,]+)"), re.compile(r"sample (\d+)")
AGAIN = "(again)"
NOT_YET = say(text("not-saved-yet"), "en")


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
    failed: int = 0  # presses, commands and forms that failed before the person's eyes
    undone: int = 0  # presses that were acknowledged and did nothing
    overdone: int = 0  # presses that did it twice
    hints: int = 0  # how often somebody was told that nothing was saved yet
    untrue: int = 0  # answers that came while nothing could be saved

    @property
    def good(self) -> bool:
        wrong = self.lost, self.doubled, self.unanswered, self.out_of_order, self.unmarked, self.needless, self.strange
        wrong += (self.untrue,)
        return not any((*wrong, self.broken_audit, self.undone, self.overdone))

    def __str__(self) -> str:
        return ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in vars(self).items())


@dataclass(frozen=True)
class Reply:
    number: int  # of the message it answers; 0: none
    at: float
    marked: bool


@dataclass(frozen=True)
class End:
    """A kill, and how many times slower than its own work the machine was then."""

    at: float
    slowness: float

    def excuses(self, reply: Reply) -> bool:
        """It was sent so shortly before that it could not be marked."""
        return 0 <= self.at - reply.at < UNMARKED * self.slowness


class Traffic:
    """Numbered messages in all chats, deals and notes; which chat said which."""

    def __init__(self, platform: Platform, chance: random.Random) -> None:
        self.chat_of: dict[int, int] = {}
        self._platform = platform
        self._chance = chance
        self._numbers = count(FIRST)

    async def keep_coming(self) -> None:
        while True:
            self.one()
            await asyncio.sleep(self._chance.expovariate(self._platform.rate))

    def one(self) -> None:
        if not self._platform.listening and self._chance.random() > WHILE_AWAY:
            return
        number, chat = next(self._numbers), self._chance.choice(self._platform.chats)
        customer = self._chance.choice(CUSTOMERS)
        self.chat_of[number] = chat
        self._platform.say(number, chat, customer, self._chance)


async def campaign(folder: Path, platform: Platform, *, kills: int, seed: int) -> Figures:
    """Kill it so many times at points drawn from `seed`, let it settle, and count."""
    chance = random.Random(seed)
    async with platform.server:
        config = _config(folder, platform)
        traffic, ends = Traffic(platform, chance), list[End]()
        coming = asyncio.create_task(traffic.keep_coming())
        try:
            for kill in range(kills):
                async with _bot(config, platform, SIGKILL) as (alive, slowness):
                    if kill % EARLY:  # never twice in a row, or the bot would blame the message it was at
                        await _until(partial(_more, platform.sent, len(platform.sent)), alive, START)
                    await asyncio.sleep(chance.uniform(0, platform.longest))
                ends.append(End(time.monotonic(), slowness))
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            platform.calm()
        async with _bot(config, platform, SIGTERM) as (alive, _):
            await _until(lambda: _settled(platform, traffic.chat_of), alive, SETTLE)
            await asyncio.sleep(1)  # what comes too often would come now
    return _figures(folder, platform, ends, traffic.chat_of)


async def locked_out(folder: Path, platform: Platform, *, times: int, longest: float, seed: int) -> Figures:
    """Another program locks the database again and again, for `longest` seconds at most, while people write."""
    chance, locks = random.Random(seed), list[tuple[float, float]]()
    async with platform.server:
        traffic = Traffic(platform, chance)
        async with _bot(_config(folder, platform), platform, SIGTERM) as (alive, _):
            coming = asyncio.create_task(traffic.keep_coming())
            for _ in range(times):
                await _until(partial(_more, platform.sent, len(platform.sent)), alive, START)
                await asyncio.sleep(chance.uniform(0, 1))
                locks.append(await _lock(folder / "crm.db", chance.uniform(longest / 2, longest)))
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            platform.calm()
            await _until(lambda: _settled(platform, traffic.chat_of), alive, SETTLE)
            await asyncio.sleep(1)  # what comes too often would come now
    return _figures(folder, platform, [], traffic.chat_of, locks)


async def _lock(file: Path, seconds: float) -> tuple[float, float]:
    """From when to when nothing could be saved; what was committed just before may yet be answered in a second."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=START, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        began = time.monotonic()
        await asyncio.sleep(seconds)
        ended = time.monotonic()
        other.execute("ROLLBACK")
    return began + 1, ended


def _config(folder: Path, platform: Platform) -> Path:
    config = folder / "config.toml"
    config.touch(mode=0o600)
    owners, url = json.dumps(platform.owners), json.dumps(_url(folder))
    config.write_text(f"[database]\nurl = {url}\n[access]\nowners = {owners}\n{platform.settings}")
    return config


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'crm.db'}"


@asynccontextmanager
async def _bot(config: Path, platform: Platform, end: int) -> AsyncIterator[tuple[Callable[[], bool], float]]:
    """A bot that listens, and how slow the machine was to start it; ended with that signal."""
    before, began = platform.starts, time.monotonic()
    command = sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)
    with config.with_name("log.txt").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=config.parent, stdout=log, stderr=log)

    def alive() -> bool:
        return process.returncode is None

    try:
        await _until(lambda: platform.starts > before, alive, START)
        yield alive, _slowness(process.pid, time.monotonic() - began)
        assert alive(), f"it ended by itself:\n{config.with_name('log.txt').read_text()[-3000:]}"
        process.send_signal(end)
        async with asyncio.timeout(START):
            await process.wait()
    finally:
        if alive():
            process.kill()
            await process.wait()


def _slowness(pid: int, took: float) -> float:
    """How many times longer the start took than the work in it: others may be busy on the machine too."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 1.0
    spent = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return max(1.0, took / max(spent, 0.01))


async def _until(done: Callable[[], bool], alive: Callable[[], bool], seconds: float) -> None:
    """Come back when it is done, the bot has ended, or time is up: what is missing then is seen in the figures."""
    ends = time.monotonic() + seconds
    while not done() and alive() and time.monotonic() < ends:
        await asyncio.sleep(0.005)


def _more(sent: Sequence[object], before: int) -> bool:
    return len(sent) > before


def _settled(platform: Platform, chat_of: Mapping[int, int]) -> bool:
    """All is taken in and answered."""
    if not platform.idle or len(platform.sent) < len(chat_of) - len(platform.excused):
        return False
    return {_number(words) for words, _ in platform.sent} >= chat_of.keys() - platform.excused


def _number(words: str) -> int:
    found = SAMPLE.search(words) or AMOUNT.search(words)
    return int(found[1].replace(",", "")) if found else 0


def _figures(
    folder: Path,
    platform: Platform,
    kills: Sequence[End],
    chat_of: Mapping[int, int],
    locks: Sequence[tuple[float, float]] = (),
) -> Figures:
    told = [Reply(_number(words), at, words.startswith(AGAIN)) for words, at in platform.sent if words != NOT_YET]
    effects, broken = _effects(folder)
    times, won = Counter(effects), _won(folder)
    answers: defaultdict[int, list[Reply]] = defaultdict(list)
    for reply in told:
        answers[reply.number].append(reply)
    strange = sum(len(answers.pop(number)) for number in answers.keys() - chat_of.keys())
    twice = [pair for each in answers.values() for pair in pairwise(each)]
    return Figures(
        kills=len(kills),
        messages=len(chat_of),
        lost=len(chat_of.keys() - times.keys() - platform.excused),
        doubled=times.total() - len(times),
        unanswered=len((chat_of.keys() - answers.keys()) - (platform.excused - times.keys())),
        out_of_order=_overtaken(effects, chat_of) + _overtaken(answers, chat_of) if platform.ordered else 0,
        repeats=len(twice),
        unmarked=sum(not second.marked for _, second in twice),
        needless=sum(not any(kill.excuses(first) for kill in kills) for first, _ in twice),
        strange=strange,
        broken_audit=broken,
        failed=platform.failed,
        undone=len(platform.pressed - won.keys()),
        overdone=sum(each > 1 for each in won.values()),
        hints=len(platform.sent) - len(told),
        untrue=sum(began < reply.at < ended for reply in told for began, ended in locks),
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


def _won(folder: Path) -> Counter[int]:
    """How often each deal was won, by its number."""
    database = open_database(_url(folder))
    try:
        with database.reading() as store:
            deals = {deal.id: deal for deal in store.session.exec(select(Deal))}
            later = select(Change.row).where(col(Change.kind) == "Deal", col(Change.before).is_not(None))
            times = Counter(store.session.exec(later))
            assert all(deals[row].stage == "won" for row in times)
            return Counter({deals[row].amount // 100: many for row, many in times.items()})
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
