"""The road with its queues: what takes messages in, and what follows from them, while the bot runs."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from crmbot.app import App, Read, Road
from crmbot.errors import Unavailable
from crmbot.incoming import Incoming
from crmbot.reply import Reply, text
from crmbot.sender import Delivery, Outgoing

log = logging.getLogger(__name__)
A = TypeVar("A")
T = TypeVar("T")
Chat = tuple[str, str]
IDLE = 0.5  # seconds after which marks that found nothing to ride on are written
SWEEP = 2.0  # seconds between looks at what waits
OFTEN = 3  # deliveries of one message, each ended by a crash, after which it is put aside


class Transactions(Protocol):
    """The database, as far as the road needs it."""

    @property
    def has_riders(self) -> bool: ...
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
        *,
        patience: float = 5.0,
        unclean: bool = False,
    ) -> None:
        self._app = app
        self._database = database
        self._rows = rows
        self._delivery = delivery
        self._outbox = outbox
        self._patience = patience
        self._unclean = unclean
        self._careful = asyncio.Lock() if unclean else None
        self._behind: defaultdict[Chat, set[str]] = defaultdict(set)  # the keys of what waits, by chat
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flushing: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Send what a crash left behind, and begin to sweep."""
        self._delivery.post(await self._outbox.unsent(doubtful=self._unclean))
        await self._sweep()
        task = asyncio.create_task(self._sweep_for_ever())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def take(self, incoming: Incoming) -> None:
        """Comes back when the message is committed: handled, or raw among those that wait. Raises `Unavailable`."""
        if self._behind.get(_chat(incoming)):
            await self._let_wait(incoming)
            return
        handling = asyncio.ensure_future(self._handle(incoming))
        done, _ = await asyncio.wait({handling}, timeout=self._patience)
        if not done:
            handling.add_done_callback(_look_at)
            await self._let_wait(incoming)
            return
        await handling

    def page_done(self) -> None:
        """A whole page was taken in: what ended the process is not among what comes next."""
        if self._careful is not None:
            self._careful = None
            self._background(self._settle())

    async def settled(self) -> None:
        """All that followed from what was taken in is sent and marked."""
        await self._delivery.settled()
        await self._flush()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._delivery.close()
        with contextlib.suppress(Unavailable):
            await self._flush()

    async def _handle(self, incoming: Incoming, *, waited: bool = False) -> None:
        if self._careful is None:
            await self._answer(incoming, waited=waited)
            return
        async with self._careful:
            if await self._database.take(_nothing, lambda _, road: self._rows.count(incoming, road)) > OFTEN:
                self._follow(await self._database.take(_nothing, lambda _, road: self._park(incoming, road)))
                return
            await self._answer(incoming, waited=waited)

    async def _answer(self, incoming: Incoming, *, waited: bool) -> None:
        def answer(read: Read, road: Road) -> list[Outgoing]:
            self._app.answer(read, road)
            if waited:
                self._rows.done_waiting(incoming, road)
            return road.outgoing

        try:
            outgoing = await self._database.take(lambda: self._app.read(incoming), answer)
        except Unavailable:
            raise
        except Exception as error:  # the road itself broke: nothing of the message is kept but that it came
            broken = error
            outgoing = await self._database.take(_nothing, lambda _, road: self._apologise(incoming, road, broken))
        self._follow(outgoing)

    def _apologise(self, incoming: Incoming, road: Road, error: BaseException) -> list[Outgoing]:
        self._app.apologise(incoming, road, error)
        self._rows.done_waiting(incoming, road)
        return road.outgoing

    def _park(self, incoming: Incoming, road: Road) -> list[Outgoing]:
        log.error("a message ended the process %s times and is put aside", OFTEN)
        self._rows.park(incoming, road)
        self._app.tell_owners(Reply(text("parked", times=OFTEN)), road)
        return road.outgoing

    def _follow(self, outgoing: list[Outgoing]) -> None:
        self._delivery.post(outgoing)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(IDLE, self._flush_when_idle)

    def _flush_when_idle(self) -> None:
        self._flushing = None
        if self._database.has_riders:
            self._background(self._flush())

    async def _flush(self) -> None:
        if self._database.has_riders:
            await self._database.take(_nothing, _ride_along)

    # What waits

    async def _let_wait(self, incoming: Incoming) -> None:
        """From here on until it is handled, what comes from its chat waits behind it."""
        self._behind[_chat(incoming)].add(incoming.key)
        try:
            await self._database.take(_nothing, lambda _, road: self._rows.wait(incoming, road), first=True)
        except BaseException:
            self._behind[_chat(incoming)].discard(incoming.key)
            raise
        self._wake.set()

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
            await self._handle(incoming, waited=True)
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


def _look_at(task: "asyncio.Future[None]") -> None:
    """What failed in the background comes again from the platform or the sweep."""
    if not task.cancelled() and (error := task.exception()) and not isinstance(error, Unavailable):
        log.error("in the background: %s", type(error).__name__)
