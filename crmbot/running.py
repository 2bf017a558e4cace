"""The road with its queues: what takes messages in, and what follows from them, while the bot runs."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from crmbot.app import App
from crmbot.errors import Unavailable
from crmbot.incoming import Incoming
from crmbot.reply import Reply, text
from crmbot.sender import Delivery, Outgoing
from crmbot.turn import Read, Road
from crmbot.words import language_of
from crmbot.work import Work

log = logging.getLogger(__name__)
A = TypeVar("A")
T = TypeVar("T")
Chat = tuple[str, str]
LOOK, LOOKS, MANY = 0.1, 5, 4  # seconds between looks at what waits to be marked; when it is written: see _flush_soon
SOON = 0.3  # seconds after which the channel shows that an answer is being worked out
NOT_YET = 4.5  # seconds after which whoever wrote is told that nothing of it is saved yet
SWEEP = 2.0  # seconds between looks at what waits
OFTEN = 3  # deliveries of one message, each ended by a crash, after which it is put aside


class Transactions(Protocol):
    """The database, as far as the road needs it."""

    @property
    def riders(self) -> int: ...
    def take(
        self, prepare: Callable[[], A], work: Callable[[A, Any], T], *, first: bool = False
    ) -> "asyncio.Future[T]": ...


class Rows(Protocol):
    """What the road keeps of messages that are not finished, and of how the bot ended."""

    def wait(self, incoming: Incoming, road: Any) -> None: ...
    def waiting(self, road: Any) -> Sequence[Incoming]: ...
    def done_waiting(self, incoming: Incoming, road: Any) -> None: ...
    def count(self, incoming: Incoming, road: Any) -> int: ...
    def park(self, incoming: Incoming, road: Any) -> None: ...
    def settle(self, road: Any) -> None: ...


class Outbox(Protocol):
    async def unsent(self, *, doubtful: bool) -> Sequence[Outgoing]: ...


class Unsaved:
    """Whoever's message is not kept in time is told so, once in each chat until something is committed again.

    Only of what was said in private and comes again until it is kept: that it will be answered is a promise.
    """

    def __init__(self, tell: Callable[[Incoming], Awaitable[bool]], seconds: float) -> None:
        self._tell = tell
        self._seconds = seconds
        self._timers: dict[str, asyncio.TimerHandle] = {}  # by the key of the message
        self._told: dict[Chat, asyncio.Task[None]] = {}
        self._away = self._closed = False

    def begin(self, incoming: Incoming, *, away: bool = False) -> None:
        """`away`: the database has said so itself; then those who come next need not wait to be told."""
        repeats = isinstance(incoming.said, str) and incoming.message_id  # a press, form or command comes once
        if repeats and incoming.place.private and not self._closed and incoming.key not in self._timers:
            seconds = 0 if self._away else self._seconds
            self._timers[incoming.key] = asyncio.get_running_loop().call_later(seconds, self._say, incoming)
        self._away |= away

    def end(self, incoming: Incoming) -> None:
        if timer := self._timers.pop(incoming.key, None):
            timer.cancel()
        if telling := self._told.pop(_chat(incoming), None):
            telling.cancel()  # it must not come after the answer
        if self._away:
            self._away = False
            self._told = {chat: telling for chat, telling in self._told.items() if not telling.done()}

    def close(self) -> None:
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        for telling in self._told.values():
            telling.cancel()
        self._timers.clear()

    def _say(self, incoming: Incoming) -> None:
        del self._timers[incoming.key]
        if _chat(incoming) not in self._told:
            self._told[_chat(incoming)] = asyncio.ensure_future(self._until_told(incoming))

    async def _until_told(self, incoming: Incoming) -> None:
        if not await self._tell(incoming):
            self._told.pop(_chat(incoming), None)  # the next try tells it


class Running:
    """What a channel is given: `take` comes back when a message is committed, its replies follow by themselves.

    `unclean`: the bot ended without saying so. Then messages go one at a time, each counted before it is handled, so
    that one which ends the process again and again is found and put aside; until a page has passed.
    """

    def __init__(
        self,
        app: App,
        database: Transactions,
        rows: Rows,
        delivery: Delivery,
        outbox: Outbox,
        work: Work,
        *,
        patience: float = 5.0,
        not_yet: float = NOT_YET,
        unclean: bool = False,
    ) -> None:
        self.app = app
        self._database = database
        self._rows = rows
        self._delivery = delivery
        self._outbox = outbox
        self._work = work
        self._patience = patience
        self._unclean = unclean
        self._careful = asyncio.Lock() if unclean else None
        self._behind: defaultdict[Chat, set[str]] = defaultdict(set)  # the keys of what waits, by chat
        self._late: dict[str, asyncio.Future[Road]] = {}  # what waits though it was begun, and may end yet
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flushing: asyncio.TimerHandle | None = None
        self._unsaved = Unsaved(self._tell_unsaved, not_yet)
        self._closing = False
        self.changed: Callable[[datetime | None], None] = lambda _: None  # told when what was committed falls due

    async def start(self) -> None:
        """Send what a crash left behind, and begin to sweep."""
        unfinished = await self._work.unfinished()  # first: what is finished from here on is seen by one of the two
        unsent = await self._outbox.unsent(doubtful=self._unclean)
        self._delivery.post(each for each in unsent if not each.unasked)
        self._background(self._say([each for each in unsent if each.unasked]))
        self._work.follow(unfinished, posted=unsent)
        await self._sweep()
        task = asyncio.create_task(self._sweep_for_ever())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def take(self, incoming: Incoming, patience: float | None = None) -> Sequence[Outgoing]:
        """Comes back when the message is committed, with its replies; or raw among those that wait, with none yet.

        Raises `Unavailable`. `patience`: the channel's own, in seconds.
        """
        try:
            return await self._taken(incoming, patience or self._patience)
        except Unavailable:
            self._unsaved.begin(incoming, away=True)
            raise

    async def _taken(self, incoming: Incoming, patience: float) -> Sequence[Outgoing]:
        if self._behind.get(_chat(incoming)):
            return await self._let_wait(incoming)
        taken = self._begin(incoming) if self._careful is None else asyncio.ensure_future(self._carefully(incoming))
        done, _ = await asyncio.wait({taken}, timeout=min(SOON, patience))
        if not done:
            self._delivery.busy(incoming.place)
            self._unsaved.begin(incoming)
            done, _ = await asyncio.wait({taken}, timeout=max(0, patience - SOON))
        if not done:
            self._late[incoming.key] = taken
            taken.add_done_callback(lambda _: self._late.pop(incoming.key, None))
            self._background(self._finish(incoming, taken))
            return await self._let_wait(incoming)
        return await self._finish(incoming, taken)

    def page_done(self) -> None:
        """A whole page was taken in: what ended the process is not among what comes next."""
        if self._careful is not None:
            self._careful = None
            self._background(self._settle())

    async def settled(self) -> None:
        """All that followed from what was taken in is sent and marked."""
        await self._work.settled()
        await self._delivery.settled()
        await self._flush()

    def wind_down(self) -> None:
        """The channels are about to close: what is committed from here on is answered by the next start."""
        self._closing = True
        self._unsaved.close()

    async def close(self) -> None:
        self.wind_down()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._work.close()
        await self._delivery.close()
        with contextlib.suppress(Unavailable):
            await self._flush()

    def _begin(self, incoming: Incoming, *, waited: bool = False) -> "asyncio.Future[Road]":
        def answer(read: Read, road: Road) -> Road:
            self.app.answer(read, road)
            if waited:
                self._rows.done_waiting(incoming, road)
            return road

        return self._committed(incoming, lambda: self.app.read(incoming), answer)

    def _committed(
        self, incoming: Incoming, prepare: Callable[[], A], work: Callable[[A, Any], Road]
    ) -> "asyncio.Future[Road]":
        """What follows from it begins as soon as it is committed, whoever waits for that."""
        taken = self._database.take(prepare, work)
        taken.add_done_callback(partial(self._go_on, incoming))
        return taken

    def _go_on(self, incoming: Incoming, taken: "asyncio.Future[Road]") -> None:
        if self._closing or taken.cancelled() or taken.exception():
            return
        self._unsaved.end(incoming)
        road = taken.result()
        try:
            self.follow(road)
            self.changed(road.soonest)
        except Exception:  # our bug; the message is committed all the same, and taken in
            log.exception("in what follows from a message")

    async def _carefully(self, incoming: Incoming, *, waited: bool = False) -> Road:
        """Counted before it is handled, and put aside when it has ended the process too often."""
        if self._careful is None:
            return await self._begin(incoming, waited=waited)
        async with self._careful:
            if await self._database.take(_nothing, lambda _, road: self._rows.count(incoming, road)) > OFTEN:
                return await self._committed(incoming, _nothing, lambda _, road: self._park(incoming, road))
            return await self._begin(incoming, waited=waited)

    async def _finish(self, incoming: Incoming, taken: "asyncio.Future[Road]") -> Sequence[Outgoing]:
        """Its replies, once it is committed."""
        try:
            road = await taken
        except Unavailable:
            raise
        except Exception as error:  # the road itself broke: nothing of the message is kept but that it came
            broken = error
            road = await self._committed(incoming, _nothing, lambda _, road: self._apologise(incoming, road, broken))
        return road.outgoing

    async def _tell_unsaved(self, incoming: Incoming) -> bool:
        """In no row: there may be no database to write one."""
        language = language_of(incoming.sender.language, self.app.language)
        return await self._delivery.hint(incoming.place, Reply(text("not-saved-yet")), language)

    def _apologise(self, incoming: Incoming, road: Road, error: BaseException) -> Road:
        self.app.apologise(incoming, road, error)
        self._rows.done_waiting(incoming, road)
        return road

    def _park(self, incoming: Incoming, road: Road) -> Road:
        log.error("a message ended the process %s times and is put aside", OFTEN)
        self._rows.park(incoming, road)
        self.app.tell_owners(Reply(text("parked", times=OFTEN)), road)
        return road

    def follow(self, road: Road) -> None:
        """What was committed there is sent, and the slow work it asks for is done."""
        self._delivery.post(road.outgoing)
        self._work.follow(road.started)
        self._flush_soon()

    async def speak(self, road: Road) -> None:
        """What the bot says by itself: one after the other, each marked before the next, and none twice in doubt."""
        self._work.follow(road.started)
        await self._say(road.outgoing)

    async def _say(self, outgoing: Sequence[Outgoing]) -> None:
        for each in outgoing:
            await self._delivery.in_turn(each)

    def _flush_soon(self, looks: int = LOOKS) -> None:
        """Marks ride with what is written next. A crash repeats what is not marked: many are written at once, a few
        after a while that brought nothing to ride on; again and again while there is something to send.
        """
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(LOOK, self._flush_if_due, looks - 1)

    def _flush_if_due(self, looks: int) -> None:
        self._flushing = None
        if self._database.riders >= MANY or (self._database.riders and looks <= 0):
            self._background(self._flush())
            looks = 0
        if self._delivery.at_work or looks > 0:
            self._flush_soon(looks or LOOKS)

    async def _flush(self) -> None:
        if self._database.riders:
            await self._database.take(_nothing, _ride_along)

    # What waits

    async def _let_wait(self, incoming: Incoming) -> Sequence[Outgoing]:
        """From here on until it is handled, what comes from its chat waits behind it."""
        self._behind[_chat(incoming)].add(incoming.key)
        self._unsaved.begin(incoming)
        try:
            await self._database.take(_nothing, lambda _, road: self._rows.wait(incoming, road), first=True)
        except BaseException:
            self._behind[_chat(incoming)].discard(incoming.key)
            raise
        self._unsaved.end(incoming)  # it is kept as it came
        self._wake.set()
        return ()

    async def _sweep_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SWEEP if any(self._behind.values()) else None)
            self._wake.clear()
            try:
                await self._sweep()
            except Unavailable:
                pass  # the next round finds the same rows
            except Exception:  # our bug, and no reason to leave the others waiting
                log.exception("while sweeping")
                await asyncio.sleep(SWEEP)

    async def _sweep(self) -> None:
        """Handle what waits, chats side by side, in order within one."""
        waiting = await self._database.take(_nothing, lambda _, road: self._rows.waiting(road))
        chats: defaultdict[Chat, list[Incoming]] = defaultdict(list)
        for incoming in waiting:
            self._behind[_chat(incoming)].add(incoming.key)
            chats[_chat(incoming)].append(incoming)
        await asyncio.gather(*map(self._catch_up, chats.values()))
        if waiting:
            self._wake.set()

    async def _catch_up(self, waiting: Sequence[Incoming]) -> None:
        for incoming in waiting:
            if late := self._late.get(incoming.key):  # begun twice, it waits for itself, on MariaDB with others' keys
                await asyncio.wait({late})
            await self._finish(incoming, asyncio.ensure_future(self._carefully(incoming, waited=True)))
            self._behind[_chat(incoming)].discard(incoming.key)

    async def _settle(self) -> None:
        await self._database.take(_nothing, lambda _, road: self._rows.settle(road))

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_look_at)


def _chat(incoming: Incoming) -> Chat:
    return incoming.place.channel, incoming.place.chat


def _nothing() -> None:
    return None


def _ride_along(_: None, road: Any) -> None:
    """The marks are written with every transaction, so an empty one will do."""


def _look_at(task: "asyncio.Future[Any]") -> None:
    """What failed in the background comes again from the platform or the sweep."""
    if not task.cancelled() and (error := task.exception()) and not isinstance(error, Unavailable):
        log.error("in the background: %s", type(error).__name__)
