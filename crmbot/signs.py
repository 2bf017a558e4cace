"""Signs of life: what tells whoever watches over the process that it is well."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

DEAF = timedelta(seconds=90)  # without an answer of a platform
LATE = timedelta(minutes=2)  # what is due and not said
STUCK = timedelta(minutes=15)  # a reply that is not sent


@dataclass(frozen=True, slots=True)
class Signs:
    """`heard`: since when each platform was last heard. `due`, `unsent`: how long the oldest of them waits."""

    heard: Mapping[str, timedelta]
    due: timedelta
    unsent: timedelta
    waiting: int  # replies that are not sent yet
    given_up: int  # replies that never will be
    failures: int  # mistakes of ours since the start

    @property
    def ills(self) -> list[str]:
        """What is not as it should be, in words for the person who keeps the bot running."""
        deaf = [f"{name} was not heard for {_seconds(since)}" for name, since in self.heard.items() if since > DEAF]
        late = [f"something was due {_seconds(self.due)} ago and is not said"] if self.due > LATE else []
        stuck = [f"a reply waits for {_seconds(self.unsent)}"] if self.unsent > STUCK else []
        return [*deaf, *late, *stuck]


class Failures(logging.Handler):
    """Counts what is logged as an error: each is a mistake of ours, or a platform that fell silent."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.0f} s"
