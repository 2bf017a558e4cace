"""Outgoing rows: written within the message's transaction, delivered and marked after it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, insert, select, update

from crmbot.errors import Refused
from crmbot.incoming import Place, Press
from crmbot.reply import Button, Reply, text
from crmbot.sender import Outgoing
from storage.places import Places
from storage.secrets import Keys, token_key
from storage.statements import Statement
from storage.tables import OutgoingRow, PlaceRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Database
    from storage.store import Store

REPLY = TypeAdapter(Reply)
OUTGOING, PLACE = OutgoingRow.__table__, PlaceRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
ADD = Statement(insert(OUTGOING))
PRESSED = select(OUTGOING.c.id, OUTGOING.c.place_id, OUTGOING.c.body, OUTGOING.c.used).where(
    OUTGOING.c.token_key == bindparam("key")
)
USE = update(OUTGOING).where(OUTGOING.c.id == bindparam("row"))
ABOUT = Statement(
    select(OUTGOING.c.about)
    .where(OUTGOING.c.place_id == bindparam("place"), OUTGOING.c.message_id == bindparam("message"))
    .order_by(OUTGOING.c.id.desc())
    .limit(1)
)
SENT = Statement(
    update(OUTGOING)
    .where(OUTGOING.c.id == bindparam("row"))
    .values(sent_at=bindparam("at"), message_id=bindparam("message"))
)
BURY = update(OUTGOING).where(OUTGOING.c.id == bindparam("row"))
UNSENT = (
    select(OUTGOING, PLACE.c.place_key, PLACE.c.body.label("place_body"))
    .join_from(OUTGOING, PLACE)
    .where(OUTGOING.c.sent_at.is_(None), OUTGOING.c.dead.is_(None), PLACE.c.dead.is_(None))
    .order_by(OUTGOING.c.id)
)


def add(
    connection: Connection,
    keys: Keys,
    place_id: int,
    handled_id: int | None,
    reply: Reply,
    language: str,
    token: str,
    now: datetime,
    *,
    edits: str,
    answers: str,
) -> int:
    key = token_key(token)
    body = json.dumps([token]).encode() + b"\n" + REPLY.dump_json(reply)
    values = {
        "place_id": place_id,
        "handled_id": handled_id,
        "token_key": key,
        "body": keys.seal("outgoing.body", key, body),
        "language": language,
        "about": reply.card.ref if reply.card and reply.card.ref else None,
        "edits": edits,
        "answers": answers,
        "used": "",
        "created_at": now,
    }
    return ADD.insert(connection, values)


def _opened(keys: Keys, key: bytes, body: bytes) -> tuple[str, Reply]:
    token, _, reply = keys.open("outgoing.body", key, body).partition(b"\n")
    return json.loads(token)[0], REPLY.validate_json(reply)


def press(connection: Connection, keys: Keys, places: Places, press: Press, place: Place) -> Button:
    """The button that was pressed; forged, foreign and used-up ones are refused alike."""
    key = token_key(press.token)
    row = connection.execute(PRESSED, {"key": key}).first()
    if row is None or row.place_id != places.find(place, connection):
        raise Refused(text("button-gone"))
    buttons = _opened(keys, key, row.body)[1].buttons
    if not 0 <= press.button < len(buttons):
        raise Refused(text("button-gone"))
    button = buttons[press.button]
    if button.once:
        if str(press.button) in row.used.split(","):
            raise Refused(text("button-used"))
        connection.execute(USE, {"row": row.id, "used": f"{row.used},{press.button}"})
    return button


def about(connection: Connection, places: Places, place: Place, message_id: str) -> Mapping[str, str]:
    """What the message replied to was about: `{"D": "D12"}`."""
    place_id = places.find(place, connection)
    ref = ABOUT.value(connection, {"place": place_id, "message": message_id}) if place_id else None
    return {ref[0]: ref} if ref else {}


class Outbox:
    """The rows as the sender sees them."""

    def __init__(self, database: "Database", clock: "Callable[[], datetime]") -> None:
        self._database = database
        self._places = database.places
        self._clock = clock

    def sent(self, outgoing: Outgoing, message_id: str) -> None:
        """Marked with the next transaction: a crash before it sends once more, never not at all."""
        values = {"row": outgoing.id, "at": self._clock(), "message": message_id}
        self._database.ride(lambda connection: SENT.run(connection, values))

    async def bury(self, outgoing: Outgoing, why: str) -> None:
        await self._write(BURY, {"row": outgoing.id, "dead": why[:191]})

    async def bury_place(self, place: Place, why: str) -> None:
        """Nothing more is sent there until somebody writes from there."""
        where = PLACE.c.place_key == self._places.key(place)
        unsent = OUTGOING.c.place_id.in_(select(PLACE.c.id).where(where)) & OUTGOING.c.sent_at.is_(None)
        await self._write(update(PLACE).where(where), {"dead": why[:191] or "dead"})
        await self._write(update(OUTGOING).where(unsent), {"dead": why[:191] or "dead"})
        self._places.forget()

    async def move(self, place: Place, chat: str) -> None:
        """The platform calls this chat otherwise from now on."""
        moved = replace(place, chat=chat)
        where = PLACE.c.place_key == self._places.key(place)
        await self._write(update(PLACE).where(where), self._places.moved(moved))
        self._places.forget()

    async def unsent(self, *, doubtful: bool) -> Sequence[Outgoing]:
        """What waits to be sent, oldest first; `doubtful`: after a crash, some of it may have arrived."""

        def read(store: "Store") -> Sequence[Outgoing]:
            rows = store.connection.execute(UNSENT).all()
            return [self._outgoing(store.keys, row, doubtful) for row in rows]

        return await self._database.arun(read)

    def _outgoing(self, keys: Keys, row: Any, doubtful: bool) -> Outgoing:
        token, reply = _opened(keys, row.token_key, row.body)
        place = self._places.open(row.place_key, row.place_body)
        return Outgoing(row.id, token, place, reply, row.language, row.edits, row.answers, repeat=doubtful)

    async def _write(self, statement: Any, values: Mapping[str, Any]) -> None:
        await self._database.arun(lambda store: _execute(store.connection, statement, values))


def _execute(connection: Connection, statement: Any, values: Mapping[str, Any]) -> None:
    connection.execute(statement, values)
