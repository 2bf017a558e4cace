"""Our bot beside a bare python-telegram-bot bot on the same messages: how many a second, how fast, at what cost.

Each message is a command of ours that writes: 60 % are "new deal NAME 30k" for one of 300 customers that are there
after the warm-up, 40 % are notes such as "called NAME, wants a quote" or "met NAME, liked the demo". The peer inserts
the same text as one row. Both are processes of their own, on SQLite with WAL and synchronous=FULL, each beside a
server of the same kind, and are idle while the other is under load. So many messages a second come in turns of two
seconds, so that a machine that is slower for a while is so for both; what is compared is the median of the rounds.

A message takes from the moment that getUpdates may have it until its reply has arrived at the server. Processor time
is user and system of the bot's process tree, memory its share of the pages (PSS) after the warm-up and some quiet.
"""

import argparse
import asyncio
import contextlib
import gc
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from statistics import median

from benchmarks._bots import Bot, Ours, Peer
from benchmarks._process import cpu, loaded, memory
from benchmarks._server import Server

USERS = range(1001, 1051)
FIRST = ("Acme", "Birch", "Cedar", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Iris", "Juniper", "Keystone")
FIRST += ("Lumen", "Meridian", "Nimbus", "Orchid", "Pioneer", "Quarry", "Raven", "Summit", "Tidal")
LAST = ("Robotics", "Logistics", "Foods", "Energy", "Textiles", "Media", "Medical", "Motors", "Paper", "Software")
LAST += ("Optics", "Partners", "Security", "Studios", "Systems")
NAMES = [f"{first} {last}" for first, last in product(FIRST, LAST)]
NOTES = ("called {}, wants a quote", "met {}, liked the demo", "emailed {}, asked for references")
HEAVY = {"pandas", "sklearn", "statsmodels", "matplotlib"}
QUIET, PATIENCE = 3.0, 20.0  # seconds before memory is read; seconds to wait for the last answers
TURN = 2.0  # seconds that a bot is under load before the other has its turn
UNITS = {"per_second": "messages/s", "p50": "p50 ms", "p95": "p95 ms", "cpu": "CPU ms/message", "memory": "memory MB"}


@dataclass(frozen=True)
class Bar:
    """The ratio of ours to the peer's that must be reached: at least it where `more` is better, else at most."""

    figure: str
    ratio: float
    stretch: float | None = None
    more: bool = False

    def met_by(self, ratio: float) -> bool:
        return ratio >= self.ratio if self.more else ratio <= self.ratio

    def __str__(self) -> str:
        stretch = f" ({self.stretch})" if self.stretch else ""
        return f"{'≥' if self.more else '≤'} {self.ratio}{stretch}"


@dataclass(frozen=True)
class Load:
    """`rate` messages a second whatever the answers; with none, each user writes again when they are answered."""

    name: str
    users: int
    bars: tuple[Bar, ...]
    rate: float = 0.0
    round_trip: float = 0.0


LOADS = (
    Load("50 users", 50, (Bar("per_second", 1.3, 2.0, more=True), Bar("p50", 0.8, 0.5), Bar("cpu", 0.9, 0.5))),
    Load("1 user", 1, (Bar("p50", 1.4), Bar("cpu", 1.2))),
    Load("20 a second", 50, (Bar("p50", 1.25), Bar("cpu", 1.2)), rate=20),
    Load("100 a second", 50, (Bar("p50", 1.25), Bar("cpu", 1.2)), rate=100),
    Load("50 users, 50 ms", 50, (Bar("per_second", 10, more=True),), round_trip=0.05),
)
IDLE = Load("idle", 0, (Bar("memory", 2),))
Figures = Mapping[str, float]


def texts(seed: str) -> Iterator[str]:
    chance = random.Random(seed)
    while True:
        name = chance.choice(NAMES)
        yield (
            f"new deal {name} {chance.randint(1, 90)}k" if chance.random() < 0.6 else chance.choice(NOTES).format(name)
        )


async def warm_up(bot: Bot, words: Sequence[str]) -> None:
    """Every customer gets a first deal, from all users in turn."""
    bot.server.begin()
    for at, each in enumerate(words):
        bot.server.say(USERS[at % len(USERS)], each)
    await _all_answered(bot.server)
    bot.said += len(words)


@dataclass
class Seen:
    """What came of the messages of one bot under one load, over all its turns."""

    seconds: float = 0.0
    in_time: int = 0
    took: list[float] = field(default_factory=list)  # seconds
    used: float = 0.0  # seconds of processor time
    lost: int = 0

    @property
    def figures(self) -> Figures:
        took = sorted(self.took)
        return {
            "per_second": self.in_time / self.seconds,
            "p50": took[len(took) // 2] * 1000,
            "p95": took[int(len(took) * 0.95)] * 1000,
            "cpu": self.used / len(took) * 1000,
            "lost": self.lost,
        }


async def in_turns(load: Load, bots: Sequence[Bot], seconds: float, seed: str) -> dict[str, Figures]:
    """The figures of each bot under one load; who goes first changes with the turn."""
    turns = max(1, round(seconds / TURN)) if load.rate else 1  # what is under way when a turn ends is not counted
    seen = {bot.name: Seen() for bot in bots}
    for turn, at in product(range(turns), range(len(bots))):
        bot = bots[(turn + at) % len(bots)]
        await under(load, bot, seconds / turns, f"{seed} {turn}", seen[bot.name])
    return {name: each.figures for name, each in seen.items()}


async def under(load: Load, bot: Bot, seconds: float, seed: str, seen: Seen) -> None:
    """One turn of one bot."""
    server, words, users = bot.server, texts(seed), USERS[: load.users]
    tally, used, began = server.begin(), cpu(bot.pid), time.perf_counter()
    server.round_trip = load.round_trip
    await (_open if load.rate else _closed)(server, users, words, load.rate, began + seconds)
    await _all_answered(server)
    await asyncio.sleep(0.3)  # what is written after the answer is part of its price
    seen.used += cpu(bot.pid) - used
    server.round_trip = 0.0
    seen.lost += server.unanswered + tally.uncalled
    server.forget()
    bot.said += tally.said
    if not tally.took:
        raise RuntimeError(f"{bot.name} has answered nothing under {load.name}")
    seen.seconds += seconds
    seen.in_time += sum(when <= began + seconds for when in tally.arrived)
    seen.took += tally.took


async def _closed(server: Server, users: Sequence[int], words: Iterator[str], _: float, end: float) -> None:
    def again(chat: int) -> None:
        if time.perf_counter() < end:
            server.say(chat, next(words))

    server.heard = again
    for user in users:
        server.say(user, next(words))
    await asyncio.sleep(end - time.perf_counter())
    server.heard = lambda _: None


async def _open(server: Server, users: Sequence[int], words: Iterator[str], rate: float, end: float) -> None:
    due, said = time.perf_counter(), 0
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        server.say(users[said % len(users)], next(words))
        said, due = said + 1, due + 1 / rate


async def _all_answered(server: Server) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await server.settled()
    await asyncio.sleep(0.05)  # an answer too many would come now


async def idle(bot: Bot) -> Figures:
    """Alone on the database of the warm-up, after a few messages and some quiet."""
    await bot.start()
    try:
        await warm_up(bot, [f"new deal {name} 10k" for name in NAMES])
        await bot.stop()
        await bot.start()  # as it starts every day: no tables to make
        await warm_up(bot, list(islice(texts("idle"), len(USERS))))
        await asyncio.sleep(QUIET)
        return {"memory": memory(bot.pid), "lost": bot.server.unanswered + bot.server.tally.uncalled}
    finally:
        await bot.stop()


Key = tuple[str, str]  # a load and a bot


async def one_round(number: int, folder: Path, seconds: float) -> dict[Key, Figures]:
    """Both bots on fresh databases; who goes first changes with the round."""
    bots = [Ours(folder, USERS), Peer(folder)][:: -1 if number % 2 else 1]
    figures: dict[Key, Figures] = {}
    for bot in bots:
        await bot.server.start()
        figures[IDLE.name, bot.name] = await idle(bot)
    try:
        for bot in bots:
            await bot.start()
            await warm_up(bot, list(islice(texts("again"), len(USERS))))
        for load in LOADS:
            for name, found in (await in_turns(load, bots, seconds, f"{number} {load.name}")).items():
                figures[load.name, name] = found
                told = ", ".join(f"{figure} {each:.2f}" for figure, each in found.items())
                print(f"  {load.name}, {name}: {told}", flush=True)
        for bot in bots:
            if heavy := loaded(bot.pid, HEAVY):
                raise RuntimeError(f"{bot.name} has loaded {', '.join(sorted(heavy))}")
    finally:
        for bot in bots:
            await bot.stop()
            bot.server.stop()
    for bot in bots:
        if bot.effects() != bot.said:
            raise RuntimeError(
                f"{bot.name}: {bot.said} messages came to {bot.effects()} rows; {bot.server.last_text!r}"
            )
    return figures


def report(rounds: Sequence[Mapping[Key, Figures]]) -> bool:
    """A line for each bar, and whether all were met."""
    print(f"\n{'load':18}{'figure':18}{'ours':>10}{'peer':>10}{'ratio':>8}  bar (stretch)")
    met = True
    for load in (*LOADS, IDLE):
        for bar in load.bars:
            ours, peer = ([each[load.name, bot][bar.figure] for each in rounds] for bot in ("ours", "peer"))
            ratio = median(a / b for a, b in zip(ours, peer, strict=True))
            good = bar.met_by(ratio)
            met &= good
            figures = f"{median(ours):10.2f}{median(peer):10.2f}{ratio:8.2f}"
            print(f"{load.name:18}{UNITS[bar.figure]:18}{figures}  {bar!s:14}{'' if good else '  MISSED'}")
    lost = sum(figures["lost"] for each in rounds for (_, bot), figures in each.items() if bot == "ours")
    print(f"{'all':18}{'lost or doubled':18}{lost:10.0f}{'':18}  0{'' if not lost else '  MISSED'}")
    return met and not lost


async def measure(rounds: int, seconds: float) -> bool:
    gc.disable()  # the driver must not pause
    found = []
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            found.append(await one_round(number, Path(folder), seconds))
    return report(found)


def main() -> int:
    options = argparse.ArgumentParser(description="Our bot beside a bare one; exit 1 when a bar is missed.")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=10.0, help="of each load")
    options.add_argument("--quick", action="store_true", help="one round of two seconds: whether it works at all")
    given = options.parse_args()
    rounds, seconds = (1, 2.0) if given.quick else (given.rounds, given.seconds)
    return 0 if asyncio.run(measure(rounds, seconds)) else 1


if __name__ == "__main__":
    sys.exit(main())
