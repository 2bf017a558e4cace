"""What falls due: the bot speaks by itself, once for each occurrence, woken at the time and swept as a net.

The rows are the truth: a table names the column with the next time (`Tracked.falls_due`), a handler says what there is
to say then. Claiming a row empties that column; a handler that wants another occurrence sets it anew.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, Protocol, TypeVar, get_type_hints

from crmbot.dialogue import Command
from crmbot.errors import Unavailable
from crmbot.incoming import Place
from crmbot.intents import by_name, declared
from crmbot.people import Member
from crmbot.reply import Later, Notice, Reply
from crmbot.service import ServiceRules

log = logging.getLogger(__name__)
A = TypeVar("A")
T = TypeVar("T")
NET = 30.0  # seconds between looks when nothing wakes the alarm: the clock may jump, another process may write
LATE = timedelta(minutes=5)
AT_ONCE = 10  # rows of a kind that are said before the database is asked again: what is urgent comes in between
AWAY = 2.0  # seconds until the database is asked again after it was away
AGAIN = timedelta(minutes=15)  # until a row is tried again that our own mistake kept from being said
Speaker = Callable[..., Iterable[Notice]]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a row fell due; `late`: the bot was away then."""

    at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken for a member who has chosen nothing else."""

    language: str
    zone: str
    currency: str
    service: ServiceRules = field(default_factory=ServiceRules)


@dataclass(frozen=True, slots=True)
class Commands:
    """`run` does for a member, in a place, what they could have typed there; raises `Refused`."""

    run: Callable[[Command, Member, Place], Reply | Later]


@dataclass(frozen=True, slots=True)
class Fallen:
    """A row that fell due, not claimed yet."""

    kind: str
    row: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Who speaks when rows of a kind fall due, and what they ask for."""

    name: str
    wants: Mapping[str, type]
    speaker: Speaker

    def say(self, row: Any, things: Mapping[type, Any]) -> Iterable[Notice]:
        return self.speaker(row, **{name: things[kind] for name, kind in self.wants.items()})


def due(kind: str) -> Callable[[Speaker], Speaker]:
    """Mark a function as what is said when a row of `kind` falls due: it is given that row first.

    What else it asks for by type it is given: `Occurrence`, `Defaults`, `Commands`, the store, the present time. A row
    that is to fall due again it moves on.
    """

    def mark(speaker: Speaker) -> Speaker:
        hints = get_type_hints(speaker)
        hints.pop("return", None)
        _, *wants = hints.items()
        speaker.__due__ = Due(kind, dict(wants), speaker)  # type: ignore[attr-defined]  # functions carry no types for marks
        return speaker

    return mark


def collect_due(package: ModuleType, offered: Iterable[type]) -> dict[str, Due]:
    """Every kind that somebody in `package` speaks for; mistakes stop the bot at its start."""
    return by_name(declared(package, "__due__", Due), {*offered, Occurrence, Defaults, Commands, datetime})


class Transactions(Protocol):
    def take(
        self, prepare: Callable[[], A], work: Callable[[A, Any], T], *, first: bool = False
    ) -> "asyncio.Future[T]": ...


class DueRows(Protocol):
    """The rows that fall due, as the alarm sees them."""

    def fallen(self, road: Any, now: datetime, most: int) -> Sequence[Fallen]: ...
    def next_at(self, road: Any) -> datetime | None: ...
    def claim(self, fallen: Fallen, road: Any, now: datetime) -> Any: ...
    def say(
        self, notices: Iterable[Notice], fallen: Fallen, road: Any, token: Callable[[], str], now: datetime
    ) -> None: ...
    def put_off(self, fallen: Fallen, road: Any, until: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Bot:
    """What those who speak may need of the bot besides the rows."""

    clock: Callable[[], datetime]
    token: Callable[[], str]
    defaults: Defaults
    run: Callable[[Command, Member, Place, Any, datetime], Reply | Later]


class Alarm:
    """Speaks when rows fall due, each in a transaction of its own: claimed, moved on, and what is said of it kept.

    One after the other, as they are sent: what a crash finds claimed and not sent would come marked as a repeat.
    `channels` are those of this process: what another one has to say is left to it.
    """

    def __init__(
        self,
        speakers: Mapping[str, Due],
        rows: DueRows,
        database: Transactions,
        channels: Collection[str],
        bot: Bot,
        speak: Callable[[Any], Awaitable[None]],
    ) -> None:
        self._speakers = speakers
        self._rows = rows
        self._database = database
        self._channels = channels
        self._bot = bot
        self._clock = bot.clock
        self._send = speak
        self._others: set[Fallen] = set()  # what another process is to say
        self._next: datetime | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    def changed(self, soonest: datetime | None) -> None:
        """A row was committed that falls due then."""
        if soonest and (self._next is None or soonest < self._next):
            self._next = soonest
            self._wake.set()

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def round(self) -> None:
        """Say all that is due now. Raises `Unavailable`."""
        self._others.clear()
        while fallen := await self._database.take(_nothing, self._fallen):
            for each in fallen:
                await self._speak(each)
        self._next = await self._database.take(_nothing, lambda _, road: self._rows.next_at(road))

    def _fallen(self, _: None, road: Any) -> Sequence[Fallen]:
        found = self._rows.fallen(road, self._clock(), AT_ONCE + len(self._others))
        return [each for each in found if each not in self._others]

    async def _watch(self) -> None:
        while True:
            try:
                self._wake.clear()
                await self.round()
                patience = self._patience()
            except Unavailable:
                self._next, patience = None, AWAY
            except Exception:  # our bug, and no reason to fall silent
                log.exception("while looking at what is due")
                self._next, patience = None, NET
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), patience)

    def _patience(self) -> float:
        if self._next is None or self._next <= self._clock():  # what is still due is for another process
            return NET
        return min(NET, (self._next - self._clock()).total_seconds())

    async def _speak(self, fallen: Fallen) -> None:
        try:
            road = await self._database.take(_nothing, lambda _, road: self._said(fallen, road))
        except Unavailable:
            raise
        except _Elsewhere:
            self._others.add(fallen)
        except Exception as error:
            log.error("incident %s: %s %s", self._bot.token()[:8], fallen.kind, fallen.row, exc_info=error)
            until = self._clock() + AGAIN
            await self._database.take(_nothing, lambda _, road: self._rows.put_off(fallen, road, until))
        else:
            await self._send(road)

    def _said(self, fallen: Fallen, road: Any) -> Any:
        now = self._clock()
        row = self._rows.claim(fallen, road, now)
        if row is not None:
            notices = self._notices(row, fallen, road, now)
            if any(each.place.channel not in self._channels for each in notices):
                raise _Elsewhere
            self._rows.say(notices, fallen, road, self._bot.token, now)
        return road

    def _notices(self, row: Any, fallen: Fallen, road: Any, now: datetime) -> Sequence[Notice]:
        def run(command: Command, member: Member, place: Place) -> Reply | Later:
            return self._bot.run(command, member, place, road, now)

        occurrence = Occurrence(fallen.at, late=now - fallen.at > LATE)
        things = {Occurrence: occurrence, Defaults: self._bot.defaults, Commands: Commands(run), datetime: now}
        return list(self._speakers[fallen.kind].say(row, {**things, type(road): road}))


class _Elsewhere(Exception):
    """Nobody here serves the channel."""


def _nothing() -> None:
    return None
