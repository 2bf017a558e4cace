"""Outgoing rows: written within the message's transaction, delivered and marked after it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, func, insert, select, update

from crmbot.errors import Refused
from crmbot.incoming import Place, Press
from crmbot.reply import Button, Reply, text
from crmbot.sender import IN_DOUBT, Outgoing
from storage.places import LINKED, Places
from storage.secrets import Keys, token_key
from storage.statements import Statement
from storage.tables import JobRow, OutgoingRow, PlaceRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Database
    from storage.store import Store

REPLY = TypeAdapter(Reply)
OUTGOING, PLACE, JOB = OutgoingRow.__table__, PlaceRow.__table__, JobRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
ADD = Statement(insert(OUTGOING))
SAID = Statement(select(OUTGOING.c.id).where(OUTGOING.c.occasion == bindparam("occasion")))
PRESSED = select(OUTGOING.c.id, OUTGOING.c.place_id, OUTGOING.c.body, OUTGOING.c.used).where(
    OUTGOING.c.token_key == bindparam("key")
)
ALL = "all"  # of the once-only buttons are used
USE = update(OUTGOING).where(OUTGOING.c.id == bindparam("row"))
ABOUT = Statement(
    select(OUTGOING.c.about, OUTGOING.c.desk)
    .where(OUTGOING.c.place_id == bindparam("place"), OUTGOING.c.message_id == bindparam("message"))
    .order_by(OUTGOING.c.id.desc())
    .limit(1)
)
POSTED = Statement(
    select(OUTGOING.c.about)
    .where(OUTGOING.c.place_id == bindparam("place"), OUTGOING.c.about == OUTGOING.c.desk)
    .distinct()
    .limit(2)
)
SENT = Statement(
    update(OUTGOING)
    .where(OUTGOING.c.id == bindparam("row"))
    .values(sent_at=bindparam("at"), message_id=bindparam("message"))
)
CHANGE = update(OUTGOING).where(OUTGOING.c.id == bindparam("row"))
TRY = CHANGE.where(OUTGOING.c.dead.is_(None))
TRIED = OUTGOING.c.sent_at.is_(None) & OUTGOING.c.dead.is_(None) & OUTGOING.c.tried_at.is_not(None)
BEFORE = OUTGOING.alias()
POST_BEFORE = (  # of a record whose post was not sent yet when this row was written
    select(func.max(BEFORE.c.id))
    .where(BEFORE.c.place_id == OUTGOING.c.place_id, BEFORE.c.desk == OUTGOING.c.desk)
    .where(BEFORE.c.about == BEFORE.c.desk, BEFORE.c.id < OUTGOING.c.id, OUTGOING.c.edits == "")
    .scalar_subquery()
)
UNSENT = (
    select(
        OUTGOING,
        PLACE.c.place_key,
        PLACE.c.body.label("place_body"),
        func.coalesce(JOB.c.progress_id, POST_BEFORE).label("follows"),
    )
    .join_from(OUTGOING, PLACE)
    .outerjoin(JOB, JOB.c.reply_id == OUTGOING.c.id)
    .where(OUTGOING.c.sent_at.is_(None), OUTGOING.c.dead.is_(None), PLACE.c.dead.is_(None))
    .order_by(OUTGOING.c.id)
)

LONG = 20_000  # bytes of a body that can only be so long if it carries a file or a picture
CARRIES = func.length(OUTGOING.c.body) > LONG


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
    occasion: str | None = None,
    once: bool = False,
) -> int:
    key = token_key(token)
    body = _written(token, reply)
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
        "occasion": occasion,
        "once": once,
        "desk": reply.desk or None,
    }
    return ADD.insert(connection, values)


def was_said(connection: Connection, occasion: str) -> bool:
    return SAID.value(connection, {"occasion": occasion}) is not None


def _written(token: str, reply: Reply) -> bytes:
    return json.dumps([token]).encode() + b"\n" + REPLY.dump_json(reply)


def _without_file(reply: Reply) -> Reply:
    return replace(reply, file=replace(reply.file, data=b"")) if reply.file else reply


def opened(keys: Keys, key: bytes, body: bytes) -> tuple[str, Reply]:
    token, _, reply = keys.open("outgoing.body", key, body).partition(b"\n")
    return json.loads(token)[0], REPLY.validate_json(reply)


def press(connection: Connection, keys: Keys, places: Places, press: Press, place: Place) -> Button:
    """The button that was pressed; forged, foreign and used-up ones are refused alike."""
    key = token_key(press.token)
    row = connection.execute(PRESSED, {"key": key}).first()
    if row is None or row.place_id != places.find(place, connection):
        raise Refused(text("button-gone"))
    buttons = opened(keys, key, row.body)[1].buttons if row.body else ()  # of an old post nothing else is kept
    if not 0 <= press.button < len(buttons):
        raise Refused(text("button-gone"))
    button = buttons[press.button]
    if button.once:
        if {str(press.button), ALL} & set(row.used.split(",")):
            raise Refused(text("button-used"))
        connection.execute(USE, {"row": row.id, "used": f"{row.used},{press.button}"})
    return button


def use_up(connection: Connection, token: str) -> None:
    """What the buttons of that reply ask was answered in words."""
    row = connection.execute(PRESSED, {"key": token_key(token)}).first()
    if row is not None:
        connection.execute(USE, {"row": row.id, "used": f"{row.used},{ALL}"})


def about(connection: Connection, places: Places, place: Place, message_id: str) -> Mapping[str, str]:
    """What the message replied to was about: `{"D": "D12"}`; as `desk`, the ticket to which what is said belongs.

    The first message of a thread stands outside it.
    """
    place_id = places.find(replace(place, thread="") if place.thread == message_id else place, connection)
    found = ABOUT.first(connection, {"place": place_id, "message": message_id}) if place_id else None
    ref, desk = found or _posted_in(connection, places, place, message_id) or (None, None)
    return ({ref[0]: ref} if ref else {}) | ({"desk": desk, desk[0]: desk} if desk else {})


def _posted_in(
    connection: Connection, places: Places, place: Place, message_id: str
) -> tuple[str | None, str | None] | None:
    """The one record that has its post in a thread which somebody else began."""
    thread = places.find(place, connection) if place.thread == message_id else None
    posted = POSTED.all(connection, {"place": thread}) if thread else []
    return (posted[0][0], None) if len(posted) == 1 else None


def unsent(store: "Store", row: int) -> Outgoing | None:
    """That row, if it is still to be sent."""
    found = store.connection.execute(UNSENT.where(OUTGOING.c.id == row)).first()
    return _outgoing(store.keys, store.places, found, repeat=False) if found else None


def drop(connection: Connection, row: int) -> None:
    """It was written in this very transaction, and is not wanted after all."""
    connection.execute(OUTGOING.delete().where(OUTGOING.c.id == row))


def _outgoing(keys: Keys, places: Places, row: Any, *, repeat: bool) -> Outgoing:
    token, reply = opened(keys, row.token_key, row.body)
    place = places.open(row.place_key, row.place_body)
    follows, unasked = row.follows or 0, row.handled_id is None
    return Outgoing(
        row.id, token, place, reply, row.language, row.edits, row.answers, repeat, row.once, follows, unasked
    )


class Outbox:
    """The rows as the sender sees them."""

    def __init__(
        self,
        database: "Database",
        clock: "Callable[[], datetime]",
        unreached: "Callable[[Place, Sequence[str], Store], None]" = lambda place, refs, store: None,
    ) -> None:
        self._database = database
        self._unreached = unreached  # says so of these tickets and surveys to whoever wrote there
        self._places = database.places
        self._clock = clock

    def sent(self, outgoing: Outgoing, message_id: str) -> None:
        """Marked with the next transaction: a crash before it sends once more, never not at all."""
        values = {"row": outgoing.id, "at": self._clock(), "message": message_id}
        self._database.ride(lambda connection: SENT.run(connection, values))
        if outgoing.reply.file:
            self._database.ride(self._let_go(outgoing))

    async def mark(self) -> None:
        """Write what waits to ride along, before all that waits to be done."""
        if self._database.riders:
            await self._database.take(lambda: None, lambda _, store: None, first=True)

    async def trying(self, outgoing: Outgoing) -> bool:
        """Written before it is sent: after a crash it is in doubt, and what is said at most once is not sent again.

        Whether it is still to be sent.
        """
        values = {"row": outgoing.id, "tried_at": self._clock()}
        return await self._database.arun(lambda store: store.connection.execute(TRY, values).rowcount == 1)

    async def unwanted(self, rows: Collection[int]) -> Collection[int]:
        """Those of them that are not to be sent any more."""
        dead = select(OUTGOING.c.id).where(OUTGOING.c.id.in_(rows), OUTGOING.c.dead.is_not(None))
        return await self._database.arun(lambda store: store.connection.execute(dead).scalars().all())

    async def bury(self, outgoing: Outgoing, why: str) -> None:
        await self._write(CHANGE, {"row": outgoing.id, "dead": why[:191]})
        if outgoing.reply.file:
            self._database.ride(self._let_go(outgoing))

    async def bury_place(self, place: Place, why: str) -> Sequence[Outgoing]:
        """Nothing more is sent there until somebody writes from there; what those hear of it who wrote there."""
        told = await self._database.arun(lambda store: self._buried(place, why[:191] or "dead", store))
        self._places.forget()
        return told

    def _buried(self, place: Place, why: str, store: "Store") -> Sequence[Outgoing]:
        key = self._places.key(place)
        there = OUTGOING.c.place_id.in_(select(PLACE.c.id).where(PLACE.c.place_key == key))
        unsent = there & OUTGOING.c.sent_at.is_(None) & OUTGOING.c.dead.is_(None)
        said = select(OUTGOING.c.desk).where(unsent, OUTGOING.c.about.is_(None), OUTGOING.c.desk.is_not(None))
        refs = store.connection.execute(said.distinct()).scalars().all()
        store.connection.execute(update(PLACE).where(PLACE.c.place_key == key), {"dead": why})
        store.connection.execute(update(OUTGOING).where(unsent), {"dead": why})
        self._let_go_in(store, key)
        self._unreached(place, refs, store)
        return store.outgoing

    async def move(self, place: Place, chat: str) -> None:
        """The platform calls this chat otherwise from now on."""
        moved = replace(place, chat=chat)
        where = PLACE.c.place_key == self._places.key(place)
        await self._write(update(PLACE).where(where), self._places.moved(moved))
        linked = LINKED.c.chat_key == self._places.chat_key(place)
        await self._write(update(LINKED).where(linked), {"chat_key": self._places.chat_key(moved)})
        self._places.forget()

    async def unsent(self, *, doubtful: bool) -> Sequence[Outgoing]:
        """What waits to be sent, oldest first; `doubtful`: after a crash, some of it may have arrived."""

        def read(store: "Store") -> Sequence[Outgoing]:
            store.connection.execute(update(OUTGOING).where(TRIED).values(dead=IN_DOUBT))
            rows = store.connection.execute(UNSENT).all()
            return [_outgoing(store.keys, self._places, row, repeat=doubtful) for row in rows]

        return await self._database.arun(read)

    async def message_id(self, row: int) -> str:
        """What the platform calls a message of ours; nothing, if it never arrived."""
        marked = select(OUTGOING.c.message_id).where(OUTGOING.c.id == row)
        return await self._database.arun(lambda store: store.connection.execute(marked).scalar()) or ""

    def _let_go(self, outgoing: Outgoing) -> "Callable[[Connection], None]":
        """A file that passed through is not kept."""
        key = token_key(outgoing.token)
        body = _written(outgoing.token, _without_file(outgoing.reply))
        values = {"row": outgoing.id, "body": self._database.keys.seal("outgoing.body", key, body)}
        return lambda connection: _execute(connection, CHANGE, values)

    def _let_go_in(self, store: "Store", place_key: bytes) -> None:
        there = select(OUTGOING.c.id, OUTGOING.c.token_key, OUTGOING.c.body).join(PLACE)
        dead = there.where(PLACE.c.place_key == place_key, OUTGOING.c.dead.is_not(None), CARRIES)
        for row in store.connection.execute(dead).all():
            token, reply = opened(store.keys, row.token_key, row.body)
            body = store.keys.seal("outgoing.body", row.token_key, _written(token, _without_file(reply)))
            store.connection.execute(CHANGE, {"row": row.id, "body": body})

    async def _write(self, statement: Any, values: Mapping[str, Any]) -> None:
        await self._database.arun(lambda store: _execute(store.connection, statement, values))


def _execute(connection: Connection, statement: Any, values: Mapping[str, Any]) -> None:
    connection.execute(statement, values)
