"""How the bot that runs here is doing, for its web server."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crmbot.signs import Failures, Signs

if TYPE_CHECKING:
    from crmbot.serving import Served
    from storage import Database


def signs_of(
    channels: "Iterable[Served]", database: "Database", clock: Callable[[], datetime]
) -> Callable[[], Awaitable[Signs]]:
    from storage.health import lags

    failures = Failures()
    logging.getLogger().addHandler(failures)

    async def signs() -> Signs:
        found = await database.arun(lambda store: lags(store.connection, clock()))
        heard = {each.name: timedelta(seconds=time.monotonic() - each.last_good_poll) for each in channels}
        return Signs(heard, found.due, found.unsent, found.waiting, found.given_up, failures.count)

    return signs
