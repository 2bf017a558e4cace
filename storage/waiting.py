"""Messages that are not finished: raw and sealed among those that wait, or put aside; and how the bot ended."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, insert, select, update

from crmbot.incoming import Incoming
from storage.store import Store
from storage.tables import Delivered, Setting, Waiting

INCOMING = TypeAdapter(Incoming)
WAITING, DELIVERED, SETTING = Waiting.__table__, Delivered.__table__, Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
FIND = select(WAITING.c.id).where(WAITING.c.key == bindparam("key"))
ALL = select(WAITING.c.key, WAITING.c.body).where(WAITING.c.parked.is_(False)).order_by(WAITING.c.id).limit(500)
DROP = delete(WAITING).where(WAITING.c.key == bindparam("key"), WAITING.c.parked.is_(False))
COUNTED = select(DELIVERED.c.times).where(DELIVERED.c.key == bindparam("key"))
AGAIN = update(DELIVERED).where(DELIVERED.c.key == bindparam("was")).values(times=DELIVERED.c.times + 1)


class WaitingRows:
    """Of the channels of this process: another one beside it, a terminal say, has its own."""

    def __init__(self, clock: Callable[[], datetime], channels: Collection[str]) -> None:
        self._clock = clock
        self._mine = ALL.where(WAITING.c.channel.in_(list(channels)))

    def wait(self, incoming: Incoming, store: Store) -> None:
        """Keep it as it came; once, however often it comes."""
        key = _key(incoming, store)
        if store.connection.execute(FIND, {"key": key}).first() is None and not store.is_handled(incoming):
            self._keep(incoming, key, store, parked=False)

    def waiting(self, store: Store) -> Sequence[Incoming]:
        """The oldest, each chat's in the order in which they came."""
        rows = store.connection.execute(self._mine).all()
        return [INCOMING.validate_json(store.keys.open("waiting.body", row.key, row.body)) for row in rows]

    def done_waiting(self, incoming: Incoming, store: Store) -> None:
        store.connection.execute(DROP, {"key": _key(incoming, store)})

    def count(self, incoming: Incoming, store: Store) -> int:
        """How often it was brought since the bot ended without saying so, this time included."""
        if store.is_handled(incoming):  # it came again with its page, and will do nothing
            return 0
        key = _key(incoming, store)
        times = store.connection.execute(COUNTED, {"key": key}).scalar()
        if times is None:
            store.connection.execute(insert(DELIVERED), {"key": key, "times": 1})
            return 1
        store.connection.execute(AGAIN, {"was": key})
        return int(times) + 1

    def park(self, incoming: Incoming, store: Store) -> None:
        """Put it aside, as if it were handled: it would end the process for ever."""
        if store.first_time(incoming, self._clock()):
            self.done_waiting(incoming, store)
            self._keep(incoming, _key(incoming, store), store, parked=True)

    def settle(self, store: Store) -> None:
        """The counts have done their work."""
        store.connection.execute(delete(DELIVERED))

    def _keep(self, incoming: Incoming, key: bytes, store: Store, *, parked: bool) -> None:
        values = {
            "key": key,
            "channel": incoming.place.channel,
            "body": store.keys.seal("waiting.body", key, INCOMING.dump_json(incoming)),
            "at": self._clock(),
            "parked": parked,
        }
        store.connection.execute(insert(WAITING), values)


def begin_run(channels: Collection[str], store: Store) -> bool:
    """Note that the bot runs on these channels; whether its last run on them ended without saying so."""
    name = _name(channels)
    was = store.connection.execute(select(SETTING.c.value).where(SETTING.c.name == name)).scalar()
    _set_running(name, "yes", store, known=was is not None)
    return was == "yes"


def end_run(channels: Collection[str], store: Store) -> None:
    _set_running(_name(channels), "no", store, known=True)


def _set_running(name: str, value: str, store: Store, *, known: bool) -> None:
    if known:
        store.connection.execute(update(SETTING).where(SETTING.c.name == name), {"value": value})
    else:
        store.connection.execute(insert(SETTING), {"name": name, "value": value})


def _name(channels: Collection[str]) -> str:
    return " ".join(("running", *sorted(channels)))


def _key(incoming: Incoming, store: Store) -> bytes:
    return store.keys.digest("waiting.key", incoming.key)
