"""All channels at once, from their start until somebody ends the process."""

import asyncio
import gc
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from crmbot.running import Running
from crmbot.sender import Channel

YOUNG = 10_000  # objects until garbage is looked for; at the usual 700 that is a tenth of the work on a message


class Runs(Protocol):
    """What has a loop of its own; `patience`: seconds within which it must be told that a message is taken."""

    patience: float

    async def run(self, take: Any, page_done: Callable[[], None] | None = None) -> None: ...
    async def close(self) -> None: ...


class Served(Channel, Runs, Protocol):
    """A channel; `last_good_poll`: when its platform was last heard, by the monotonic clock."""

    name: str

    @property
    def last_good_poll(self) -> float: ...


async def serve(channels: Sequence[Runs], bot: Running) -> None:
    """Until SIGINT or SIGTERM; what ends one channel by itself ends the process, for a supervisor to start it anew."""
    gc.freeze()  # what was loaded stays: to search all of it for garbage would hold everybody up for 90 ms
    gc.set_threshold(YOUNG, 50, 100)
    work = asyncio.gather(*(each.run(partial(bot.take, patience=each.patience), bot.page_done) for each in channels))
    for sent in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sent, work.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await work
    finally:
        bot.wind_down()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        for each in channels:
            await each.close()
