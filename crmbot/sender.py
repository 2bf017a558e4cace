"""How outgoing rows are delivered: chats side by side, in order within one chat, marked when they are sent."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from crmbot.errors import Moved, Passing, Permanent, Unavailable
from crmbot.incoming import Place
from crmbot.reply import Reply

log = logging.getLogger(__name__)
AGAIN = 1.0  # seconds until the database is asked again
DOUBTS = 4  # times that a row whose arrival is unknown is sent again
IN_DOUBT = "in doubt"  # why a row is not sent again that may have arrived
APART = 1 / 30  # seconds between sends that nobody asked for, while the platform keeps us waiting: it takes no more
IN_DOUBT_AT_ONCE = 2  # of those, for a platform that takes 50 ms for each
HANGS = 1.0  # seconds after which one that is not answered holds up no other
AT_ONCE = 24  # Slack's HTTP client scans all its connections for a free one: more at once is slower


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply as it was committed, not drawn yet.

    `edits`: the platform's id of our own message that it takes the place of. `answers`: of the message it replies
    to. `repeat`: it may have arrived before. `once`: rather not at all than twice. `follows`: the row of an earlier
    message of ours that it takes the place of, or stands below, whose id the platform may not have given yet.
    `unasked`: no message brought it, the bot says it by itself.
    """

    id: int
    token: str
    place: Place
    reply: Reply
    language: str
    edits: str = ""
    answers: str = ""
    repeat: bool = False
    once: bool = False
    follows: int = 0
    unasked: bool = False

    @property
    def is_below(self) -> bool:
        """Said below the post of a record, which itself is a card."""
        return bool(self.reply.desk and not self.reply.card)


class Channel(Protocol):
    """One platform: takes messages in, posts replies. An adapter file holds one class that does this.

    `redraws`: a message of ours can be changed later.
    """

    redraws: bool

    async def send(self, outgoing: Outgoing) -> str:
        """Draw and post it; the platform's id of the message. Raises `Passing`, `Permanent` or `Moved`."""
        ...

    async def busy(self, place: Place) -> None:
        """Show that an answer is being worked out: a typing sign, where there is one."""
        ...


class Outbox(Protocol):
    """The rows as the sender sees them; the marks ride in the next transaction, which `mark` does not wait for."""

    def sent(self, outgoing: Outgoing, message_id: str) -> None: ...
    async def mark(self) -> None: ...
    async def trying(self, outgoing: Outgoing) -> bool: ...
    async def unwanted(self, rows: Collection[int]) -> Collection[int]: ...
    async def bury(self, outgoing: Outgoing, why: str) -> None: ...
    async def bury_place(self, place: Place, why: str) -> Sequence[Outgoing]: ...
    async def move(self, place: Place, chat: str) -> None: ...
    async def message_id(self, row: int) -> str: ...


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
        self._marking = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._began = 0.0  # when what was said in turn last was to begin
        self._unmarked: dict[int, float] = {}  # the rows that were said in turn, and when
        self._marked = asyncio.Event()

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

    async def in_turn(self, outgoing: Outgoing) -> None:
        """Queue what the bot says by itself once the one before is marked: a crash leaves no two of them in doubt.

        A platform that keeps us waiting slows it down to the pace at which it would take them anyway.
        """
        async with self._turn:
            while (rest := self._until_the_next()) > 0:
                self._marked.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._marked.wait(), rest)
            now = _clock()
            in_doubt = bool(self._unmarked)
            self._began = min(now, max(self._began + APART, now - APART)) if in_doubt else now  # lateness is made good
            self._unmarked[outgoing.id] = now
            self.post([outgoing])

    def _until_the_next(self) -> float:
        """Seconds, unless something is marked before."""
        now = _clock()
        self._unmarked = {row: began for row, began in self._unmarked.items() if now < began + HANGS}
        if not self._unmarked:
            return 0
        pace = self._began + APART - now
        return pace if len(self._unmarked) < IN_DOUBT_AT_ONCE else max(pace, min(self._unmarked.values()) + HANGS - now)

    def busy(self, place: Place) -> None:
        """Show there that an answer is being worked out; nobody waits for that."""
        if channel := self._channels.get(place.channel):
            self._in_background(channel.busy(place))

    async def hint(self, place: Place, reply: Reply, language: str) -> bool:
        """Say what is in no row; whether it was said."""
        try:
            await self._channels[place.channel].send(Outgoing(0, "", place, reply, language))
        except Exception as error:  # whatever it is, the answer itself is still to come
            log.warning("on %s a hint was not sent: %s", place.channel, type(error).__name__)
            return False
        return True

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def at_work(self) -> bool:
        return bool(self._tasks)

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
                    if sent.unasked:
                        await self._mark(sent)
        finally:
            self._known.difference_update(each.id for each in queue)
            del self._queues[place]

    async def _send(self, outgoing: Outgoing) -> bool:
        """Whether this row is done with; if not, it is the next to be tried in its place."""
        if outgoing.once and not await self._outbox.trying(outgoing):
            await self._drop_unwanted(outgoing.place)
            return True
        try:
            if outgoing.follows and not outgoing.edits:  # in one place they go in order: that one has been sent
                before = await self._outbox.message_id(outgoing.follows)
                below = outgoing.is_below
                outgoing = replace(outgoing, answers=before) if below else replace(outgoing, edits=before)
            async with self._at_once:
                message_id = await self._channels[outgoing.place.channel].send(outgoing)
        except Passing as wait:
            doubts = self._doubts.get(outgoing.id, 0) + wait.doubtful
            if doubts > DOUBTS or (wait.doubtful and outgoing.once):
                await self._outbox.bury(outgoing, IN_DOUBT)
                return True
            if wait.doubtful:
                self._doubts[outgoing.id] = doubts
                self._repeat(outgoing)
            await asyncio.sleep(wait.after * 2 ** max(0, doubts - 1))  # the more doubt, the longer the wait
            return False
        except Permanent as why:
            log.warning("a place on %s is dead: %s", outgoing.place.channel, why)
            told = await self._outbox.bury_place(outgoing.place, str(why))
            self._forget(outgoing.place)
            self.post(told)
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

    async def _mark(self, sent: Outgoing) -> None:
        """At once, together with what is there at that moment."""
        with contextlib.suppress(Unavailable):  # then it rides with the next transaction that succeeds
            async with self._marking:
                await self._outbox.mark()
        self._unmarked.pop(sent.id, None)
        self._marked.set()

    async def _drop_unwanted(self, place: Place) -> None:
        """Whoever reads there wants to be left alone: what else waits for them need not be looked at one by one."""
        gone = set(await self._outbox.unwanted([each.id for each in self._queues[place] if each.once]))
        first, *others = self._queues[place]
        self._queues[place].clear()
        self._queues[place].extend([first, *(each for each in others if each.id not in gone)])
        self._known -= gone - {first.id}

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


def _clock() -> float:
    return asyncio.get_running_loop().time()
