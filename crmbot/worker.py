"""The worker process: takes one job after the other, within a time and a memory that are set, and ends when idle."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, NoReturn, Protocol

from crmbot.errors import Refused, Unavailable
from crmbot.intents import Job
from crmbot.people import Member
from crmbot.reply import Finished, Reply, text
from crmbot.work import Claimed

log = logging.getLogger(__name__)
OFTEN = 3  # times that a job may end its worker
BEAT = 3.0  # seconds between signs of life; a lease lasts five of them
IDLE = 300.0  # seconds without work, after which a worker that the bot started ends: one report is seldom alone
POLL = 1.0  # seconds between looks for work of one that runs on its own
AWAY = 1.0  # seconds between tries while the database is away
TRIES = 30
TOO_LONG = 3  # the exit code after a job took too long


class Rows(Protocol):
    """The jobs, as a worker needs them."""

    def claim(self, worker: str) -> Claimed | None: ...
    def extend(self, job: int, worker: str) -> None: ...
    def finish(self, job: int, worker: str, done: Finished) -> bool: ...


class Worker:
    """`reading` gives a store that can only be read; what a job has to keep is kept as it finishes.

    `load` is called once, when the first jobs are done: what others need is there before anyone waits for it.
    `tell` is called after each: whoever waits for it need not look.
    """

    def __init__(
        self,
        name: str,
        rows: Rows,
        jobs: Mapping[str, Job],
        reading: Callable[[], AbstractContextManager[Any]],
        our_bug: Callable[[BaseException | None], Reply],
        clock: Callable[[], datetime],
        *,
        seconds: float,
        load: Callable[[], None] | None = None,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._rows = rows
        self._jobs = jobs
        self._reading = reading
        self._our_bug = our_bug
        self._clock = clock
        self._seconds = seconds
        self._load = load
        self._tell = tell
        self._current: tuple[int, float] | None = None

    def one(self) -> bool:
        """Whether there was a job to do. Raises `Unavailable` when the database is away."""
        claimed = self._rows.claim(self._name)
        if claimed is None:
            return False
        self._current = claimed.id, time.monotonic()
        done = self._done(claimed)
        self._current = None
        self._finish(claimed.id, done)
        self._tell()
        return True

    def serve(self, woken: threading.Event, *, idle: float | None) -> None:
        """Work whenever `woken`, until nothing came for `idle` seconds; with None, look for work for ever."""
        threading.Thread(target=self._beat, daemon=True).start()
        while True:
            try:
                if self.one():
                    while self.one():
                        pass
                    self._load_once()
            except Unavailable:
                time.sleep(AWAY)
                continue
            if not woken.wait(POLL if idle is None else idle) and idle is not None:
                return
            woken.clear()

    def _load_once(self) -> None:
        load, self._load = self._load, None
        if load:
            with suppress(MemoryError):  # a job that needs more than there is says so itself
                load()

    def _done(self, claimed: Claimed) -> Finished:
        try:
            if claimed.attempts > OFTEN:
                raise RuntimeError("the job ended its worker again and again")
            if claimed.member is None:
                return _only(Reply(text("stranger")))
            return self._run(claimed, claimed.member)
        except Refused as no:
            return _only(Reply(no.text))
        except MemoryError:
            return _only(Reply(text("job-too-big")))
        except Unavailable:
            raise
        except Exception as error:
            return _only(self._our_bug(error))

    def _run(self, claimed: Claimed, member: Member) -> Finished:
        with self._reading() as store:
            things: dict[type, Any] = {Member: member, type(store): store, datetime: self._clock()}
            answer = self._jobs[claimed.job].run(claimed.args, things)
        return answer if isinstance(answer, Finished) else _only(answer)

    def _finish(self, job: int, done: Finished) -> None:
        for _ in range(TRIES):
            try:
                self._rows.finish(job, self._name, done)
                return
            except Unavailable:
                time.sleep(AWAY)
            except Exception as error:  # what it wanted to keep cannot be kept
                done = _only(self._our_bug(error))

    def _beat(self) -> NoReturn:
        """Say that the job is being done, and end it when it has had its time: only the process can be ended."""
        while True:
            time.sleep(min(BEAT, self._seconds / 4))
            if (current := self._current) is None:
                continue
            job, since = current
            with suppress(Unavailable):
                if time.monotonic() - since < self._seconds:
                    self._rows.extend(job, self._name)
                    continue
                minutes = round(self._seconds / 60)
                if self._rows.finish(job, self._name, _only(Reply(text("job-too-long", minutes=minutes)))):
                    log.error("a job took longer than %s s", self._seconds)
                    os._exit(TOO_LONG)


def _only(reply: Reply) -> Finished:
    return Finished(reply, lambda _: None)


def wake_by_pipe(pipe: int, woken: threading.Event) -> None:
    """Whatever comes through it wakes; its end means that the bot has ended, and so must we, whatever we do."""

    def read() -> None:
        while os.read(pipe, 65536):
            woken.set()
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()


def tell_by_pipe(pipe: int) -> None:
    """A word that something is done; if nobody listens any more, the bot has ended, and the other pipe says so."""
    with suppress(OSError):
        os.write(pipe, b"\n")


def limit_memory(megabytes: int) -> None:
    """Asking for more is a `MemoryError` from here on, where the system can do that."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        limit = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
