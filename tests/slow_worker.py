"""A worker process like the bot's own, for jobs that sleep, crash and eat; started by tests."""

import os
import time
from pathlib import Path
from signal import SIGKILL

from sqlalchemy import insert

from crmbot.errors import Refused
from crmbot.intents import Slots, job
from crmbot.reply import Finished, Reply, text, verbatim
from handlers._work import serve_pipe
from storage import Store
from storage.tables import Delivered


class Tried(Slots):
    log: str  # a file with a letter for each time that it was begun
    first: float = 0  # seconds that the first try takes
    until: str = ""  # a file that it waits for
    dies: int = 0  # times


def tries(slots: Tried) -> int:
    with Path(slots.log).open("a") as log:
        log.write("x")
    return Path(slots.log).stat().st_size


@job("sleep")
def sleep(slots: Tried) -> Finished:
    tried = tries(slots)
    time.sleep(slots.first if tried == 1 else 0)
    while slots.until and not Path(slots.until).exists():
        time.sleep(0.02)
    if tried <= slots.dies:
        os.kill(os.getpid(), SIGKILL)
    return Finished(Reply(verbatim(f"slept, {tried}")), _keep)


def _keep(store: Store) -> None:
    store.connection.execute(insert(Delivered), {"key": os.urandom(32), "times": 1})


@job("eat")
def eat(slots: Tried) -> Reply:
    return Reply(verbatim(str(len(bytearray(2**32)))))


@job("refuse")
def refuse(slots: Tried) -> Reply:
    raise Refused(text("nothing-to-undo"))


@job("bug")
def bug(slots: Tried, store: Store) -> Reply:
    store.connection.execute(insert(Delivered), {"key": os.urandom(32), "times": 1})
    return Reply(verbatim("never said"))


if __name__ == "__main__":
    serve_pipe({each.__job__.name: each.__job__ for each in (sleep, eat, refuse, bug)})
