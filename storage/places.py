"""Chats, channels and threads: other rows point to them by id, their names are sealed."""

import json
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from crmbot.errors import Lost
from crmbot.incoming import Place
from storage.secrets import Keys
from storage.statements import Statement
from storage.tables import LinkedPlace, PlaceRow

PLACE, LINKED = PlaceRow.__table__, LinkedPlace.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
TEAM = select(LINKED.c.team).where(LINKED.c.chat_key == bindparam("key"))
FIND = Statement(select(PLACE.c.id, PLACE.c.dead).where(PLACE.c.place_key == bindparam("key")))
ADD = Statement(insert(PLACE))
REVIVE = update(PLACE).where(PLACE.c.id == bindparam("row")).values(dead=None)
LOCK = select(PLACE.c.id).where(PLACE.c.id == bindparam("row")).with_for_update(key_share=True)


class Places:
    """Remembers the ids of places once they are committed: they never change, and every message asks."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known: dict[Place, int] = {}

    def id_of(self, place: Place, connection: Connection, now: datetime, seen: dict[Place, int]) -> int:
        """Its row, made when there is none; noted in `seen`. A place that writes to us is not dead."""
        if known := self._known.get(place) or seen.get(place):
            return known
        key = self.key(place)
        row = FIND.first(connection, {"key": key})
        if row is None:
            body = self._keys.seal("place.body", key, _plain(place).encode())
            values = {
                "place_key": key,
                "channel": place.channel,
                "body": body,
                "private": place.private,
                "seen_at": now,
            }
            try:
                seen[place] = ADD.insert(connection, values)
            except IntegrityError as error:  # somebody else met it at the same moment
                raise Lost("a place") from error
            return seen[place]
        id, dead = row
        if dead:
            connection.execute(REVIVE, {"row": id})
        seen[place] = int(id)
        return seen[place]

    def learn(self, seen: dict[Place, int]) -> None:
        """These are committed."""
        self._known.update(seen)

    def find(self, place: Place, connection: Connection) -> int | None:
        if known := self._known.get(place):
            return known
        found: int | None = FIND.value(connection, {"key": self.key(place)})
        return found

    def lock(self, id: int, connection: Connection) -> None:
        """Keeps a chat's messages in order where several writers work; SQLite has one anyway."""
        if connection.dialect.name != "sqlite":
            connection.execute(LOCK, {"row": id})

    def forget(self) -> None:
        """Some place is called otherwise, or dead: it is asked for again."""
        self._known.clear()

    def team_of(self, place: Place, connection: Connection) -> str | None:
        """The team that a group was linked to; nothing if it was not."""
        return connection.execute(TEAM, {"key": self.chat_key(place)}).scalar()

    def chat_key(self, place: Place) -> bytes:
        """Of the whole chat, whatever the thread."""
        return self._keys.digest("place.chat", json.dumps([place.channel, place.chat]))

    def key(self, place: Place) -> bytes:
        return self._keys.digest("place.key", _plain(place))

    def open(self, key: bytes, body: bytes) -> Place:
        return Place(*json.loads(self._keys.open("place.body", key, body)))

    def moved(self, place: Place) -> dict[str, bytes]:
        """The columns of a place that is called otherwise now."""
        key = self.key(place)
        return {"place_key": key, "body": self._keys.seal("place.body", key, _plain(place).encode())}


def _plain(place: Place) -> str:
    return json.dumps([place.channel, place.chat, place.thread, place.private])
