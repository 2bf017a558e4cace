"""Slow work as the bot sees it: a worker process on first use, signs of life in the chat, and the answer sent."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from crmbot.errors import Unavailable
from crmbot.incoming import Place
from crmbot.people import Member
from crmbot.reply import Reply, text
from crmbot.sender import Channel, Outgoing

log = logging.getLogger(__name__)
POLL = 0.2  # seconds between looks at the jobs that are not finished, where no worker says that one is
PAUSE = 0.01  # seconds at least, however much they say
TYPING = 4.0  # seconds: a platform shows the sign for five
PATIENCE = 3.0  # seconds until the chat is told in words
DEATHS = 3  # of workers, one after the other, until the jobs that wait are given up
ENDING = 5.0  # seconds that a worker has to end in order


@dataclass(frozen=True, slots=True)
class Started:
    """A job that a message asked for. `told`: the chat knows that it takes long."""

    id: int
    place: Place
    language: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A job as its row says: `reply` once it is there to be sent, `late` who does it though its lease has ended."""

    id: int
    finished: bool
    reply: Outgoing | None
    late: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job as the worker gets it; with no member if they are none any more."""

    id: int
    job: str
    args: Mapping[str, Any]
    member: Member | None
    attempts: int


class Jobs(Protocol):
    """The rows, as the bot needs them."""

    async def open(self, channels: Collection[str]) -> Sequence[Started]: ...
    async def look(self, jobs: Collection[int]) -> Sequence[Seen]: ...
    async def tell_progress(self, job: Started, reply: Reply) -> Outgoing | None: ...
    async def release(self, worker: str) -> None: ...
    async def give_up(self, job: Started, reply: Reply) -> None: ...


class Poster(Protocol):
    def post(self, outgoing: Iterable[Outgoing]) -> None: ...


class Process(Protocol):
    """A worker: a line on its input wakes it, the end of its input ends it."""

    @property
    def returncode(self) -> int | None: ...
    def wake(self) -> None: ...
    async def end(self, seconds: float) -> None: ...


@dataclass(slots=True)
class Waited:
    job: Started
    since: float
    typed: float = float("-inf")
    told: bool = field(init=False)

    def __post_init__(self) -> None:
        self.told = self.job.told


Heard = Callable[[], None]  # called when a worker has done something, or has ended
Start = Callable[[str, Heard], Awaitable[Process]]


class Work:
    """`start` makes a worker of that name; with none, workers elsewhere do the jobs."""

    def __init__(
        self,
        jobs: Jobs,
        delivery: Poster,
        channels: Mapping[str, Channel],
        our_bug: Callable[[BaseException | None], Reply],
        start: Start | None,
    ) -> None:
        self._jobs = jobs
        self._delivery = delivery
        self._channels = channels
        self._our_bug = our_bug
        self._start = start
        self._waited: dict[int, Waited] = {}
        self._watching: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._process: Process | None = None
        self._name = ""
        self._deaths = 0
        self._not_before = 0.0
        self._posted: frozenset[int] = frozenset()  # what was sent anyway when the bot started

    async def unfinished(self) -> Sequence[Started]:
        """What an earlier run left behind."""
        return await self._jobs.open(self._channels.keys())

    def follow(self, started: Iterable[Started], posted: Iterable[Outgoing] = ()) -> None:
        """See to it that these get done and answered; `posted` is on its way already."""
        self._posted |= {each.id for each in posted}
        for job in started:
            self._waited[job.id] = Waited(job, asyncio.get_running_loop().time())
            self._news.set()
        if self._waited and self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    async def settled(self) -> None:
        """All that was asked for is answered."""
        while self._watching is not None:
            await asyncio.wait({self._watching})

    async def close(self) -> None:
        """What is not finished is done when the bot runs again."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._process is not None:
            await self._process.end(ENDING)
            with suppress(Unavailable):
                await self._jobs.release(self._name)

    async def _watch(self) -> None:
        try:
            while self._waited:
                try:
                    await self._round()
                except Unavailable:
                    pass  # the next round finds the same rows
                except Exception:  # our bug, and no reason to leave the others waiting
                    log.exception("while jobs are done")
                if self._waited:
                    await self._rest()
        finally:
            self._watching = None

    async def _rest(self) -> None:
        """Until there is news; where workers run elsewhere nobody tells of it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._news.wait()
        self._news.clear()

    async def _round(self) -> None:
        now = asyncio.get_running_loop().time()
        for waited in list(self._waited.values()):
            self._show_life(waited, now)
        for seen in await self._jobs.look(self._waited.keys()):
            await self._take(seen)
        if not self._waited:
            return
        for waited in list(self._waited.values()):
            if now - waited.since > PATIENCE and not waited.told:
                await self._tell(waited)
        await self._keep_alive(now)

    def _show_life(self, waited: Waited, now: float) -> None:
        if waited.told or now - waited.typed < TYPING:
            return
        waited.typed = now
        asyncio.ensure_future(self._channels[waited.job.place.channel].busy(waited.job.place)).add_done_callback(_look)

    async def _tell(self, waited: Waited) -> None:
        """In one message, which the answer takes the place of: where a channel can do that."""
        waited.told = True
        if self._channels[waited.job.place.channel].redraws:
            told = await self._jobs.tell_progress(waited.job, Reply(text("working")))
            self._delivery.post([told] if told else [])

    async def _take(self, seen: Seen) -> None:
        if seen.finished:
            self._deaths = 0
            del self._waited[seen.id]
            if seen.reply and seen.reply.id not in self._posted:
                self._delivery.post([seen.reply])
        elif seen.late == self._name and self._process is not None:  # it does not even get to extend its lease
            log.error("a worker hangs and is ended")
            await self._process.end(0)

    async def _keep_alive(self, now: float) -> None:
        if self._process is not None and self._process.returncode is not None:
            await self._bury(now)
        if self._process is None and self._start and now >= self._not_before:
            self._name = secrets.token_hex(8)
            self._process = await self._start(self._name, self._news.set)
        if self._process is not None:
            self._process.wake()

    async def _bury(self, now: float) -> None:
        """What a dead worker had begun is begun again; unless worker after worker dies of it."""
        assert self._process
        await self._jobs.release(self._name)
        if self._process.returncode:
            self._deaths += 1
            self._not_before = now + self._deaths - 1
            log.error("a worker ended with %s", self._process.returncode)
        self._process = None
        if self._deaths >= DEATHS:
            self._deaths = 0
            for waited in self._waited.values():
                await self._jobs.give_up(waited.job, self._our_bug(None))


def _look(task: "asyncio.Future[None]") -> None:
    """A typing sign that does not arrive is no loss."""
    if not task.cancelled():
        task.exception()


class Child:
    """A worker as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, heard: Heard) -> None:
        self._process = process
        self._listening = asyncio.create_task(self._listen(heard))

    @classmethod
    async def start(cls, command: Sequence[str], told: str, environment: Mapping[str, str], heard: Heard) -> "Child":
        """`told` goes in first, as one line: how to open the database is nobody else's business."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment)
        child = cls(process, heard)
        child._write(told + "\n")
        return child

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    def wake(self) -> None:
        self._write("\n")

    async def end(self, seconds: float) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            async with asyncio.timeout(seconds):
                await self._ended()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._ended()
        self._listening.cancel()
        self._process._transport.close()  # type: ignore[attr-defined]  # the library has no other way
        await asyncio.gather(self._listening, return_exceptions=True)

    async def _ended(self) -> None:
        """The library's own `wait` also waits for whoever else holds its pipe open."""
        while self._process.returncode is None:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)

    async def _listen(self, heard: Heard) -> None:
        """Whatever it says, what it has done is in the rows."""
        assert self._process.stdout
        while await self._process.stdout.read(4096):
            heard()
            await asyncio.sleep(PAUSE)
        heard()

    def _write(self, words: str) -> None:
        assert self._process.stdin
        if not self._process.stdin.is_closing():  # it has ended: the next look sees that
            self._process.stdin.write(words.encode())
