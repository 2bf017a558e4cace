"""How outgoing rows are delivered: chats side by side, in order within one chat, marked when they are sent."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from crmbot.errors import Moved, Passing, Permanent, Unavailable
from crmbot.incoming import Place
from crmbot.reply import Reply

log = logging.getLogger(__name__)
AGAIN = 1.0  # seconds until the database is asked again
DOUBTS = 4  # times that a row whose arrival is unknown is sent again
AT_ONCE = 24  # the HTTP clients scan all their connections for a free one: more at once is slower


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply as it was committed, not drawn yet.

    `edits`: the platform's id of our own message that it takes the place of. `answers`: of the message it replies
    to. `repeat`: it may have arrived before.
    """

    id: int
    token: str
    place: Place
    reply: Reply
    language: str
    edits: str = ""
    answers: str = ""
    repeat: bool = False


class Channel(Protocol):
    """One platform: takes messages in, posts replies. An adapter file holds one class that does this."""

    async def send(self, outgoing: Outgoing) -> str:
        """Draw and post it; the platform's id of the message. Raises `Passing`, `Permanent` or `Moved`."""
        ...

    async def busy(self, place: Place) -> None:
        """Show that an answer is being worked out: a typing sign, where there is one."""
        ...


class Outbox(Protocol):
    """The rows as the sender sees them; the marks ride in the next transaction."""

    def sent(self, outgoing: Outgoing, message_id: str) -> None: ...
    async def bury(self, outgoing: Outgoing, why: str) -> None: ...
    async def bury_place(self, place: Place, why: str) -> None: ...
    async def move(self, place: Place, chat: str) -> None: ...


class Delivery:
    """One queue a place, worked off by a task of its own while it holds anything."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], our_bug: Callable[[Outgoing], None]) -> None:
        self._outbox = outbox
        self._channels = channels
        self._our_bug = our_bug
        self._queues: dict[Place, deque[Outgoing]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: set[int] = set()  # the rows that are queued here, so that a sweep adds none twice
        self._doubts: dict[int, int] = {}  # how often the end of a row's sending was unknown
        self._at_once = asyncio.Semaphore(AT_ONCE)

    def post(self, outgoing: Iterable[Outgoing]) -> None:
        """Queue what was committed, behind what waits in the same place."""
        for each in outgoing:
            if each.id in self._known or each.place.channel not in self._channels:
                continue
            self._known.add(each.id)
            queue = self._queues.get(each.place)
            if queue is None:
                queue = self._queues[each.place] = deque()
                task = asyncio.create_task(self._work_off(each.place, queue))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            queue.append(each)

    async def settled(self) -> None:
        """All that was posted is sent, buried, or told to wait."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop at once; what was not sent stays in its rows."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work_off(self, place: Place, queue: deque[Outgoing]) -> None:
        try:
            while queue:
                try:
                    done = await self._send(queue[0])
                except Unavailable:  # what was to be written of it could not be: the row is tried again
                    await asyncio.sleep(AGAIN)
                    continue
                if done:
                    sent = queue.popleft()
                    self._known.discard(sent.id)
                    self._doubts.pop(sent.id, None)
        finally:
            self._known.difference_update(each.id for each in queue)
            del self._queues[place]

    async def _send(self, outgoing: Outgoing) -> bool:
        """Whether this row is done with; if not, it is the next to be tried in its place."""
        try:
            async with self._at_once:
                message_id = await self._channels[outgoing.place.channel].send(outgoing)
        except Passing as wait:
            doubts = self._doubts.get(outgoing.id, 0) + wait.doubtful
            if doubts > DOUBTS:
                await self._outbox.bury(outgoing, "in doubt")
                return True
            if wait.doubtful:
                self._doubts[outgoing.id] = doubts
                self._repeat(outgoing)
            await asyncio.sleep(wait.after * 2 ** max(0, doubts - 1))  # the more doubt, the longer the wait
            return False
        except Permanent as why:
            log.warning("a place on %s is dead: %s", outgoing.place.channel, why)
            await self._outbox.bury_place(outgoing.place, str(why))
            self._forget(outgoing.place)
            return False
        except Moved as moved:
            await self._outbox.move(outgoing.place, moved.chat)
            self._follow(outgoing.place, moved.chat)
            return False
        except Exception:  # a reply that cannot be drawn is our bug: it must not stop the chat
            self._our_bug(outgoing)
            await self._outbox.bury(outgoing, "our bug")
            return True
        self._outbox.sent(outgoing, message_id)
        return True

    def _repeat(self, outgoing: Outgoing) -> None:
        self._queues[outgoing.place][0] = replace(outgoing, repeat=True)

    def _follow(self, place: Place, chat: str) -> None:
        """The rest of the queue goes to the chat's new id."""
        moved = [replace(each, place=replace(place, chat=chat)) for each in self._queues[place]]
        self._forget(place)
        self.post(moved)

    def _forget(self, place: Place) -> None:
        self._known.difference_update(each.id for each in self._queues[place])
        self._queues[place].clear()
