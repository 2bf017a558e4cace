"""What is done once a day at its hour, beside the conversation: cleaning up, a backup, a mark of the audit chain."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.errors import Unavailable

log = logging.getLogger(__name__)
OFTEN = 600.0  # seconds between looks at the clock, which may jump


@dataclass(frozen=True, slots=True)
class Chore:
    """`do` runs in a thread, given the present time; what it says to anybody is in the road that it gives back."""

    name: str
    at: time
    do: Callable[[datetime], Any]


class Chores:
    """`claim` notes that a chore was begun for a day, and says whether it had not been: several may serve one database.

    One that fails waits for the next day.
    """

    patience = 5.0  # it takes no messages

    def __init__(
        self,
        chores: Sequence[Chore],
        zone: str,
        clock: Callable[[], datetime],
        claim: Callable[[str, date], bool],
        follow: Callable[[Any], None],
    ) -> None:
        self._chores = chores
        self._zone = ZoneInfo(zone)
        self._clock = clock
        self._claim = claim
        self._follow = follow

    async def run(self, take: Any, page_done: Callable[[], None] | None = None) -> None:
        """Beside the channels, as one that says nothing."""
        while True:
            with contextlib.suppress(Unavailable):
                for road in await asyncio.to_thread(self.round):
                    self._follow(road)
            await asyncio.sleep(OFTEN)

    async def close(self) -> None:
        """There is nothing to close."""

    def round(self) -> list[Any]:
        """Do what was not done since it was last due; after an absence, once. The roads of what was said."""
        now = self._clock()
        due = [chore for chore in self._chores if self._claim(chore.name, self._day(chore, now))]
        return [road for chore in due if (road := self._do(chore, now)) is not None]

    def _do(self, chore: Chore, now: datetime) -> Any:
        try:
            return chore.do(now)
        except Exception as error:
            log.error("while doing the %s of the day", chore.name, exc_info=error)
            return None

    def _day(self, chore: Chore, now: datetime) -> date:
        """The last day on which it was due."""
        local = now.astimezone(self._zone)
        return local.date() if local.time() >= chore.at else local.date() - timedelta(days=1)
